import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EnrolledShares } from '../../../../electron/contract/escrow.ts';
import { combineToFile, enrollShares, obtainKey } from '../../../../electron/engine/escrow/quorum/ask-quorum.ts';
import type { ShareSet } from '../../../../electron/engine/escrow/quorum/quorum.ts';
import { createSecretStore } from '../../../../electron/engine/secrets/secret-store.ts';
import { anotherContent, ssssShares, vaultShares } from '../../../support/shares.ts';

const SECRET = randomBytes(32);

let folder = '';
let shares: Buffer[] = [];
let enrolled: EnrolledShares;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'release-'));
  shares = await vaultShares(SECRET, 5, 3);
  enrolled = await enrollShares({ ...setOf(shares), method: null });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const setOf = (given: readonly Buffer[]): ShareSet => ({ scheme: 'vault', threshold: 3, shares: given.map((bytes, at) => ({ label: `share-${at}`, bytes })) });
const altered = (): Buffer[] => [...shares.slice(0, 2), anotherContent(shares[2] ?? Buffer.alloc(0))];

describe('a key obtained by a quorum', () => {
  it('goes into a memory handle when it is the committed one', async () => {
    const { verdict, key } = await obtainKey(setOf(shares.slice(1, 4)), { keyCommitment: enrolled.key });
    expect(verdict).toMatchObject({ ok: true, level: 'L3' });
    const store = createSecretStore();
    const handle = store.put('master_key', key ?? new Uint8Array(), 'escrow ampora-master', { mayUseEnv: false });
    expect(Buffer.from(handle.bytes()).equals(SECRET)).toBe(true);
    expect([...(key ?? [])].every((byte) => byte === 0)).toBe(true);
    expect(handle.mayUseEnv).toBe(false);
    store.forgetAll();
  });

  it('that nothing proves is given only to a caller who says so', async () => {
    expect((await obtainKey(setOf(shares.slice(0, 3)), {})).key).toBeNull();
    const accepted = await obtainKey(setOf(shares.slice(0, 3)), {}, { acceptUnproven: true });
    expect(accepted.verdict).toMatchObject({ ok: false, key: { state: 'unproven' } });
    expect(Buffer.from(accepted.key ?? []).equals(SECRET)).toBe(true);
  });

  it('that is another one is never given, whatever the caller says', async () => {
    const { verdict, key } = await obtainKey(setOf(altered()), { keyCommitment: enrolled.key }, { acceptUnproven: true });
    expect(verdict).toMatchObject({ ok: false, key: { state: 'mismatch' } });
    expect(key).toBeNull();
  });
});

describe('a key combined into a file', () => {
  it('is written with mode 0600, and holds the key alone', async () => {
    const path = join(folder, 'key');
    const { written } = await combineToFile(setOf(shares.slice(0, 3)), { keyCommitment: enrolled.key }, { path });
    expect(written).toEqual({ path, bytes: 32 });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path).equals(SECRET)).toBe(true);
  });

  it('never replaces a file and never follows a link', async () => {
    const path = join(folder, 'taken');
    writeFileSync(path, 'mine');
    await expect(combineToFile(setOf(shares.slice(0, 3)), { keyCommitment: enrolled.key }, { path })).rejects.toMatchObject({ code: 'refused', message: `${path} exists already; a key is never written over a file.` });
    expect(readFileSync(path, 'utf8')).toBe('mine');
    const link = join(folder, 'link');
    symlinkSync(join(folder, 'elsewhere'), link);
    await expect(combineToFile(setOf(shares.slice(0, 3)), { keyCommitment: enrolled.key }, { path: link })).rejects.toThrow('exists already');
    expect(existsSync(join(folder, 'elsewhere'))).toBe(false);
  });

  it('is refused in words where it cannot be written', async () => {
    mkdirSync(join(folder, 'dir'));
    await expect(combineToFile(setOf(shares.slice(0, 3)), { keyCommitment: enrolled.key }, { path: join(folder, 'none', 'key') })).rejects.toThrow('could not be written');
    await expect(combineToFile(setOf(shares.slice(0, 3)), { keyCommitment: enrolled.key }, { path: join(folder, 'dir') })).rejects.toThrow('exists already');
  });

  it('that is refuted or unproven leaves no file', async () => {
    const path = join(folder, 'wrong');
    expect((await combineToFile(setOf(altered()), { keyCommitment: enrolled.key }, { path, acceptUnproven: true })).written).toBeNull();
    expect((await combineToFile(setOf(shares.slice(0, 3)), {}, { path })).written).toBeNull();
    expect((await combineToFile(setOf(shares.slice(0, 2)), {}, { path, acceptUnproven: true })).written).toBeNull();
    expect(existsSync(path)).toBe(false);
  });

  it('in an emergency takes all shares of ssss that there are, and exactly as many as make the key', async () => {
    const path = join(folder, 'emergency');
    const all = ssssShares('correct horse battery staple', 5, 3);
    const { written, verdict } = await combineToFile({ scheme: 'ssss', threshold: null, shares: all.map((bytes, at) => ({ label: `${at}`, bytes })) }, {}, { path, acceptUnproven: true });
    expect(verdict).toMatchObject({ threshold: 3, agreement: { state: 'agree' } });
    expect(written).not.toBeNull();
    expect(readFileSync(path, 'utf8')).toBe('correct horse battery staple');
  });
});
