/** The run of an evidence bundle as a journal to read: its own entries, and those outputs that are small enough to look into. */
import { EngineError } from '../../contract/errors.ts';
import type { BundleVerification } from '../../contract/record.ts';
import { parseEntry } from '../journal/event.ts';
import type { JournalEvent, JournalReader } from '../journal/journal.ts';
import { BundleFiles, DEFAULT_LIMITS } from '../verify/bundle-files.ts';
import { Problems } from '../verify/problems.ts';
import { verifyBundle } from '../verify/verify-bundle.ts';

/** Larger outputs stay in the bundle: a view needs the snapshot, texts and assertions, not gigabytes of log. */
const LARGEST_OUTPUT = 4 * 1024 * 1024;
const LARGEST_JOURNAL = 512 * 1024 * 1024;
const LARGEST_NOTE = 256 * 1024;

export interface OpenedBundle {
  verification: BundleVerification;
  run: string;
  reader: JournalReader;
  /** The signed checkpoint that came with it. */
  checkpoint: string;
}

/**
 * Judged anew each time: what was right when it came may have been changed since.
 * @returns the judgement alone when the bundle does not hold, or holds no run
 * @throws EngineError `not-found` when there is no such file
 */
export async function openBundle(file: string, trusted: readonly string[]): Promise<OpenedBundle | { verification: BundleVerification; run: null }> {
  const verification = await verifyBundle(file, { trusted });
  if (!verification.ok || verification.run === null) return { verification, run: null };
  const files = await BundleFiles.open(file, DEFAULT_LIMITS, new Problems());
  if (files === null) return { verification, run: null };
  try {
    return { verification, run: verification.run, reader: await readerOf(files, verification), checkpoint: (await files.read('checkpoint', LARGEST_NOTE))?.toString('utf8') ?? '' };
  } finally {
    files.close();
  }
}

async function readerOf(files: BundleFiles, { head }: BundleVerification): Promise<JournalReader> {
  const journal = await files.read('journal.ndjson', LARGEST_JOURNAL);
  if (journal === null) throw new EngineError('refused', 'The journal of the bundle is too large to be shown here.', { hint: 'It can still be verified.' });
  const events = journal.toString('utf8').split('\n').flatMap((line) => (line.startsWith('{') ? (parseEntry(Buffer.from(line)) ?? []) : []));
  const blobs = new Map<string, Buffer>();
  for (const name of files.names.filter((one) => one.startsWith('outputs/'))) {
    const bytes = await files.read(name, LARGEST_OUTPUT);
    if (bytes !== null) blobs.set(name.slice('outputs/'.length), bytes);
  }
  return bundleReader(events, blobs, head);
}

function bundleReader(all: readonly JournalEvent[], outputs: ReadonlyMap<string, Buffer>, head: { size: number; hash: string }): JournalReader {
  const read = (sha256: string): Buffer => {
    const bytes = outputs.get(sha256);
    if (bytes === undefined) throw new EngineError('not-found', `The output ${sha256} is too large to be shown from a bundle.`);
    return bytes;
  };
  return {
    *events({ after = 0, until, run, types } = {}) {
      for (const event of all) {
        if (event.seq <= after || event.seq > (until ?? event.seq) || (run !== undefined && event.run !== run) || (types !== undefined && !types.includes(event.type))) continue;
        yield event;
      }
    },
    blobs: { read: (sha256, offset = 0, length) => read(sha256).subarray(offset, length === undefined ? undefined : offset + length), size: (sha256) => read(sha256).length, path: (sha256) => sha256 },
    head,
    close: () => undefined,
  };
}
