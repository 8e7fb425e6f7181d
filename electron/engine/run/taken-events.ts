/** The entries of another laptop's run, as the run that goes on with it keeps them: a line each, byte for byte. */
import type { BlobName } from '../../contract/run/events.ts';
import { canonicalJson } from '../journal/canonical.ts';
import { parseEntry } from '../journal/event.ts';
import type { JournalEvent, JournalReader } from '../journal/journal.ts';

export function takenText(events: Iterable<JournalEvent>): Buffer {
  return Buffer.from([...events].map((event) => `${canonicalJson({ ...event })}\n`).join(''));
}

/** @throws EngineError `not-found` when the blob is missing; a line that is no entry is a broken invariant */
export function readTakenEvents(reader: Pick<JournalReader, 'blobs'>, { sha256 }: BlobName): JournalEvent[] {
  return Buffer.from(reader.blobs.read(sha256)).toString('utf8').split('\n').filter((line) => line !== '').map((line) => {
    const entry = parseEntry(Buffer.from(line));
    if (entry === null) throw new Error(`the entries ${sha256} that were taken over do not read`);
    return entry;
  });
}
