import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cosignCheckpoint, keepWitnessed, readWitnessed } from '../../../electron/engine/anchor/cosign.ts';
import type { Journal } from '../../../electron/engine/journal/journal.ts';
import { openJournal } from '../../../electron/engine/journal/open-journal.ts';
import { openNote, parseVerifier, signNote, signerFromSeed } from '../../../electron/engine/note/note.ts';
import { createPeople } from '../../../electron/engine/people/people.ts';
import { matchRecord } from '../../../electron/engine/verify/match-record.ts';
import { setClock } from '../../support/set-clock.ts';

let root: string;
let here: Journal;
let second: Journal;
const clock = setClock();
const witness = () => ({ journal: second, people: createPeople(second), clock });
const trusted = () => [parseVerifier(here.device.vkey)];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'blackstart-witness-'));
  here = openJournal({ dataDir: join(root, 'here'), clock });
  second = openJournal({ dataDir: join(root, 'second'), clock });
});
afterEach(() => {
  here.close();
  second.close();
  rmSync(root, { recursive: true });
});

describe('a second laptop as a witness', { timeout: 60_000 }, () => {
  it('signs with the time, in a form that any C2SP reader checks, and keeps what it saw', async () => {
    const { note, size, hash } = here.checkpoint('test');
    const seen = await cosignCheckpoint(witness(), { note, trusted: trusted() });
    expect(seen).toMatchObject({ origin: here.device.name, size, hash, by: second.device.name });
    expect(openNote(seen.note, [parseVerifier(seen.vkey), ...trusted()], { require: 2 }).signedBy.map(({ name, time }) => [name, time])).toEqual([[here.device.name, null], [second.device.name, Math.floor(clock.now() / 1000)]]);
    expect([...second.events({ types: ['record.cosigned'] })]).toHaveLength(1);
  });

  it('signs for a person when one is named', async () => {
    const people = createPeople(second);
    await people.enroll({ name: 'Ruth Adeyemi', roles: ['witness'], passphrase: 'four quiet words' });
    const { note } = here.checkpoint('test');
    const seen = await cosignCheckpoint({ ...witness(), people }, { note, trusted: trusted(), person: { id: 'ruth-adeyemi', passphrase: 'four quiet words' } });
    expect(openNote(seen.note, [parseVerifier(seen.vkey)]).signedBy).toMatchObject([{ name: 'person/ruth-adeyemi' }]);
    await expect(cosignCheckpoint({ ...witness(), people }, { note, trusted: trusted(), person: { id: 'ruth-adeyemi', passphrase: 'not hers at all' } })).rejects.toThrow('not the passphrase');
  });

  it('never signs two histories of one size, nor an older state after a newer one', async () => {
    const first = here.checkpoint('one');
    const device = signerFromSeed('device/two-faced', Buffer.alloc(32, 7));
    const face = (size: number, root_: string): string => signNote(`device/two-faced\n${size}\n${Buffer.alloc(32, root_).toString('base64')}\n`, [device]);
    const known = [parseVerifier(device.vkey), ...trusted()];
    await cosignCheckpoint(witness(), { note: face(9, 'a'), trusted: known });
    await expect(cosignCheckpoint(witness(), { note: face(9, 'b'), trusted: known })).rejects.toThrow(expect.objectContaining({ code: 'bad', message: expect.stringContaining('rewritten') }));
    await expect(cosignCheckpoint(witness(), { note: face(8, 'a'), trusted: known })).rejects.toThrow(expect.objectContaining({ code: 'bad', message: expect.stringContaining('rolled back') }));
    await cosignCheckpoint(witness(), { note: first.note, trusted: known });
    await cosignCheckpoint(witness(), { note: here.checkpoint('two').note, trusted: known });
  });

  it.each([
    ['a laptop whose key it does not know', () => ({ note: here.checkpoint('x').note, trusted: [] }), 'is not known here'],
    ['itself', () => ({ note: second.checkpoint('x').note, trusted: [] }), 'cannot witness itself'],
    ['words', () => ({ note: `83 ${Array.from({ length: 12 }, () => 'zoo').join(' ')}`, trusted: trusted() }), 'Words cannot be cosigned'],
    ['a note that was changed', () => ({ note: here.checkpoint('x').note.replace(/\n\d+\n/u, '\n7\n'), trusted: trusted() }), 'does not match the text'],
    ['another kind of note', () => ({ note: here.sign('blackstart/kit/v1\n'), trusted: trusted() }), 'not a checkpoint'],
  ])('does not sign for %s', async (_what, request, words) => {
    await expect(cosignCheckpoint(witness(), request())).rejects.toThrow(expect.objectContaining({ code: 'refused', message: expect.stringContaining(words) }));
  });
});

describe('the record that was witnessed', () => {
  it('keeps a signature of a witness whose key it knows, and of no other', async () => {
    const { note } = here.checkpoint('test');
    const seen = await cosignCheckpoint(witness(), { note, trusted: trusted() });
    const dataDir = join(root, 'here');
    const stranger = await matchRecord(dataDir, seen.note);
    expect(() => keepWitnessed(here, seen.note, stranger)).toThrow('No witness that is known here');
    keepWitnessed(here, seen.note, await matchRecord(dataDir, seen.note, [seen.vkey]));
    expect(readWitnessed(here)).toEqual([{ name: second.device.name, size: 2, at: expect.any(String) }]);
  });

  it('does not keep what does not match, and tells a forged witness', async () => {
    const { note } = here.checkpoint('test');
    const seen = await cosignCheckpoint(witness(), { note, trusted: trusted() });
    const forged = seen.note.replace(/(\u2014 device\/\S+ \S{20})(\S)(\S+)\n$/u, (_all, before: string, letter: string, rest: string) => `${before}${letter === 'A' ? 'B' : 'A'}${rest}\n`);
    const match = await matchRecord(join(root, 'here'), forged, [seen.vkey]);
    expect(match).toMatchObject({ answer: 'differs', message: expect.stringContaining('does not hold') });
    expect(() => keepWitnessed(here, forged, match)).toThrow(expect.objectContaining({ code: 'refused' }));
  });
});
