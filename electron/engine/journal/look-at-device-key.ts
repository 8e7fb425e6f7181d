/** How the device key of a data folder is guarded, and whether it opens here and now; takes no lock and changes nothing. */
import { existsSync } from 'node:fs';
import type { DeviceKeyView } from '../../contract/credentials.ts';
import type { Keychain } from '../secrets/keychain.ts';
import { describeDeviceKey } from './describe-device-key.ts';
import { readDeviceKey, sealedPath } from './device-key.ts';
import { openWrapped } from './seal-device-key.ts';

/** @param passphrase asked when the keyring does not open it; null leaves it locked @returns null before the first start */
export async function lookAtDeviceKey(folder: string, keyring: Keychain, passphrase: () => Promise<Uint8Array | null>): Promise<DeviceKeyView | null> {
  if (!existsSync(sealedPath(folder))) return null;
  const { identity, wrapped } = readDeviceKey(folder);
  if (wrapped === null) return describeDeviceKey({ ...identity, locked: null });
  let opened = await openWrapped(wrapped, { keyring });
  if (opened.kind === 'locked' && identity.guards.includes('passphrase')) {
    const given = await passphrase();
    if (given !== null) opened = await openWrapped(wrapped, { keyring, passphrase: given });
    given?.fill(0);
  }
  return describeDeviceKey({ ...identity, locked: opened.kind === 'locked' ? opened.why : null });
}
