import { Encrypter } from 'age-encryption';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openVault, type Vault } from '../../../electron/engine/secrets/vault.ts';
import { readVaultFile } from '../../../electron/engine/secrets/vault-file.ts';
import { openedByAge, runOnTerminal } from '../../support/open-by-age.ts';
import { filesWith } from '../../support/secret-traces.ts';
import { diskFolder } from '../../support/record/disk-folder.ts';
import { hasStrace } from '../../support/record/syscall-trace.ts';
import { fixtureProgram } from '../../support/tool-request.ts';

const PASSPHRASE = 'under the harbour wall';
const MARKER = 'wJalrXUtnFEMI-marker';

let data: string;
let path: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'vault-'));
  path = join(data, 'vault.age');
});
afterEach(() => rmSync(data, { recursive: true }));

const bytes = (text: string): Buffer => Buffer.from(text);

/** Cheap to open: one test goes the whole way, and tells that the age program takes what we write by default. */
const QUICK = 10;

async function open(passphrase = PASSPHRASE, workFactor: number | undefined = QUICK): Promise<Vault> {
  const vault = openVault(data, undefined, workFactor);
  await vault.unlock(bytes(passphrase));
  return vault;
}

async function textOf(vault: Vault, account: string): Promise<string> {
  const answer = await vault.read('blackstart', account);
  return answer.kind === 'found' ? Buffer.from(answer.bytes).toString() : answer.kind;
}

/** A vault's file with content of its own. */
async function sealText(text: string, workFactor = 10): Promise<void> {
  const encrypter = new Encrypter();
  encrypter.setPassphrase(PASSPHRASE);
  encrypter.setScryptWorkFactor(workFactor);
  writeFileSync(path, await encrypter.encrypt(text));
}

describe('the vault', () => {
  it('keeps, replaces and forgets, for its owner alone, and a later start finds it again', async () => {
    const vault = await open();
    expect(vault.state()).toEqual({ kind: 'open' });
    expect(await vault.write('blackstart', 'pg', bytes('hunter22'))).toEqual({ kind: 'done' });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await vault.write('blackstart', 'pg', bytes('hunter33'));
    await vault.write('blackstart', 'raw', Uint8Array.of(0, 255, 254, 1, 2, 3));
    const later = await open();
    expect(await textOf(later, 'pg')).toBe('hunter33');
    expect(await later.read('blackstart', 'raw')).toMatchObject({ kind: 'found', bytes: Uint8Array.of(0, 255, 254, 1, 2, 3), where: `the vault ${path}` });
    expect(await later.remove('blackstart', 'pg')).toEqual({ kind: 'done' });
    expect(await later.remove('blackstart', 'pg')).toEqual({ kind: 'nothing' });
    expect(await textOf(await open(), 'pg')).toBe('absent');
    expect(readdirSync(data)).toEqual(['vault.age']);
  });

  it('is read by the age program alone, on any machine', async () => {
    const vault = openVault(data);
    await vault.unlock(bytes(PASSPHRASE));
    await vault.write('blackstart', 'pg', bytes(MARKER));
    expect(readFileSync(path, 'latin1')).toMatch(/^age-encryption\.org\/v1\n-> scrypt \S+ 18\n/u);
    expect(await openedByAge(path, PASSPHRASE)).toEqual({ format: 'blackstart/vault/v1', entries: { 'blackstart/pg': { text: MARKER } } });
    await expect(openedByAge(path, 'another passphrase')).rejects.toThrow('incorrect passphrase');
  });

  it('reads what the age program wrote', async () => {
    writeFileSync(join(data, 'plain'), JSON.stringify({ format: 'blackstart/vault/v1', entries: { 'blackstart/pg': { text: MARKER }, 'blackstart/raw': { base64: '/wA=' } } }));
    // age asks twice for a new passphrase.
    expect((await runOnTerminal(['sh', '-c', `age -p -o '${path}' '${join(data, 'plain')}'`], `${PASSPHRASE}\r${PASSPHRASE}`)).status).toBe(0);
    expect(await textOf(await open(), 'pg')).toBe(MARKER);
  });

  it('takes a passphrase in whatever form a keyboard composes it', async () => {
    await (await open('vier gr\u00fcne Reiher')).write('blackstart', 'pg', bytes(MARKER));
    expect(await textOf(await open('vier gru\u0308ne Reiher'), 'pg')).toBe(MARKER);
    expect(await openedByAge(path, 'vier gr\u00fcne Reiher')).toMatchObject({ entries: {} });
  });

  it('is locked until somebody opens it, and asks for the passphrase once', async () => {
    await (await open()).write('blackstart', 'pg', bytes(MARKER));
    const locked = openVault(data);
    expect(locked.state()).toEqual({ kind: 'locked' });
    expect(await locked.read('blackstart', 'pg')).toEqual({ kind: 'locked', why: 'the vault is locked' });
    expect(await locked.write('blackstart', 'pg', bytes('another'))).toEqual({ kind: 'locked', why: 'the vault is locked' });
    let asked = 0;
    const asking = openVault(data, async () => { asked += 1; return bytes(PASSPHRASE); });
    expect([await textOf(asking, 'pg'), await textOf(asking, 'none'), asked]).toEqual([MARKER, 'absent', 1]);
    asking.lock();
    expect(asking.state()).toEqual({ kind: 'locked' });
  });

  it('is nothing, and nobody is asked, where there is no file', async () => {
    const vault = openVault(data, async () => Promise.reject(new Error('nobody should be asked')));
    expect([vault.state(), await vault.read('blackstart', 'pg'), await vault.remove('blackstart', 'pg')]).toEqual([{ kind: 'none' }, { kind: 'absent' }, { kind: 'nothing' }]);
  });

  it('refuses another passphrase, and a short one for a new vault', async () => {
    await expect(open('seven77')).rejects.toThrow('at least 8 characters');
    await (await open()).write('blackstart', 'pg', bytes(MARKER));
    await expect(open('not the passphrase')).rejects.toMatchObject({ code: 'refused', message: `That is not the passphrase of the vault ${path}.` });
    await expect(open('short')).rejects.toThrow('not the passphrase');
  });

  it('overwrites the passphrases that it is given', async () => {
    const given = bytes(PASSPHRASE);
    await openVault(data).unlock(given);
    expect(given.every((byte) => byte === 0)).toBe(true);
    const long = bytes('seven77');
    await expect(openVault(data).unlock(long)).rejects.toThrow();
    expect(long.every((byte) => byte === 0)).toBe(true);
  });

  it('gets another passphrase, and the old one opens it no more', async () => {
    const vault = await open();
    await vault.write('blackstart', 'pg', bytes(MARKER));
    await vault.changePassphrase(bytes('beyond the breakwater'));
    expect(await textOf(vault, 'pg')).toBe(MARKER);
    await vault.write('blackstart', 'pg', bytes('another'));
    expect(await textOf(await open('beyond the breakwater'), 'pg')).toBe('another');
    await expect(open()).rejects.toThrow('not the passphrase');
    await expect(vault.changePassphrase(bytes('short'))).rejects.toThrow('at least 8');
    await expect(openVault(data).changePassphrase(bytes('another long one'))).rejects.toThrow('locked');
  });

  it('sees what another process has written meanwhile', async () => {
    const [one, other] = [await open(), await open()];
    await one.write('blackstart', 'first', bytes('value-1'));
    await other.write('blackstart', 'second', bytes('value-2'));
    expect([await textOf(one, 'second'), await textOf(other, 'first')]).toEqual(['value-2', 'value-1']);
  });

  it('keeps every one of many changes that are made at once', async () => {
    const vault = await open();
    await Promise.all(['a', 'b', 'c'].map(async (name) => vault.write('blackstart', name, bytes(`value-${name}`))));
    const later = await open();
    expect(await Promise.all(['a', 'b', 'c'].map(async (name) => textOf(later, name)))).toEqual(['value-a', 'value-b', 'value-c']);
  });
});

describe('a vault that is not as it was', () => {
  it.each([
    ['its first byte', 0], ['its salt', 60], ['its sealed file key', 110], ['its header’s end', -200], ['its content', -20], ['its last byte', -1],
  ])('is refused or taken for another’s, never read: %s', async (_, at) => {
    await (await open()).write('blackstart', 'pg', bytes(MARKER));
    const sealed = readFileSync(path);
    const place = at < 0 ? sealed.length + at : at;
    sealed[place] = (sealed[place] ?? 0) ^ 1;
    writeFileSync(path, sealed);
    const vault = openVault(data);
    await expect(vault.unlock(bytes(PASSPHRASE))).rejects.toMatchObject({ code: 'refused', message: expect.not.stringContaining(MARKER) });
    const later = openVault(data, async () => bytes(PASSPHRASE));
    expect((await later.read('blackstart', 'pg')).kind).toBe('unavailable');
    // What cannot be read is not written over.
    expect((await later.write('blackstart', 'pg', bytes('another'))).kind).toBe('unavailable');
    expect(readFileSync(path).equals(sealed)).toBe(true);
  });

  it.each([
    ['cut', (sealed: Buffer) => sealed.subarray(0, -5), 'altered or cut'],
    ['cut within its header', (sealed: Buffer) => sealed.subarray(0, 60), 'cannot be used'],
    ['empty', () => Buffer.alloc(0), 'not an age file'],
    ['something else', () => Buffer.from('{"blackstart/pg":"plain"}'), 'not an age file'],
    ['followed by more', (sealed: Buffer) => Buffer.concat([sealed, Buffer.from('x')]), 'altered or cut'],
  ])('is refused with its place and what to do: %s', async (_, change, why) => {
    await (await open()).write('blackstart', 'pg', bytes(MARKER));
    writeFileSync(path, change(readFileSync(path)));
    await expect(open()).rejects.toMatchObject({ code: 'refused', message: expect.stringContaining(why), hint: expect.stringContaining('Put it back from a copy') });
  });

  it.each([
    ['no JSON', 'plainly not JSON'], ['another format', '{"format":"blackstart/vault/v2","entries":{}}'], ['no entries', '{"format":"blackstart/vault/v1"}'],
    ['an entry that is none', `{"format":"blackstart/vault/v1","entries":{"a/b":"${MARKER}"}}`], ['base64 that is none', '{"format":"blackstart/vault/v1","entries":{"a/b":{"base64":"*"}}}'],
  ])('holds something else than credentials, and nothing of it is echoed: %s', async (_, text) => {
    await sealText(text);
    const vault = openVault(data);
    await expect(vault.unlock(bytes(PASSPHRASE))).rejects.toMatchObject({ message: `The vault ${path} cannot be used: it holds something else than credentials.` });
    expect(vault.state()).toMatchObject({ kind: 'broken' });
  });

  it('asks for too much work, is too large, is a folder, or cannot be read', async () => {
    await sealText('{}', 10);
    writeFileSync(path, readFileSync(path).toString('latin1').replace(/ 10\n/u, ' 21\n'), 'latin1');
    await expect(open()).rejects.toThrow('its work factor is 21, more than 20');
    truncateSync(path, 5 * 1024 * 1024);
    await expect(open()).rejects.toThrow('more than a vault can have');
    rmSync(path);
    mkdirSync(path);
    await expect(open()).rejects.toThrow('cannot be used');
    rmSync(path, { recursive: true });
    await expect(readVaultFile(path, bytes(PASSPHRASE))).rejects.toThrow();
  });

  it('encrypted to a key instead of a passphrase is refused', async () => {
    const encrypter = new Encrypter();
    encrypter.addRecipient('age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p');
    writeFileSync(path, await encrypter.encrypt('{}'));
    await expect(open()).rejects.toThrow('not encrypted to a passphrase alone');
  });

  it('cannot be written: the old one stays', async () => {
    const vault = await open();
    await vault.write('blackstart', 'pg', bytes('value-1'));
    const sealed = readFileSync(path);
    rmSync(path);
    mkdirSync(join(path, 'in-the-way'), { recursive: true });
    expect((await vault.write('blackstart', 'pg', bytes('value-2'))).kind).toBe('unavailable');
    rmSync(path, { recursive: true });
    writeFileSync(path, sealed);
    chmodSync(path, 0o600);
    expect(await textOf(await open(), 'pg')).toBe('value-1');
  });
});

describe.skipIf(!hasStrace)('a vault whose writer dies', () => {
  it('is the old one or the new one, wherever it was cut off, and leaves nothing readable behind', async () => {
    const folder = diskFolder('vault-kill-');
    try {
      const outcomes: string[] = [];
      for (let call = 1; call <= 6; call += 1) {
        const dir = join(folder, String(call));
        mkdirSync(dir);
        const write = (value: string, ...before: string[]) => spawnSync(before[0] ?? process.execPath, [...before.slice(1), ...(before.length === 0 ? [] : [process.execPath]), '--no-warnings', fixtureProgram('write-vault.ts'), dir, PASSPHRASE, value], { encoding: 'utf8', timeout: 60_000, killSignal: 'SIGKILL' });
        expect(write('old-value-1').stdout).toBe('done\n');
        const cut = write('new-value-1', 'strace', '-f', '-o', '/dev/null', '-e', 'trace=fsync,rename,renameat2,fchmod,unlink', '-e', `inject=fsync,rename,renameat2:signal=SIGKILL:when=${call}`);
        const vault = openVault(dir);
        await vault.unlock(bytes(PASSPHRASE));
        const found = await textOf(vault, 'pg');
        expect(['old-value-1', 'new-value-1']).toContain(found);
        if (cut.stdout === 'done\n') expect(found).toBe('new-value-1');
        outcomes.push(`${found}${cut.stdout.trim()}`);
        expect(filesWith(dir, 'new-value-1')).toEqual([]);
        vault.lock();
        if (cut.stdout === 'done\n') break;
      }
      // It was cut off before the rename and after, and at last not at all: the test has met every place.
      expect(new Set(outcomes)).toEqual(new Set(['old-value-1', 'new-value-1', 'new-value-1done']));
    } finally {
      rmSync(folder, { recursive: true });
    }
    expect(existsSync(folder)).toBe(false);
  });
});
