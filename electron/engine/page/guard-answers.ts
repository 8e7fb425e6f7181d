/** What a page may ask about the key of this laptop and the credentials that it keeps. Bytes that were typed are overwritten here. */
import { METHODS } from '../../contract/methods.ts';
import type { DataFolder } from '../data-folder.ts';
import { actorOf } from '../people/people.ts';
import { answer } from './serve-page.ts';

/** @param changed told when the state of the device key is another */
export function guardAnswers(folder: Pick<DataFolder, 'credentials' | 'deviceKey' | 'unlockDevice' | 'protectDevice'>, changed: () => void) {
  const { credentials } = folder;
  const device = async <T>(typed: readonly (Uint8Array | undefined)[], work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } finally {
      for (const bytes of typed) bytes?.fill(0);
      changed();
    }
  };
  return {
    'device.view': answer(METHODS['device.view'], () => folder.deviceKey()),
    'device.unlock': answer(METHODS['device.unlock'], async ({ passphrase }) => device([passphrase], folder.unlockDevice(passphrase))),
    'device.protect': answer(METHODS['device.protect'], async ({ keyring, passphrase, current, by }) => device([passphrase, current], folder.protectDevice({ actor: actorOf(by), byKeyring: keyring, byPassphrase: passphrase, current }))),
    'credentials.view': answer(METHODS['credentials.view'], async () => credentials.view()),
    'credentials.unlock': answer(METHODS['credentials.unlock'], async ({ passphrase }) => {
      await credentials.vault.unlock(passphrase);
      return credentials.view();
    }),
    'credentials.set': answer(METHODS['credentials.set'], async ({ name, value, place, by }) => {
      await credentials.set(name, value, actorOf(by), place);
      return credentials.view();
    }),
    'credentials.remove': answer(METHODS['credentials.remove'], async ({ name, by }) => {
      await credentials.remove(name, actorOf(by));
      return credentials.view();
    }),
    'credentials.use': answer(METHODS['credentials.use'], async ({ setting, by }) => {
      credentials.use(setting, actorOf(by));
      return credentials.view();
    }),
  };
}
