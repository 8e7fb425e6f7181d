/**
 * Where an imported kit lies in the data folder, and how it is found.
 *
 *     DATA/kit/7-3f2a91c0d4e5-09c4/   a kit, or what was copied of it: number, first digits of its root, a random end
 *     DATA/kit/current                a link to the one that is in place; replaced by one rename
 */
import { existsSync, globSync, lstatSync, readdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { isAbsolute, join, sep } from 'node:path';
import { fsyncFolder } from '../journal/durable-file.ts';

const LINK = 'current';
/** How runbooks write the kit's folder; the imported kit stands for it wherever it has what is named. */
const WRITTEN = '/media/kit';

export function kitsFolder(dataDir: string): string {
  return join(dataDir, 'kit');
}

/** The kit in place, by a path that stays the same from kit to kit. */
export function kitRoot(dataDir: string): string {
  return join(kitsFolder(dataDir), LINK);
}

/** A new name at each call: the same kit can be imported again, over one that was damaged. */
export function newKitName(kit: { number: number; root: string }): string {
  return `${kit.number}-${kit.root.slice(0, 12)}-${randomBytes(2).toString('hex')}`;
}

/** Whole kits, half ones and half-made links: everything that an import may have left behind, but the one in place. */
export function leftovers(dataDir: string): string[] {
  const linked = linkedKit(dataDir);
  if (!existsSync(kitsFolder(dataDir))) return [];
  return readdirSync(kitsFolder(dataDir)).filter((name) => /^\d+-[0-9a-f]{12}-[0-9a-f]{4}(?:\.link)?$/u.test(name) && name !== linked);
}

export function removeKit(dataDir: string, name: string): void {
  rmSync(join(kitsFolder(dataDir), name), { recursive: true, force: true, maxRetries: 5 });
}

/** Puts a whole kit in place of the former one: one rename, durable when it returns. */
export function linkKit(dataDir: string, name: string): void {
  const made = join(kitsFolder(dataDir), `${name}.link`);
  const isWindows = process.platform === 'win32';
  symlinkSync(isWindows ? join(kitsFolder(dataDir), name) : name, made, isWindows ? 'junction' : 'dir');
  // Windows renames nothing over a junction; what a crash leaves without a link, the next start links again
  if (isWindows) rmSync(kitRoot(dataDir), { force: true, recursive: false });
  renameSync(made, kitRoot(dataDir));
  fsyncFolder(kitsFolder(dataDir));
}

/** Name of the folder that is in place; null when there is none, or when something else stands at the link's place. */
export function linkedKit(dataDir: string): string | null {
  const link = kitRoot(dataDir);
  if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return null;
  const name = readlinkSync(link).split(/[/\\]/u).filter((part) => part !== '').at(-1);
  return name ?? null;
}

/** Folders that are searched for programs before the PATH: what a person put there, then the kit's. */
export function toolboxes(dataDir: string): string[] {
  const own = join(dataDir, 'toolbox');
  return existsSync(kitRoot(dataDir)) ? [own, join(kitRoot(dataDir), 'toolbox')] : [own];
}

/**
 * A path or glob that a runbook writes below `/media/kit`, in the imported kit when that has it, else as it is written.
 * @param root the kit to look in, for one that is not in place yet
 */
export function inKit(written: string, root: string): string {
  if (written !== WRITTEN && !written.startsWith(`${WRITTEN}/`)) return written;
  const path = join(root, ...written.slice(WRITTEN.length).split('/'));
  return isThere(path) ? path : written;
}

/** The place of something in the kit, as a runbook writes it, wherever the kit lies. */
export function asWritten(path: string, root: string): string {
  return path.startsWith(`${root}${sep}`) ? WRITTEN + path.slice(root.length) : path;
}

export function isThere(path: string): boolean {
  if (existsSync(path)) return true;
  return /[*?[{]/u.test(path) && globSync(path).length > 0;
}

/** A file that lies beside a runbook. Contacts of the kit, `contacts/SYSTEM/NAME`, are newer than those that shipped. */
export function contactsOf(system: string, path: string, dataDir: string): string | null {
  if (isAbsolute(path)) return null;
  const file = join(kitRoot(dataDir), 'contacts', system, ...path.split(/[/\\]/u));
  return file.startsWith(join(kitRoot(dataDir), 'contacts') + sep) && existsSync(file) ? file : null;
}
