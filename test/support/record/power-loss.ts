/**
 * Folders as a power cut could leave them: what was synced is there; of what was not, each write may be there, missing, or
 * torn at 512 bytes, each in any order, and each name may be old or new.
 *
 * Stricter than ext4: a file's name survives only a sync of its folder, and names of one folder need not keep their order.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Random } from './random.ts';
import type { Operation } from './syscall-trace.ts';

const SECTOR = 512;

type Change = { offset: number; bytes: Buffer } | { size: number };
interface Inode {
  isFolder: boolean;
  durable: Buffer;
  pending: Change[];
}
type Naming = { put: string; inode: Inode } | { remove: string };

/** How much of the unsynced survives. */
const FATES = ['none', 'all', 'each', 'prefix'] as const;
type Fate = (typeof FATES)[number];

/** Everything durable, pending and named after the first `count` operations. */
class Disk {
  readonly names = new Map<string, Inode>();
  readonly durableNames = new Map<string, Inode>();
  readonly namings = new Map<string, Naming[]>();

  constructor(operations: readonly Operation[]) {
    for (const operation of operations) if (operation.kind !== 'said') this.#take(operation);
  }

  #take(operation: Exclude<Operation, { kind: 'said' }>): void {
    const { path } = operation;
    switch (operation.kind) {
      case 'create':
        if (!this.names.has(path)) this.#put(path, false);
        break;
      case 'mkdir':
        this.#put(path, true);
        break;
      case 'write':
        this.#write(this.#inode(path), operation.offset, operation.bytes);
        break;
      case 'truncate':
        if (!this.names.has(path)) this.#put(path, false);
        this.#inode(path).pending.push({ size: operation.size });
        break;
      case 'sync':
        this.#sync(path);
        break;
      case 'rename':
        this.#name(operation.to, this.#inode(path));
        this.#unname(path);
        break;
      case 'unlink':
        this.#unname(path);
        break;
    }
  }

  #write(inode: Inode, offset: number | null, bytes: Buffer): void {
    inode.pending.push({ offset: offset ?? applyChanges(inode.durable, inode.pending).length, bytes });
  }

  #put(path: string, isFolder: boolean): void {
    this.#name(path, { isFolder, durable: Buffer.alloc(0), pending: [] });
  }

  #name(path: string, inode: Inode): void {
    this.names.set(path, inode);
    this.#namingsIn(folderOf(path)).push({ put: path, inode });
  }

  #unname(path: string): void {
    this.names.delete(path);
    this.#namingsIn(folderOf(path)).push({ remove: path });
  }

  #namingsIn(folder: string): Naming[] {
    const namings = this.namings.get(folder) ?? [];
    this.namings.set(folder, namings);
    return namings;
  }

  #inode(path: string): Inode {
    const inode = this.names.get(path);
    if (inode === undefined) throw new Error(`The trace writes to ${path}, which it never made.`);
    return inode;
  }

  #sync(path: string): void {
    const inode = this.names.get(path);
    if (path === '' || inode?.isFolder === true) {
      applyNamings(this.durableNames, this.#namingsIn(path));
      this.namings.set(path, []);
      return;
    }
    if (inode === undefined) return; // unlinked while open
    inode.durable = applyChanges(inode.durable, inode.pending);
    inode.pending = [];
  }
}

function folderOf(path: string): string {
  const folder = dirname(path);
  return folder === '.' ? '' : folder;
}

function applyNamings(names: Map<string, Inode>, namings: readonly Naming[]): void {
  for (const naming of namings) {
    if ('put' in naming) names.set(naming.put, naming.inode);
    else names.delete(naming.remove);
  }
}

function applyChanges(content: Buffer, changes: readonly Change[]): Buffer {
  let bytes = content;
  for (const change of changes) {
    const size = 'size' in change ? change.size : Math.max(bytes.length, change.offset + change.bytes.length);
    if (size !== bytes.length || bytes === content) {
      const grown = Buffer.alloc(size);
      bytes.copy(grown, 0, 0, Math.min(size, bytes.length));
      bytes = grown;
    }
    if ('bytes' in change) change.bytes.copy(bytes, change.offset);
  }
  return bytes;
}

/** Which of the unsynced changes made it, in the order in which they did. */
function survivors<T>(changes: readonly T[], fate: Fate, random: Random, tear: (change: T) => T[]): T[] {
  if (fate === 'none') return [];
  if (fate === 'all') return [...changes];
  if (fate === 'prefix') {
    const length = random.below(changes.length + 1);
    const next = changes[length];
    return [...changes.slice(0, length), ...(next === undefined ? [] : tear(next))];
  }
  return changes.flatMap((change) => (random.chance(1 / 3) ? [] : random.chance(1 / 2) ? [change] : tear(change)));
}

/** Some of the sectors of a write. */
function tearWrite(change: Change, random: Random): Change[] {
  if ('size' in change) return random.chance(0.5) ? [change] : [];
  const pieces: Change[] = [];
  for (let from = 0; from < change.bytes.length; ) {
    const to = Math.min(change.bytes.length, from + SECTOR - ((change.offset + from) % SECTOR));
    if (random.chance(0.5)) pieces.push({ offset: change.offset + from, bytes: change.bytes.subarray(from, to) });
    from = to;
  }
  return pieces;
}

/** Writes into `target` what a power cut after `count` operations could leave. */
export function writeImage(operations: readonly Operation[], count: number, random: Random, target: string): void {
  const disk = new Disk(operations.slice(0, count));
  const fate = (): Fate => FATES[random.below(FATES.length)] ?? 'none';
  const names = new Map(disk.durableNames);
  for (const namings of disk.namings.values()) applyNamings(names, survivors(namings, fate(), random, (naming) => (random.chance(0.5) ? [naming] : [])));
  mkdirSync(target, { recursive: true });
  const contents = new Map<Inode, Buffer>();
  // Folders before what lies in them: a name whose folder is lost is lost with it.
  for (const path of [...names.keys()].sort()) {
    const inode = names.get(path);
    const folder = folderOf(path);
    if (inode === undefined || (folder !== '' && names.get(folder)?.isFolder !== true)) continue;
    if (inode.isFolder) {
      mkdirSync(join(target, path));
      continue;
    }
    const content = contents.get(inode) ?? applyChanges(inode.durable, survivors(inode.pending, fate(), random, (change) => tearWrite(change, random)));
    contents.set(inode, content);
    writeFileSync(join(target, path), content);
  }
}

/** The lines that were said before the cut. */
export function saidBefore(operations: readonly Operation[], count: number): string[] {
  return operations.slice(0, count).flatMap((operation) => (operation.kind === 'said' ? operation.line.split('\n') : []));
}
