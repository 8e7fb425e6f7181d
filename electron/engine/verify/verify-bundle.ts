/** The independent verifier of an evidence bundle (see `exportBundle` for its form). */
import { EngineError } from '../../contract/errors.ts';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { BundleVerification } from '../../contract/record.ts';
import { BundleFiles, DEFAULT_LIMITS } from './bundle-files.ts';
import type { BundleLimits } from './bundle-files.ts';
import { judgeStatement, readCheckpoint } from './checkpoint-files.ts';
import type { Statement } from './checkpoint-files.ts';
import { EntryReader } from './entry-reader.ts';
import { Problems } from './problems.ts';
import { judgeSignature, readPublicKey, readSignedText } from './signed-text.ts';
import type { PublicKey } from './signed-text.ts';

const MANIFEST_BYTES = 32 * 1024 * 1024;
const NOTE_BYTES = 256 * 1024;
const LINE_BYTES = 64 * 1024;

interface Manifest {
  run: string;
  files: Map<string, { sha256: string; size: number }>;
}

export interface VerifyBundleOptions {
  /** Verifier keys that this machine trusts: its own device key and `trust/*.vkey`. */
  trusted?: readonly string[];
  limits?: BundleLimits;
}

/** @throws EngineError `not-found` when there is no such file; everything else is a problem in the answer */
export async function verifyBundle(file: string, { trusted = [], limits = DEFAULT_LIMITS }: VerifyBundleOptions = {}): Promise<BundleVerification> {
  if (!existsSync(file)) throw new EngineError('not-found', `There is no bundle at ${file}.`);
  const problems = new Problems();
  const files = await BundleFiles.open(file, limits, problems);
  if (files === null) return { ...NOTHING, problems: problems.list };
  try {
    return await judgeBundle(files, trusted, problems);
  } finally {
    files.close();
  }
}

const NOTHING: BundleVerification = { ok: false, entries: 0, head: { size: 0, hash: '' }, checkpoints: 0, problems: [], run: null, shown: 0, files: 0, signer: null };

async function judgeBundle(files: BundleFiles, trusted: readonly string[], problems: Problems): Promise<BundleVerification> {
  const device = readPublicKey((await files.read('device.vkey', NOTE_BYTES))?.toString('utf8') ?? '');
  if (device === null) problems.add('key.missing', null, 'device.vkey is missing from the bundle or cannot be read.');
  const manifest = readManifest(await files.read('MANIFEST', MANIFEST_BYTES), device, problems);
  if (device === null || manifest === null) return { ...NOTHING, problems: problems.list };
  judgeListing(files, manifest, problems);
  const checkpoint = readBundleCheckpoint(await files.read('checkpoint', NOTE_BYTES), problems);
  const reader = new EntryReader(problems, checkpoint === null ? [] : [checkpoint.size]);
  const shown = await readFiles(files, manifest, reader, problems);
  if (checkpoint !== null) judgeCheckpoint(checkpoint, device, reader, problems);
  judgeReferences(manifest, reader, problems);
  return {
    ok: problems.list.length === 0,
    entries: reader.tree.size,
    head: { size: reader.tree.size, hash: reader.tree.root() },
    checkpoints: checkpoint === null ? 0 : 1,
    problems: problems.list,
    run: manifest.run,
    shown,
    files: manifest.files.size,
    signer: describeSigner(device, trusted),
  };
}

function describeSigner(device: PublicKey, trusted: readonly string[]): { name: string; vkey: string; known: boolean } {
  const keys = trusted.map(readPublicKey);
  const known = keys.some((key) => key !== null && key.name === device.name && key.raw.equals(device.raw));
  return { name: device.name, vkey: `${device.name}+${device.id}+${Buffer.concat([Uint8Array.of(device.kind), device.raw]).toString('base64')}`, known };
}

function readManifest(bytes: Buffer | null, device: PublicKey | null, problems: Problems): Manifest | null {
  const signed = bytes === null ? null : readSignedText(bytes);
  if (signed === null) {
    problems.add('bundle.manifest', null, 'MANIFEST is missing from the bundle or is not a signed note.');
    return null;
  }
  if (device !== null && judgeSignature(signed, device) !== 'good') problems.add('bundle.manifest', null, `MANIFEST is not signed by ${device.name}.`);
  const manifest = parseManifest(signed.text);
  if (manifest === null) problems.add('bundle.manifest', null, 'MANIFEST does not have the form of an evidence manifest, or lists a file twice.');
  return manifest;
}

function parseManifest(text: string): Manifest | null {
  const [kind, run, ...lines] = text.slice(0, -1).split('\n');
  if (kind !== 'blackstart/evidence/v1' || run?.startsWith('run ') !== true) return null;
  const files: Manifest['files'] = new Map();
  let before = '';
  for (const line of lines) {
    const [, sha256, size, path] = /^([0-9a-f]{64}) (0|[1-9]\d{0,14}) (\S+)$/u.exec(line) ?? [];
    if (sha256 === undefined || size === undefined || path === undefined || path <= before) return null;
    files.set(path, { sha256, size: Number(size) });
    before = path;
  }
  return { run: run.slice('run '.length), files };
}

function judgeListing(files: BundleFiles, manifest: Manifest, problems: Problems): void {
  for (const name of files.names) if (name !== 'MANIFEST' && !manifest.files.has(name)) problems.add('file.unlisted', null, `${name} is in the bundle and not in its MANIFEST.`);
  for (const [name, { size }] of manifest.files) {
    const declared = files.size(name);
    if (declared === null) problems.add('file.missing', null, `${name} is in MANIFEST and not in the bundle.`);
    else if (declared !== size) problems.add('file.size', null, `${name} has ${declared} bytes; MANIFEST says ${size}.`);
  }
}

function readBundleCheckpoint(bytes: Buffer | null, problems: Problems): Statement | null {
  const signed = bytes === null ? null : readSignedText(bytes);
  const checkpoint = signed === null ? null : readCheckpoint(signed, 'checkpoint', 'checkpoint');
  if (checkpoint === null) problems.add('checkpoint.unreadable', null, 'The checkpoint is missing from the bundle or is none.');
  return checkpoint;
}

/** Hashes every listed file and reads the journal on the way. Returns how many entries are given in full. */
async function readFiles(files: BundleFiles, manifest: Manifest, reader: EntryReader, problems: Problems): Promise<number> {
  const lines = new LineReader(manifest.run, reader, problems);
  for (const [name, expected] of manifest.files) {
    if (files.size(name) !== expected.size) continue;
    const digest = createHash('sha256');
    const isWhole = await files.stream(name, (chunk) => {
      digest.update(chunk);
      if (name === 'journal.ndjson') lines.take(chunk);
    });
    if (!isWhole) problems.add('file.size', null, `${name} does not unpack to the ${expected.size} bytes that MANIFEST names.`);
    else if (digest.digest('hex') !== expected.sha256) problems.add('file.digest', null, `${name} is not the file that was signed.`);
  }
  lines.end();
  return lines.shown;
}

class LineReader {
  shown = 0;
  readonly #run: string;
  readonly #reader: EntryReader;
  readonly #problems: Problems;
  #rest = Buffer.alloc(0);
  #isLost = false;

  constructor(run: string, reader: EntryReader, problems: Problems) {
    this.#run = run;
    this.#reader = reader;
    this.#problems = problems;
  }

  take(chunk: Buffer): void {
    if (this.#isLost) return;
    const bytes = Buffer.concat([this.#rest, chunk]);
    let from = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
      this.#line(bytes.subarray(from, end));
      from = end + 1;
    }
    this.#rest = bytes.subarray(from);
    if (this.#rest.length > LINE_BYTES) this.#lose();
  }

  end(): void {
    if (this.#rest.length > 0) this.#lose();
  }

  #line(line: Buffer): void {
    if (line.length === 64 && /^[0-9a-f]{64}$/u.test(line.toString('latin1'))) {
      this.#reader.readHidden(line.toString('latin1'));
      return;
    }
    this.shown += 1;
    const run = this.#reader.read(line);
    if (run !== null && run !== undefined && run !== this.#run) this.#problems.add('bundle.run', this.#reader.tree.size, `Entry ${this.#reader.tree.size} belongs to the run ${run}.`);
  }

  #lose(): void {
    if (!this.#isLost) this.#problems.add('entry.unreadable', this.#reader.tree.size + 1, 'journal.ndjson ends in the middle of an entry, or holds one far too long.');
    this.#isLost = true;
  }
}

function judgeCheckpoint(checkpoint: Statement, device: PublicKey, reader: EntryReader, problems: Problems): void {
  reader.judgeRunKeys(device);
  judgeStatement(checkpoint, { size: reader.tree.size, roots: reader.roots, runKeys: reader.runKeys, device, witnesses: [] }, problems);
  if (checkpoint.size < reader.tree.size) problems.add('checkpoint.root', checkpoint.size, `The checkpoint signs ${checkpoint.size} entries; the bundle holds ${reader.tree.size}.`);
  const journaled = reader.deviceKey === null ? null : readPublicKey(reader.deviceKey);
  if (journaled === null || !journaled.raw.equals(device.raw)) problems.add('key.other', 1, 'device.vkey is not the key that the journal begins with.');
}

function judgeReferences(manifest: Manifest, reader: EntryReader, problems: Problems): void {
  for (const { sha256, size, seq } of reader.blobs.values()) {
    const listed = manifest.files.get(`outputs/${sha256}`);
    if (listed === undefined) problems.add('blob.missing', seq, `The output ${sha256} that entry ${seq} names is not in the bundle.`);
    else if (listed.size !== size) problems.add('blob.size', seq, `The output ${sha256} has ${listed.size} bytes; entry ${seq} says ${size}.`);
  }
  for (const [path, { sha256 }] of manifest.files) {
    if (path.startsWith('outputs/') && path !== `outputs/${sha256}`) problems.add('blob.digest', null, `${path} has another digest than its name says.`);
  }
  const keys = new Set(reader.runKeys.map(({ key }) => `run-${key.id}.vkey`));
  for (const path of manifest.files.keys()) {
    if (path.endsWith('.vkey') && path !== 'device.vkey' && !keys.has(path)) problems.add('key.uncertified', null, `${path} holds a key that no entry certifies.`);
  }
}
