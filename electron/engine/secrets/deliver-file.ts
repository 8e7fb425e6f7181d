/** Secrets as files for tools that take nothing else: readable by their owner alone, in memory where there is such a folder. */
import { randomBytes } from 'node:crypto';
import { accessSync, closeSync, constants, existsSync, fstatSync, ftruncateSync, mkdirSync, openSync, readdirSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '../../contract/errors.ts';
import { makeOwnedFolder, orphanedFolders } from '../tool/owned-folder.ts';
import type { SecretHandle } from './secret.ts';

export interface DeliveredSecret {
  /** Absolute; says nothing about the secret but its name. */
  path: string;
  /** False when it lies on a disk, from which it can be recovered even after its removal. */
  inMemory: boolean;
  /** Overwrites and removes it; a second call does nothing. */
  remove(): void;
}

const PREFIX = 'blackstart-secret';
/** `f_type` of statfs(2). */
const MEMORY_FILESYSTEMS = new Set([0x01021994 /* tmpfs */, 0x858458f6 /* ramfs */]);

/** @param otherwise folder on disk for systems without a memory-backed one, such as the run's own */
export function deliverSecretFile(secret: SecretHandle, otherwise: string): DeliveredSecret {
  const { folder, inMemory } = deliveryFolder(otherwise);
  const own = makeOwnedFolder(folder, PREFIX);
  const path = join(own, secret.name);
  try {
    const file = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
    try {
      for (let at = 0; at < secret.length; ) at += writeSync(file, secret.bytes(), at);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    rmSync(own, { recursive: true, force: true });
    throw error;
  }
  return { path, inMemory, remove: () => removeFolder(own) };
}

/**
 * Removes what a crash of ours left: folders whose owner no longer lives. To be called at every start.
 * @returns how many there were
 */
export function removeLeftoverSecrets(otherwise: string): number {
  const left = [...new Set([...memoryFolders(), otherwise])].flatMap((folder) => orphanedFolders(folder, PREFIX));
  left.forEach(removeFolder);
  return left.length;
}

function deliveryFolder(otherwise: string): { folder: string; inMemory: boolean } {
  const [memory] = memoryFolders();
  if (memory !== undefined) return { folder: memory, inMemory: true };
  mkdirSync(otherwise, { recursive: true, mode: 0o700 });
  return { folder: otherwise, inMemory: false };
}

function memoryFolders(): string[] {
  return [process.env['XDG_RUNTIME_DIR'], '/dev/shm'].flatMap((folder) => (folder !== undefined && folder.startsWith('/') && isMemory(folder) ? [folder] : []));
}

function isMemory(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return MEMORY_FILESYSTEMS.has(statfsSync(folder).type);
  } catch {
    return false;
  }
}

function removeFolder(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) overwrite(join(folder, name));
  rmSync(folder, { recursive: true, force: true });
}

/** Of use on a disk only as far as the file system writes in place; many do not. */
function overwrite(path: string): void {
  try {
    const file = openSync(path, constants.O_WRONLY | constants.O_NOFOLLOW);
    try {
      writeSync(file, randomBytes(fstatSync(file).size));
      ftruncateSync(file, 0);
    } finally {
      closeSync(file);
    }
  } catch {
    // A tool may have removed it; the folder goes in any case.
  }
}

/** The text for an environment variable. EngineError `refused` for a key that is too precious for it, or that no variable can hold. */
export function deliverInEnvironment(secret: SecretHandle): string {
  if (!secret.mayUseEnv) {
    throw new EngineError('refused', `The secret ${secret.name} is an escrowed key and may not be put into a tool's environment, where every process of the same user can read it.`, { hint: `Hand it over as {{secret_file:${secret.name}}} or on stdin.` });
  }
  const bytes = Buffer.from(secret.bytes());
  const text = bytes.toString('utf8');
  if (bytes.includes(0) || !Buffer.from(text).equals(bytes)) {
    throw new EngineError('refused', `The secret ${secret.name} holds bytes that no environment variable can.`, { hint: `Hand it over as {{secret_file:${secret.name}}} or on stdin.` });
  }
  return text;
}
