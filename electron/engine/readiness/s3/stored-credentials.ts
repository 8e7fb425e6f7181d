/**
 * Keys to an object store that this laptop keeps in its keyring or its vault. They are fetched before a probe begins, so that
 * everything which the probe prints is masked with them, and forgotten when it ends.
 */
import { createHash } from 'node:crypto';
import type { Probe } from '../../../contract/check.ts';
import type { KeychainAnswer } from '../../secrets/keychain.ts';
import { createRedactor } from '../../tool/create-redactor.ts';
import type { ProbeContext } from '../probe.ts';
import { isS3, readS3Address } from './s3-address.ts';

/** Entries that are looked for where a check names no credentials: of the bucket, then of any. */
const SERVICE = 'blackstart-s3';
const ANY_BUCKET = 'default';

/** What was found, by the handle's name in the probe's secrets; or why there is nothing, in words. */
export type StoredCredentials = { handle: string; entry: string; source: string } | { entry: string; why: string; absent: boolean };

/** `keychain:SERVICE/ACCOUNT`, also written `keyring:`; null for anything else. */
export function namedEntry(credentials: string | undefined): string | null {
  return /^(?:keychain|keyring):(.+)$/u.exec(credentials ?? '')?.[1] ?? null;
}

type AsksKeyring = Pick<ProbeContext, 'secrets' | 'keychain' | 'env' | 'credentialsEnv' | 'redactor' | 'stored'>;

/** @param work gets the context with what was found; what it says is masked with it */
export async function withStoredCredentials<T, C extends AsksKeyring>(probe: Probe, context: C, work: (context: C) => Promise<T>): Promise<T> {
  const entries = entriesFor(probe, context);
  if (entries.length === 0 || context.keychain === undefined) return work(context);
  const stored: StoredCredentials[] = [];
  const kept: string[] = [];
  try {
    for (const entry of entries) {
      stored.push(keep(entry, await ask(entry, context.keychain), context, kept));
      if (kept.length > 0) break;
    }
    if (kept.length === 0) return await work({ ...context, stored });
    const redactor = createRedactor(context.secrets.all());
    try {
      return await work({ ...context, stored, redactor });
    } finally {
      redactor.forget();
    }
  } finally {
    for (const name of kept) context.secrets.forget(name);
  }
}

/** Nothing is asked of a keyring that the check has no use for: it may put up a window. */
function entriesFor(probe: Probe, context: AsksKeyring): string[] {
  if (probe.kind !== 'backup' && probe.kind !== 's3-object') return [];
  const address = probe.kind === 'backup' ? probe.at : probe.url;
  if (!isS3(address)) return [];
  const named = namedEntry(probe.credentials);
  if (named !== null) return [named];
  if (probe.credentials !== undefined && probe.credentials !== 'env') return [];
  const env = context.credentialsEnv ?? context.env;
  if ((env['AWS_ACCESS_KEY_ID'] ?? '') !== '' && (env['AWS_SECRET_ACCESS_KEY'] ?? '') !== '') return [];
  try {
    return [`${SERVICE}/${readS3Address(address).bucket}`, `${SERVICE}/${ANY_BUCKET}`];
  } catch {
    return []; // the probe itself says what is wrong with the address
  }
}

async function ask(entry: string, keychain: NonNullable<ProbeContext['keychain']>): Promise<KeychainAnswer> {
  const [, service, account] = /^([^/]+)\/(.+)$/u.exec(entry) ?? [];
  if (service === undefined || account === undefined) return { kind: 'unavailable', why: `"${entry}" names no entry; write keychain:SERVICE/ACCOUNT` };
  return keychain.read(service, account);
}

function keep(entry: string, answer: KeychainAnswer, { secrets }: AsksKeyring, kept: string[]): StoredCredentials {
  switch (answer.kind) {
    case 'found': return keepFound(entry, answer, secrets, kept);
    case 'absent': return { entry, why: 'there is no such entry in the keyring or the vault', absent: true };
    case 'locked': return { entry, why: answer.why ?? 'the keyring is locked', absent: false };
    case 'absent-or-locked': return { entry, why: 'the entry is absent, or the keyring is locked; it does not tell which', absent: false };
    case 'unavailable': return { entry, why: answer.why, absent: false };
  }
}

/** The whole entry for who reads the pair, and the secret half once more by itself, since that is what a tool would print. */
function keepFound(entry: string, { bytes, where }: Extract<KeychainAnswer, { kind: 'found' }>, secrets: ProbeContext['secrets'], kept: string[]): StoredCredentials {
  const name = `stored_${createHash('sha256').update(entry).digest('hex').slice(0, 12)}`;
  const source = `keychain ${entry}${where === undefined ? '' : `, from ${where}`}`;
  try {
    const half = /(?:secret_?access_?key["']?\s*[:=]\s*["']?([^\s"',]+))|^\s*[^\s:]+:(\S+)\s*$/iu.exec(Buffer.from(bytes).toString('utf8'));
    const secret = half?.[1] ?? half?.[2];
    secrets.put(name, bytes, source, { mayUseEnv: true });
    kept.push(name);
    if (secret !== undefined) {
      secrets.put(`${name}_key`, Buffer.from(secret), source, { mayUseEnv: true });
      kept.push(`${name}_key`);
    }
    return { handle: name, entry, source };
  } catch (thrown) {
    return { entry, why: thrown instanceof Error ? thrown.message : 'it cannot be used', absent: false };
  } finally {
    bytes.fill(0);
  }
}
