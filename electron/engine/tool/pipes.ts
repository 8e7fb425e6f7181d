/**
 * Kernel pipes between the engine and a tool's file descriptors.
 *
 * Node hands its children sockets in place of pipes, and on a socket `echo > /dev/stderr` or `tar -f /dev/stdin` fails
 * with ENXIO. Named pipes behave as in any terminal, but for one thing: who opens `/dev/stdin` after the last writer has
 * gone waits for a writer. `wake` lets them go on, to an end of file.
 */
import { execa } from 'execa';
import { closeSync, constants, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeOwnedFolder, orphanedFolders } from './owned-folder.ts';
import type { Spawner } from './spawner.ts';

/** File descriptors; each end is to be closed by whoever takes it. */
export interface Pipe {
  path: string;
  readEnd: number;
  writeEnd: number;
  /** Opens and closes the pipe for writing, if anybody can read from it. Harmless at any time. */
  wake(): void;
}

export interface PipeSet {
  pipes: Pipe[];
  /** Takes the names away; open ends stay usable. */
  remove(): void;
}

const MKFIFO = ['/usr/bin/mkfifo', '/bin/mkfifo'].find((path) => existsSync(path));

/** @returns null where the system has no named pipes (Windows) */
export async function openPipes(count: number, spawner: Spawner | null = null): Promise<PipeSet | null> {
  if (MKFIFO === undefined || process.platform === 'win32') return null;
  const paths = await takeNames(MKFIFO, count, spawner);
  const remove = (): void => paths.forEach((path) => rmSync(path, { force: true }));
  try {
    return { pipes: paths.map(openBothEnds), remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Names that were made and not yet used. `mkfifo` is a program, and starting it for every tool would double the cost of one. */
const spare: string[] = [];
const AT_ONCE = 128;
const PREFIX = 'blackstart-pipe';
let folder: string | null = null;

async function takeNames(mkfifo: string, count: number, spawner: Spawner | null): Promise<string[]> {
  // Something that tidies temporary folders may have taken them away.
  if (spare.length < count || !spare.slice(0, count).every((path) => existsSync(path))) spare.splice(0, Infinity, ...(await makeNames(mkfifo, Math.max(AT_ONCE, count), spawner)));
  return spare.splice(0, count);
}

async function makeNames(mkfifo: string, count: number, spawner: Spawner | null): Promise<string[]> {
  const made = mkdtempSync(join(pipeFolder(), 'p-'));
  const paths = Array.from({ length: count }, (_, index) => join(made, String(index)));
  const words = ['-m', '600', ...paths];
  const spawned = await spawner?.start({ program: mkfifo, arguments: words, cwd: made, env: {}, stdin: null, stdout: '/dev/null', stderr: '/dev/null' });
  if (spawned !== undefined && spawned !== 'lost' && 'pid' in spawned) await spawned.ended;
  const missing = paths.filter((path) => !existsSync(path));
  if (missing.length > 0) await execa(mkfifo, ['-m', '600', ...missing], { env: {}, extendEnv: false, stdio: 'ignore' });
  return paths;
}

/** One folder a process, removed at its end. */
function pipeFolder(): string {
  if (folder !== null && existsSync(folder)) return folder;
  for (const orphan of orphanedFolders(tmpdir(), PREFIX)) rmSync(orphan, { recursive: true, force: true }); // of a process that was killed
  const made = makeOwnedFolder(tmpdir(), PREFIX);
  process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  folder = made;
  return made;
}

/** Both ends block, as tools expect; a descriptor open for reading and writing lets either open return at once. */
function openBothEnds(path: string): Pipe {
  const both = openSync(path, constants.O_RDWR);
  try {
    return { path, readEnd: openSync(path, constants.O_RDONLY), writeEnd: openSync(path, constants.O_WRONLY), wake: () => wake(path) };
  } finally {
    closeSync(both);
  }
}

function wake(path: string): void {
  try {
    closeSync(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK));
  } catch {
    // ENXIO: nobody can read from it any more.
  }
}
