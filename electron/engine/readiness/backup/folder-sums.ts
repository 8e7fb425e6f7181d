/** A backup that is a folder, against a file of checksums that lists every file of it. */
import { basename, relative } from 'node:path';
import type { ProbeOf } from '../../../contract/check.ts';
import { hashFile } from '../hash-file.ts';
import type { ProbeContext } from '../probe.ts';
import { CannotTell } from '../probe.ts';
import { listFiles } from '../probes/dir.ts';
import { readSums } from '../sums.ts';
import { broken, held } from './ladder.ts';
import type { Rung } from './ladder.ts';

/** Null when no checksum was given. The sums may lie in the folder itself or beside it; a file that they do not list is a fault. */
export async function judgeFolderSums(probe: Pick<ProbeOf<'backup'>, 'sums' | 'sha256'>, folder: string, context: ProbeContext): Promise<Rung | null> {
  if (probe.sha256 !== undefined) throw new CannotTell('refused', 'A folder has no SHA-256 of its own: give `sums`, a file with a checksum for each of its files.');
  if (probe.sums === undefined) return null;
  const sums = context.resolve(probe.sums);
  const by = `sums ${basename(sums)}`;
  const entries = readSums(sums);
  const listed = new Map(entries.map((entry) => [entry.path, entry.sha256]));
  const files = listFiles(folder).filter((file) => file.path !== sums);
  for (const [index, file] of files.entries()) {
    const name = relative(folder, file.path);
    context.progress(`checking ${name}`, index, files.length, 'items');
    const wanted = listed.get(file.path);
    if (wanted === undefined) return broken(by, `${basename(sums)} has no checksum for ${name}`);
    if ((await hashFile(file.path, { signal: context.signal })).sha256 !== wanted) return broken(by, `${name} was changed or is damaged: its SHA-256 is not the one in ${basename(sums)}`);
    listed.delete(file.path);
  }
  const missing = [...listed.keys()].find((path) => path.startsWith(`${folder}/`));
  if (missing !== undefined) return broken(by, `${relative(folder, missing)} is missing, which ${basename(sums)} lists`);
  return held(by, `the SHA-256 of all ${files.length} files is the recorded one`);
}
