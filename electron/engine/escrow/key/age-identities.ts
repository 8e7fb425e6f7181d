/** age: identity files, and identity files that age itself sealed with a passphrase (`age -p`). */
import { armor, Decrypter, identityToRecipient } from 'age-encryption';
import { withoutFinalNewline } from '../../secrets/final-newline.ts';
import { plainText } from '../share/share-text.ts';
import type { KeyInput, OpenedKey } from './key.ts';
import { LARGEST_KEY } from './key.ts';

const SEALED = 'age-encryption.org/v1\n';
const ARMORED = '-----BEGIN AGE ENCRYPTED FILE-----';

export async function openAge({ bytes, passphrase }: KeyInput): Promise<OpenedKey | string> {
  const start = bytes.toString('latin1', 0, 64).trimStart();
  if (!start.startsWith(SEALED) && !start.startsWith(ARMORED)) return fromFile(bytes);
  if (passphrase === null) return 'the identity file is sealed: its passphrase is needed';
  const plain = await unseal(bytes, start.startsWith(ARMORED), passphrase);
  if (plain === null) return 'the passphrase does not open the identity file, or the file is damaged';
  const opened = await fromFile(plain);
  plain.fill(0);
  return opened;
}

async function unseal(bytes: Buffer, armored: boolean, passphrase: Buffer): Promise<Buffer | null> {
  const decrypter = new Decrypter();
  decrypter.addPassphrase(Buffer.from(withoutFinalNewline(passphrase)).toString('utf8'));
  try {
    return Buffer.from(await decrypter.decrypt(armored ? armor.decode(bytes.toString('latin1').trim()) : bytes));
  } catch {
    return null; // the library does not tell a wrong passphrase from damage
  }
}

/** The material is the identities alone, in their order: comments and line ends may change. */
async function fromFile(bytes: Buffer): Promise<OpenedKey | string> {
  const text = plainText(bytes, LARGEST_KEY);
  if (!Buffer.isBuffer(text)) return `the identity file cannot be read: ${text.detail}`;
  const identities = text.toString('latin1').split(/\r?\n/u).map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
  const foreign = identities.findIndex((line) => !/^AGE-SECRET-KEY-(?:PQ-)?1/u.test(line));
  if (foreign >= 0) return `line ${foreign + 1} of the identities is no native age identity (plugins and SSH keys are not supported)`;
  const recipients = await Promise.all(identities.map(recipientOf));
  if (recipients.length === 0) return 'the file holds no age identity';
  const damaged = recipients.indexOf(null);
  if (damaged >= 0) return `identity ${damaged + 1} is damaged: its checksum does not hold`;
  const material = Buffer.from(identities.join('\n'));
  return { material, secret: Buffer.from(text), facts: { bytes: text.length, algorithm: identities[0]?.startsWith('AGE-SECRET-KEY-PQ') === true ? 'ML-KEM-768 + X25519' : 'X25519', fingerprint: recipients[0] ?? null }, authentic: true };
}

async function recipientOf(identity: string): Promise<string | null> {
  try {
    return await identityToRecipient(identity);
  } catch {
    return null; // a checksum of bech32 that does not hold
  }
}
