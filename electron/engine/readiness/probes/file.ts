/** `file`: it is there, has its size, its age and its checksum. */
import { accessSync, constants, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Evidence } from '../../../contract/readiness.ts';
import { sizeBytes } from '../../../contract/scalars.ts';
import { spokenBytes } from '../../../contract/wording.ts';
import { ageSeconds, judgeAge } from '../age.ts';
import { hashFile } from '../hash-file.ts';
import type { ProbeContext, ProbeRunner } from '../probe.ts';
import { fail, pass, unknown, warn } from '../probe.ts';
import { judgeCopies } from '../schedule.ts';
import { bareDigest, readSums, sumFor } from '../sums.ts';

/** Fails with the first thing that does not hold, cheapest first; hashed only when there is a digest to compare with. */
export const probeFile: ProbeRunner<'file'> = async (probe, context) => {
  const path = context.resolve(probe.path);
  const state = statSync(path, { throwIfNoEntry: false });
  if (state === undefined) return fail(`${path} is not there.`, { path });
  if (!state.isFile()) return fail(`${path} is not a file.`, { path });
  const evidence: Evidence = { path, size: state.size, age_s: ageSeconds(state.mtimeMs, context.clock.now()) };
  if (!readable(path)) return fail(`${path} cannot be read: permission denied.`, evidence);
  const least = probe.min_size === undefined ? 1 : sizeBytes(probe.min_size);
  if (state.size < least) return fail(state.size === 0 ? `${basename(path)} is empty.` : `${basename(path)} has ${spokenBytes(state.size)}; at least ${spokenBytes(least)} are expected.`, evidence);
  if (probe.max_age !== undefined) {
    const age = judgeAge(basename(path), state.mtimeMs, context.clock.now(), probe.max_age);
    if (!age.ok) return age.reason === 'too-old' ? fail(age.summary, evidence) : unknown('clock', age.summary, evidence);
  }
  const expected = expectedDigests(probe, path, context);
  if (typeof expected === 'string') return fail(expected, evidence);
  const digest = expected.length === 0 ? null : await hashWithProgress(path, context);
  if (digest !== null) evidence['sha256'] = digest;
  if (digest !== null && expected.some((one) => one !== digest)) return fail(`${basename(path)} was changed or is damaged: its SHA-256 is not the recorded one.`, { ...evidence, expected: expected[0] ?? '' });
  const copies = judgeCopies(probe, [state.mtimeMs], context.clock.now());
  const found = { ...evidence, ...copies.evidence };
  if (copies.warnings.length > 0) return warn(`${basename(path)} is ${copies.warnings.join('; ')}.`, found);
  return pass(`${basename(path)} is there: ${spokenBytes(state.size)}${digest === null ? '' : ', checksum matches'}.`, found);
};

/** Digests that the file must have, or what is wrong with the sums. */
function expectedDigests(probe: { sha256?: string | undefined; sums?: string | undefined }, path: string, context: ProbeContext): string[] | string {
  const pinned = probe.sha256 === undefined ? [] : [bareDigest(probe.sha256)];
  if (probe.sums === undefined) return pinned;
  const listed = sumFor(readSums(context.resolve(probe.sums)), path);
  return listed === null ? `${probe.sums} has no checksum for ${basename(path)}.` : [...pinned, listed];
}

/** @returns hex digest */
export async function hashWithProgress(path: string, context: ProbeContext): Promise<string> {
  const doing = `reading ${basename(path)}`;
  const { sha256 } = await hashFile(path, { signal: context.signal, onProgress: (done, total) => context.progress(doing, done, total, 'bytes') });
  return sha256;
}

/** For this process; root may read what its mode forbids. */
export function readable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
