/** Looks for a secret where a runbook says that it may be. */
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { EngineError } from '../../contract/errors.ts';
import type { SecretSource } from '../../contract/front-matter.ts';
import type { Keychain } from './keychain.ts';

export interface SourceContext {
  /** Relative paths are relative to it: the runbook's folder. */
  folder: string;
  processEnv: Readonly<Record<string, string | undefined>>;
  keychain: Keychain;
}

/** `source` is for the record: "file /media/kit/key". An absent secret has a reason in words. */
export type SourceAnswer = { kind: 'found'; source: string; bytes: Uint8Array } | { kind: 'absent'; source: string; why: string };

/** Keys and passwords are small; a larger file was named by mistake. */
const LARGEST = 1024 * 1024;

/**
 * Templates in `file` are filled before. Escrows are asked elsewhere (`escrow-access.ts`).
 * @throws EngineError `refused` for a keychain entry without an account
 */
export async function readSource(source: Exclude<SecretSource, 'prompt' | { escrow: string }>, context: SourceContext): Promise<SourceAnswer> {
  if ('file' in source) return fromFile(resolve(context.folder, source.file));
  if ('env' in source) return fromEnvironment(source.env, context.processEnv);
  return fromKeychain(source.keychain, context.keychain);
}

async function fromFile(path: string): Promise<SourceAnswer> {
  const source = `file ${path}`;
  const absent = (why: string): SourceAnswer => ({ kind: 'absent', source, why });
  try {
    const file = await open(path, 'r');
    try {
      const state = await file.stat();
      if (!state.isFile()) return absent('it is not a file');
      if (state.size > LARGEST) return absent(`it has ${state.size} bytes, too many for a secret`);
      return { kind: 'found', source, bytes: await file.readFile() };
    } finally {
      await file.close();
    }
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return absent(missing ? 'there is no such file' : `it cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function fromEnvironment(name: string, env: SourceContext['processEnv']): SourceAnswer {
  const value = env[name];
  const source = `environment ${name}`;
  return value === undefined || value === '' ? { kind: 'absent', source, why: 'the variable is not set' } : { kind: 'found', source, bytes: Buffer.from(value) };
}

/** @param entry `SERVICE/ACCOUNT`; the account may hold further slashes */
async function fromKeychain(entry: string, keychain: Keychain): Promise<SourceAnswer> {
  const [, service, account] = /^([^/]+)\/(.+)$/u.exec(entry) ?? [];
  if (service === undefined || account === undefined) {
    throw new EngineError('refused', `"${entry}" names no keychain entry.`, { hint: 'Write keychain: SERVICE/ACCOUNT, for example blackstart/ampora-pg.' });
  }
  const source = `keychain ${entry}`;
  const answer = await keychain.read(service, account);
  switch (answer.kind) {
    case 'found': return { kind: 'found', source: answer.where === undefined ? source : `${source}, from ${answer.where}`, bytes: answer.bytes };
    case 'absent': return { kind: 'absent', source, why: 'the keychain has no such entry' };
    case 'locked': return { kind: 'absent', source, why: `${answer.why ?? 'the keychain is locked'}; unlock it and try again` };
    case 'absent-or-locked': return { kind: 'absent', source, why: 'the entry is absent, or the keychain is locked; the keychain does not tell which' };
    case 'unavailable': return { kind: 'absent', source, why: `the keychain cannot be asked: ${answer.why}` };
  }
}
