/** Known answers that a key is tried on: from a file that a person names, or the oldest and newest backup of a set. */
import { globSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { SampleProof } from '../../../contract/escrow-register.ts';
import { EngineError } from '../../../contract/errors.ts';
import type { KeyProof, KnownAnswer } from '../../../contract/known-answer.ts';
import { isCompanion } from '../../readiness/backup/pick-backup.ts';
import { readTrial } from '../quorum/ask-quorum.ts';
import type { Trial } from '../quorum/quorum.ts';
import type { RegisteredSet } from './events.ts';

/** One sample with the way in which it is sealed. */
export interface SampleTrial {
  set: string | null;
  which: 'oldest' | 'newest' | 'given';
  /** What the record calls it: a file's name. */
  name: string;
  answer: KnownAnswer;
  /** Absolute; null for what needs no file: a command, a public key that stands in the answer. */
  path: string | null;
}

/**
 * @param resolve absolute path of one that the answer names
 * @throws EngineError `refused` when the answer names no sample
 */
export function trialOf(answer: KnownAnswer, resolve: (path: string) => string, of: Pick<SampleTrial, 'set' | 'which'> = { set: null, which: 'given' }): SampleTrial {
  if (answer.kind === 'command') return { ...of, answer, name: basename(answer.run[0] ?? 'command'), path: null };
  if (answer.kind === 'public-key-match' && answer.file === undefined && answer.public !== undefined) {
    const inline = answer.public.includes('-----BEGIN') || answer.public.startsWith('{');
    return inline ? { ...of, answer, name: 'the public key', path: null } : { ...of, answer, name: basename(answer.public), path: resolve(answer.public) };
  }
  if (answer.file === undefined) throw new EngineError('refused', 'The known answer names no sample.', { hint: 'Give `file:` with the path of what the key has to open.' });
  return { ...of, answer, name: basename(answer.file), path: resolve(answer.file) };
}

/** Oldest and newest sample of a set, and what of it cannot be looked at here. */
export function trialsOfSet(set: RegisteredSet): { trials: SampleTrial[]; lacks: string[] } {
  const files = set.samples === null ? [] : filesOf(set.samples);
  const pick = (named: string | null, found: string | undefined): string | null => named ?? found ?? null;
  const both = [{ which: 'oldest', path: pick(set.oldest, files[0]) }, { which: 'newest', path: pick(set.newest, files.at(-1)) }] as const;
  const trials = both.flatMap(({ which, path }): SampleTrial[] => (path !== null && isFile(path) ? [{ set: set.id, which, name: basename(path), answer: set.answer, path }] : []));
  const lacks = both.flatMap(({ which, path }) => (path !== null && isFile(path) ? [] : [`The ${which} sample of ${set.title} is not here${path === null ? ` (${set.samples ?? 'none is named'})` : ` (${path})`}`]));
  return { trials, lacks };
}

/** Oldest first. */
function filesOf(pattern: string): string[] {
  return globSync(pattern).filter((path) => isFile(path) && !isCompanion(path)).map((path) => ({ path, at: statSync(path).mtimeMs })).sort((a, b) => a.at - b.at || a.path.localeCompare(b.path)).map(({ path }) => path);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** @param index becomes the id. EngineError `not-found` or `refused` for a sample that cannot be read */
export function readyTrial({ answer, path }: SampleTrial, index: number): Trial {
  return readTrial(String(index), answer.kind === 'command' || path === null ? answer : { ...answer, file: path }, (named) => path ?? named);
}

export function sampleProof({ set, which, name, answer }: SampleTrial, { verdict, strength, detail, sample_sha256 }: KeyProof): SampleProof {
  return { set, which, name, kind: answer.kind, verdict, strength, detail, sample_sha256 };
}
