/** A key as people hold it whole. Its bytes exist only in the escrow child. */
import type { KeyFacts } from '../../../contract/escrow.ts';

export interface OpenedKey {
  /** What its commitment covers: the same for every way to write the key down. */
  material: Buffer;
  /** What a known answer takes, unlocked. */
  secret: Buffer;
  facts: KeyFacts;
  /** The format itself showed that the key is whole and was unlocked rightly: a checksum, a MAC, or its two halves that fit. */
  authentic: boolean;
}

export interface KeyInput {
  bytes: Buffer;
  passphrase: Buffer | null;
  /** Search path for gpg: the child has no environment. */
  programs: string;
}

/** The key, or why the bytes are none (words that hold nothing of them). */
export type OpenKey = (input: KeyInput) => Promise<OpenedKey | string>;

/** No key is larger; an OpenPGP key with photos may come near. */
export const LARGEST_KEY = 1024 * 1024;
