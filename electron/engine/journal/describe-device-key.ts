/** What guards the device key, in words for people. */
import type { DeviceKeyGuard, DeviceKeyView } from '../../contract/credentials.ts';
import type { DeviceIdentity } from './journal.ts';

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
