/** Kits on the command line: signed, checked, imported, and what they lack. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { KitBoard, KitFile, KitInPlace, KitLack, KitSheet } from '../../electron/contract/kit.ts';
import { ReadinessReport } from '../../electron/contract/readiness.ts';
import { formatSigningKey, generateSeed, signerFromSeed } from '../../electron/engine/note/note.ts';
import { commandFolder, errorOf, type CommandFolder } from '../support/command-folder.ts';
import type { CommandResult } from '../integration/command-line.ts';
import { makeStick, type KitStick } from '../support/kit-stick.ts';

const Imported = z.object({ kit: KitInPlace, lacks: z.array(KitLack), gone: z.array(KitFile) });
const Signed = z.object({ kit: KitSheet, signer: z.string() });

let here: CommandFolder;
let stick: KitStick;
let vkey: string;
beforeEach(() => {
  here = commandFolder();
  stick = makeStick(join(here.folder, 'stick'));
  const seed = generateSeed();
  vkey = here.write('kit.vkey', `${signerFromSeed('kit-maker', seed).vkey}\n`);
  here.write('kit.key', formatSigningKey('kit-maker', seed));
});
afterEach(() => here.remove());

const kit = (...words: string[]): Promise<CommandResult> => here.run('kit', ...words);
async function signed(...words: string[]): Promise<void> {
  const result = await kit('sign', 'stick', '--key', 'kit.key', ...words);
  expect(result.status, result.stderr).toBe(0);
}
async function imported(...words: string[]): Promise<z.infer<typeof Imported>> {
  const result = await kit('import', 'stick', '--trust', vkey, '--json', ...words);
  expect(result.status, result.stderr).toBe(0);
  return Imported.parse(result.json());
}
/** What the wiki's own runbook misses; the shipped ones miss a lot on a bare machine. */
const ofWiki = (lacks: readonly KitLack[]): [string, string][] => lacks.filter(({ needed_by }) => needed_by.some(({ runbook }) => runbook === 'wiki-restore')).map(({ kind, what }): [string, string] => [kind, what]);

describe('a kit', () => {
  it('is signed with a number that only grows', async () => {
    const first = Signed.parse((await kit('sign', 'stick', '--key', 'kit.key', '--json')).json());
    expect(first).toMatchObject({ kit: { number: 1, files: 4, signers: ['kit-maker'] }, signer: readFileSync(vkey, 'utf8').trim() });
    expect(Signed.parse((await kit('sign', 'stick', '--key', 'kit.key', '--json')).json()).kit.number).toBe(2);
    expect((await kit('sign', 'stick', '--key', 'kit.key', '--number', '2')).status).toBe(4);
    await signed('--number', '12');
    expect(readFileSync(join(stick.folder, 'MANIFEST'), 'utf8')).toMatch(/^blackstart\/kit\/v1\nnumber 12\ndate \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\n/u);
    expect((await kit('sign', 'stick', '--key', 'kit.key', '--number', 'many')).status).toBe(2);
    expect((await kit('sign', 'nowhere', '--key', 'kit.key')).status).toBe(3);
  }, 60_000);

  it('is checked byte for byte: status 1 and what is wrong when it does not hold', async () => {
    await signed();
    expect((await kit('verify', 'stick', '--trust', vkey, '--json')).json()).toMatchObject({ ok: true, kit: { number: 1 } });
    const stranger = await kit('verify', 'stick', '--json');
    expect([stranger.status, stranger.json()]).toEqual([1, { ok: false, problem: 'No known key signed this; it is signed by kit-maker.' }]);
    stick.put('toolbox/bell', '#!/bin/sh\necho dang\n');
    const other = await kit('verify', 'stick', '--trust', vkey);
    expect([other.status, other.stdout]).toEqual([1, expect.stringContaining('does NOT hold: toolbox/bell was changed after it was signed.')]);
    rmSync(join(stick.folder, 'MANIFEST'));
    expect((await kit('verify', 'stick', '--trust', vkey)).status).toBe(3);
  }, 60_000);

  it('brings runbooks that count as signed by its key, programs, contacts and backups, which readiness finds', async () => {
    await signed();
    const { kit: placed } = await imported('--by', 'Kim Lee');
    expect(placed).toMatchObject({ sheet: { number: 1, signers: ['kit-maker'] }, by: 'Kim Lee', problem: null, older_because: null });
    const books = z.object({ runbooks: z.array(z.looseObject({ id: z.string().nullable(), signature: z.looseObject({ state: z.string() }) })) }).parse((await here.run('runbook', 'list', '--json')).json());
    expect(books.runbooks.find(({ id }) => id === 'wiki-restore')?.signature).toMatchObject({ state: 'signed', signers: ['kit-maker'], version: 1 });
    const ready = ReadinessReport.parse((await here.run('ready', 'wiki-restore', '--json')).json());
    expect(Object.fromEntries(ready.checks.map(({ id, outcome }) => [id, outcome]))).toEqual({ bell: 'pass', gong: 'fail', dump: 'pass', picture: 'fail', people: 'pass' });
    writeFileSync(join(here.data, 'kit/current/runbooks/wiki/wiki.runbook.md'), `${readFileSync(join(stick.folder, 'runbooks/wiki/wiki.runbook.md'), 'utf8')}\n`);
    const altered = z.object({ signature: z.object({ state: z.string(), reason: z.string() }) }).parse((await here.run('runbook', 'show', 'wiki-restore', '--json')).json());
    expect(altered.signature).toEqual({ state: 'altered', reason: 'runbooks/wiki/wiki.runbook.md was changed after it was signed.' });
  }, 60_000);

  it('is listed with what it lacks and with what went away, after the import and on the board', async () => {
    await signed();
    expect(ofWiki((await imported()).lacks)).toEqual([['image', '/media/kit/wiki/images/wiki'], ['tool', 'gong-of-nobody']]);
    stick.take('wiki/backups');
    stick.take('toolbox');
    await signed();
    const next = await imported();
    expect(ofWiki(next.lacks).sort()).toEqual([['file', '/media/kit/wiki/backups/wiki.dump'], ['image', '/media/kit/wiki/images/wiki'], ['tool', 'bell'], ['tool', 'gong-of-nobody']]);
    expect(next.gone.map(({ kind, path }) => [kind, path])).toEqual([['tool', 'toolbox/bell'], ['backup', 'wiki/backups/wiki.dump']]);
    const status = await kit('status', '--json');
    const { kit: board } = z.object({ kit: KitBoard }).parse(status.json());
    expect(board.imported).toMatchObject({ sheet: { number: 2 }, lacks: next.lacks, gone: next.gone });
    expect(board.itself[0]).toMatchObject({ what: 'Imported kit', state: 'unknown', found: expect.stringMatching(/^kit 2 of \d{4}-\d\d-\d\d, signed by kit-maker, 2 files; \d+ things lack, \d+ of them block a recovery$/u) });
    expect((await kit('status')).stdout).toContain('tool gong-of-nobody, for wiki-restore');
    rmSync(join(here.data, 'kit/current/contacts/wiki/contacts.yaml'));
    expect(z.object({ kit: KitBoard }).parse((await kit('status', '--json')).json()).kit.itself[0]).toMatchObject({ state: 'failed', found: 'contacts/wiki/contacts.yaml is missing from the kit in place.' });
  }, 90_000);

  it('is refused when it is older, with status 4, unless somebody says why', async () => {
    await signed('--number', '5');
    await imported();
    rmSync(join(stick.folder, 'MANIFEST'));
    await signed('--number', '4');
    const older = await kit('import', 'stick', '--trust', vkey, '--json');
    expect([older.status, older.stdout]).toEqual([4, '']);
    expect(errorOf(older)).toMatchObject({ message: expect.stringContaining('This is kit 4, and kit 5 is in place'), hint: expect.stringContaining('--allow-older') });
    expect((await kit('import', 'stick', '--trust', vkey, '--allow-older', 'kit 5 is spoiled')).status).toBe(2);
    expect((await imported('--allow-older', 'kit 5 is spoiled', '--by', 'Kim Lee')).kit).toMatchObject({ sheet: { number: 4 }, older_because: 'kit 5 is spoiled', by: 'Kim Lee' });
    expect((await here.run('record', 'verify')).status).toBe(0);
  }, 90_000);

  it('is not taken from an unknown signer, from no folder, or without a kit in it', async () => {
    await signed();
    const stranger = await kit('import', 'stick', '--json');
    expect(stranger.status).toBe(4);
    expect(errorOf(stranger).message).toBe('No known key signed this; it is signed by kit-maker.');
    expect((await kit('import', 'nowhere', '--trust', vkey)).status).toBe(3);
    expect((await kit('import', '.', '--trust', vkey)).status).toBe(3);
    expect((await kit('import', 'stick', '--trust', 'no key at all')).status).toBe(4);
  }, 60_000);

  it('of this device needs nobody’s word, and its runbooks are not at hand where other folders are named', async () => {
    expect((await kit('sign', 'stick')).status).toBe(0);
    expect((await kit('import', 'stick')).stdout).toContain('In place: kit 1 of');
    expect((await here.run('runbook', 'show', 'wiki-restore')).status).toBe(0);
    expect((await here.run('runbook', 'show', 'wiki-restore', '--runbooks', stick.folder, '--json')).json()).toMatchObject({ signature: { state: 'altered' } });
  }, 60_000);
});
