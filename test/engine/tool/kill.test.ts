import { readFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { findSurvivors, killSurvivors } from '../../../electron/engine/tool/find-survivors.ts';
import { readProcess, startTimeOf } from '../../../electron/engine/tool/process-table.ts';
import { createRunTool, type RunToolOptions } from '../../../electron/engine/tool/run-tool.ts';
import type { ToolProcess, ToolRequest } from '../../../electron/engine/tool/tool.ts';
import { fixtureProgram, livingWithMarker, memorySink, newMarker, toolRequest, WAYS, whenReady } from '../../support/tool-request.ts';

const tty = { columns: 80, rows: 24 };

/** Aborts once the tool has said "ready", so that every child is there to be killed. */
async function killWhenReady(argv: readonly string[], graceMs: number, { options = {}, ...more }: Partial<ToolRequest> & { options?: RunToolOptions } = {}): Promise<{ marker: string; alive: number; outcome: Awaited<ReturnType<ReturnType<typeof createRunTool>>> }> {
  const stop = new AbortController();
  const output = memorySink();
  const request = toolRequest(argv, { output, signal: stop.signal, ...more });
  let alive = 0;
  const outcome = await createRunTool({ ...options, graceMs })({
    ...request,
    onOutput: () => {
      if (stop.signal.aborted || !output.text().includes('ready')) return;
      alive = livingWithMarker(request.marker).length;
      stop.abort();
    },
  });
  return { marker: request.marker, alive, outcome };
}

describe.each(WAYS)('%s:', (_, options) => {
  beforeAll(async () => whenReady(options));

  describe('a tool that is stopped', () => {
    it.each([['without a terminal', {}], ['on a terminal', { tty }]])('leaves nobody behind, however disobedient its children are, %s', async (_, more) => {
      const { marker, alive, outcome } = await killWhenReady([fixtureProgram('disobedient.sh')], 300, { ...more, options });
      expect(alive).toBeGreaterThanOrEqual(6);
      expect(outcome).toMatchObject({ how: 'killed', ok: false, reason: 'disobedient.sh was stopped.', survivors: [] });
      expect(livingWithMarker(marker)).toEqual([]);
    });

    it('ends a pipe of disobedient tools', async () => {
      const { marker, outcome } = await killWhenReady([], 300, { options, stages: [[fixtureProgram('disobedient.sh')], ['cat']] });
      expect(outcome).toMatchObject({ how: 'killed', survivors: [] });
      expect(livingWithMarker(marker)).toEqual([]);
    });

    it('is given time to end in good order', async () => {
      const { outcome } = await killWhenReady([fixtureProgram('obedient.sh')], 20_000, { options });
      expect(outcome).toMatchObject({ how: 'killed', ok: false, stages: [{ exitCode: 0 }] });
      expect(outcome.stdout.text).toContain('cleaned up');
      expect(outcome.durationMs).toBeLessThan(15_000);
    });
  });

  describe('a tool that takes too long', () => {
    it('is stopped when its time is up', async () => {
      const request = toolRequest(['sh', '-c', 'sleep 600 & sleep 600'], { timeoutMs: 200 });
      const outcome = await createRunTool({ ...options, graceMs: 300 })(request);
      expect(outcome).toMatchObject({ how: 'timed-out', ok: false, reason: 'sh took longer than 0.2 s and was stopped.', survivors: [] });
      expect(livingWithMarker(request.marker)).toEqual([]);
    });

    it('is stopped although it floods its output', async () => {
      const request = toolRequest(['yes'], { timeoutMs: 200, output: { write: () => {}, ready: async () => {}, finish: async () => ({ sha256: '', size: 0 }) } });
      expect(await createRunTool(options)(request)).toMatchObject({ how: 'timed-out', stages: [{ signal: 'SIGTERM' }] });
    });
  });
});

describe('survivors of a crash', () => {
  it('are found by marker and by pid with start time, and can be ended', async () => {
    const marker = newMarker();
    const child = spawn('/bin/sh', ['-c', 'setsid sleep 600 & exec sleep 600'], { detached: true, stdio: 'ignore', env: { PATH: '/usr/bin:/bin', BLACKSTART_STEP: marker } });
    await expect.poll(() => livingWithMarker(marker).length, { timeout: 20_000 }).toBe(2);
    const pid = child.pid ?? 0;
    const byMarker = findSurvivors({ processes: [], marker });
    expect(byMarker.map((survivor) => survivor.pid).sort()).toEqual(livingWithMarker(marker).sort());
    expect(byMarker.every((survivor) => survivor.marker === marker)).toBe(true);
    expect(findSurvivors({ processes: [], marker: marker.replace(/1$/u, '') })).toHaveLength(2);
    expect(findSurvivors({ processes: [], marker: marker.replace(/1$/u, '11') })).toEqual([]);
    expect(findSurvivors({ processes: [{ pid, startTime: startTimeOf(pid) }], marker: 'none' }).map((survivor) => survivor.pid)).toContain(pid);
    expect(await killSurvivors(() => findSurvivors({ processes: [], marker }), 2_000)).toEqual([]);
    expect(livingWithMarker(marker)).toEqual([]);
  });

  it('are not confused with a process that got the same pid later', async () => {
    const marker = newMarker();
    const child = spawn('/bin/sleep', ['600'], { detached: true, stdio: 'ignore', env: {} });
    const pid = child.pid ?? 0;
    expect(findSurvivors({ processes: [{ pid, startTime: '1' }], marker })).toEqual([]);
    expect(findSurvivors({ processes: [{ pid, startTime: null }], marker })).toEqual([]);
    process.kill(pid, 'SIGKILL');
  });

  it('do not count when they have ended and nobody has reaped them', async () => {
    // The parent execs a program that never reaps, so the child stays a zombie.
    const parent = spawn('/bin/sh', ['-c', 'sleep 0 & exec sleep 600'], { detached: true, stdio: 'ignore', env: { PATH: '/usr/bin:/bin', BLACKSTART_STEP: newMarker() } });
    const pid = parent.pid ?? 0;
    const children = (): number[] => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter((text) => text !== '').map(Number);
    const zombies = (): number[] => children().filter((candidate) => startTimeOf(candidate) !== null && readProcess(candidate) === null);
    await expect.poll(() => zombies().length, { timeout: 20_000 }).toBeGreaterThan(0);
    process.kill(pid, 'SIGKILL');
  });

  it('carry the pid and start time that the journal was told', async () => {
    const told: ToolProcess[] = [];
    await createRunTool()(toolRequest([], { stages: [['sleep', '0.1'], ['cat']], onSpawn: (process) => void told.push(process) }));
    expect(told.map((process) => process.stage)).toEqual([0, 1]);
    expect(told.every((process) => process.pid > 0 && /^\d+$/u.test(process.startTime ?? ''))).toBe(true);
  });
});
