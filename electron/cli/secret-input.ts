/** Secrets for a command: from a variable, a file, standard input or a hidden question; never from the command line itself. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { EngineError } from '../contract/errors.ts';
import { withoutFinalNewline } from '../engine/secrets/final-newline.ts';
import { askHidden } from './prompt.ts';
import type { Surroundings } from './terminal.ts';

export interface SecretPlaces {
  /** Name of an environment variable. */
  env?: string | undefined;
  file?: string | undefined;
  stdin?: boolean | undefined;
}

/** Keys and passphrases are small; more was named by mistake. */
const LARGEST = 64 * 1024; // bytes

/**
 * Null when no place was named. One final newline is dropped. The caller overwrites the bytes.
 * @param what for messages: "The passphrase" @throws EngineError `usage` for a variable that is not set or two places, `not-found`
 *   or `refused` for the file; no message holds anything of the content
 */
export async function readNamedSecret({ env, file, stdin }: SecretPlaces, what: string, { around, path }: { around: Surroundings; path(named: string): string }): Promise<Uint8Array | null> {
  if ([env, file, stdin === true ? 'stdin' : undefined].filter((one) => one !== undefined).length > 1) throw new EngineError('usage', `${what} was asked for from two places.`, { hint: 'Name one of them.' });
  if (env !== undefined) return fromVariable(env, what, around);
  if (file !== undefined) return trimmed(fromFile(path(file), file, what));
  if (stdin === true) return trimmed(await fromStdin(around, what));
  return null;
}

/** Asks a person; null when nobody can be asked, or they give nothing. */
export async function askSecret(around: Surroundings, question: string): Promise<Uint8Array | null> {
  if (!around.stdin.isTTY || !around.stderr.isTTY) return null;
  const typed = Buffer.from(await askHidden(around, question), 'utf8');
  return typed.length === 0 ? null : typed;
}

/** A passphrase that is new is typed twice. EngineError `usage` when the two differ. */
export async function askNewSecret(around: Surroundings, whose: string): Promise<Uint8Array | null> {
  const first = await askSecret(around, `New passphrase of ${whose}: `);
  if (first === null) return null;
  const second = await askSecret(around, 'The same once more: ');
  const same = second !== null && Buffer.from(first).equals(second);
  second?.fill(0);
  if (same) return first;
  first.fill(0);
  throw new EngineError('usage', 'The two passphrases differ.', { hint: 'Type both again.' });
}

function fromVariable(name: string, what: string, { env }: Surroundings): Uint8Array {
  const value = env[name];
  if (value === undefined || value === '') throw new EngineError('usage', `${what}: the environment variable ${name} is not set.`, { hint: `Set ${name} for this one command.` });
  return Buffer.from(value, 'utf8');
}

function fromFile(path: string, named: string, what: string): Uint8Array {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (cause) {
    throw new EngineError('not-found', `${what}: the file ${named} cannot be read.`, { hint: `Looked at ${path}.`, cause });
  }
  try {
    const state = fstatSync(file);
    if (!state.isFile()) throw new EngineError('refused', `${what}: ${named} is not a file.`);
    return readWhole(file, what);
  } finally {
    closeSync(file);
  }
}

function readWhole(file: number, what: string): Uint8Array {
  const held = Buffer.alloc(LARGEST + 1);
  let size = 0;
  for (let read = 1; read > 0 && size <= LARGEST; size += read) read = readSync(file, held, size, held.length - size, null);
  return taken(held, size, what);
}

async function fromStdin({ stdin }: Surroundings, what: string): Promise<Uint8Array> {
  const held = Buffer.alloc(LARGEST + 1);
  let size = 0;
  for await (const chunk of stdin) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.copy(held, Math.min(size, held.length));
    bytes.fill(0);
    if (size > LARGEST) break;
  }
  return taken(held, size, what);
}

function taken(held: Buffer, size: number, what: string): Uint8Array {
  const value = Uint8Array.from(held.subarray(0, size));
  held.fill(0);
  if (size > LARGEST) throw new EngineError('refused', `${what} has more than ${LARGEST} bytes.`, { hint: 'Keys and passphrases are small; another file may have been named by mistake.' });
  if (size === 0) throw new EngineError('refused', `${what} is empty.`);
  return value;
}

function trimmed(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(withoutFinalNewline(bytes));
}
