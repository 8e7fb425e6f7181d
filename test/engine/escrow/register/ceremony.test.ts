/** The window's ceremony over a real register: real shares, real children, real signatures. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineEvent, MethodName, Params, Result } from '../../../../electron/contract/methods.ts';
import { systemClock } from '../../../../electron/engine/clock.ts';
import { findInstallation } from '../../../../electron/engine/installation.ts';
import { openConsoleEngine, type ConsoleEngine } from '../../../../electron/engine/page/page-engine.ts';
import { callEngine } from '../../../support/call-engine.ts';
import { vaultShares } from '../../../support/escrow-material.ts';
import { filesWith } from '../../../support/secret-traces.ts';

const KEY = randomBytes(32);
const LONG = 600_000; // many processes, each with scrypt, on machines that do other things as well
let folder: string;
let engine: ConsoleEngine;
let sent: EngineEvent[];
let shares: Buffer[];
let numbers: number[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'blackstart-ceremony-'));
  const { node, launcher, runbooks } = findInstallation(process.execPath);
  engine = openConsoleEngine({ dataDir: join(folder, 'data'), clock: systemClock(), nodePath: node, launcher, env: process.env, runbookDirs: [runbooks] });
  sent = [];
  engine.subscribe((event) => sent.push(event));
  shares = (await vaultShares(join(folder, 's'), KEY, { threshold: 2, total: 3 })).map((path) => Buffer.from(readFileSync(path, 'utf8').trim()));
  for (const [name, role] of [['Ruth Adeyemi', 'audit'], ['Kim Lee', 'operator']] as const) await call('people.enroll', { name, roles: [role], passphrase: 'four words of a kind' });
  const { keys } = await call('escrow.enroll', { key: 'vault-key', scheme: 'vault', threshold: 2, total: 3, shares: shares.map((bytes, index) => ({ label: `${index + 1}`, bytes: Uint8Array.from(bytes) })), as: 'new', by: 'Kim Lee', witnesses: 1, generated: true });
  numbers = shares.map((text) => Buffer.from(text.toString(), 'base64').at(-1) ?? 0);
  expect(keys[0]?.versions[0]?.shares.map(({ x }) => x)).toEqual([...numbers].sort((a, b) => a - b));
}, LONG);
afterEach(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

const call = <M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>> => callEngine(engine, method, params);

const start = (goal: 'L1' | 'L3') => call('escrow.ceremony.start', { key: 'vault-key', purpose: 'routine', goal, operator: 'kim-lee', witnesses: ['ruth-adeyemi'] });
const enter = (ceremony: string, index: number, of = index) => call('escrow.ceremony.share', { ceremony, x: numbers[of] ?? 0, bytes: Uint8Array.from(shares[index] ?? []) });

describe('a ceremony', { timeout: LONG }, () => {
  it('goes from the bags over the shares and the quorum to a record that both sign, and echoes nothing', async () => {
    const { id, network } = await start('L3');
    expect(network.how).toContain('routes');
    await call('escrow.ceremony.bag', { ceremony: id, x: numbers[0] ?? 0, bag: 'B-1', seal: 'whole', photo: Uint8Array.from(randomBytes(64)) });
    const first = await enter(id, 0);
    expect(first).toMatchObject({ entered: 1, state: 'open' });
    const wrong = await enter(id, 2, 1);
    expect(wrong.shares.find(({ x }) => x === numbers[1])).toMatchObject({ result: 'no-match', tries: 1 });
    expect(wrong.entered).toBe(1);
    await expect(call('escrow.ceremony.prove', { ceremony: id })).rejects.toThrow('1 of the 2 shares');
    await enter(id, 1);
    const proven = await call('escrow.ceremony.prove', { ceremony: id });
    expect(proven).toMatchObject({ state: 'proven', quorum: { state: 'match' } });
    await call('escrow.ceremony.new-bag', { ceremony: id, x: numbers[0] ?? 0, bag: 'B-2', seal: 'S-9' });
    expect((await call('escrow.ceremony.finish', { ceremony: id })).state).toBe('signing');
    await expect(call('escrow.ceremony.sign', { ceremony: id, person: 'ruth-adeyemi', passphrase: 'not the one at all', role: 'witness' })).rejects.toThrow('not the passphrase');
    await call('escrow.ceremony.sign', { ceremony: id, person: 'ruth-adeyemi', passphrase: 'four words of a kind', role: 'witness' });
    const signed = await call('escrow.ceremony.sign', { ceremony: id, person: 'kim-lee', passphrase: 'four words of a kind', role: 'operator' });
    expect(signed).toMatchObject({ state: 'finished', verification: id });
    const record = await call('escrow.record', { id });
    expect(record).toMatchObject({ level: 'L3', ok: true, operator: 'kim-lee', witnesses: [{ name: 'Ruth Adeyemi' }] });
    expect(record.shares.find(({ x }) => x === numbers[0])).toMatchObject({ bag_found: 'B-1', seal: 'whole', new_bag: 'B-2', result: 'match' });
    expect((await call('escrow.view', {})).history[0]?.signatures.map(({ holds }) => holds)).toEqual([true, true]);
    expect((await call('escrow.report', { id })).html).toContain('Ruth Adeyemi');
    for (const share of shares) {
      expect(JSON.stringify(sent)).not.toContain(share.toString());
      expect(filesWith(join(folder, 'data'), share.toString())).toEqual([]);
    }
    expect(sent.some(({ event }) => event === 'escrow.changed')).toBe(true);
  });

  it('gives the key to checks only when everybody has signed', async () => {
    const { id } = await start('L3');
    await enter(id, 0);
    await enter(id, 1);
    await call('escrow.ceremony.prove', { ceremony: id });
    const to = { runbook: 'first-drill', secret: 'master_key' };
    await expect(call('escrow.ceremony.deliver', { ceremony: id, to })).rejects.toThrow('recorded and signed');
    await call('escrow.ceremony.finish', { ceremony: id });
    for (const [person, role] of [['ruth-adeyemi', 'witness'], ['kim-lee', 'operator']] as const) await call('escrow.ceremony.sign', { ceremony: id, person, passphrase: 'four words of a kind', role });
    expect((await call('escrow.ceremony.deliver', { ceremony: id, to })).delivered).toEqual(['checks of first-drill']);
    expect((await call('escrow.ceremony.abort', { ceremony: id, reason: 'over' })).ceremony).toBeNull();
  });

  it('keeps no share for L1, and refuses a pasted text that is none without keeping it', async () => {
    const { id } = await start('L1');
    const pasted = Buffer.from('correct horse battery staple, in the wrong field');
    const after = await call('escrow.ceremony.share', { ceremony: id, x: numbers[0] ?? 0, bytes: Uint8Array.from(pasted) });
    expect(after.shares.find(({ x }) => x === numbers[0])?.result).toBe('unreadable');
    expect(JSON.stringify([after, sent])).not.toContain('horse');
    expect(filesWith(join(folder, 'data'), pasted.toString())).toEqual([]);
    expect((await enter(id, 0)).entered).toBe(0);
    expect((await call('escrow.ceremony.finish', { ceremony: id })).state).toBe('signing');
    expect(await call('escrow.record', { id })).toMatchObject({ level: 'L1', quorum: null });
  });

  it('is refused without the witnesses that the key’s rule wants, or with the operator as one', async () => {
    const asked = { key: 'vault-key', purpose: 'routine', goal: 'L1', operator: 'kim-lee' } as const;
    await expect(call('escrow.ceremony.start', { ...asked, witnesses: [] })).rejects.toThrow('dual control');
    await expect(call('escrow.ceremony.start', { ...asked, witnesses: ['kim-lee'] })).rejects.toThrow('cannot witness');
    await call('escrow.custody', { key: 'vault-key', x: numbers[0] ?? 0, custody: { custodian: 'Ruth Adeyemi' }, by: 'Kim Lee' });
    await expect(call('escrow.ceremony.start', { ...asked, witnesses: ['ruth-adeyemi'] })).rejects.toThrow('holds a share');
  });
});
