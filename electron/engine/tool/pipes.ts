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

/** File descriptors; each end is to be closed by whoever takes it. */
export interface Pipe {
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
export async function openPipes(count: number): Promise<PipeSet | null> {
  if (MKFIFO === undefined || process.platform === 'win32') return null;
  const folder = mkdtempSync(join(tmpdir(), 'blackstart-pipe-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const paths = Array.from({ length: count }, (_, index) => join(folder, String(index)));
    await execa(MKFIFO, ['-m', '600', ...paths], { env: {}, extendEnv: false, stdio: 'ignore' });
    return { pipes: paths.map(openBothEnds), remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Both ends block, as tools expect; a descriptor open for reading and writing lets either open return at once. */
function openBothEnds(path: string): Pipe {
  const both = openSync(path, constants.O_RDWR);
  try {
    return { readEnd: openSync(path, constants.O_RDONLY), writeEnd: openSync(path, constants.O_WRONLY), wake: () => wake(path) };
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
