import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Verification } from '../../../electron/contract/record.ts';
import { openJournal } from '../../../electron/engine/journal/open-journal.ts';
import { verifyInChild } from '../../../electron/engine/verify/verify-in-child.ts';
import { verifyRecord } from '../../../electron/engine/verify/verify-record.ts';
import { setClock } from '../../support/set-clock.ts';

const BUILDER = fileURLToPath(new URL('../../support/record/build_record.py', import.meta.url));

let root: string;
let dir: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'blackstart-record-'));
  dir = join(root, 'data');
});
afterEach(() => rmSync(root, { recursive: true }));

/** A record made by the Python builder; returns its anchor, if the case has one. */
function build(name: string): string[] {
  const anchor = execFileSync('python3', [BUILDER, dir, name], { encoding: 'utf8' }).trim();
  return anchor === '' ? [] : [anchor];
}

function kinds(verification: Verification): string[] {
  return [...new Set(verification.problems.map((problem) => problem.kind))].sort();
}

describe('a record made by another program', () => {
  it.each(['good', 'clock-back-explained', 'clock-back-across-boots-explained'])('is verified when it is right: %s', async (name) => {
    const found = await verifyRecord(dir, { anchors: build(name) });
    expect(found).toMatchObject({ ok: true, problems: [], checkpoints: 2 });
    expect(found.head.size).toBe(found.entries);
    expect(found.head.hash).toMatch(/^[0-9a-f]{64}$/u);
  });

  it.each([
    ['cut', ['anchor.ahead', 'checkpoint.ahead', 'head.ahead']],
    ['swapped', ['anchor.root', 'chain.broken', 'checkpoint.root', 'clock.unexplained', 'entry.seq']],
    ['removed', ['anchor.ahead', 'chain.broken', 'checkpoint.ahead', 'checkpoint.root', 'entry.seq', 'head.ahead']],
    ['rolled-back', ['anchor.ahead']],
    ['rewritten', ['anchor.root']],
    ['replayed', ['checkpoint.replayed']],
    ['other-root', ['checkpoint.root']],
    ['other-device', ['checkpoint.foreign']],
    ['other-device-same-name', ['checkpoint.foreign']],
    ['not-a-checkpoint', ['checkpoint.unreadable']],
    ['checkpoint-gone', ['checkpoint.missing']],
    ['anchor-words-wrong', ['anchor.root']],
    ['run-key-late', ['key.after-end']],
    ['superseded-run-key-late', ['key.after-end']],
    ['run-key-early', ['key.before-start']],
    ['run-key-unknown', ['key.uncertified']],
    ['run-key-uncertified', ['key.uncertified']],
    ['other-key', ['anchor.foreign', 'checkpoint.foreign', 'key.other', 'key.uncertified']],
    ['key-missing', ['key.missing']],
    ['not-canonical', ['entry.not-canonical']],
    ['unsorted-names', ['entry.not-canonical']],
    ['repeated-name', ['entry.not-canonical']],
    ['fraction', ['entry.not-canonical']],
    ['escaped', ['entry.not-canonical']],
    ['half-surrogate', ['entry.not-canonical']],
    ['not-json', ['entry.unreadable']],
    ['extra-field', ['entry.shape']],
    ['too-long', ['entry.too-long']],
    ['last-entry-changed', ['anchor.root', 'checkpoint.root', 'head.other']],
    ['clock-back', ['clock.unexplained']],
    ['clock-back-across-boots', ['clock.unexplained']],
    ['uptime-back', ['clock.unexplained']],
    ['damage-accepted', ['record.damaged']],
    ['trigger', ['database.schema']],
    ['view', ['database.schema']],
    ['utf-16', ['anchor.ahead', 'checkpoint.ahead', 'database.schema', 'head.ahead']],
    ['invalid-utf8', ['anchor.root', 'chain.broken', 'checkpoint.root', 'entry.unreadable']],
    ['recursive-view', ['anchor.ahead', 'checkpoint.ahead', 'database.schema', 'head.ahead']],
    ['database-gone', ['anchor.ahead', 'checkpoint.ahead', 'database.missing', 'head.ahead']],
    ['database-cut', ['anchor.ahead', 'checkpoint.ahead', 'database.unreadable', 'head.ahead']],
    ['rollback-journal', ['database.unexpected-file']],
    ['blob-missing', ['blob.missing']],
    ['attachment-missing', ['blob.missing']],
    ['blob-changed', ['blob.digest']],
    ['blob-longer', ['blob.size']],
  ])('is not verified when it is wrong: %s', async (name, expected) => {
    const found = await verifyRecord(dir, { anchors: build(name) });
    expect(kinds(found)).toEqual(expected);
    expect(found.ok).toBe(false);
    for (const { message } of found.problems) expect(message).toMatch(/^.*\.$/u);
  });

  it('is read from a copy: not one byte of the folder changes, planted triggers or not', async () => {
    build('trigger');
    const before = snapshot(dir);
    await verifyRecord(dir);
    expect(snapshot(dir)).toEqual(before);
  });
});

/** Every file's content and times. */
function snapshot(folder: string): [string, string, number][] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort().flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isFile() ? [[name, readFileSync(path, 'hex'), statSync(path).mtimeMs]] : [];
  });
}

describe('a record made by our writer', () => {
  function write(entries: number): { words: string; size: number } {
    const journal = openJournal({ dataDir: dir, clock: setClock() });
    journal.startRunKey('r1');
    const output = journal.blobs.put(Buffer.from('31 tables\n'));
    for (let n = 0; n < entries; n += 1) journal.append({ type: 'step.result', run: 'r1', actor: 'engine', data: { n, output: { ...output }, text: 'naïve \u2028 "quoted"\u0007 \u{1f511}' } });
    const checkpoint = journal.checkpoint('run end');
    journal.endRunKey('r1');
    journal.close();
    return checkpoint;
  }

  it('is verified, and so are its words on paper', async () => {
    const { words, size } = write(7);
    const paper = join(root, 'paper.txt');
    writeFileSync(paper, `  ${size}\n${words.toUpperCase().replaceAll(' ', '\n')}\n`);
    expect(await verifyRecord(dir, { anchors: [paper] })).toMatchObject({ ok: true, entries: 11, checkpoints: 1 });
  });

  it('is verified while the writer goes on, from another process, and the writer keeps its lock', async () => {
    const journal = openJournal({ dataDir: dir, clock: setClock() });
    journal.append({ type: 'step.intent', run: 'r1', actor: 'engine', data: {} });
    journal.checkpoint('x');
    expect(existsSync(join(dir, 'journal.sqlite-wal'))).toBe(true);
    expect(await verifyInChild(dir)).toMatchObject({ ok: true, entries: 3 });
    journal.append({ type: 'step.result', run: 'r1', actor: 'engine', data: {} });
    expect(await verifyInChild(dir)).toMatchObject({ ok: true, entries: 4 });
    journal.close();
  });

  it('whose -wal was deleted is not verified', async () => {
    const journal = openJournal({ dataDir: dir, clock: setClock() });
    for (let n = 0; n < 5; n += 1) journal.append({ type: 'step.intent', run: 'r1', actor: 'engine', data: { n } });
    cpSync(dir, join(root, 'copy'), { recursive: true });
    journal.close();
    rmSync(join(root, 'copy/journal.sqlite-wal'));
    expect(kinds(await verifyRecord(join(root, 'copy')))).toContain('head.ahead');
  });

  it('is not verified with the anchor of another one', async () => {
    write(3);
    execFileSync('python3', [BUILDER, join(root, 'other'), 'good']);
    expect(kinds(await verifyRecord(dir, { anchors: [join(root, 'anchor.note')] }))).toEqual(expect.arrayContaining(['anchor.foreign']));
  });
});

describe('what cannot be verified at all', () => {
  it('is a folder without a record, or an anchor that is not there', async () => {
    await expect(verifyRecord(dir)).rejects.toMatchObject({ code: 'not-found' });
    await expect(verifyInChild(dir)).rejects.toMatchObject({ code: 'not-found' });
    build('good');
    await expect(verifyRecord(dir, { anchors: [join(root, 'none')] })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('is said when the verifying program cannot run', async () => {
    await expect(verifyInChild(dir, {}, '/nonexistent/node')).rejects.toMatchObject({ code: 'internal', message: expect.stringMatching(/could not run/u) });
  });

  it('is an anchor that is no note', async () => {
    build('good');
    writeFileSync(join(root, 'odd.txt'), 'my cat\n');
    expect(kinds(await verifyRecord(dir, { anchors: [join(root, 'odd.txt')] }))).toEqual(['anchor.unreadable']);
  });
});
