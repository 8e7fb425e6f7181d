/** What guards the device key, in words for people. */
import type { DeviceKeyGuard, DeviceKeyView } from '../../contract/credentials.ts';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '../../contract/errors.ts';
import { utcInstant } from '../../contract/wording.ts';
import { readDeviceKey, sealedPath } from './device-key.ts';
import type { DeviceIdentity, JournalEvent, JournalReader } from './journal.ts';

export function describeDeviceKey({ name, vkey, guards, locked }: Omit<DeviceIdentity, 'protection'>): DeviceKeyView {
  const state = locked === null ? '' : ` It is locked now, so nothing is signed until it is unlocked: ${locked}.`;
  return { name, vkey, guards: [...guards], locked, words: `${guardedBy(guards)}${state}` };
}

function guardedBy(guards: readonly DeviceKeyGuard[]): string {
  const [keyring, passphrase] = [guards.includes('keyring'), guards.includes('passphrase')];
  if (keyring && passphrase) return 'Wrapped: the keyring of this system opens it, and so does a passphrase.';
  if (keyring) return 'Wrapped by the keyring of this system. Were the keyring lost, the key would be too.';
  if (passphrase) return 'Wrapped by a passphrase.';
  return 'Unwrapped: a file that whoever can read this account’s files can copy.';
}

/**
 * For a report: what guards the key, and whether it was locked while these entries came about; what was recorded then is
 * chained, but was signed only after.
 */
export function reportDeviceKey(dataDir: string, reader: Pick<JournalReader, 'events'>, entries: readonly Pick<JournalEvent, 'seq'>[]): string {
  const [first, last] = [entries[0]?.seq ?? 0, entries.at(-1)?.seq ?? 0];
  const changes = [...reader.events({ types: ['device.locked', 'device.unlocked'] })];
  const locks = changes.flatMap((event, index) => (event.type === 'device.locked' ? [{ from: event, to: changes[index + 1] ?? null }] : []));
  const within = locks.filter(({ from, to }) => from.seq <= last && (to === null || to.seq >= first));
  return [guardsIn(join(dataDir, 'keys')), ...within.map(({ from, to }) => lockWords(from, to))].join(' ');
}

function lockWords(from: JournalEvent, to: JournalEvent | null): string {
  const why = typeof from.data['why'] === 'string' && from.data['why'] !== '' ? ` (${from.data['why']})` : '';
  if (to === null) return `It is locked since ${utcInstant(from.wall)}${why}: what was recorded since is chained, but not signed yet.`;
  return `It was locked from ${utcInstant(from.wall)} to ${utcInstant(to.wall)}${why}: what was recorded between is chained, and was signed only then.`;
}

function guardsIn(folder: string): string {
  try {
    return existsSync(sealedPath(folder)) ? guardedBy(readDeviceKey(folder).identity.guards) : 'Not in this folder.';
  } catch (thrown) {
    if (thrown instanceof EngineError) return thrown.message;
    throw thrown;
  }
}
