/** What the escrow commands take: shares and keys from files or standard input, never from the command line itself. */
import { existsSync, readSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { basename } from 'node:path';
import { EngineError } from '../contract/errors.ts';
import { ShareScheme } from '../contract/escrow.ts';
import { readShareFile } from '../engine/escrow/quorum/ask-quorum.ts';
import type { ShareInput } from '../engine/escrow/quorum/quorum.ts';
import { readShares, shareFilesIn } from '../engine/escrow/register/escrow-access.ts';
import { readKnownAnswer } from '../engine/escrow/register/known-answer-file.ts';
import type { SampleTrial } from '../engine/escrow/register/trials.ts';
import { askHidden } from './prompt.ts';
import type { Session } from './session.ts';

/** No share and no key is larger. */
const LARGEST_INPUT = 1024 * 1024;

/** Files, or the files of folders that are named. EngineError `not-found` or `refused` */
export function shareInputs({ path }: Session, named: readonly string[], scheme: ShareScheme): ShareInput[] {
  const files = named.flatMap((name) => {
    const absolute = path(name);
    return statSync(absolute, { throwIfNoEntry: false })?.isDirectory() === true ? shareFilesIn(absolute) : [absolute];
  });
  if (files.length === 0) throw new EngineError('not-found', `There is no share file in ${named.join(', ')}.`, { hint: 'One file holds one share.' });
  return readShares(files, scheme);
}

/** One share; `-` is standard input, or a hidden line at a terminal. */
export async function shareInput(session: Session, named: string, scheme: ShareScheme): Promise<ShareInput> {
  if (named !== '-') return { label: basename(named), bytes: readShareFile(session.path(named), scheme) };
  return { label: 'the share', bytes: await fromStdin(session, 'Share (nothing is shown): ') };
}

/** A whole key; `-` is standard input. */
export async function secretInput(session: Session, named: string): Promise<Uint8Array> {
  if (named === '-') return fromStdin(session, 'Secret (nothing is shown): ');
  const path = session.path(named);
  const state = statSync(path, { throwIfNoEntry: false });
  if (state === undefined) throw new EngineError('not-found', `The secret file ${named} does not exist.`, { hint: `Looked at ${path}.` });
  if (!state.isFile() || state.size > LARGEST_INPUT) throw new EngineError('refused', `${named} is no file of a secret${state.isFile() ? `: it has ${state.size} bytes` : ''}.`, { hint: 'Name the file that holds the key.' });
  return session.read(named);
}

async function fromStdin({ around, terminal }: Session, question: string): Promise<Uint8Array> {
  if (terminal.interactive) return Buffer.from(await askHidden(around, question), 'utf8');
  const bytes = Buffer.alloc(LARGEST_INPUT + 1);
  let length = 0;
  try {
    for (let read = -1; read !== 0 && length < bytes.length; length += read) read = readSync(0, bytes, length, bytes.length - length, null);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EOF')) throw new EngineError('not-found', 'Standard input cannot be read.', { cause });
  }
  if (length > LARGEST_INPUT) throw new EngineError('refused', 'Standard input holds more than 1 MiB; no share or key is so large.');
  if (length === 0) throw new EngineError('refused', 'Standard input is empty.', { hint: 'Pipe the file in, or name it.' });
  return Uint8Array.from(bytes.subarray(0, length));
}

/** EngineError `usage` for a variable that is not set */
export function passphraseInput({ around }: Session, variable: string | undefined): Uint8Array | undefined {
  if (variable === undefined) return undefined;
  const value = around.env[variable];
  if (value === undefined) throw new EngineError('usage', `The environment variable ${variable} is not set.`, { hint: `Set ${variable} for this one command.` });
  return Buffer.from(value, 'utf8');
}

/** EngineError `not-found` for the file, `refused` for what is no known answer */
export function knownAnswers(session: Session, files: readonly string[], of?: Pick<SampleTrial, 'set' | 'which'>): SampleTrial[] {
  return files.map((file) => readKnownAnswer(Buffer.from(session.read(file)).toString('utf8'), session.path(file), session.around.cwd, of));
}

export function shareScheme(named: string): ShareScheme {
  const read = ShareScheme.safeParse(named);
  if (!read.success) throw new EngineError('usage', `There is no scheme of shares "${named}".`, { hint: `There are: ${ShareScheme.options.join(', ')}.` });
  return read.data;
}

export function wholeNumber(named: string | undefined, option: string): number | undefined {
  if (named === undefined) return undefined;
  if (!/^\d{1,6}$/u.test(named)) throw new EngineError('usage', `${option}: "${named}" is no whole number.`);
  return Number(named);
}

/** Who does it, for the record. */
export function nameOf(by: string | undefined): string {
  return by ?? userInfo().username;
}

/** Where something that is written goes. EngineError `refused` when it would replace a file */
export function outFile({ path }: Session, named: string): string {
  if (existsSync(path(named))) throw new EngineError('refused', `${named} exists already.`, { hint: 'Name another file, or remove it.' });
  return path(named);
}

