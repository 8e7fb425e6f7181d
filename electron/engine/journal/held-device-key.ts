/** The device key as the journal holds it: open, or locked with a reason. */
import { EngineError } from '../../contract/errors.ts';
import type { Signer } from '../note/note.ts';
import { loadDeviceKey, readDeviceKey } from './device-key.ts';
import type { DeviceKey } from './device-key.ts';
import type { DeviceIdentity } from './journal.ts';
import type { Opened } from './seal-device-key.ts';

export class HeldDeviceKey {
  readonly #folder: string;
  #key: DeviceKey;
  #why: string;

  /** @throws EngineError as `loadDeviceKey` does */
  constructor(folder: string, opened: Opened | undefined) {
    this.#folder = folder;
    this.#key = loadDeviceKey(folder);
    this.#why = 'it has not been unlocked yet';
    if (opened !== undefined) this.take(opened);
  }

  get identity(): DeviceIdentity {
    return { ...this.#key.identity, locked: this.#key.signer === null ? this.#why : null };
  }

  /** Null while it is locked. */
  get signer(): Signer | null {
    return this.#key.signer;
  }

  /** @throws EngineError `waiting` while it is locked */
  require(): Signer {
    if (this.#key.signer !== null) return this.#key.signer;
    throw new EngineError('waiting', `The key of this laptop is locked, so nothing can be signed: ${this.#why}.`, { hint: 'Unlock it on the Record screen, or give its passphrase with --device-passphrase-env. The record itself goes on.' });
  }

  /** @returns whether it was locked and is open now. EngineError `refused` for another key */
  take(opened: Opened): boolean {
    if (this.#key.signer !== null) return false;
    if (opened.kind === 'locked') {
      this.#why = opened.why;
      return false;
    }
    if (opened.signer.vkey !== this.#key.identity.vkey) throw new EngineError('refused', 'That is not the key of this laptop.');
    this.#key = { ...this.#key, signer: opened.signer };
    return true;
  }

  /** After its guards were changed; an open key stays open. */
  reread(): void {
    const read = readDeviceKey(this.#folder);
    if (read.identity.vkey !== this.#key.identity.vkey) throw new EngineError('refused', 'The device key was replaced by another.');
    this.#key = { ...read, signer: read.signer ?? this.#key.signer };
  }
}
