/**
 * The folders of a scratch server: a short one for its socket (a socket path holds 107 bytes), one for its data.
 * What a crash left behind is found by the owner's note in the short folder and removed at the next start.
 */
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { EngineError } from '../../../contract/errors.ts';
import type { Account } from './account.ts';

const PREFIX = 'bs-pg-';
const SOCKET_BYTES = 103; // macOS allows 103, Linux 107

/** Who made a scratch folder; `start` is the process's start time in clock ticks, so that a reused pid is not taken for it. */
const Owner = z.object({ pid: z.int(), start: z.string().nullable(), boot: z.string(), data: z.string() });

export interface ScratchFolder {
  base: string;
  socketDir: string;
  dataDir: string;
  log: string;
  remove(): void;
}

/** @param dataParent folder for the data; ignored when the server's account cannot reach it */
export function makeScratchFolder(account: Account | null, boot: string, dataParent?: string): ScratchFolder {
  const base = mkdtempSync(join(shortTemp(), PREFIX));
  if (account !== null) chmodSync(base, 0o711);
  const parent = dataParent !== undefined && reachable(dataParent, account) ? mkdtempSync(join(dataParent, PREFIX)) : join(base, 'd');
  writeFileSync(join(base, 'owner'), JSON.stringify({ pid: process.pid, start: startTime(process.pid), boot, data: parent }));
  const folder = { base, socketDir: join(base, 's'), dataDir: join(parent, 'data'), log: join(base, 'log') };
  mkdirSync(parent, { recursive: true });
  for (const path of [folder.socketDir, folder.dataDir]) mkdirSync(path, { mode: 0o700 });
  if (account !== null) {
    chmodSync(parent, 0o711);
    for (const path of [folder.socketDir, folder.dataDir]) chownSync(path, account.uid, account.gid);
  }
  return { ...folder, remove: () => [parent, base].forEach((path) => rmSync(path, { recursive: true, force: true, maxRetries: 5 })) };
}

/** Stops and removes what earlier processes left behind; returns how many scratch servers that were. */
export function sweepScratchFolders(boot: string): number {
  const left = readdirSync(shortTemp()).filter((name) => name.startsWith(PREFIX)).map((name) => join(shortTemp(), name));
  return left.filter((base) => sweep(base, boot)).length;
}

function sweep(base: string, boot: string): boolean {
  if (process.getuid !== undefined && statSync(base, { throwIfNoEntry: false })?.uid !== process.getuid()) return false;
  const owner = readOwner(base);
  if (owner === null) return false; // somebody is making it this moment, or it is not ours
  const sameBoot = owner.boot === boot;
  if (sameBoot && alive(owner.pid, owner.start)) return false;
  if (sameBoot) endServer(join(owner.data, 'data'));
  for (const path of [owner.data, base]) rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  return true;
}

/** Ends the server that `postmaster.pid` names, but only if the process really works in that data folder. */
function endServer(dataDir: string): void {
  try {
    const pid = Number(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n')[0]);
    if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(dataDir)) process.kill(pid, 'SIGKILL');
  } catch {
    // no such file or process: nothing is left to end
  }
}

function readOwner(base: string): z.infer<typeof Owner> | null {
  try {
    return Owner.parse(JSON.parse(readFileSync(join(base, 'owner'), 'utf8')));
  } catch {
    return null;
  }
}

function alive(pid: number, start: string | null): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return start === null || startTime(pid) === start;
}

/** Field 22 of /proc/PID/stat, after the command's closing parenthesis; null where there is no /proc. */
function startTime(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

function shortTemp(): string {
  const fits = (folder: string): boolean => Buffer.byteLength(join(folder, `${PREFIX}XXXXXX`, 's', '.s.PGSQL.5432')) <= SOCKET_BYTES;
  const folder = [tmpdir(), '/tmp'].find(fits);
  if (folder === undefined) {
    throw new EngineError('refused', `the temporary folder ${tmpdir()} has too long a name for a server's socket`, { hint: 'Set TMPDIR to a short path, such as /tmp.' });
  }
  return folder;
}

function reachable(folder: string, account: Account | null): boolean {
  if (account === null) return true;
  for (let at = folder; ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}
