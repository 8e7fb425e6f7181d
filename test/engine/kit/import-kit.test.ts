import { execFileSync } from 'node:child_process';
import { appendFileSync, linkSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../electron/engine/clock.ts';
import type { Journal } from '../../../electron/engine/journal/journal.ts';
import { openJournal } from '../../../electron/engine/journal/open-journal.ts';
import { KIT_EVENTS, readKitState } from '../../../electron/engine/kit/fold-kit.ts';
import { importKit, type ImportRequest } from '../../../electron/engine/kit/import-kit.ts';
import { kitRoot, kitsFolder } from '../../../electron/engine/kit/kit-place.ts';
import { generateSigner, parseVerifier, signNote } from '../../../electron/engine/note/note.ts';
import { verifyRecord } from '../../../electron/engine/verify/verify-record.ts';
import { besideTheKit, diskFolder, kitFiles, makeStick, type KitStick } from '../../support/kit-stick.ts';
import { mayMount, mountSmallDisk } from '../../support/small-disk.ts';

const clock = systemClock();
let root: string;
let dataDir: string;
let journal: Journal;
let stick: KitStick;
beforeEach(async () => {
  root = diskFolder('blackstart-kit-');
  dataDir = join(root, 'data');
  journal = openJournal({ dataDir, clock });
  stick = makeStick(join(root, 'stick'));
  await stick.sign(7);
});
afterEach(() => {
  journal.close();
  rmSync(root, { recursive: true, force: true });
});

function bring(more: Partial<ImportRequest> = {}): Promise<void> {
  return importKit({ journal, dataDir, clock }, { folder: stick.folder, by: 'Kim Lee', verifiers: [parseVerifier(stick.signer.vkey)], ...more });
}

const told = (): string[] => [...journal.events({ types: KIT_EVENTS })].map(({ type }) => type);

describe('a kit from a stick', () => {
  it('is put in place as it was signed: bytes, programs that run, times that tell how old a backup is', async () => {
    const made = new Date('2026-11-01T02:00:00Z');
    utimesSync(join(stick.folder, 'wiki/backups/wiki.dump'), made, made);
    await stick.sign(8);
    // a stick of another kind of filesystem keeps neither times nor modes
    utimesSync(join(stick.folder, 'wiki/backups/wiki.dump'), new Date(), new Date());
    await bring();
    const files = kitFiles(dataDir);
    expect(Object.keys(files)).toEqual(['MANIFEST', 'contacts/wiki/contacts.yaml', 'runbooks/wiki/wiki.runbook.md', 'toolbox/bell', 'wiki/backups/wiki.dump']);
    for (const [path, content] of Object.entries(files)) expect(content).toBe(readFileSync(join(stick.folder, path), 'utf8'));
    expect(statSync(join(kitRoot(dataDir), 'wiki/backups/wiki.dump')).mtime).toEqual(made);
    expect([statSync(join(kitRoot(dataDir), 'toolbox/bell')).mode & 0o111, statSync(join(kitRoot(dataDir), 'wiki/backups/wiki.dump')).mode & 0o111]).toEqual([0o111, 0]);
    expect(besideTheKit(dataDir)).toBe(0);
  });

  it('is recorded before and after, with who, number, root, signer and its whole list, and the record verifies', async () => {
    await bring();
    expect(told()).toEqual(['kit.importing', 'kit.imported']);
    expect(readKitState(journal).inPlace).toMatchObject({ number: 7, by: 'Kim Lee', from: stick.folder, older_because: null, signers: [{ name: 'kit-maker', vkey: stick.signer.vkey }] });
    expect(Buffer.from(journal.blobs.read(readKitState(journal).inPlace?.manifest.sha256 ?? '')).toString()).toBe(readFileSync(join(stick.folder, 'MANIFEST'), 'utf8'));
    expect((await verifyRecord(dataDir)).problems).toEqual([]);
  });

  it('takes the place of the kit before, which is gone then', async () => {
    await bring();
    stick.put('toolbox/bell', '#!/bin/sh\necho dong\n');
    stick.take('contacts');
    await stick.sign(8);
    await bring();
    expect(kitFiles(dataDir)['toolbox/bell']).toContain('dong');
    expect(kitFiles(dataDir)['contacts/wiki/contacts.yaml']).toBeUndefined();
    expect(besideTheKit(dataDir)).toBe(0);
    expect(readKitState(journal)).toMatchObject({ inPlace: { number: 8 }, former: { number: 7 }, open: null });
  });

  it('can be imported again over one that was damaged', async () => {
    await bring();
    writeFileSync(join(kitRoot(dataDir), 'toolbox/bell'), 'spoiled');
    await bring();
    expect(kitFiles(dataDir)['toolbox/bell']).toContain('ding');
    expect(besideTheKit(dataDir)).toBe(0);
  });

  it('says how far it is: bytes up to the last, and how long yet once the pace is known', async () => {
    let now = 0;
    const seen: { done: number; eta_s: number | null }[] = [];
    stick.put('wiki/backups/wiki.dump', Buffer.alloc(5_000_000, 'dump'));
    await stick.sign(8);
    await importKit({ journal, dataDir, clock: { ...clock, uptime: () => (now += 600) } }, { folder: stick.folder, by: 'Kim Lee', verifiers: [parseVerifier(stick.signer.vkey)], onProgress: (progress) => seen.push(progress) });
    expect(seen.length).toBeGreaterThan(5);
    expect(seen.map(({ done }) => done)).toEqual(seen.map(({ done }) => done).sort((a, b) => a - b));
    expect(seen.some(({ eta_s }) => eta_s !== null && eta_s > 0)).toBe(true);
    expect(seen.at(-1)).toMatchObject({ done: Object.entries(kitFiles(dataDir)).reduce((sum, [path, text]) => sum + (path === 'MANIFEST' ? 0 : Buffer.byteLength(text)), 0), eta_s: 0 });
  });
});

describe('an older kit', () => {
  beforeEach(async () => {
    await bring();
    stick.put('toolbox/bell', '#!/bin/sh\necho old\n');
    stick.take('MANIFEST');
  });

  it('is refused, since somebody may have put it back, and the newer one stays', async () => {
    await stick.sign(6);
    await expect(bring()).rejects.toMatchObject({ code: 'refused', message: expect.stringMatching(/^This is kit 6, and kit 7 is in place since /u), hint: expect.stringContaining('--allow-older') });
    expect(kitFiles(dataDir)['toolbox/bell']).toContain('ding');
  });

  it('is taken with a reason, which the record keeps', async () => {
    await stick.sign(6);
    await bring({ older: 'kit 7 has a broken bell' });
    expect(kitFiles(dataDir)['toolbox/bell']).toContain('old');
    expect(readKitState(journal).inPlace).toMatchObject({ number: 6, older_because: 'kit 7 has a broken bell' });
  });

  it('is not hidden by the same number over other content', async () => {
    await stick.sign(7);
    await expect(bring()).rejects.toMatchObject({ code: 'refused', message: expect.stringContaining('has the number 7 too, and other content') });
  });
});

describe('a stick that nobody vouches for', () => {
  beforeEach(() => bring());

  const line = (path: string, kind = 'file'): string => `${'0'.repeat(64)} 1 0 ${kind} ${path}`;
  const cases: [what: string, spoil: () => void | Promise<void>, message: string][] = [
    ['a link in place of a file', () => { stick.take('toolbox/bell'); symlinkSync('/bin/sh', join(stick.folder, 'toolbox/bell')); }, 'toolbox/bell is a symbolic link'],
    ['a link in place of a folder', () => { renameSync(join(stick.folder, 'toolbox'), join(root, 'elsewhere')); symlinkSync(join(root, 'elsewhere'), join(stick.folder, 'toolbox')); }, 'toolbox is a symbolic link'],
    ['a pipe', () => { stick.take('toolbox/bell'); execFileSync('mkfifo', [join(stick.folder, 'toolbox/bell')]); }, 'toolbox/bell is no regular file'],
    ['a hard link', () => { linkSync(join(stick.folder, 'toolbox/bell'), join(root, 'other-name')); }, 'hard links'],
    ['a file that is not listed', () => { stick.put('toolbox/extra', 'x'); }, 'toolbox/extra is not in the kit'],
    ['a file that is missing', () => { stick.take('wiki/backups/wiki.dump'); }, 'wiki/backups/wiki.dump is missing'],
    ['a copy that was cut short', () => { stick.put('wiki/backups/wiki.dump', 'dum'); }, 'has 3 bytes'],
    ['other bytes of the same length', () => { stick.put('toolbox/bell', '#!/bin/sh\necho dang\n'); }, 'toolbox/bell was changed after it was signed'],
    ['an unknown signer', () => { const other = makeStick(join(root, 'other'), generateSigner('stranger')); other.signLines(9, []); stick.put('MANIFEST', readFileSync(join(other.folder, 'MANIFEST'))); }, 'No known key signed this; it is signed by stranger'],
    ['another key under the same name', () => { makeStick(stick.folder, generateSigner('kit-maker')).signLines(9, []); }, 'No known key signed this'],
    ['a list that was changed after it was signed', () => { stick.put('MANIFEST', readFileSync(join(stick.folder, 'MANIFEST'), 'utf8').replace('number 7', 'number 9')); }, 'does not match the text'],
    ['text after the signatures', () => { stick.put('MANIFEST', `${readFileSync(join(stick.folder, 'MANIFEST'), 'utf8')}number 9\n`); }, 'malformed'],
    ['a path that leads out', () => { stick.signLines(9, [line('../../outside')]); }, 'leads out of its folder'],
    ['an absolute path', () => { stick.signLines(9, [line('/etc/passwd')]); }, 'is absolute'],
    ['a path of Windows', () => { stick.signLines(9, [line('C:/Windows/x')]); }, 'is absolute'],
    ['names that differ in case alone', () => { stick.signLines(9, [line('toolbox/Bell', 'tool'), line('toolbox/bell', 'tool')]); }, 'ignore case'],
    ['a line twice', () => { stick.signLines(9, [line('a'), line('a')]); }, 'twice'],
    ['lines out of order', () => { stick.signLines(9, [line('b'), line('a')]); }, 'not sorted'],
    ['a kind that nobody knows', () => { stick.signLines(9, [line('a', 'magic')]); }, 'is not "sha256 size modified kind path"'],
    ['signed runbooks, which are no kit', () => { stick.put('MANIFEST', signNote('blackstart/runbooks/v1\nversion 9\n', [stick.signer])); }, 'not a kit'],
  ];
  it.each(cases)('is refused with %s, and the kit in place stays whole', async (_what, spoil, message) => {
    const before = kitFiles(dataDir);
    await spoil();
    await expect(bring()).rejects.toMatchObject({ code: 'refused', message: expect.stringContaining(message) });
    expect(kitFiles(dataDir)).toEqual(before);
    expect(besideTheKit(dataDir)).toBe(0);
    expect(readKitState(journal)).toMatchObject({ inPlace: { number: 7 }, open: null });
  });
});

describe('a stick that changes while it is read', () => {
  beforeEach(async () => {
    await bring();
    stick.put('a-long-one', Buffer.alloc(3_000_000, 'long'));
    await stick.sign(8);
  });

  /** Does something once, after the first bytes were copied. */
  const afterFirstBytes = (deed: () => void): Pick<ImportRequest, 'onProgress'> => {
    let done = false;
    return { onProgress: () => { if (!done) deed(); done = true; } };
  };

  it.each<[what: string, deed: () => void, message: string]>([
    ['the file under the hand grows', () => { appendFileSync(join(stick.folder, 'a-long-one'), 'more'); }, 'a-long-one changed while it was read'],
    ['a file that is still to come gets other bytes', () => { stick.put('toolbox/bell', '#!/bin/sh\necho dang\n'); }, 'toolbox/bell was changed after it was signed'],
    ['a file that is still to come becomes a link', () => { stick.take('toolbox/bell'); symlinkSync('/bin/sh', join(stick.folder, 'toolbox/bell')); }, 'toolbox/bell is a symbolic link'],
    ['a file that is still to come goes away', () => { stick.take('toolbox/bell'); }, 'toolbox/bell is missing'],
    ['a file comes up that nobody signed', () => { stick.put('toolbox/extra', 'x'); }, 'toolbox/extra is not in the kit'],
  ])('is refused: %s', async (_what, deed, message) => {
    await expect(bring(afterFirstBytes(deed))).rejects.toMatchObject({ code: 'refused', message: expect.stringContaining(message) });
    expect(kitFiles(dataDir)['a-long-one']).toBeUndefined();
    expect(besideTheKit(dataDir)).toBe(0);
    expect(told().at(-1)).toBe('kit.import-failed');
    expect(readKitState(journal)).toMatchObject({ inPlace: { number: 7 }, open: null });
  });

  it('can be stopped, and nothing has changed', async () => {
    const stop = new AbortController();
    await expect(bring({ signal: stop.signal, ...afterFirstBytes(() => { stop.abort(); }) })).rejects.toMatchObject({ code: 'bad', message: expect.stringContaining('stopped') });
    expect(kitFiles(dataDir)['a-long-one']).toBeUndefined();
    expect(besideTheKit(dataDir)).toBe(0);
  });
});

describe('an import', () => {
  it('wants a folder that holds a kit, and a name for the record', async () => {
    await expect(bring({ folder: join(root, 'nowhere') })).rejects.toMatchObject({ code: 'not-found', message: expect.stringContaining('is no folder') });
    stick.take('MANIFEST');
    await expect(bring()).rejects.toMatchObject({ code: 'not-found', message: expect.stringContaining('holds no MANIFEST') });
    await expect(bring({ by: '  ' })).rejects.toMatchObject({ code: 'usage' });
    expect(told()).toEqual([]);
    expect(readdirSync(dataDir)).not.toContain('kit');
    expect(() => statSync(kitsFolder(dataDir))).toThrow('ENOENT');
  });
});

describe.skipIf(!mayMount)('on a disk that is too small', () => {
  it('is refused beforehand with what it needs, and nothing is written', async () => {
    const disk = mountSmallDisk('34m');
    const own = openJournal({ dataDir: join(disk.path, 'data'), clock });
    try {
      stick.put('a-long-one', Buffer.alloc(9_000_000, 'long'));
      await stick.sign(8);
      await expect(importKit({ journal: own, dataDir: join(disk.path, 'data'), clock }, { folder: stick.folder, by: 'Kim Lee', verifiers: [parseVerifier(stick.signer.vkey)] })).rejects.toMatchObject({ code: 'disk', message: expect.stringMatching(/^The kit needs 42\.\d MB on this laptop's disk, and 3\d(?:\.\d)? MB are free/u) });
      expect([...own.events({ types: KIT_EVENTS })]).toEqual([]);
    } finally {
      own.close();
      disk.unmount();
    }
  });

  it('gives up when somebody fills the disk meanwhile: the kit before stays, and the room is given back', async () => {
    const disk = mountSmallDisk('60m');
    const small = join(disk.path, 'data');
    const own = openJournal({ dataDir: small, clock });
    const place = { journal: own, dataDir: small, clock };
    const request = { folder: stick.folder, by: 'Kim Lee', verifiers: [parseVerifier(stick.signer.vkey)] };
    try {
      await importKit(place, request);
      stick.put('a-long-one', Buffer.alloc(9_000_000, 'long'));
      await stick.sign(8);
      await expect(importKit(place, { ...request, onProgress: () => { disk.empty(); disk.fill(); } })).rejects.toMatchObject({ code: 'disk', message: expect.stringContaining('The disk is full') });
      disk.empty();
      expect(kitFiles(small)['a-long-one']).toBeUndefined();
      expect(besideTheKit(small)).toBe(0);
      await importKit(place, request);
      expect(kitFiles(small)['a-long-one']).toHaveLength(9_000_000);
    } finally {
      own.close();
      disk.unmount();
    }
  });
});
