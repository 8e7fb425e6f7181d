/** The folders of a scratch server: a short one for its socket (a socket path holds 107 bytes), one for its data. */
import { chmodSync, chownSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { EngineError } from '../../../contract/errors.ts';
import { makeOwnedFolder } from '../../tool/owned-folder.ts';
import { sweepFolders } from '../temporary-folder.ts';
import type { Account } from './account.ts';

const PREFIX = 'bs-pg';
/** Of all kinds of servers, so that any check removes what any crash left. */
const PREFIXES = [PREFIX, 'bs-my'] as const;
const SOCKET_BYTES = 103; // macOS allows 103, Linux 107
/** As long as the name of an owned folder gets. */
const LONGEST_NAME = `${PREFIX}-4194304-${'9'.repeat(10)}-XXXXXX`;

export interface ScratchFolder {
  base: string;
  socketDir: string;
  dataDir: string;
  log: string;
  remove(): void;
}

/** @param dataParent folder for the data; ignored when the server's account cannot reach it */
export function makeScratchFolder(account: Account | null, dataParent?: string, prefix: (typeof PREFIXES)[number] = PREFIX): ScratchFolder {
  const base = makeOwnedFolder(shortTemp(), prefix);
  const parent = dataParent !== undefined && reachable(dataParent, account) ? makeOwnedFolder(dataParent, prefix) : join(base, 'd');
  mkdirSync(parent, { recursive: true });
  const folder = { base, socketDir: join(base, 's'), dataDir: join(parent, 'data'), log: join(base, 'log') };
  for (const path of [folder.socketDir, folder.dataDir]) mkdirSync(path, { mode: 0o700 });
  if (account !== null) {
    for (const path of [base, parent]) chmodSync(path, 0o711);
    for (const path of [folder.socketDir, folder.dataDir]) chownSync(path, account.uid, account.gid);
  }
  return { ...folder, remove: () => [parent, base].forEach((path) => rmSync(path, { recursive: true, force: true, maxRetries: 5 })) };
}

/** Stops and removes what earlier processes left behind; @param dataParent where their data may lie @returns how many folders */
export function sweepScratchFolders(dataParent?: string): number {
  const parents = [shortTemp(), ...(dataParent === undefined ? [] : [dataParent])];
  return parents.flatMap((parent) => PREFIXES.map((prefix) => sweepFolders(parent, prefix))).reduce((sum, count) => sum + count, 0);
}

function shortTemp(): string {
  const fits = (folder: string): boolean => Buffer.byteLength(join(folder, LONGEST_NAME, 's', '.s.PGSQL.5432')) <= SOCKET_BYTES;
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
