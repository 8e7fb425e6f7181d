/** Folders that live no longer than the process that made them; after a crash the next one removes them. */
import { lstatSync, mkdtempSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isLiving, startTimeOf } from './process-table.ts';

/** Makes a folder of mode 0700. Its name tells its owner: `PREFIX-PID-STARTTIME-RANDOM`. */
export function makeOwnedFolder(parent: string, prefix: string): string {
  return mkdtempSync(join(parent, `${prefix}-${process.pid}-${startTimeOf(process.pid) ?? '0'}-`));
}

/** Folders of this user below `parent` whose owner no longer lives (as `isLiving` has it). In a folder that everybody may write to, a name alone proves nothing. */
export function orphanedFolders(parent: string, prefix: string): string[] {
  if (statSync(parent, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  const pattern = new RegExp(`^${prefix}-(\\d+)-(\\d+)-[^-]+$`, 'u');
  return readdirSync(parent).flatMap((name) => {
    const [, pid, startTime] = pattern.exec(name) ?? [];
    const path = join(parent, name);
    return pid === undefined || startTime === undefined || isLiving({ pid: Number(pid), startTime }) || !isOwnFolder(path) ? [] : [path];
  });
}

function isOwnFolder(path: string): boolean {
  const state = lstatSync(path, { throwIfNoEntry: false });
  return state !== undefined && state.isDirectory() && (process.getuid === undefined || state.uid === process.getuid());
}
