/** The ceremony of a key that is held whole, over a real register: real files of real programs, real children. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineEvent, MethodName, Params, Result } from '../../../../electron/contract/methods.ts';
import { systemClock } from '../../../../electron/engine/clock.ts';
import { findInstallation } from '../../../../electron/engine/installation.ts';
import { openConsoleEngine, type ConsoleEngine } from '../../../../electron/engine/page/page-engine.ts';
import { callEngine } from '../../../support/call-engine.ts';
import { blackstart } from '../../../integration/command-line.ts';
import { filesWith } from '../../../support/secret-traces.ts';

const LONG = 600_000;
const LOCK = 'seven grey herons';
let folder: string;
let engine: ConsoleEngine;
let sent: EngineEvent[];

const sh = (command: string): void => void execFileSync('sh', ['-c', command], { cwd: folder, stdio: 'ignore' });
const bytesOf = (name: string): Uint8Array<ArrayBuffer> => Uint8Array.from(readFileSync(join(folder, name)));
const text = (words: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(words);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'blackstart-whole-'));
  sh(`age-keygen -o id.txt; age-keygen -o other.txt; r=$(age-keygen -y id.txt); for n in 1 2; do echo "low water $n" | age -r $r > tide-$n.age; done
    openssl genpkey -algorithm ed25519 -out ed.pem; openssl pkcs8 -topk8 -in ed.pem -out locked.pem -passout "pass:${LOCK}"`);
  const { node, launcher } = findInstallation(process.execPath);
  engine = openConsoleEngine({ dataDir: join(folder, 'data'), clock: systemClock(), nodePath: node, launcher, env: process.env, runbookDirs: [] });
  sent = [];
  engine.subscribe((event) => sent.push(event));
}, LONG);
afterEach(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

const call = <M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>> => callEngine(engine, method, params);

async function enrol(scheme: 'age' | 'pkcs8', name: string, passphrase?: string): Promise<void> {
  await call('escrow.enroll', { key: 'tide', scheme, threshold: 1, total: 1, shares: [{ label: name, bytes: bytesOf(name) }], as: 'new', by: 'Kim Lee', ...(passphrase === undefined ? {} : { passphrase: text(passphrase) }) });
}

const start = (goal: 'L1' | 'L3' | 'L4') => call('escrow.ceremony.start', { key: 'tide', purpose: 'routine', goal, operator: null, witnesses: [] });
const enter = (ceremony: string, bytes: Uint8Array<ArrayBuffer>, passphrase?: Uint8Array<ArrayBuffer>) => call('escrow.ceremony.share', { ceremony, x: 1, bytes, ...(passphrase === undefined ? {} : { passphrase }) });

describe('a key that is held whole', { timeout: LONG }, () => {
  it('goes from its bag over one entry to the oldest and the newest backup, a new bag and the record', async () => {
    await enrol('age', 'id.txt');
    await call('escrow.set', { key: 'tide', set: 'daily', answer: 'kind: age', samples: join(folder, 'tide-*.age'), oldest: null, newest: null, by: 'Kim Lee' });
    const { id, shares, encodings } = await start('L4');
    expect(shares).toMatchObject([{ x: 1, slot: 'the whole key', state: 'waiting' }]);
    expect(encodings).toContain('text');
    await expect(call('escrow.ceremony.finish', { ceremony: id })).rejects.toThrow('was not entered yet');
    await call('escrow.ceremony.bag', { ceremony: id, x: 1, bag: 'T-1', seal: 'whole', photo: text('a photo') });
    const wrong = await enter(id, bytesOf('other.txt'));
    expect(wrong).toMatchObject({ entered: 0, quorum: { state: 'mismatch' }, shares: [{ result: 'no-match', tries: 1 }] });
    const given = bytesOf('id.txt');
    const right = await enter(id, given);
    expect(given.every((byte) => byte === 0)).toBe(true);
    expect(right).toMatchObject({ state: 'proven', entered: 0, quorum: { state: 'match' }, shares: [{ state: 'verdict', result: 'match', tries: 2 }], proofs: [{ which: 'oldest', verdict: 'opens' }, { which: 'newest', verdict: 'opens' }] });
    await expect(call('escrow.ceremony.prove', { ceremony: id })).rejects.toThrow('when it is entered');
    await call('escrow.ceremony.new-bag', { ceremony: id, x: 1, bag: 'T-2', seal: null });
    expect((await call('escrow.ceremony.finish', { ceremony: id })).state).toBe('finished');
    await expect(call('escrow.ceremony.deliver', { ceremony: id, to: { runbook: 'first-drill', secret: 'master_key' } })).rejects.toThrow('is not kept');
    expect(await call('escrow.record', { id })).toMatchObject({ level: 'L4', ok: true, shares: [{ slot: 'the whole key', result: 'match', level: 'L3', bag_found: 'T-1', new_bag: 'T-2' }] });
    const [key] = (await call('escrow.view', {})).keys;
    expect(key).toMatchObject({ state: 'warning', matrix: [{ level: 'L4', state: 'good' }] }); // held in one place, so one loss ends recovery
    expect(key?.versions[0]?.shares).toMatchObject([{ state: 'verified', last: { level: 'L3', ok: true }, seen: { bag: 'T-2' } }]); // nobody is named as its custodian
    const { html } = await call('escrow.card', { key: 'tide' });
    expect(html).toContain('blackstart escrow verify --key tide --secret-file FILE');
    expect(html).not.toContain('verify-share');
    const secret = /AGE-SECRET-KEY-1\w+/u.exec(readFileSync(join(folder, 'id.txt'), 'utf8'))?.[0] ?? '';
    expect(JSON.stringify(sent)).not.toContain(secret);
    expect(filesWith(join(folder, 'data'), secret)).toEqual([]);
  });

  it('that is locked opens with its passphrase alone, and is called unreadable without', async () => {
    await enrol('pkcs8', 'locked.pem', LOCK);
    const { id } = await start('L3');
    expect(await enter(id, bytesOf('locked.pem'))).toMatchObject({ shares: [{ result: 'unreadable' }], quorum: { state: 'none' } });
    const typed = text(LOCK);
    expect(await enter(id, bytesOf('locked.pem'), typed)).toMatchObject({ shares: [{ result: 'match' }] });
    expect(typed.every((byte) => byte === 0)).toBe(true);
    expect(await enter(id, bytesOf('ed.pem'))).toMatchObject({ shares: [{ result: 'match' }] }); // the same key, unlocked
  });

  it('has no share to look at by itself, and no ceremony where a key service keeps it', async () => {
    await enrol('age', 'id.txt');
    await expect(start('L1')).rejects.toThrow('is held whole, as age');
    await engine.close();
    writeFileSync(join(folder, 'blob'), 'wrapped');
    const enrolled = await blackstart(['escrow', 'enroll', '--data-dir', join(folder, 'data'), '--key', 'cloud', '--scheme', 'kms-wrapped', '--secret-file', join(folder, 'blob'), '--arn', 'arn:aws:kms:eu-central-1:111122223333:key/abc', '--key-version', '1'], { cwd: folder, env: { PATH: process.env['PATH'] ?? '' } });
    expect(enrolled.status, enrolled.stderr).toBe(0);
    const { node, launcher } = findInstallation(process.execPath);
    engine = openConsoleEngine({ dataDir: join(folder, 'data'), clock: systemClock(), nodePath: node, launcher, env: process.env, runbookDirs: [] });
    await expect(call('escrow.ceremony.start', { key: 'cloud', purpose: 'routine', goal: 'L3', operator: null, witnesses: [] })).rejects.toThrow('nothing about it can be verified offline');
    expect((await call('escrow.view', {})).keys.find(({ key }) => key === 'cloud')?.versions[0]).toMatchObject({ kms: { key_version: '1' }, shares: [] });
  });
});
