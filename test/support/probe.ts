/** A probe's context over real parts: real tools, real files, a real redactor; the wall clock can be moved. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { z } from 'zod';
import { Probe } from '../../electron/contract/check.ts';
import type { ProbeFinding } from '../../electron/contract/readiness.ts';
import { systemClock } from '../../electron/engine/clock.ts';
import type { Clock } from '../../electron/engine/deps.ts';
import type { ProbeContext } from '../../electron/engine/readiness/probe.ts';
import { withToolbox } from '../../electron/engine/readiness/readiness.ts';
import { runProbe } from '../../electron/engine/readiness/run-probe.ts';
import { createSecretStore } from '../../electron/engine/secrets/secret-store.ts';
import { createRedactor } from '../../electron/engine/tool/create-redactor.ts';
import { toolEnvironment } from '../../electron/engine/tool/environment.ts';
import { runTool } from '../../electron/engine/tool/run-tool.ts';

/** A literal `as const` may be given where the format has arrays. */
type Written<T> = T extends readonly (infer One)[] ? readonly Written<One>[] : T extends object ? { readonly [K in keyof T]: Written<T[K]> } : T;

export interface Bench {
  folder: string;
  /** Runs a probe written as in a runbook; paths are relative to `folder`. */
  probe(probe: Written<z.input<typeof Probe>>, more?: Partial<ProbeContext>): Promise<ProbeFinding>;
  context(more?: Partial<ProbeContext>): ProbeContext;
  remove(): void;
}

/** A folder of its own with a data folder in it, and everything to run probes there. */
export function makeBench(secrets: Readonly<Record<string, string>> = {}): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'probe-'));
  const [dataDir, scratchDir] = [join(folder, 'data'), join(folder, 'data', 'scratch')];
  mkdirSync(join(dataDir, 'toolbox'), { recursive: true });
  mkdirSync(scratchDir);
  const store = createSecretStore();
  for (const [name, value] of Object.entries(secrets)) store.put(name, Buffer.from(value), 'a test');
  const context = (more: Partial<ProbeContext> = {}): ProbeContext => ({
    clock: systemClock(), runTool, dataDir, scratchDir, secrets: store,
    redactor: createRedactor(store.all()),
    resolve: (path) => (isAbsolute(path) ? path : join(folder, path)),
    env: withToolbox(toolEnvironment(process.env, []), dataDir),
    nodePath: process.execPath,
    marker: `test/${folder}`,
    progress: () => {},
    signal: new AbortController().signal,
    ...more,
  });
  return {
    folder, context,
    probe: (probe, more) => runProbe(Probe.parse(probe), context(more)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The system's clock with the wall moved by so many seconds. */
export function clockAhead(seconds: number): Clock {
  const clock = systemClock();
  return { ...clock, now: () => clock.now() + seconds * 1000 };
}

/** The clock standing still at an instant. */
export function clockAt(instant: string): Clock {
  return { ...systemClock(), now: () => Date.parse(instant) };
}

