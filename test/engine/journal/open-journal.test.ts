import Database from 'better-sqlite3';
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { EngineError } from '../../../electron/contract/errors.ts';
import { acceptDamage } from '../../../electron/engine/journal/accept-damage.ts';
import { canonicalBytes, inlineOrBlob } from '../../../electron/engine/journal/canonical.ts';
import type { Journal, JournalEvent, NewEvent } from '../../../electron/engine/journal/journal.ts';
import { openJournal } from '../../../electron/engine/journal/open-journal.ts';
import { openJournalReader } from '../../../electron/engine/journal/read-journal.ts';
import { openNote, parseVerifier } from '../../../electron/engine/note/note.ts';
import { setClock } from '../../support/set-clock.ts';
import type { SetClock } from '../../support/set-clock.ts';

let dir: string;
let clock: SetClock;
let opened: Journal[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'blackstart-journal-'));
  clock = setClock();
  opened = [];
});
afterEach(() => {
  for (const journal of opened) journal.close();
  rmSync(dir, { recursive: true });
});

function open(options: { acceptDamage?: { actor: string; reason: string } } = {}): Journal {
  const journal = openJournal({ dataDir: dir, clock, ...options });
  opened.push(journal);
  return journal;
}

function said(n: number, run: string | null = 'r1'): NewEvent {
  return { type: 'step.intent', run, actor: 'engine', data: { n } };
}

function failure(act: () => unknown): EngineError {
  try {
    act();
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error('nothing failed');
}

/** What another program finds: not our reader. */
function rows(): Buffer[] {
  const db = new Database(join(dir, 'journal.sqlite'), { readonly: true });
  const found = db.prepare<[], Buffer>('SELECT bytes FROM entry ORDER BY seq').pluck().all();
  db.close();
  return found;
}

describe('a new data folder', () => {
  it('begins with the device key, for its owner alone', () => {
    const journal = open();
    const [first] = [...journal.events()];
    expect(first).toMatchObject({ v: 1, seq: 1, type: 'device.key', prev: '0'.repeat(64), data: { vkey: journal.device.vkey, protection: 'unwrapped' } });
    expect(statSync(join(dir, 'keys/device.sealed')).mode & 0o777).toBe(0o600);
    expect(statSync(join(dir, 'journal.sqlite')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(dir, 'keys/device.vkey'), 'utf8').trim()).toBe(journal.device.vkey);
  });

  it('keeps its key and its entries when it is opened again', () => {
    const first = open();
    first.append(said(1));
    first.close();
    const again = open();
    expect(again.device.vkey).toBe(first.device.vkey);
    expect([...again.events()].map((event) => event.seq)).toEqual([1, 2]);
  });
});

describe('appending', () => {
  it('acknowledges events in order, chained, stamped with all three clocks', () => {
    const journal = open();
    const [one, two] = journal.appendAll([said(1), said(2)]);
    expect(one).toMatchObject({ seq: 2, wall: '2026-03-01T03:00:00.000Z', boot: 'boot-1', up: 60_000, run: 'r1', data: { n: 1 } });
    expect(two?.seq).toBe(3);
    expect(rows().map((bytes) => JSON.parse(bytes.toString()).seq)).toEqual([1, 2, 3]);
  });

  it('writes nothing of a batch that holds one bad event', () => {
    const journal = open();
    const before = journal.head;
    expect(() => journal.appendAll([said(1), { ...said(2), data: { n: 1.5 } }])).toThrow(/only integers/u);
    expect(failure(() => journal.append({ ...said(3), data: { text: 'x'.repeat(17_000) } }))).toMatchObject({ code: 'refused', message: expect.stringMatching(/16384/u) });
    expect(journal.head).toEqual(before);
    expect(journal.append(said(4)).seq).toBe(2);
  });

  it('keeps long text in a blob that the event names', () => {
    const journal = open();
    expect(inlineOrBlob(journal.blobs, 'short')).toBe('short');
    const long = 'long '.repeat(4000);
    const named = inlineOrBlob(journal.blobs, long);
    if (typeof named === 'string') throw new Error('long text stayed inline');
    journal.append({ ...said(1), data: { text: named } });
    expect(Buffer.from(journal.blobs.read(named.sha256)).toString()).toBe(long);
    expect(named.size).toBe(20_000);
  });

  it('tells subscribers of every event once and in order, also when one of them appends', () => {
    const journal = open();
    const [seen, alsoSeen]: [number[], number[]] = [[], []];
    journal.subscribe((events) => {
      seen.push(...events.map((event) => event.seq));
      if (events.some((event) => event.data['n'] === 1)) journal.append(said(2));
    });
    const stop = journal.subscribe((events) => alsoSeen.push(...events.map((event) => event.seq)));
    journal.append(said(1));
    stop();
    journal.append(said(3));
    expect(seen).toEqual([2, 3, 4]);
    expect(alsoSeen).toEqual([2, 3]);
  });

  it('finds events by run, by type and after a seq', () => {
    const journal = open();
    journal.appendAll(Array.from({ length: 1500 }, (_, n) => said(n, n % 3 === 0 ? 'r1' : 'r2')));
    journal.append({ type: 'run.noted', run: 'r1', actor: 'engine', data: { text: '"run":"r2"' } });
    expect([...journal.events({ run: 'r1' })]).toHaveLength(501);
    expect([...journal.events({ run: 'r2' })]).toHaveLength(1000);
    expect([...journal.events({ run: 'r1', types: ['run.noted', 'other'] })].map((event) => event.seq)).toEqual([1502]);
    expect([...journal.events({ types: ['run.noted'] })]).toHaveLength(1);
    expect([...journal.events({ after: 1500 })].map((event) => event.seq)).toEqual([1501, 1502]);
  });

  it('is over when the journal is closed', () => {
    const journal = open();
    journal.close();
    expect(() => journal.append(said(1))).toThrow('The journal is closed.');
    expect(() => [...journal.events()]).toThrow('The journal is closed.');
    openJournal({ dataDir: dir, clock }).close();
  });

  it('may go on while somebody is in the middle of reading', () => {
    const journal = open();
    journal.append(said(1));
    const reading = journal.events();
    reading.next();
    expect(journal.append(said(2)).seq).toBe(3);
  });
});

describe('the clocks', () => {
  it('say so when someone sets the wall clock, before the next event', () => {
    const journal = open();
    clock.pass(10_000);
    journal.append(said(1));
    clock.setWall(Date.parse('2025-03-01T03:00:00.000Z'));
    expect(journal.append(said(2))).toMatchObject({ seq: 4, type: 'step.intent' });
    const [jump] = [...journal.events({ types: ['clock.jump'] })];
    expect(jump).toMatchObject({ seq: 3, data: { last_wall: '2026-03-01T03:00:10.000Z', wall_ms: Date.parse('2025-03-01T03:00:00.000Z') - Date.parse('2026-03-01T03:00:10.000Z'), up_ms: 0 } });
  });

  it('let two seconds of drift pass', () => {
    const journal = open();
    clock.setWall(clock.now() + 2000);
    expect(journal.append(said(1)).seq).toBe(2);
    clock.setWall(clock.now() + 2001);
    expect(journal.append(said(2)).seq).toBe(4);
  });

  it('say so when a new boot begins in the past, and nothing when it begins later', () => {
    const journal = open();
    journal.append(said(1));
    clock.reboot('boot-2');
    clock.setWall(clock.now() - 60_000);
    journal.append(said(2));
    clock.reboot('boot-3');
    clock.pass(120_000);
    journal.append(said(3));
    expect([...journal.events()].map((event) => event.type)).toEqual(['device.key', 'step.intent', 'clock.rollback', 'step.intent', 'step.intent']);
    expect([...journal.events({ types: ['clock.rollback'] })][0]?.data).toEqual({ last_wall: '2026-03-01T03:00:00.000Z', behind_ms: 60_000 });
  });
});

describe('checkpoints', () => {
  it('sign the root with the device key and put twelve words to it', () => {
    const journal = open();
    const { note, size, hash, words } = journal.checkpoint('a test');
    expect(readFileSync(join(dir, `checkpoints/${size}.note`), 'utf8')).toBe(note);
    const { text } = openNote(note, [parseVerifier(journal.device.vkey)]);
    expect(text).toBe(`${journal.device.name}\n2\n${Buffer.from(hash, 'hex').toString('base64')}\n`);
    expect(journal.head).toEqual({ size, hash });
    expect(words.split(' ')).toHaveLength(12);
  });

  it('are signed by the run key too, from its certificate to its end', () => {
    const journal = open();
    journal.startRunKey('r1');
    const [certified] = [...journal.events({ types: ['run.key'] })];
    const { vkey, certificate: signed } = z.object({ vkey: z.string(), certificate: z.string() }).parse(certified?.data);
    const certificate = openNote(signed, [parseVerifier(journal.device.vkey)]);
    expect(certificate.text).toBe(`blackstart/run-key/v1\nrun r1\nkey ${vkey}\n`);
    const both = [parseVerifier(journal.device.vkey), parseVerifier(vkey)];
    expect(openNote(journal.checkpoint('during').note, both, { require: 2 }).signedBy).toHaveLength(2);
    expect(openNote(journal.sign('x\n', 'r1'), both, { require: 2 }).text).toBe('x\n');
    journal.endRunKey('r1');
    journal.endRunKey('r1');
    expect(failure(() => openNote(journal.checkpoint('after').note, both, { require: 2 })).code).toBe('refused');
    expect([...journal.events({ types: ['run.key-ended'] })].map((event) => event.data['vkey'])).toEqual([vkey]);
    expect(readdirSync(join(dir, 'keys')).sort()).toEqual(['device.sealed', 'device.vkey']);
  });

  it('end the key of a run that gets a new one', () => {
    const journal = open();
    journal.startRunKey('r1');
    journal.startRunKey('r1');
    expect([...journal.events({ run: 'r1' })].map((event) => event.type)).toEqual(['run.key', 'run.key-ended', 'run.key']);
  });

  it('come by themselves after fifteen minutes with new entries', () => {
    const journal = open();
    clock.pass(15 * 60_000 - 1);
    journal.append(said(1));
    expect(existsSync(join(dir, 'checkpoints/3.note'))).toBe(false);
    clock.pass(1);
    journal.append(said(2));
    expect(existsSync(join(dir, 'checkpoints/4.note'))).toBe(true);
  });

  it('that a crash left without a note are signed at the next start', () => {
    const journal = open();
    const { size, note } = journal.checkpoint('before the crash');
    journal.close();
    rmSync(join(dir, `checkpoints/${size}.note`));
    open();
    expect(readFileSync(join(dir, `checkpoints/${size}.note`), 'utf8')).toBe(note);
  });

  it('give the same root with and without the hint that saves hashing at start', () => {
    const journal = open();
    journal.appendAll(Array.from({ length: 77 }, (_, n) => said(n)));
    journal.checkpoint('x');
    journal.appendAll([said(100), said(101)]);
    const { head } = journal;
    journal.close();
    const hinted = open();
    expect(hinted.head).toEqual(head);
    hinted.close();
    writeFileSync(join(dir, 'checkpoints/frontier'), 'nonsense\n');
    expect(open().head).toEqual(head);
  });
});

describe('a record that was changed while nobody looked', () => {
  function tamper(sql: string): void {
    const db = new Database(join(dir, 'journal.sqlite'));
    db.unsafeMode().exec(sql);
    db.close();
  }

  function madeRecord(): void {
    const journal = open();
    journal.appendAll([said(1), said(2), said(3)]);
    journal.checkpoint('x');
    journal.appendAll([said(4), said(5)]);
    journal.close();
  }

  it.each([
    ['a cut tail', 'DELETE FROM entry WHERE seq > 6', /held 7 entries and now holds 6/u],
    ['a cut before the checkpoint', 'DELETE FROM entry WHERE seq > 3', /held 7 entries and now holds 3/u],
    ['a changed last entry', `UPDATE entry SET bytes = CAST(replace(CAST(bytes AS TEXT), '"n":5', '"n":6') AS BLOB) WHERE seq = 7`, /last entry, 7/u],
    ['a changed entry after the checkpoint', `UPDATE entry SET bytes = CAST(replace(CAST(bytes AS TEXT), '"n":4', '"n":6') AS BLOB) WHERE seq = 6`, /entry 7 does not follow/u],
    ['an empty table', 'DELETE FROM entry', /held 7 entries and now holds 0/u],
  ])('is not written to: %s', (_, sql, message) => {
    madeRecord();
    tamper(sql);
    expect(failure(open)).toMatchObject({ code: 'bad', message: expect.stringMatching(message), hint: expect.stringMatching(/record verify/u) });
  });

  it('is not written to when the whole database is gone', () => {
    madeRecord();
    rmSync(join(dir, 'journal.sqlite'));
    expect(failure(open).message).toMatch(/held 7 entries and now holds 0/u);
  });

  it('is not written to when a stranger signed the newest checkpoint', () => {
    madeRecord();
    writeFileSync(join(dir, 'checkpoints/9.note'), readFileSync(join(dir, 'checkpoints/5.note')));
    expect(failure(open).message).toMatch(/9\.note is not a checkpoint/u);
  });

  it('goes on when a person accepts that, and says so for ever', () => {
    madeRecord();
    tamper('DELETE FROM entry WHERE seq > 6');
    const journal = open({ acceptDamage: { actor: 'person/amara', reason: 'the disk died' } });
    expect([...journal.events({ types: ['record.damaged'] })]).toMatchObject([{ seq: 7, actor: 'person/amara', data: { reason: 'the disk died' } }]);
    journal.close();
    expect(open().append(said(8)).seq).toBe(9); // after the statement that covers the person's word
  });

  it.each([
    ['a tail cut to before the checkpoint', 'DELETE FROM entry WHERE seq > 3'],
    ['a changed entry before the checkpoint that is noticed because the hint is gone', `UPDATE entry SET bytes = CAST(replace(CAST(bytes AS TEXT), '"n":2', '"n":6') AS BLOB) WHERE seq = 3`],
    ['a changed entry after the checkpoint', `UPDATE entry SET bytes = CAST(replace(CAST(bytes AS TEXT), '"n":4', '"n":6') AS BLOB) WHERE seq = 6`],
  ])('is written to at every later start once a person went on with it: %s', (_, sql) => {
    madeRecord();
    tamper(sql);
    rmSync(join(dir, 'checkpoints/frontier'));
    expect(failure(open)).toMatchObject({ code: 'bad' });
    expect(acceptDamage({ dataDir: dir, clock, actor: 'person/amara', reason: 'the disk died' })).toMatch(/entr/u);
    for (const n of [8, 9, 10]) {
      const journal = open();
      journal.append(said(n));
      journal.close();
    }
    expect([...openJournalReader(dir).events({ types: ['record.damaged'] })]).toHaveLength(1);
    expect(() => acceptDamage({ dataDir: dir, clock, actor: 'person/amara', reason: 'again' })).toThrow('no damage to accept');
  });

  it('is refused again when it was changed once more after a person went on with it', () => {
    madeRecord();
    tamper('DELETE FROM entry WHERE seq > 3');
    acceptDamage({ dataDir: dir, clock, actor: 'person/amara', reason: 'the disk died' });
    const journal = open();
    journal.appendAll([said(8), said(9)]);
    journal.close();
    tamper('DELETE FROM entry WHERE seq = (SELECT max(seq) FROM entry)');
    expect(failure(open)).toMatchObject({ code: 'bad' });
  });

  it('is not gone on with for an entry that nobody signed', () => {
    madeRecord();
    const [last] = [...openJournalReader(dir).events()].slice(-1);
    if (last === undefined) throw new Error('an empty record');
    const forged = canonicalBytes({ ...last, seq: 4, type: 'record.damaged', data: { found: 'x', reason: 'y' } }).toString('utf8');
    tamper(`DELETE FROM entry WHERE seq > 3; INSERT INTO entry VALUES (4, CAST('${forged}' AS BLOB))`);
    expect(failure(open)).toMatchObject({ code: 'bad' });
  });

  it.each([
    ['a trigger', 'CREATE TRIGGER t AFTER INSERT ON entry BEGIN DELETE FROM entry WHERE seq < new.seq; END', /trigger t/u],
    ['a view', 'CREATE VIEW v AS SELECT load_extension(1)', /view v/u],
    ['a table', 'CREATE TABLE extra(x)', /table extra/u],
    ['an index', 'CREATE INDEX i ON entry(bytes)', /index i/u],
    ['a view in place of the table', 'DROP TABLE entry; CREATE VIEW entry AS SELECT 1 AS seq, x\'00\' AS bytes', /view entry/u],
    ['a table of another make', 'DROP TABLE entry; CREATE TABLE entry(seq INTEGER PRIMARY KEY, bytes)', /table entry/u],
  ])('is not opened at all with %s planted in it', (_, sql, message) => {
    madeRecord();
    tamper(sql);
    expect(failure(open)).toMatchObject({ code: 'refused', message: expect.stringMatching(message) });
    expect(failure(() => openJournalReader(dir)).message).toMatch(message);
  });

  it('is not opened when it is no database', () => {
    madeRecord();
    writeFileSync(join(dir, 'journal.sqlite'), 'x'.repeat(10_000));
    expect(failure(open)).toMatchObject({ code: 'refused', message: expect.stringMatching(/cannot be read as a database/u) });
  });
});

describe('the device key', () => {
  it('is missed when only its public half is there', () => {
    open().close();
    rmSync(join(dir, 'keys/device.sealed'));
    expect(failure(open)).toMatchObject({ code: 'refused', message: expect.stringMatching(/device\.sealed is missing/u) });
  });

  it('is refused when its halves do not match or the file is of another kind', () => {
    open().close();
    appendFileSync(join(dir, 'keys/device.vkey'), 'x');
    expect(failure(open).message).toMatch(/not the public half/u);
    writeFileSync(join(dir, 'keys/device.sealed'), 'something else\n');
    expect(failure(open).message).toMatch(/not a device key/u);
  });
});

describe('a reader', () => {
  it('sees what was acknowledged while a writer holds the folder', () => {
    const journal = open();
    const reader = openJournalReader(dir);
    journal.append(said(1));
    expect([...reader.events()].map((event: JournalEvent) => event.seq)).toEqual([1, 2]);
    expect(reader.head).toEqual(journal.head);
    reader.close();
    expect(journal.append(said(2)).seq).toBe(3);
  });

  it('leaves the WAL and the database as they are', () => {
    const journal = open();
    journal.append(said(1));
    const before = ['journal.sqlite', 'journal.sqlite-wal'].map((name) => readFileSync(join(dir, name)));
    openJournalReader(dir).close();
    expect(['journal.sqlite', 'journal.sqlite-wal'].map((name) => readFileSync(join(dir, name)))).toEqual(before);
  });

  it('reads a copy where SQLite cannot share its index of the WAL', () => {
    const journal = open();
    journal.append(said(1));
    cpSync(dir, `${dir}-image`, { recursive: true });
    rmSync(join(`${dir}-image`, 'journal.sqlite-shm'));
    mkdirSync(join(`${dir}-image`, 'journal.sqlite-shm'));
    const reader = openJournalReader(`${dir}-image`);
    expect([...reader.events()].map((event) => event.seq)).toEqual([1, 2]);
    reader.close();
    rmSync(`${dir}-image`, { recursive: true });
  });

  it('says so when there is no journal', () => {
    expect(failure(() => openJournalReader(dir)).code).toBe('not-found');
  });
});
