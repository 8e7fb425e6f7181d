/**
 * Starts programs for the engine and tells how they ended; it knows nothing else.
 *
 * Its only virtue is to be small: Linux copies a process's page tables at every fork, which takes ten times as long from
 * the engine as from here. So it loads as little as it can, and not the library that the engine starts programs with.
 * It ends with the engine. What it started goes on, as it would have with the engine for a parent.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { z } from 'zod';
import { startTimeOf } from './process-table.ts';
import { StartOrder, type SpawnerNotice } from './spawner-protocol.ts';

const WithCode = z.object({ code: z.string() });

function tell(notice: SpawnerNotice): void {
  if (process.connected) process.send?.(notice, undefined, undefined, () => undefined); // an engine that is gone needs no answer
}

/** Descriptors of a program, opened by name and closed again when it has its own. */
function openAll({ stdin, stdout, stderr }: StartOrder): number[] {
  const opened: number[] = [];
  try {
    opened.push(openSync(stdin ?? '/dev/null', constants.O_RDONLY));
    for (const path of [stdout, stderr]) opened.push(openSync(path, constants.O_WRONLY));
    return opened;
  } catch (thrown) {
    opened.forEach((descriptor) => closeSync(descriptor));
    throw thrown;
  }
}

function spawnWith(order: StartOrder): ChildProcess {
  const descriptors = openAll(order);
  try {
    return spawn(order.program, order.arguments, { cwd: order.cwd, env: order.env, stdio: descriptors, detached: true });
  } finally {
    descriptors.forEach((descriptor) => closeSync(descriptor));
  }
}

function start(order: StartOrder): void {
  const id = order.start;
  const refuse = (thrown: unknown): void => tell({ refused: id, code: WithCode.safeParse(thrown).data?.code ?? null });
  try {
    const child = spawnWith(order);
    child.once('error', (error) => (child.pid === undefined ? refuse(error) : undefined));
    if (child.pid === undefined) return;
    // Nothing is reaped before this turn is over, so the process is there to be read even if it has ended.
    tell({ started: id, pid: child.pid, startTime: startTimeOf(child.pid) });
    child.once('exit', (exitCode, signal) => tell({ ended: id, exitCode, signal }));
  } catch (thrown) {
    refuse(thrown);
  }
}

// Whoever ends a whole group means the engine, and that decides when we are no longer needed.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);
process.on('message', (message) => start(StartOrder.parse(message)));
process.on('disconnect', () => process.exit());
tell({ ready: true });
