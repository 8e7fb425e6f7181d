/** A backup that was found and not yet read, wherever it lies. */
import { basename } from 'node:path';
import type { Evidence } from '../../../contract/readiness.ts';
import { ageSeconds } from '../age.ts';
import type { ProbeContext } from '../probe.ts';
import type { Rung } from './ladder.ts';
import { findCopies } from './pick-backup.ts';
import type { BackupReader } from './reader.ts';

export interface Brought {
  path: string; // on this laptop
  folder: boolean;
  /** What the place that it came from proves of its bytes, such as a checksum of the object store. */
  proof: Rung | null;
  sha256: string | null;
}

export interface FoundBackup {
  name: string;
  size: number;
  mtimeMs: number;
  /** Times of all copies at hand, this one among them. */
  copies: number[];
  evidence: Evidence;
  /** Called at most once, when more than its presence is asked for. @param folder for what has to be fetched; goes with the climb */
  bring(folder: string, context: ProbeContext): Promise<Brought>;
  /** Bytes that are fetched before anything is read. */
  toFetch: number;
}

/** The newest on this laptop, or null when there is none. */
export function findHere(at: string, reader: BackupReader, now: number): FoundBackup | null {
  const copies = findCopies(at, reader);
  const newest = copies[0];
  if (newest === undefined) return null;
  return {
    name: basename(newest.path), size: newest.size, mtimeMs: newest.mtimeMs, copies: copies.map((copy) => copy.mtimeMs), toFetch: 0,
    evidence: { path: newest.path, size: newest.size, age_s: ageSeconds(newest.mtimeMs, now) },
    bring: async () => ({ path: newest.path, folder: newest.folder, proof: null, sha256: null }),
  };
}
