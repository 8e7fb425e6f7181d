/** The rebuilt key as a file. Runs only in the escrow child. */
import { closeSync, constants, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Never over a file or through a link; mode 0600; synced with its folder. @returns why nothing was written, or null */
export function writeKey(path: string, key: Uint8Array): string | null {
  let file: number;
  try {
    file = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  } catch (thrown) {
    return faultOf(thrown);
  }
  try {
    for (let at = 0; at < key.length; ) at += writeSync(file, key, at);
    fsyncSync(file);
    syncFolder(dirname(path));
    return null;
  } catch (thrown) {
    rmSync(path, { force: true });
    return faultOf(thrown);
  } finally {
    closeSync(file);
  }
}

/** The name of the file has to survive a power cut as well; Windows has no such call. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, constants.O_RDONLY);
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function faultOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'fault';
}
