import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SecretSpec } from '../../../electron/contract/front-matter.ts';
import { fingerprint } from '../../../electron/engine/secrets/fingerprint.ts';
import type { KeychainAnswer } from '../../../electron/engine/secrets/keychain.ts';
import { keepSecret, obtainSecret } from '../../../electron/engine/secrets/obtain-secret.ts';
import type { Obtained } from '../../../electron/engine/secrets/obtain-secret.ts';
import { readSource, type SourceAnswer } from '../../../electron/engine/secrets/read-source.ts';
import type { SecretStore } from '../../../electron/engine/secrets/secret.ts';
import { createSecretStore } from '../../../electron/engine/secrets/secret-store.ts';

let folder: string;
let store: SecretStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'obtain-'));
  store = createSecretStore();
});
afterEach(() => rmSync(folder, { recursive: true }));

function obtain(spec: SecretSpec, more: { env?: Record<string, string>; keychain?: KeychainAnswer; dead?: string[] } = {}): Promise<Obtained> {
  const keychain = { read: async (): Promise<KeychainAnswer> => more.keychain ?? { kind: 'absent' } };
  return obtainSecret('key', spec, { store, folder, processEnv: more.env ?? {}, dead: more.dead ?? [], keychain });
}

function valueOf(obtained: Obtained): string {
  if (obtained.kind === 'missing') throw new Error(JSON.stringify(obtained.tried));
  return Buffer.from(obtained.secret.bytes()).toString();
}

describe('a secret', () => {
  it('comes from the first source that has it', async () => {
    writeFileSync(join(folder, 'key'), 'from-file\n');
    const obtained = await obtain({ sources: [{ file: 'gone' }, { env: 'NOT_SET' }, { file: 'key' }, 'prompt'] });
    expect(valueOf(obtained)).toBe('from-file');
    expect(store.get('key')?.source).toBe(`file ${join(folder, 'key')}`);
  });

  it('comes from the environment or the keychain', async () => {
    expect(valueOf(await obtain({ sources: [{ env: 'KEY' }] }, { env: { KEY: 'from-env' } }))).toBe('from-env');
    store.forgetAll();
    const keychain: KeychainAnswer = { kind: 'found', bytes: Buffer.from('from-keychain') };
    expect(valueOf(await obtain({ sources: [{ keychain: 'blackstart/ampora-pg' }] }, { keychain }))).toBe('from-keychain');
    expect(store.get('key')?.source).toBe('keychain blackstart/ampora-pg');
    store.forgetAll();
    await obtain({ sources: [{ keychain: 'blackstart/ampora-pg' }] }, { keychain: { kind: 'found', bytes: Buffer.from('from-vault'), where: 'the vault /data/vault.age' } });
    expect(store.get('key')?.source).toBe('keychain blackstart/ampora-pg, from the vault /data/vault.age');
  });

  it.each([
    ['one final newline', false, 'value\n\n', 'value\n'],
    ['a final newline of Windows', false, 'value1\r\n', 'value1'],
    ['nothing of a binary one', true, 'value1\n', 'value1\n'],
  ])('loses %s', async (_, binary, given, kept) => {
    writeFileSync(join(folder, 'key'), given);
    expect(valueOf(await obtain({ sources: [{ file: 'key' }], binary }))).toBe(kept);
  });

  it('is not asked for twice', async () => {
    const env = { KEY: 'from-env' };
    await obtain({ sources: [{ env: 'KEY' }] }, { env });
    expect(valueOf(await obtain({ sources: [{ env: 'KEY' }] }, { env: {} }))).toBe('from-env');
  });

  it('of which no source has a copy is missing, with a reason for each', async () => {
    writeFileSync(join(folder, 'large'), '');
    truncateSync(join(folder, 'large'), 2_000_000);
    const obtained = await obtain({ sources: [{ file: 'gone' }, { file: '.' }, { file: 'large' }, { env: 'KEY' }, { keychain: 'a/b' }, { escrow: 'master' }, { file: 'key', needs_alive: ['vault'] }, 'prompt'] }, { dead: ['vault'], keychain: { kind: 'locked' } });
    expect(obtained).toMatchObject({ kind: 'missing', prompt: true });
    expect(obtained.kind === 'missing' && obtained.tried.map((answer) => answer.why)).toEqual([
      'there is no such file', 'it is not a file', 'it has 2000000 bytes, too many for a secret', 'the variable is not set', 'the keychain is locked; unlock it and try again',
      'no escrow can be asked here', 'it needs vault, which is dead',
    ]);
  });

  it('that no person may be asked for says so', async () => {
    expect(await obtain({ sources: [{ file: 'gone' }] })).toMatchObject({ kind: 'missing', prompt: false });
  });
});

describe('a secret that is given', () => {
  it('is taken over and overwritten where it came from', () => {
    const given = Buffer.from('typed-in\n');
    expect(keepSecret('key', { sources: ['prompt'] }, given, 'prompt', store)).toMatchObject({ source: 'prompt', length: 8, mayUseEnv: true });
    expect(given.every((byte) => byte === 0)).toBe(true);
  });

  it('may not go into an environment when it is an escrowed key', () => {
    expect(keepSecret('key', { sources: [{ escrow: 'master' }, 'prompt'] }, Buffer.from('typed-in'), 'prompt', store).mayUseEnv).toBe(false);
  });

  it('must have the fingerprint that the runbook names; another is not kept', () => {
    const right = fingerprint(createSecretStore().put('key', Buffer.from('the-right-one'), 'test'));
    expect(() => keepSecret('key', { sources: ['prompt'], fingerprint: right }, Buffer.from('a-wrong-one'), 'prompt', store)).toThrow('not the one that the runbook means');
    expect(store.get('key')).toBeNull();
    expect(keepSecret('key', { sources: ['prompt'], fingerprint: right }, Buffer.from('the-right-one\n'), 'prompt', store).length).toBe(13);
  });

  it('is refused when it is too short', () => {
    expect(() => keepSecret('key', { sources: ['prompt'] }, Buffer.from('12345\n'), 'prompt', store)).toThrow('5 bytes long');
  });
});

describe('a source', () => {
  const context = { folder: '/', processEnv: {}, keychain: { read: async (): Promise<KeychainAnswer> => ({ kind: 'absent-or-locked' }) } };

  it('that is an escrow gives the key that a quorum made, or says why not, and goes on to the next', async () => {
    const access = { obtain: async (key: string): Promise<SourceAnswer> => (key === 'master' ? { kind: 'found', source: 'escrow master, shares 1, 2', bytes: Buffer.from('rebuilt-key') } : { kind: 'absent', source: `escrow ${key}`, why: 'its custodians have to bring their shares together' }) };
    const asked = { ...context, store: createSecretStore(), dead: [], escrow: { access, wish: { for: 'a test', run: null, mode: 'check' as const } } };
    expect(await obtainSecret('key', { sources: [{ escrow: 'master' }] }, asked)).toMatchObject({ kind: 'found', secret: { source: 'escrow master, shares 1, 2', mayUseEnv: false } });
    expect(await obtainSecret('other', { sources: [{ escrow: 'none' }, 'prompt'] }, asked)).toMatchObject({ kind: 'missing', prompt: true, tried: [{ why: 'its custodians have to bring their shares together' }] });
  });

  it('in a keychain needs a service and an account', async () => {
    await expect(readSource({ keychain: 'ampora' }, context)).rejects.toThrow('names no keychain entry');
    expect(await readSource({ keychain: 'a/b/c' }, context)).toMatchObject({ kind: 'absent', source: 'keychain a/b/c', why: expect.stringContaining('does not tell which') });
  });
});
