/** Sets of backups as the window names, changes and removes them: the events and the words of the command line. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineError } from '../../../../electron/contract/errors.ts';
import type { MethodName, Params, Result } from '../../../../electron/contract/methods.ts';
import { systemClock } from '../../../../electron/engine/clock.ts';
import { findInstallation } from '../../../../electron/engine/installation.ts';
import { openConsoleEngine, type ConsoleEngine } from '../../../../electron/engine/page/page-engine.ts';
import { callEngine } from '../../../support/call-engine.ts';
import { blackstart } from '../../../integration/command-line.ts';

const BY = 'Kim Lee';
const WRONG = 'kind: openssl-enc\nmagic: gzip\ncypher: x\n';
let folder: string;
let engine: ConsoleEngine;

function open(): ConsoleEngine {
  const { node, launcher } = findInstallation(process.execPath);
  return openConsoleEngine({ dataDir: join(folder, 'data'), clock: systemClock(), nodePath: node, launcher, env: process.env, runbookDirs: [] });
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'blackstart-sets-'));
  engine = open();
  await call('escrow.enroll', { key: 'door', scheme: 'passphrase', threshold: 1, total: 1, shares: [{ label: 'k', bytes: new TextEncoder().encode('seven grey herons') }], as: 'new', by: BY });
});
afterEach(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

const call = <M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>> => callEngine(engine, method, params);

function file(name: string, day: string): string {
  const path = join(folder, name);
  writeFileSync(path, name);
  utimesSync(path, new Date(day), new Date(day));
  return path;
}

const set = (change: Partial<Params<'escrow.set'>> = {}) => call('escrow.set', { key: 'door', set: 'daily', answer: 'kind: openssl-enc\nmagic: gzip\n', samples: join(folder, '*.enc'), oldest: null, newest: null, by: BY, ...change });

describe('a set of backups', () => {
  it('is defined, changed in place, and removed with everything that was seen of it', async () => {
    expect((await set()).keys[0]?.sets).toMatchObject([{ id: 'daily', title: 'daily', definition: { samples: join(folder, '*.enc'), oldest: null } }]);
    const changed = await set({ title: 'Daily dumps', oldest: '/a', newest: '/b', samples: null });
    expect(changed.keys[0]?.sets).toMatchObject([{ id: 'daily', title: 'Daily dumps', oldest: '/a', newest: '/b' }]);
    const answer = changed.keys[0]?.sets[0]?.definition?.answer ?? '';
    expect(answer).toContain('magic: gzip');
    expect((await set({ answer })).keys[0]?.sets[0]?.definition?.answer).toBe(answer); // what is shown can be sent back as it is
    expect((await call('escrow.set-remove', { key: 'door', set: 'daily', reason: 'gone', by: BY })).keys[0]).toMatchObject({ sets: [], matrix: [] });
    await engine.close();
    engine = open();
    expect((await call('escrow.view', {})).keys[0]?.sets).toEqual([]);
  });

  it('is refused in the words of the command line', async () => {
    await engine.close();
    const [answer, good] = [join(folder, 'a.yaml'), join(folder, 'b.yaml')];
    writeFileSync(answer, WRONG);
    writeFileSync(good, 'kind: age\n');
    const said = async (...argv: string[]) => (await blackstart(['escrow', 'set', '--key', 'door', ...argv, '--data-dir', join(folder, 'data')], { cwd: folder, env: { PATH: process.env['PATH'] ?? '' } })).stderr;
    const words = { unknown: await said('--set', 'daily', '--known-answer', answer, '--samples', 'x'), none: await said('--set', 'daily', '--known-answer', good), id: await said('--set', 'a b', '--known-answer', good, '--samples', 'x'), gone: await said('--set', 'weekly', '--remove', '--reason', 'x') };
    engine = open();
    const asked: [() => Promise<unknown>, string][] = [
      [() => set({ answer: WRONG }), words.unknown], [() => set({ answer: 'kind: age', samples: null }), words.none], [() => set({ set: 'a b' }), words.id],
      [() => call('escrow.set-remove', { key: 'door', set: 'weekly', reason: 'x', by: BY }), words.gone],
    ];
    for (const [ask, stderr] of asked) {
      const thrown = await ask().then(() => null, (error: unknown) => error);
      expect(thrown).toBeInstanceOf(EngineError);
      expect(stderr).toContain(thrown instanceof Error ? thrown.message : '');
    }
    expect(words.unknown).toContain('line 3');
    await expect(set({ samples: 'here/*.enc' })).rejects.toThrow('does not say in which folder');
  });

  it('shows what its samples are today: the oldest and the newest of the pattern, unless a file is named', async () => {
    const [first, , last] = [file('b.enc', '2026-01-01'), file('a.enc', '2026-02-01'), file('c.enc', '2026-03-01')];
    file('a.enc.sha256', '2025-01-01');
    mkdirSync(join(folder, 'z.enc'));
    const asked = { title: 'Daily dumps', samples: join(folder, '*.enc*'), oldest: null, newest: null };
    expect(await call('escrow.samples', asked)).toMatchObject({ files: 3, oldest: { path: first, size: 5, at: '2026-01-01T00:00:00.000Z' }, newest: { path: last }, lacks: [] });
    expect(await call('escrow.samples', { ...asked, newest: join(folder, 'none') })).toMatchObject({ oldest: { path: first }, newest: null, lacks: [`The newest sample of Daily dumps is not here (${join(folder, 'none')})`] });
    expect(await call('escrow.samples', { ...asked, samples: null, oldest: first })).toMatchObject({ files: null, newest: null, lacks: ['The newest sample of Daily dumps is not here (none is named)'] });
  });
});
