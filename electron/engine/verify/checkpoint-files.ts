/** Checkpoints and anchors: what was said earlier, or elsewhere, about the record. */
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Problems } from './problems.ts';
import type { RunKeySpan } from './entry-reader.ts';
import { judgeSignature, readSignedText } from './signed-text.ts';
import type { PublicKey, SignedText } from './signed-text.ts';

export interface Statement {
  /** `checkpoint` from the data folder, `anchor` from outside. */
  source: 'checkpoint' | 'anchor';
  label: string;
  signed: SignedText | null;
  origin: string | null;
  size: number;
  /** Hex root, or the words of one. */
  root: { hash: string } | { words: string };
}

/** Larger files are not notes; reading them whole would be a way to fill the memory. */
const MAX_BYTES = 256 * 1024;

export function readCheckpoints(folder: string, problems: Problems): Statement[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.note')).sort();
  return names.flatMap((name) => {
    const statement = readStatement(join(folder, name), `checkpoints/${name}`, 'checkpoint');
    if (statement === null) {
      problems.add('checkpoint.unreadable', null, `checkpoints/${name} is not a checkpoint.`);
      return [];
    }
    const named = /^(\d+)(?:\.\d+)?\.note$/u.exec(name)?.[1];
    if (named !== String(statement.size)) problems.add('checkpoint.replayed', statement.size, `checkpoints/${name} is a checkpoint of ${statement.size} entries under another name.`);
    return [statement];
  });
}

export function readAnchors(paths: readonly string[], problems: Problems): Statement[] {
  return paths.flatMap((path) => {
    const statement = readStatement(path, basename(path), 'anchor');
    if (statement === null) problems.add('anchor.unreadable', null, `The anchor ${basename(path)} is neither a checkpoint nor a line of its size and words.`);
    return statement ?? [];
  });
}

function readStatement(path: string, label: string, source: Statement['source']): Statement | null {
  const bytes = readFileSync(path);
  if (bytes.length > MAX_BYTES) return null;
  const signed = readSignedText(bytes);
  return signed === null ? readWords(bytes.toString('utf8'), label, source) : readCheckpoint(signed, label, source);
}

/** Returns null unless the text has the three lines of a tlog-checkpoint (and perhaps extension lines). */
export function readCheckpoint(signed: SignedText, label: string, source: Statement['source']): Statement | null {
  const [origin, size, root] = signed.text.split('\n');
  if (origin === undefined || origin === '' || size === undefined || root === undefined || !/^(?:0|[1-9]\d{0,14})$/u.test(size)) return null;
  const hash = Buffer.from(root, 'base64');
  if (hash.length !== 32 || hash.toString('base64') !== root) return null;
  return { source, label, signed, origin, size: Number(size), root: { hash: hash.toString('hex') } };
}

/** `SIZE` and the twelve words, as copied from paper: any white space, any case. Only an anchor may lack a signature. */
function readWords(text: string, label: string, source: Statement['source']): Statement | null {
  const [size, ...words] = text.trim().toLowerCase().split(/\s+/u);
  if (source !== 'anchor' || size === undefined || !/^\d{1,15}$/u.test(size) || words.length !== 12 || !words.every((word) => wordlist.includes(word))) return null;
  return { source, label, signed: null, origin: null, size: Number(size), root: { words: words.join(' ') } };
}

/** The twelve words of a root, as the verifier spells them. */
export function wordsOf(hash: string): string {
  const bits = Buffer.from(hash, 'hex').reduce((all, byte) => all + byte.toString(2).padStart(8, '0'), '').slice(0, 132);
  return (bits.match(/.{11}/gu) ?? []).map((group) => wordlist[Number.parseInt(group, 2)] ?? '').join(' ');
}

/** What the record turned out to be, for holding statements against it. */
export interface Found {
  size: number;
  roots: ReadonlyMap<number, string>;
  runKeys: readonly RunKeySpan[];
  device: PublicKey;
  witnesses: readonly PublicKey[];
}

/** True when the statement is this device's and agrees with the record. */
export function judgeStatement(statement: Statement, found: Found, problems: Problems): boolean {
  const count = problems.list.length;
  if (statement.signed !== null) judgeSigners(statement, statement.signed, found, problems);
  if (statement.size > found.size) {
    problems.add(`${statement.source}.ahead`, null, `${statement.label} speaks of ${statement.size} entries and the journal holds ${found.size}: its tail was cut or the whole record rolled back.`);
  } else if (!agrees(statement, found.roots.get(statement.size) ?? '')) {
    problems.add(`${statement.source}.root`, statement.size, `The first ${statement.size} entries are not those that ${statement.label} speaks of: history was rewritten.`);
  }
  return problems.list.length === count;
}

function agrees({ root }: Statement, hash: string): boolean {
  return 'hash' in root ? root.hash === hash : hash !== '' && root.words === wordsOf(hash);
}

function judgeSigners(statement: Statement, signed: SignedText, found: Found, problems: Problems): void {
  const { source, label, origin, size } = statement;
  const byDevice = judgeSignature(signed, found.device);
  if (origin !== found.device.name || byDevice === 'absent') problems.add(`${source}.foreign`, null, `${label} is about the record of ${origin ?? 'another device'}, not signed by ${found.device.name}.`);
  if (byDevice === 'wrong') problems.add(`${source}.signature`, null, `The device's signature on ${label} does not hold.`);
  for (const witness of found.witnesses) {
    if (judgeSignature(signed, witness) === 'wrong') problems.add(`${source}.signature`, null, `The signature of ${witness.name} on ${label} does not hold.`);
  }
  // Of a statement about entries that are gone, the certifying entry may be gone too; that it is ahead is said already.
  if (size > found.size) return;
  for (const { name, id } of signed.signatures.filter((signature) => signature.name.startsWith('run/'))) {
    const span = found.runKeys.find(({ key }) => key.name === name && key.id === id);
    if (span === undefined) problems.add('key.uncertified', null, `${label} is signed by ${name} with a key that no entry certifies.`);
    else if (judgeSignature(signed, span.key) === 'wrong') problems.add(`${source}.signature`, null, `The signature of ${name} on ${label} does not hold.`);
    else if (size < span.from) problems.add('key.before-start', size, `${label} is signed by ${name}, whose key begins at entry ${span.from}.`);
    else if (size >= span.to) problems.add('key.after-end', size, `${label} is signed by ${name}, whose key ended at entry ${span.to}.`);
  }
}
