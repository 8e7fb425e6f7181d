/** The engine as a page calls it, on real data folders, without a window. */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MethodName, Params, Result } from '../../../electron/contract/methods.ts';
import { systemClock } from '../../../electron/engine/clock.ts';
import { findInstallation } from '../../../electron/engine/installation.ts';
import { openConsoleEngine, type ConsoleEngine } from '../../../electron/engine/page/page-engine.ts';
import { callEngine } from '../../support/call-engine.ts';
import { filesWith, sealedSample } from '../../support/secret-traces.ts';

let dataDir: string;
let engine: ConsoleEngine;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'blackstart-page-engine-'));
  engine = open([join(import.meta.dirname, '..', '..', 'fixtures', 'live-lab')]);
});
afterEach(async () => {
  await engine.close();
  rmSync(dataDir, { recursive: true, force: true });
});

function open(books: string[]): ConsoleEngine {
  const { node, launcher, runbooks } = findInstallation(process.execPath);
  return openConsoleEngine({ dataDir, clock: systemClock(), nodePath: node, launcher, env: process.env, runbookDirs: [runbooks, ...books] });
}

const call = <M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>> => callEngine(engine, method, params);

describe('a page that has just connected', () => {
  it('is greeted with what Home says', async () => {
    const { home } = await engine.greeting();
    expect(home?.systems.map(({ system }) => system)).toContain('ampora');
    expect(home).toEqual(await call('home.view', {}));
  });
});

describe('the First drill', () => {
  it('is made once, however many ask for it at the same time, and read as nothing until it is there', async () => {
    const [first, second, readiness] = await Promise.all([
      call('drill.prepare', {}), call('drill.prepare', {}), call('readiness.view', { id: 'first-drill' }), call('home.view', {}),
    ]);
    expect(second).toEqual(first);
    expect(readiness.state).toBe('NEEDS_VERIFICATION');
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

describe('a secret that a person gave for checks', () => {
  const KEY = 'seven grey herons at the weir';
  const book = (): string => join(dataDir, 'books');
  const give = (value = KEY): Promise<Result<'readiness.secret'>> => call('readiness.secret', { id: 'live-lab', secret: 'vault_key', value });

  beforeEach(async () => {
    await engine.close();
    cpSync(join(import.meta.dirname, '..', '..', 'fixtures', 'live-lab'), book(), { recursive: true });
    writeFileSync(join(book(), 'canary.txt'), sealedSample(KEY));
    engine = open([book()]);
  });

  /** The outcome of a round of checks: the last report that one gives. */
  async function round(): Promise<string | undefined> {
    const before = (await call('readiness.view', { id: 'live-lab' })).checks.find(({ id }) => id === 'vault-key')?.checked_at;
    const judged = new Promise<string>((resolve) => engine.subscribe((event) => {
      if (event.event !== 'readiness.changed') return;
      const check = event.report.checks.find(({ id }) => id === 'vault-key');
      if (check?.checked_at !== null && check?.checked_at !== before) resolve(check?.outcome ?? '');
    }));
    await call('readiness.start', { id: 'live-lab', only: ['vault-key'] });
    return judged;
  }

  it('serves one round after the other, until a person has it forgotten', async () => {
    expect(await give()).toEqual({ held: ['vault_key'] });
    expect([await round(), await round()]).toEqual(['pass', 'pass']);
    expect(await call('readiness.secrets', { id: 'live-lab' })).toEqual({ held: ['vault_key'] });
    expect(await call('readiness.secrets', { id: 'first-drill' })).toEqual({ held: [] });
    expect(await call('readiness.forget', { id: 'live-lab' })).toEqual({ held: [] });
    expect(await round()).toBe('unknown');
    expect(filesWith(dataDir, KEY)).toEqual([]);
  });

  it('gives way to a newer one, and is gone when that is refused', async () => {
    await give('another key, of another day');
    expect(await round()).toBe('fail');
    await give();
    expect(await round()).toBe('pass');
    await expect(give('short')).rejects.toMatchObject({ code: 'refused' });
    expect(await call('readiness.secrets', { id: 'live-lab' })).toEqual({ held: [] });
    await expect(call('readiness.secret', { id: 'live-lab', secret: 'nothing', value: KEY })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('is held as long as a window is there', async () => {
    const [first, second] = [engine.subscribe(() => undefined), engine.subscribe(() => undefined)];
    await give();
    first();
    expect(await call('readiness.secrets', { id: 'live-lab' })).toEqual({ held: ['vault_key'] });
    second();
    expect(await call('readiness.secrets', { id: 'live-lab' })).toEqual({ held: [] });
  });
});
