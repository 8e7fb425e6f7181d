/** Known answers that a key is tried on: from a file that a person names, or the oldest and newest backup of a set. */
import { globSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { SampleProof, SamplesLook } from '../../../contract/escrow-register.ts';
import { EngineError } from '../../../contract/errors.ts';
import type { KeyProof, KnownAnswer } from '../../../contract/known-answer.ts';
import { inOrder } from '../../../contract/order.ts';
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
  const look = samplesOf(set);
  const trials = WHICH.flatMap((which): SampleTrial[] => {
    const file = look[which];
    return file === null ? [] : [{ set: set.id, which, name: basename(file.path), answer: set.answer, path: file.path }];
  });
  return { trials, lacks: look.lacks };
}

const WHICH = ['oldest', 'newest'] as const;

/** What the samples of a set are on this laptop, now. */
export function samplesOf(set: Pick<RegisteredSet, 'title' | 'samples' | 'oldest' | 'newest'>): SamplesLook {
  const found = set.samples === null ? null : filesOf(set.samples);
  const paths = { oldest: set.oldest ?? found?.[0] ?? null, newest: set.newest ?? found?.at(-1) ?? null };
  const lacks = WHICH.flatMap((which) => {
    const path = paths[which];
    return path !== null && isFile(path) ? [] : [`The ${which} sample of ${set.title} is not here${path === null ? ` (${set.samples ?? 'none is named'})` : ` (${path})`}`];
  });
  return { files: found?.length ?? null, oldest: fileAt(paths.oldest), newest: fileAt(paths.newest), lacks };
}

function fileAt(path: string | null): SamplesLook['oldest'] {
  const state = path === null ? undefined : statSync(path, { throwIfNoEntry: false });
  return path === null || state?.isFile() !== true ? null : { path, size: state.size, at: state.mtime.toISOString() };
}

/** Oldest first. */
function filesOf(pattern: string): string[] {
  return globSync(pattern).filter((path) => isFile(path) && !isCompanion(path)).map((path) => ({ path, at: statSync(path).mtimeMs })).sort((a, b) => a.at - b.at || inOrder(a.path, b.path)).map(({ path }) => path);
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
