/** `tar`: an archive of files, as it is or in gzip, zstd or xz, restored with tar itself into a folder of its own. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spokenBytes } from '../../../contract/wording.ts';
import { findProgram } from '../find-program.ts';
import type { ProbeContext } from '../probe.ts';
import { CannotTell } from '../probe.ts';
import { complaint, runProgram } from '../run-program.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { askFolder, filesBelow } from './folder-query.ts';
import { broken, held } from './ladder.ts';
import { foreignWrapping, intactByWrapping, readOrFault } from './read-wrapped.ts';
import type { Wrapping } from './read-wrapped.ts';
import type { MemberReader, TarReading } from './read-tar.ts';
import { readTar, TarFault } from './read-tar.ts';
import type { BackupReader, Inspection, Restored } from './reader.ts';
import { RestoreFailed } from './reader.ts';

export const tar: BackupReader = {
  async inspect(path, context): Promise<Inspection> {
    const foreign = await foreignWrapping(path);
    if (foreign !== null) throw new CannotTell('unsupported', `The archive is compressed with ${foreign}, which this version does not open; use gzip, zstd or xz.`);
    const reading = await readOrBroken(path, context);
    if (typeof reading === 'string') return { listed: broken('reading to the end', reading), intact: null };
    const fault = tarFault(reading);
    if (fault !== null) return { listed: broken('reading to the end', fault), intact: null };
    const size = bytesOf(reading);
    return {
      listed: held('reading to the end', `${reading.files.size} files with ${spokenBytes(size)}, and the empty blocks with which tar ends an archive`),
      intact: intactByWrapping(reading, 'tar has checksums of its headers only'), restoredSize: size,
      evidence: { files: reading.files.size, ...(reading.specials.length === 0 ? {} : { left_out: reading.specials.length }) },
    };
  },

  /** Owners and modes are not taken over, devices and pipes are left out; links stay links and are never followed. */
  async restore(path, context): Promise<Restored> {
    const folder = temporaryFolder(context.scratchDir);
    const stop = async (): Promise<void> => rmSync(folder, { recursive: true, force: true });
    try {
      const reading = await readTar(path, context);
      const target = join(folder, 'restored');
      mkdirSync(target, { mode: 0o700 });
      await unpack(path, target, folder, reading, context);
      compare(target, reading);
      return { query: async (question) => askFolder(target, question), stop, detail: `${reading.files.size} files with ${spokenBytes(bytesOf(reading))} into a folder` };
    } catch (thrown) {
      await stop();
      throw thrown;
    }
  },
};

const PROGRAM: Readonly<Record<Wrapping, string | null>> = { none: null, gzip: 'gzip', zstd: 'zstd' };

async function unpack(path: string, target: string, folder: string, { wrapping, specials }: TarReading, context: ProbeContext): Promise<void> {
  const program = findProgram('tar', context.env);
  const helper = PROGRAM[wrapping];
  if (program === null) throw new CannotTell('tool-missing', 'tar is neither in the kit\'s toolbox nor on the PATH.');
  if (helper !== null && findProgram(helper, context.env) === null) throw new CannotTell('tool-missing', `${helper}, which tar needs for this archive, is neither in the kit's toolbox nor on the PATH.`);
  const without = join(folder, 'left-out');
  writeFileSync(without, specials.map((name) => `${name}\n`).join(''));
  context.progress('restoring into a folder');
  const gnu = (await runProgram(context, { argv: [program, '--version'], cwd: folder })).stdout.text.includes('GNU tar');
  const careful = gnu ? ['--no-same-permissions', '--no-overwrite-dir', '--delay-directory-restore', '--anchored', '--no-wildcards'] : [];
  const outcome = await runProgram(context, { argv: [program, '-x', '-f', path, '-C', target, ...careful, ...(helper === null ? [] : [`--${helper}`]), '--no-same-owner', ...(specials.length === 0 ? [] : ['-X', without])], cwd: folder, env: { LC_ALL: 'C', TAR_OPTIONS: '' } });
  if (outcome.ok) return;
  if (/No space left on device/u.test(outcome.stderr.text)) throw new CannotTell('no-space', 'The disk is full: the restore found no room. Free space and check again.');
  throw new RestoreFailed(complaint(outcome));
}

/** What lies there is what the archive lists: a tar that ends with 0 is not asked for more than that. */
function compare(target: string, { files }: TarReading): void {
  const found = new Map(filesBelow(target).map((file) => [file.name, file.size]));
  const missing = [...files].find(([name, size]) => found.get(name) !== size);
  if (missing !== undefined) throw new RestoreFailed(found.has(missing[0]) ? `${missing[0]} has another size than the archive says` : `${missing[0]} is listed, and was not restored`);
}

/** @returns in words what is wrong with the archive */
export async function readOrBroken(path: string, context: ProbeContext, member?: MemberReader): Promise<TarReading | string> {
  try {
    return await readOrFault(() => readTar(path, context, member), context.signal, 'archive');
  } catch (thrown) {
    if (!(thrown instanceof TarFault)) throw thrown;
    return /Unexpected end/u.test(thrown.message) ? 'the archive is cut off: it ends inside a member' : `the archive is damaged, or no tar archive: ${thrown.message}`;
  }
}

export function tarFault({ members, files, unsafe, ended }: TarReading): string | null {
  if (unsafe !== null) return `its member "${unsafe.slice(0, 80)}" would land outside the folder it is restored into; tar writes no such member by itself`;
  if (members === 0) return 'the archive is empty: it has no member';
  if (!ended) return 'the archive is cut off: the empty blocks with which tar ends one are missing';
  if (files.size === 0) return `the archive holds no file, only ${members} ${members === 1 ? 'folder or link' : 'folders or links'}`;
  return null;
}

function bytesOf({ files }: TarReading): number {
  return [...files.values()].reduce((sum, size) => sum + size, 0);
}
