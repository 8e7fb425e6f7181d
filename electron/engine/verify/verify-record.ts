/**
 * The independent verifier of a data folder. It shares no code with the journal's writer: own reading of JSON, hashes and
 * notes. In a process that has the journal open use `verifyInChild`: closing a copied file frees SQLite's locks on it.
 */
import { EngineError } from '../../contract/errors.ts';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Verification } from '../../contract/record.ts';
import { judgeStatement, readAnchors, readCheckpoints } from './checkpoint-files.ts';
import { copyDatabase, readRows } from './database-copy.ts';
import { EntryReader } from './entry-reader.ts';
import type { BlobName } from './entry-reader.ts';
import { Problems } from './problems.ts';
import { readPublicKey } from './signed-text.ts';
import type { PublicKey } from './signed-text.ts';

export interface VerifyOptions {
  /** Files that were kept elsewhere: checkpoints, or a line of size and words. */
  anchors?: readonly string[];
}

/** @throws EngineError `not-found` when there is no record (or anchor) to verify; whatever is wrong with one is a problem in the answer */
export async function verifyRecord(dataDir: string, { anchors = [] }: VerifyOptions = {}): Promise<Verification> {
  requireRecord(dataDir, anchors);
  const problems = new Problems();
  // Before the copy: a living writer may add a checkpoint meanwhile, and the copy must not be older than what is held against it.
  const statements = [...readAnchors(anchors, problems), ...readCheckpoints(join(dataDir, 'checkpoints'), problems)];
  const head = readHead(dataDir, problems);
  const reader = new EntryReader(problems, [...statements.map((statement) => statement.size), ...(head === null ? [] : [head.size])]);
  await readEntries(dataDir, reader, problems);
  if (head !== null) judgeHead(head, reader, problems);
  const device = deviceKey(dataDir, reader, problems);
  const agreeing = device === null ? [] : judgeAll(dataDir, device, statements, reader, problems);
  const newest = Math.max(0, ...statements.filter(({ source }) => source === 'checkpoint').map(({ size }) => size));
  judgeMissing(dataDir, newest, reader, problems);
  for (const blob of reader.blobs.values()) await judgeBlob(dataDir, blob, problems);
  return {
    ok: problems.list.length === 0,
    entries: reader.tree.size,
    head: { size: reader.tree.size, hash: reader.tree.root() },
    checkpoints: agreeing.filter(({ source }) => source === 'checkpoint').length,
    problems: problems.list,
  };
}

function requireRecord(dataDir: string, anchors: readonly string[]): void {
  const traces = ['journal.sqlite', 'checkpoints', 'keys/device.vkey'].filter((name) => existsSync(join(dataDir, name)));
  if (traces.length === 0) throw new EngineError('not-found', `There is no record in ${dataDir}.`, { hint: 'Give the data folder with --data-dir.' });
  const missing = anchors.find((path) => !existsSync(path));
  if (missing !== undefined) throw new EngineError('not-found', `The anchor ${missing} does not exist.`);
}

async function readEntries(dataDir: string, reader: EntryReader, problems: Problems): Promise<void> {
  const path = join(dataDir, 'journal.sqlite');
  if (!existsSync(path) || !statSync(path).isFile()) {
    problems.add('database.missing', null, 'The journal\'s database is not there.');
    return;
  }
  if (existsSync(`${path}-journal`)) problems.add('database.unexpected-file', null, 'A rollback journal lies beside the database; Blackstart never makes one that stays.');
  const copy = await copyDatabase(path);
  try {
    readRows(copy, problems, (seq, entry) => {
      if (seq !== reader.tree.size + 1) problems.add('entry.seq', seq, `After row ${reader.tree.size} comes row ${seq}: entries were removed, added or moved.`);
      reader.read(entry);
    });
  } finally {
    copy.remove();
  }
}

/** A power cut may leave the file empty or zeroed; anything else that does not read was changed. */
function readHead(dataDir: string, problems: Problems): { size: number; leaf: string } | null {
  const path = join(dataDir, 'checkpoints/head');
  const text = existsSync(path) ? readFileSync(path, 'latin1') : '';
  if (/^\0*$/u.test(text)) return null;
  const [, size, leaf] = /^(\d{1,15}) *([0-9a-f]{64})\n$/u.exec(text) ?? [];
  if (size !== undefined && leaf !== undefined) return { size: Number(size), leaf };
  problems.add('head.unreadable', null, 'checkpoints/head does not name the last entry.');
  return null;
}

function judgeHead({ size, leaf }: { size: number; leaf: string }, reader: EntryReader, problems: Problems): void {
  if (size > reader.tree.size) problems.add('head.ahead', null, `${size} entries were acknowledged and the journal holds ${reader.tree.size}: its tail is lost, or its -wal file was deleted.`);
  else if (size > 0 && reader.leaves.get(size) !== leaf) problems.add('head.other', size, `Entry ${size} is not the one that was acknowledged.`);
}

function deviceKey(dataDir: string, reader: EntryReader, problems: Problems): PublicKey | null {
  const path = join(dataDir, 'keys/device.vkey');
  const journaled = reader.deviceKey === null ? null : readPublicKey(reader.deviceKey);
  const stored = existsSync(path) ? readPublicKey(readFileSync(path, 'utf8')) : null;
  if (stored === null) problems.add('key.missing', null, 'keys/device.vkey is missing or cannot be read.');
  if (stored !== null && reader.tree.size > 0 && (journaled === null || !journaled.raw.equals(stored.raw) || journaled.name !== stored.name)) {
    problems.add('key.other', 1, 'The device key in keys/device.vkey is not the one that the journal begins with.');
  }
  return stored ?? journaled;
}

function judgeAll(dataDir: string, device: PublicKey, statements: ReturnType<typeof readCheckpoints>, reader: EntryReader, problems: Problems): typeof statements {
  reader.judgeRunKeys(device);
  const found = { size: reader.tree.size, roots: withEmpty(reader.roots), runKeys: reader.runKeys, device, witnesses: readWitnesses(dataDir) };
  return statements.filter((statement) => judgeStatement(statement, found, problems));
}

function withEmpty(roots: Map<number, string>): Map<number, string> {
  return roots.set(0, createHash('sha256').digest('hex'));
}

function readWitnesses(dataDir: string): PublicKey[] {
  const folder = join(dataDir, 'trust');
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.vkey')) : [];
  return names.flatMap((name) => readPublicKey(readFileSync(join(folder, name), 'utf8')) ?? []);
}

/** A journaled checkpoint newer than every note was removed, unless it is the very last entry: then a crash came between. */
function judgeMissing(dataDir: string, newest: number, reader: EntryReader, problems: Problems): void {
  for (const seq of reader.journaledCheckpoints) {
    if (seq <= newest || seq === reader.tree.size || existsSync(join(dataDir, `checkpoints/${seq}.note`))) continue;
    problems.add('checkpoint.missing', seq, `The journal speaks of a checkpoint of ${seq} entries; checkpoints/${seq}.note is gone.`);
  }
}

async function judgeBlob(dataDir: string, { sha256, size, seq }: BlobName, problems: Problems): Promise<void> {
  const path = join(dataDir, 'blobs', sha256.slice(0, 2), sha256);
  if (!existsSync(path) || !statSync(path).isFile()) {
    problems.add('blob.missing', seq, `The output ${sha256} that entry ${seq} names is not there.`);
    return;
  }
  const found = statSync(path).size;
  if (found !== size) {
    problems.add('blob.size', seq, `The output ${sha256} has ${found} bytes; entry ${seq} says ${size}.`);
    return;
  }
  const digest = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) if (Buffer.isBuffer(chunk)) digest.update(chunk);
  if (digest.digest('hex') !== sha256) problems.add('blob.digest', seq, `The output ${sha256} that entry ${seq} names was changed.`);
}
