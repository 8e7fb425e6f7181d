/**
 * Kernel pipes between the engine and a tool's file descriptors.
 *
 * Node hands its children sockets in place of pipes, and on a socket `echo > /dev/stderr` or `tar -f /dev/stdin` fails
 * with ENXIO. Named pipes, unlinked as soon as both ends are open, behave as in any terminal.
 */
import { execa } from 'execa';
import { closeSync, constants, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** File descriptors; each end is to be closed by whoever takes it. */
export interface Pipe {
  readEnd: number;
  writeEnd: number;
}

const MKFIFO = ['/usr/bin/mkfifo', '/bin/mkfifo'].find((path) => existsSync(path));

/** @returns null where the system has no named pipes (Windows) */
export async function openPipes(count: number): Promise<Pipe[] | null> {
  if (MKFIFO === undefined || process.platform === 'win32') return null;
  if (count === 0) return [];
  const folder = mkdtempSync(join(tmpdir(), 'blackstart-pipe-'));
  try {
    const paths = Array.from({ length: count }, (_, index) => join(folder, String(index)));
    await execa(MKFIFO, ['-m', '600', ...paths], { env: {}, extendEnv: false, stdio: 'ignore' });
    return paths.map(openBothEnds);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Both ends block, as tools expect; a descriptor open for reading and writing lets either open return at once. */
function openBothEnds(path: string): Pipe {
  const both = openSync(path, constants.O_RDWR);
  try {
    return { readEnd: openSync(path, constants.O_RDONLY), writeEnd: openSync(path, constants.O_WRONLY) };
  } finally {
    closeSync(both);
  }
}
