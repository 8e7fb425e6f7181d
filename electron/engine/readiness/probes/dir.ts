/** `dir`: it holds files, enough of them, young enough, and as their checksums say. */
import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import type { Evidence, ProbeFinding } from '../../../contract/readiness.ts';
import { sizeBytes } from '../../../contract/scalars.ts';
import { counted, spokenBytes } from '../../../contract/wording.ts';
import { ageSeconds, judgeAge } from '../age.ts';
import { hashFile } from '../hash-file.ts';
import type { ProbeContext, ProbeRunner } from '../probe.ts';
import { fail, pass, unknown, warn } from '../probe.ts';
import { judgeCopies } from '../schedule.ts';
import { bareDigest, readSums } from '../sums.ts';

interface FoundFile {
  path: string;
  size: number;
  mtimeMs: number;
}

/** Files below the folder, at any depth; links are not followed. Sums may lie inside or beside it. */
export const probeDir: ProbeRunner<'dir'> = async (probe, context) => {
  const path = context.resolve(probe.path);
  const state = statSync(path, { throwIfNoEntry: false });
  if (state === undefined) return fail(`The folder ${path} is not there.`, { path });
  if (!state.isDirectory()) return fail(`${path} is not a folder.`, { path });
  const files = listFiles(path);
  const size = files.reduce((sum, file) => sum + file.size, 0);
  if (files.length === 0) return fail(`The folder ${path} holds no file.`, { path, files: 0 });
  const newest = Math.max(...files.map((file) => file.mtimeMs));
  const evidence: Evidence = { path, files: files.length, size, age_s: ageSeconds(newest, context.clock.now()) };
  const least = probe.min_size === undefined ? 1 : sizeBytes(probe.min_size);
  if (size < least) return fail(`${path} holds ${spokenBytes(size)}; at least ${spokenBytes(least)} are expected.`, evidence);
  if (probe.max_age !== undefined) {
    const age = judgeAge(`The newest file in ${basename(path)}`, newest, context.clock.now(), probe.max_age);
    if (!age.ok) return age.reason === 'too-old' ? fail(age.summary, evidence) : unknown('clock', age.summary, evidence);
  }
  const sums = probe.sums === undefined ? null : await verifySums(context.resolve(probe.sums), context);
  if (sums !== null && sums.fault !== null) return fail(sums.fault, { ...evidence, checked: sums.checked });
  if (probe.sha256 !== undefined) {
    const digest = await folderDigest(path, files, context);
    if (digest !== bareDigest(probe.sha256)) return fail(`${path} was changed: its digest is not the recorded one.`, { ...evidence, sha256: digest });
    evidence['sha256'] = digest;
  }
  return judged(files, sums?.checked ?? null, probe, evidence, context.clock.now());
};

/** Schedule and keeping can only warn: the copies that are there are whole. */
function judged(files: FoundFile[], checked: number | null, probe: Parameters<ProbeRunner<'dir'>>[0], evidence: Evidence, now: number): ProbeFinding {
  const copies = judgeCopies(probe, files.map((file) => file.mtimeMs), now);
  const found = { ...evidence, ...copies.evidence, ...(checked === null ? {} : { checked }) };
  if (copies.warnings.length > 0) return warn(`${basename(probe.path)}: ${copies.warnings.join('; ')}.`, found);
  return pass(`${basename(probe.path)} holds ${counted(files.length, 'file', 'files')}${checked === null ? '' : `; ${counted(checked, 'checksum matches', 'checksums match')}`}.`, found);
}

/** Every line of a sums file against its file. `fault` says which file is missing or was changed, and how many more. */
export async function verifySums(path: string, context: ProbeContext): Promise<{ checked: number; fault: string | null }> {
  const entries = readSums(path);
  const faults: string[] = [];
  for (const [index, entry] of entries.entries()) {
    context.progress(`checking ${entry.name}`, index, entries.length, 'items');
    if (statSync(entry.path, { throwIfNoEntry: false })?.isFile() !== true) faults.push(`${entry.name} is missing`);
    else if ((await hashFile(entry.path, { signal: context.signal })).sha256 !== entry.sha256) faults.push(`${entry.name} was changed or is damaged`);
  }
  const more = faults.length > 1 ? ` (and ${counted(faults.length - 1, 'other file', 'other files')} with a fault)` : '';
  return { checked: entries.length, fault: faults[0] === undefined ? null : `${faults[0]}: its checksum in ${basename(path)} does not hold${more}.` };
}

/** SHA-256 over the lines that `sha256sum` would print for all files, sorted by name. */
async function folderDigest(folder: string, files: FoundFile[], context: ProbeContext): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const { sha256 } = await hashFile(file.path, { signal: context.signal });
    hash.update(`${sha256}  ${relative(folder, file.path)}\n`);
  }
  return hash.digest('hex');
}

/** Regular files below a folder; links are not followed. */
export function listFiles(folder: string): FoundFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(resolve(entry.parentPath), entry.name))
    .map((path) => ({ path, ...sizeAndTime(path) }));
}

function sizeAndTime(path: string): { size: number; mtimeMs: number } {
  const { size, mtimeMs } = statSync(path);
  return { size, mtimeMs };
}
