/** Does this paper match this laptop? A checkpoint as words or as a note, held against the entries as they lie on the disk. */
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '../../contract/errors.ts';
import type { RecordMatch } from '../../contract/record.ts';
import { readCheckpoint, wordsOf } from './checkpoint-files.ts';
import { copyDatabase, readRows } from './database-copy.ts';
import { Problems } from './problems.ts';
import { judgeSignature, readPublicKey, readSignedText, type PublicKey, type SignedText } from './signed-text.ts';
import { Tree } from './tree.ts';

const WORDS = 12;
/** No two words of the list begin with the same four letters, so four are enough. */
const TELLING = 4;

interface Paper { kind: RecordMatch['kind']; size: number | null; hash: string | null; words: string; origin: string | null; signed: SignedText | null }

/**
 * @param text a signed note, or the number of entries (which may be missing) and the twelve words
 * @param witnesses verifier keys of further witnesses, besides those in `trust/`
 * @throws EngineError `refused` when it is neither; `not-found` when there is no record here
 */
export async function matchRecord(dataDir: string, text: string, witnesses: readonly string[] = []): Promise<RecordMatch> {
  const path = join(dataDir, 'journal.sqlite');
  const paper = readPaper(text);
  if (!existsSync(path)) throw new EngineError('not-found', `There is no record in ${dataDir}.`, { hint: 'Give the data folder with --data-dir.' });
  const found = await findRoot(path, paper);
  const device = readPublicKey(readText(join(dataDir, 'keys', 'device.vkey')));
  const signatures = paper.signed === null ? [] : judgeSigners(paper.signed, device, [...witnessesOf(dataDir), ...witnesses.flatMap((vkey) => readPublicKey(vkey) ?? [])]);
  const base = { kind: paper.kind, size: found.at ?? paper.size, entries: found.entries, origin: paper.origin, signatures };
  return { ...base, ...judge(paper, found, device, signatures) };
}

export function readPaper(text: string): Paper {
  const signed = readSignedText(Buffer.from(text));
  const checkpoint = signed === null ? null : readCheckpoint(signed, 'paper', 'anchor');
  if (signed !== null && checkpoint !== null && 'hash' in checkpoint.root) return { kind: 'note', size: checkpoint.size, hash: checkpoint.root.hash, words: wordsOf(checkpoint.root.hash), origin: checkpoint.origin, signed };
  if (signed !== null || text.includes('\u2014 ')) throw new EngineError('refused', 'This is a note, but not a checkpoint of a record.', { hint: 'A checkpoint begins with the name of a device, a number and a root.' });
  return readWords(text);
}

function readWords(text: string): Paper {
  const parts = text.toLowerCase().split(/[\s,;.\-_]+/u).filter((part) => part !== '');
  const [first = ''] = parts;
  const size = /^\d{1,15}$/u.test(first) ? Number(first) : null;
  const given = size === null ? parts : parts.slice(1);
  if (given.length !== WORDS) throw new EngineError('refused', `${given.length} words were given; a checkpoint has ${WORDS}, and before them the number of entries.`, { hint: 'Copy the line from the paper, for example: 83 wreck romance can forward …' });
  const words = given.map((word) => {
    const known = wordlist.find((one) => one === word) ?? (word.length >= TELLING ? wordlist.find((one) => one.slice(0, TELLING) === word.slice(0, TELLING)) : undefined);
    if (known === undefined) throw new EngineError('refused', `"${word.slice(0, 30)}" is not one of the words that checkpoints are spelled with.`, { hint: nearest(word) });
    return known;
  });
  return { kind: 'words', size, hash: null, words: words.join(' '), origin: null, signed: null };
}

/** What may have been meant: words with the same beginning. */
function nearest(word: string): string {
  const close = [3, 2, 1].map((letters) => wordlist.filter((one) => one.startsWith(word.slice(0, letters)))).find((some) => some.length > 0) ?? [];
  return close.length === 0 ? 'Look at the paper again.' : `Look at the paper again: ${close.slice(0, 8).join(', ')}?`;
}

interface Found {
  entries: number;
  /** Root at the size that the paper speaks of; null when there are fewer entries. */
  root: string | null;
  /** Where words without a number fit. */
  at: number | null;
}

async function findRoot(path: string, { size, words }: Paper): Promise<Found> {
  const problems = new Problems();
  const tree = new Tree();
  const found: Found = { entries: 0, root: size === 0 ? tree.root() : null, at: null };
  const copy = await copyDatabase(path);
  try {
    readRows(copy, problems, (_seq, entry) => {
      tree.addEntry(entry);
      if (tree.size === size) found.root = tree.root();
      if (size === null && found.at === null && wordsOf(tree.root()) === words) found.at = tree.size;
    });
  } finally {
    copy.remove();
  }
  const [unreadable] = problems.list;
  if (unreadable !== undefined) throw new EngineError('bad', unreadable.message, { hint: 'Run "blackstart record verify": it says what is wrong.' });
  return { ...found, entries: tree.size };
}

function judge({ size, hash, words, origin }: Paper, found: Found, device: PublicKey | null, signatures: RecordMatch['signatures']): Pick<RecordMatch, 'answer' | 'message'> {
  if (origin !== null && device !== null && origin !== device.name) return { answer: 'other-record', message: `This is a checkpoint of ${origin}; the record here is that of ${device.name}.` };
  const wrong = signatures.find(({ holds }) => holds === false);
  if (wrong !== undefined) return { answer: 'differs', message: `The signature of ${wrong.name} on it does not hold: the note was changed, or is not theirs.` };
  if (size === null) {
    if (found.at !== null) return { answer: 'matches', message: `It matches: these words are those of the first ${found.at} of ${found.entries} entries.` };
    return { answer: 'differs', message: `It does not match: no beginning of this record, of its ${found.entries} entries, has these words. A word is wrong, the paper is newer than this record, or the record was rewritten.` };
  }
  if (found.root === null) return { answer: 'newer', message: `It is newer than this record: it speaks of ${size} entries and there are ${found.entries}. The record was rolled back, or its end was cut off.` };
  const fits = hash === null ? wordsOf(found.root) === words : found.root === hash;
  if (!fits) return { answer: 'differs', message: `It does not match: the first ${size} entries of this record are not those that it speaks of. Either history was rewritten, or the paper is another record’s.` };
  return { answer: 'matches', message: `It matches at ${size} entries: what was written up to then is unchanged. ${found.entries === size ? 'Nothing came since.' : `${found.entries - size} came since.`}` };
}

function judgeSigners(signed: SignedText, device: PublicKey | null, witnesses: readonly PublicKey[]): RecordMatch['signatures'] {
  return signed.signatures.map(({ name, id, bytes }) => {
    const kind = name === device?.name ? 'device' : name.startsWith('run/') ? 'run' : 'witness';
    const key = [...(device === null ? [] : [device]), ...witnesses].find((one) => one.name === name && one.id === id);
    const judged = key === undefined ? null : judgeSignature(signed, key);
    const time = bytes.length === 72 ? new Date(Number(bytes.readBigUInt64BE(0)) * 1000) : null;
    return { name, kind, holds: judged === null ? null : judged === 'good', time: time === null || Number.isNaN(time.getTime()) ? null : time.toISOString() };
  });
}

/** Keys of witnesses and other laptops: `trust/*.vkey`. */
function witnessesOf(dataDir: string): PublicKey[] {
  const folder = join(dataDir, 'trust');
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.vkey')) : [];
  return names.flatMap((name) => readPublicKey(readText(join(folder, name))) ?? []);
}

function readText(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
}
