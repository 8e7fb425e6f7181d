/** A secret in memory. Handles are passed about, never values. */

export interface SecretHandle {
  readonly name: string;
  readonly length: number; // bytes
  /** Where it came from, for the record: "file /media/kit/key", "prompt". Never the value. */
  readonly source: string;
  /** Whether it may be put in a tool's environment: an escrowed key may not. */
  readonly mayUseEnv: boolean;
  /** The live bytes; do not keep or copy them beyond the call. */
  bytes(): Uint8Array;
  /** Overwrites the bytes with zeros; afterwards `bytes()` throws. */
  forget(): void;
}

/** The secrets of one run or readiness session, by name. */
export interface SecretStore {
  put(name: string, bytes: Uint8Array, source: string, options?: { mayUseEnv?: boolean }): SecretHandle;
  get(name: string): SecretHandle | null;
  all(): SecretHandle[];
  /** Does nothing when there is none of that name. */
  forget(name: string): void;
  forgetAll(): void;
}
