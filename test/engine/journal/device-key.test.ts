import { spawnSync } from 'node:child_process';
import { cpSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acceptDamage } from '../../../electron/engine/journal/accept-damage.ts';
import { describeDeviceKey, reportDeviceKey } from '../../../electron/engine/journal/describe-device-key.ts';
import { readDeviceKey } from '../../../electron/engine/journal/device-key.ts';
import type { Journal } from '../../../electron/engine/journal/journal.ts';
import { openJournal } from '../../../electron/engine/journal/open-journal.ts';
import { protectDeviceKey, settleDeviceKey } from '../../../electron/engine/journal/protect-device-key.ts';
import { openWrapped } from '../../../electron/engine/journal/seal-device-key.ts';
import { systemKeychain } from '../../../electron/engine/secrets/keychain.ts';
import { verifyRecord } from '../../../electron/engine/verify/verify-record.ts';
import { hasKeyring, keyringSession } from '../../support/keyring-session.ts';
import { diskFolder } from '../../support/record/disk-folder.ts';
import { hasStrace } from '../../support/record/syscall-trace.ts';
import { setClock, type SetClock } from '../../support/set-clock.ts';
import { fixtureProgram } from '../../support/tool-request.ts';

// Whatever keyring the machine has, these tests shall not touch it.
process.env['DBUS_SESSION_BUS_ADDRESS'] = 'unix:path=/nowhere';

const PASSPHRASE = 'four slow grey herons';
let dir: string;
let clock: SetClock;
let opened: Journal[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'device-key-'));
  clock = setClock();
  opened = [];
});
afterEach(() => {
  for (const journal of opened) journal.close();
  rmSync(dir, { recursive: true });
});

function open(): Journal {
  const journal = openJournal({ dataDir: dir, clock });
  opened.push(journal);
  return journal;
}

const keys = (): string => join(dir, 'keys');
const sealed = (): string => readFileSync(join(keys(), 'device.sealed'), 'utf8');
const typesOf = (journal: Journal): string[] => [...journal.events()].map(({ type }) => type);

async function protect(journal: Journal, byPassphrase: string | undefined = PASSPHRASE, current?: string): Promise<void> {
  await protectDeviceKey({ dataDir: dir, journal, keyring: systemKeychain(), actor: 'person/priya-raman', byKeyring: false, byPassphrase: byPassphrase === undefined ? undefined : Buffer.from(byPassphrase), current: current === undefined ? undefined : Buffer.from(current) });
}

async function unlock(journal: Journal, passphrase: string): Promise<void> {
  const { wrapped } = readDeviceKey(keys());
  if (wrapped === null) throw new Error('it is not wrapped');
  journal.unlockDevice(await openWrapped(wrapped, { passphrase: Buffer.from(passphrase) }));
}

async function expectWhole(): Promise<void> {
  expect((await verifyRecord(dir)).problems).toEqual([]);
}

/** A record whose key a passphrase guards; closed. */
async function wrappedRecord(): Promise<void> {
  const journal = open();
  await protect(journal);
  journal.close();
}

describe('a device key under a passphrase', () => {
  it('is wrapped with the record saying who did it, and the file holds the key no more', async () => {
    const journal = open();
    const [, before = ''] = sealed().split('\n');
    const secret = Buffer.from(before.split('+').slice(4).join('+'), 'base64').subarray(1);
    await protect(journal);
    expect(sealed()).toMatch(/^blackstart\/device-key\/v1 wrapped\n\{/u);
    for (const form of ['hex', 'base64', 'base64url'] as const) expect(sealed()).not.toContain(secret.toString(form));
    expect(statSync(join(keys(), 'device.sealed')).mode & 0o777).toBe(0o600);
    expect(readdirSync(keys()).sort()).toEqual(['device.sealed', 'device.vkey']);
    expect(typesOf(journal).slice(-2)).toEqual(['device.protecting', 'device.protected']);
    expect([...journal.events()].at(-1)).toMatchObject({ actor: 'person/priya-raman', data: { guards: ['passphrase'] } });
    expect(journal.device).toMatchObject({ protection: 'wrapped', guards: ['passphrase'], locked: null });
    journal.checkpoint('still open');
    await expectWhole();
  });

  it('is locked at the next start: everything is recorded, nothing is signed, and it says so once', async () => {
    await wrappedRecord();
    const journal = open();
    expect(describeDeviceKey(journal.device).words).toBe('Wrapped by a passphrase. It is locked now, so nothing is signed until it is unlocked: it has not been unlocked yet.');
    journal.append({ type: 'run.noted', run: 'r1', actor: 'engine', data: {} });
    expect(() => journal.checkpoint('wanted')).toThrow('The key of this laptop is locked, so nothing can be signed: it has not been unlocked yet.');
    expect(() => journal.sign('text\n')).toThrow(expect.objectContaining({ code: 'waiting' }));
    expect(() => journal.deviceSigner()).toThrow(expect.objectContaining({ code: 'waiting' }));
    clock.pass(16 * 60_000);
    journal.append({ type: 'run.noted', run: 'r1', actor: 'engine', data: {} });
    expect(typesOf(journal).filter((type) => type === 'device.locked')).toHaveLength(1);
    expect(typesOf(journal)).not.toContain('record.checkpoint');
    journal.close();
    const later = open();
    expect(() => later.checkpoint('wanted again')).toThrow();
    expect(typesOf(later).filter((type) => type === 'device.locked')).toHaveLength(1);
    await expectWhole();
  });

  it('stays locked with another passphrase, and one start later the right one signs all that waited', async () => {
    await wrappedRecord();
    const first = open();
    first.append({ type: 'run.noted', run: null, actor: 'engine', data: {} });
    expect(() => first.checkpoint('wanted')).toThrow();
    first.close();
    const journal = open();
    await unlock(journal, 'three quick grey herons');
    expect(journal.device.locked).toBe('that is not its passphrase');
    await unlock(journal, PASSPHRASE);
    expect(journal.device.locked).toBeNull();
    expect(typesOf(journal).slice(-2)).toEqual(['device.unlocked', 'record.checkpoint']);
    expect(readdirSync(join(dir, 'checkpoints'))).toContain(`${journal.head.size}.note`);
    await unlock(journal, 'whatever is said now'); // an open key stays open
    expect(journal.device.locked).toBeNull();
    await expectWhole();
    expect(reportDeviceKey(dir, journal, [{ seq: 1 }, { seq: journal.head.size }])).toMatch(/^Wrapped by a passphrase\. It was locked from .* to .* \(it has not been unlocked yet\): what was recorded between is chained, and was signed only then\.$/u);
    expect(reportDeviceKey(dir, journal, [{ seq: 1 }, { seq: 2 }])).toBe('Wrapped by a passphrase.');
  });

  it('vouches for a run under way as soon as it is open, never before', async () => {
    await wrappedRecord();
    const journal = open();
    journal.startRunKey('r1');
    journal.startRunKey('r2');
    journal.append({ type: 'run.noted', run: 'r1', actor: 'engine', data: {} });
    journal.endRunKey('r2');
    expect(typesOf(journal)).not.toContain('run.key');
    await expectWhole();
    await unlock(journal, PASSPHRASE);
    const runKeys = [...journal.events({ types: ['run.key'] })].map(({ run }) => run);
    expect(runKeys).toEqual(['r1']);
    expect(journal.sign('text\n', 'r1')).toContain('— run/r1 ');
    journal.endRunKey('r1');
    journal.checkpoint('the end');
    await expectWhole();
  });

  it('writes nothing about a lock that kept nobody from anything', async () => {
    await wrappedRecord();
    const journal = open();
    journal.append({ type: 'run.noted', run: null, actor: 'engine', data: {} });
    await unlock(journal, PASSPHRASE);
    expect(typesOf(journal)).not.toContain('device.locked');
    expect(typesOf(journal)).not.toContain('device.unlocked');
  });

  it('gets another passphrase, or none, only with the one that it has', async () => {
    const journal = open();
    await protect(journal);
    await expect(protect(journal, 'a new long passphrase')).rejects.toMatchObject({ code: 'waiting', message: expect.stringContaining('its passphrase was not given') });
    await expect(protect(journal, 'a new long passphrase', 'not the one of now')).rejects.toThrow('that is not its passphrase');
    await protect(journal, 'a new long passphrase', PASSPHRASE);
    await expect(unlockAlone('a new long passphrase')).resolves.toBe('open');
    await expect(unlockAlone(PASSPHRASE)).resolves.toBe('locked');
    journal.close();
    const later = open();
    await protectDeviceKey({ dataDir: dir, journal: later, keyring: systemKeychain(), actor: 'engine', byKeyring: false, current: Buffer.from('a new long passphrase') });
    expect(later.device).toMatchObject({ protection: 'unwrapped', guards: [], locked: null });
    expect(sealed()).toMatch(/^blackstart\/device-key\/v1 unwrapped\n/u);
    later.checkpoint('opened by the change itself');
    await expectWhole();
  });

  it('refuses a short passphrase, and a keyring that is not there, and is as it was', async () => {
    const journal = open();
    const before = sealed();
    await expect(protect(journal, 'seven77')).rejects.toMatchObject({ code: 'refused' });
    await expect(protectDeviceKey({ dataDir: dir, journal, keyring: systemKeychain(), actor: 'engine', byKeyring: true })).rejects.toMatchObject({ code: 'not-found', message: expect.stringMatching(/^There is no keyring here that keeps a key: .* The device key is as it was\.$/u) });
    expect(sealed()).toBe(before);
    expect(typesOf(journal).slice(-2)).toEqual(['device.protecting', 'device.protect-failed']);
  });

  it('leaves another name of its old file alone', async () => {
    const journal = open();
    linkSync(join(keys(), 'device.sealed'), join(dir, 'a-copy'));
    const before = sealed();
    await protect(journal);
    expect(readFileSync(join(dir, 'a-copy'), 'utf8')).toBe(before);
  });

  async function unlockAlone(passphrase: string): Promise<string> {
    const { wrapped } = readDeviceKey(keys());
    return wrapped === null ? 'unwrapped' : (await openWrapped(wrapped, { passphrase: Buffer.from(passphrase) })).kind;
  }
});

describe('a wrapped key that was tampered with', () => {
  it.each([
    ['its seal', /"sealed":"(.)/u], ['its nonce', /"nonce":"(.)/u], ['its salt', /"salt":"(.)/u],
  ])('stays locked, and the record goes on: %s', async (_, place) => {
    await wrappedRecord();
    const text = sealed();
    const at = (place.exec(text)?.index ?? 0) + (place.exec(text)?.[0].length ?? 1) - 1;
    writeFileSync(join(keys(), 'device.sealed'), `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`);
    const journal = open();
    await unlock(journal, PASSPHRASE);
    expect(journal.device.locked).toBe('that is not its passphrase');
    journal.append({ type: 'run.noted', run: null, actor: 'engine', data: {} });
    await expectWhole();
  });

  it('is refused when it names another key, is no wrapping, or is far too long', async () => {
    await wrappedRecord();
    const text = sealed();
    const other = mkdtempSync(join(tmpdir(), 'other-'));
    openJournal({ dataDir: other, clock }).close();
    const vkey = readFileSync(join(other, 'keys', 'device.vkey'), 'utf8').trim();
    rmSync(other, { recursive: true });
    for (const [changed, message] of [[text.replace(/"vkey":"[^"]*"/u, `"vkey":"${vkey}"`), 'is not the public half'], [text.replace('"by":"passphrase"', '"by":"hope"'), 'not a device key'], [`${text}${' '.repeat(70_000)}`, 'not a device key'], ['blackstart/device-key/v1 wrapped\n', 'not a device key']] as const) {
      writeFileSync(join(keys(), 'device.sealed'), changed);
      expect(() => openJournal({ dataDir: dir, clock }), message).toThrow(message);
    }
  });

  it('lets nobody go on with a damaged record unsigned, and lets them with the key', async () => {
    const journal = open();
    for (let n = 0; n < 5; n += 1) journal.append({ type: 'run.noted', run: null, actor: 'engine', data: { n } });
    await protect(journal);
    journal.checkpoint('before');
    journal.close();
    const note = readdirSync(join(dir, 'checkpoints')).find((name) => name.endsWith('.note')) ?? '';
    rmSync(join(dir, 'journal.sqlite'));
    for (const name of readdirSync(dir)) if (name.startsWith('journal.sqlite')) rmSync(join(dir, name));
    expect(note).not.toBe('');
    const acceptance = { dataDir: dir, clock, actor: 'person/priya-raman', reason: 'the disk was exchanged' };
    expect(() => acceptDamage(acceptance)).toThrow('nothing can be signed');
    const { wrapped } = readDeviceKey(keys());
    if (wrapped === null) throw new Error('it is not wrapped');
    const found = acceptDamage({ ...acceptance, openedKey: await openWrapped(wrapped, { passphrase: Buffer.from(PASSPHRASE) }) });
    expect(found).toContain('the journal held');
    open();
  });
});

describe.skipIf(!hasStrace)('a change of guards that is cut off', () => {
  it('leaves the old guards or the new ones, never none, wherever the power goes', async () => {
    const folder = diskFolder('device-kill-');
    const fresh = join(folder, 'fresh');
    mkdirSync(fresh);
    openJournal({ dataDir: fresh, clock }).close();
    const seen = { old: 0, new: 0, done: 0 };
    try {
      for (let call = 1; seen.done === 0; call += 1) {
        const data = join(folder, String(call));
        cpSync(fresh, data, { recursive: true });
        const { stdout } = spawnSync('strace', ['-f', '-o', '/dev/null', '-e', 'trace=fsync,fdatasync,rename', '-e', `inject=fsync,fdatasync,rename:signal=SIGKILL:when=${call}`, process.execPath, '--no-warnings', fixtureProgram('protect-key.ts'), data, 'passphrase', PASSPHRASE], { encoding: 'utf8', timeout: 60_000, killSignal: 'SIGKILL', env: { PATH: process.env['PATH'], DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' } });
        const { wrapped, signer } = readDeviceKey(join(data, 'keys'));
        const byNew = wrapped === null ? null : await openWrapped(wrapped, { passphrase: Buffer.from(PASSPHRASE) });
        expect({ call, opens: signer !== null || byNew?.kind === 'open' }).toEqual({ call, opens: true });
        expect({ call, stdout }).toEqual({ call, stdout: expect.not.stringContaining('error') });
        if (stdout !== '') expect({ call, kind: byNew?.kind }).toEqual({ call, kind: 'open' });
        seen[stdout !== '' ? 'done' : wrapped === null ? 'old' : 'new'] += 1;
        const journal = openJournal({ dataDir: data, clock });
        settleDeviceKey(journal, data);
        const last = [...journal.events({ types: ['device.protecting', 'device.protected', 'device.protect-failed'] })].at(-1);
        // The record says what became of it, as soon as it said that it was tried.
        if (last !== undefined) expect({ call, type: last.type }).toEqual({ call, type: wrapped === null ? 'device.protect-failed' : 'device.protected' });
        else expect({ call, wrapped }).toEqual({ call, wrapped: null });
        if (byNew !== null) journal.unlockDevice(byNew);
        journal.checkpoint('it signs');
        journal.close();
        expect(readdirSync(join(data, 'keys')).sort()).toEqual(['device.sealed', 'device.vkey']);
        expect((await verifyRecord(data)).problems).toEqual([]);
        rmSync(data, { recursive: true });
        expect(call).toBeLessThan(80);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
    console.log(`cut off with the old guards ${seen.old} times, with the new ones ${seen.new} times`);
    expect(seen.old).toBeGreaterThan(2);
    expect(seen.new).toBeGreaterThan(1);
  }, 600_000);
});

describe.skipIf(!hasKeyring)('a device key in a real keyring', () => {
  it('opens by itself while the keyring is open, is locked with it, and by the passphrase opens without it', () => {
    const session = keyringSession();
    const deed = (state: Parameters<typeof session.ask>[0], ...argv: string[]): unknown => session.ask(state, 'protect-key.ts', [dir, ...argv]);
    try {
      openJournal({ dataDir: dir, clock }).close();
      expect(deed('locked', 'keyring')).toMatchObject({ error: expect.stringMatching(/keyring/u) });
      expect(readDeviceKey(keys()).wrapped).toBeNull();
      expect(deed('unlocked', 'both', PASSPHRASE)).toEqual({ guards: ['keyring', 'passphrase'] });
      expect(deed('unlocked', 'look')).toMatchObject({ locked: null, guards: ['keyring', 'passphrase'] });
      expect(deed('locked', 'look')).toMatchObject({ locked: expect.stringContaining('the keyring is locked') });
      expect(deed('no-bus', 'look')).toMatchObject({ locked: expect.stringContaining('no keyring can be asked here') });
      expect(deed('no-daemon', 'look')).toMatchObject({ locked: expect.stringContaining('no keyring can be asked here') });
      expect(deed('no-bus', 'look', PASSPHRASE)).toMatchObject({ locked: null });
      expect(deed('locked', 'look', 'three quick grey herons')).toMatchObject({ locked: expect.stringContaining('that is not its passphrase') });
      // The keyring alone, and then its loss: the key says what it lacks.
      expect(deed('unlocked', 'keyring')).toEqual({ guards: ['keyring'] });
      rmSync(join(session.home, 'data', 'keyrings'), { recursive: true });
      expect(deed('unlocked', 'look')).toMatchObject({ locked: 'the keyring has lost the key that opens it' });
    } finally {
      session.remove();
    }
  });

  it('leaves no entry of an earlier guard in the keyring', () => {
    const session = keyringSession();
    try {
      openJournal({ dataDir: dir, clock }).close();
      const deed = (...argv: string[]): unknown => session.ask('unlocked', 'protect-key.ts', [dir, ...argv]);
      expect([deed('keyring'), deed('keyring'), deed('passphrase', PASSPHRASE)]).toEqual([{ guards: ['keyring'] }, { guards: ['keyring'] }, { guards: ['passphrase'] }]);
      const listed = session.run('unlocked', ['sh', '-c', 'secret-tool search --all service blackstart 2>&1']);
      expect(listed).not.toContain('device-key/');
    } finally {
      session.remove();
    }
  });
});
