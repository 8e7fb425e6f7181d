/** The engine as a page calls it, on real data folders, without a window. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { METHODS, type MethodName, type Params, type Result } from '../../electron/contract/methods.ts';
import { systemClock } from '../../electron/engine/clock.ts';
import { findInstallation } from '../../electron/engine/installation.ts';
import { openConsoleEngine, type ConsoleEngine } from '../../electron/engine/page-engine.ts';

let dataDir: string;
let engine: ConsoleEngine;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'blackstart-page-engine-'));
  const { node, launcher, runbooks } = findInstallation(process.execPath);
  engine = openConsoleEngine({ dataDir, clock: systemClock(), nodePath: node, launcher, env: process.env, runbookDirs: [runbooks, join(import.meta.dirname, '..', 'fixtures', 'live-lab')] });
});
afterEach(async () => {
  await engine.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function call<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>> {
  const schemas: { [K in MethodName]: { result: { parse(value: unknown): Result<K> } } } = METHODS;
  return schemas[method].result.parse(await engine.answers[method](params));
}

describe('the First drill', () => {
  it('is made once, however many ask for it at the same time, and read as nothing until it is there', async () => {
    const [first, second, readiness] = await Promise.all([
      call('drill.prepare', {}), call('drill.prepare', {}), call('readiness.view', { id: 'first-drill' }), call('home.view', {}),
    ]);
    expect(second).toEqual(first);
    expect(readiness.state).not.toBe('ready');
    const { run } = await call('run.start', { id: 'first-drill', mode: 'rehearsal', params: {} });
    const { people } = await call('people.list', { run });
    expect(people.map(({ name }) => name)).toEqual(['Ada Keeper', 'Robin Vale']);
    expect((await call('people.list', {})).people).toEqual([]);
  });
});

describe('a person’s word for a check', () => {
  const word = { id: 'live-lab', check: 'envelope', note: 'its seal is whole' };

  it('counts from whom the runbook asks, and not from somebody who is enrolled for other things', async () => {
    await call('people.enroll', { name: 'Kim Lee', roles: ['dba'], passphrase: 'four words of a kind' });
    await call('people.enroll', { name: 'Ada Keeper', roles: ['harbour-master'], passphrase: 'four words of a kind' });
    await expect(call('readiness.attest', { ...word, by: 'Kim Lee' })).rejects.toThrow('may be attested by harbour-master');
    const { checks } = await call('readiness.attest', { ...word, by: 'Ada Keeper' });
    expect(checks.find(({ id }) => id === 'envelope')).toMatchObject({ outcome: 'pass', evidence: { by: 'Ada Keeper' } });
  });
});
