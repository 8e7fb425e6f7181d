/** Credentials that this laptop keeps for its runbooks, and what guards the key that signs its record. */
import { z } from 'zod';

/** Where credentials are kept: the system's keyring by the default library or by keytar, or the age file in the data folder. */
export const CredentialPlace = z.enum(['keyring', 'keytar', 'vault']);
export type CredentialPlace = z.infer<typeof CredentialPlace>;

/** `auto`: the keyring where there is one, else the vault. */
export const CredentialSetting = z.enum(['auto', ...CredentialPlace.options]);
export type CredentialSetting = z.infer<typeof CredentialSetting>;

/** `SERVICE/ACCOUNT`, as runbooks write it after `keychain:`. */
export const CredentialName = z.string().regex(/^[A-Za-z0-9][\w.:@-]{0,63}\/[\w.:@/+-]{1,128}$/u, 'write SERVICE/ACCOUNT, for example blackstart-s3/default');

/** One that was set on this laptop. Its value is never read for a list. */
export const Credential = z.object({
  name: CredentialName, place: CredentialPlace, at: z.string(), by: z.string().nullable(),
  state: z.enum(['kept', 'unknown']), // unknown: the power went while it was being written
});
export type Credential = z.infer<typeof Credential>;

export const CredentialsView = z.object({
  setting: CredentialSetting,
  set_by: z.enum(['default', 'record', 'environment']),
  place: CredentialPlace.nullable(), // where the next one goes; null when nowhere
  why: z.string(), // one or two sentences
  keyring: z.object({ state: z.enum(['open', 'locked', 'unavailable']), detail: z.string().nullable() }),
  vault: z.object({ path: z.string(), state: z.enum(['none', 'locked', 'open', 'broken']), detail: z.string().nullable() }),
  credentials: z.array(Credential),
});
export type CredentialsView = z.infer<typeof CredentialsView>;

export const DeviceKeyGuard = z.enum(['keyring', 'passphrase']);
export type DeviceKeyGuard = z.infer<typeof DeviceKeyGuard>;

export const DeviceKeyView = z.object({
  name: z.string(), vkey: z.string(),
  guards: z.array(DeviceKeyGuard), // empty: a file that its owner can read
  locked: z.string().nullable(), // why nothing can be signed now, in words
  words: z.string(), // the whole state in one or two sentences
});
export type DeviceKeyView = z.infer<typeof DeviceKeyView>;
