/** OpenPGP secret keys, read and used by gpg itself. The material is the fingerprints of every part whose secret is there. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withoutFinalNewline } from '../../secrets/final-newline.ts';
import type { GpgHome } from './gpg-home.ts';
import { openGpgHome } from './gpg-home.ts';
import type { KeyInput, OpenedKey } from './key.ts';

/** Numbers of RFC 9580, 9.1. */
const ALGORITHMS: Readonly<Record<string, string>> = { 1: 'RSA', 16: 'Elgamal', 17: 'DSA', 18: 'ECDH', 19: 'ECDSA', 22: 'EdDSA' };

export async function openOpenpgp({ bytes, passphrase, programs }: KeyInput): Promise<OpenedKey | string> {
  const gpg = openGpgHome(programs);
  if (gpg === null) return 'gpg is not on this laptop, and only it reads OpenPGP keys here';
  try {
    gpg.call(['--import'], bytes);
    const parts = secretParts(gpg.call(['--with-colons', '--list-secret-keys']).lines);
    const [primary] = parts;
    if (primary === undefined) return 'the file is no OpenPGP secret key that gpg can read';
    if (parts.filter((part) => part.primary).length > 1) return 'the file holds several OpenPGP keys; give each a file of its own';
    const there = parts.filter((part) => part.there);
    if (!there.some((part) => canBeUsed(gpg, part.fingerprint, passphrase))) return passphrase === null ? 'the key cannot be used: it is locked with a passphrase, or damaged' : 'the passphrase does not unlock the key, or the key cannot be used';
    const material = Buffer.from(there.map((part) => part.fingerprint).join('\n'));
    return { material, secret: Buffer.from(bytes), facts: { bytes: bytes.length, algorithm: `OpenPGP ${primary.algorithm}`, fingerprint: primary.fingerprint }, authentic: true };
  } finally {
    gpg.end();
  }
}

interface SecretPart {
  primary: boolean;
  fingerprint: string;
  algorithm: string;
  /** False for a stub, whose secret lies elsewhere. */
  there: boolean;
}

function secretParts(listing: string): SecretPart[] {
  const parts: SecretPart[] = [];
  let open: Omit<SecretPart, 'fingerprint'> | null = null;
  for (const fields of listing.split('\n').map((line) => line.split(':'))) {
    if (fields[0] === 'sec' || fields[0] === 'ssb') open = { primary: fields[0] === 'sec', algorithm: `${ALGORITHMS[fields[3] ?? ''] ?? 'key'} ${fields[16] === undefined || fields[16] === '' ? fields[2] ?? '' : fields[16]}`.trim(), there: fields[14] === '+' };
    else if (fields[0] === 'fpr' && open !== null) {
      parts.push({ ...open, fingerprint: fields[9] ?? '' });
      open = null;
    }
  }
  return parts;
}

/** Signs something, or opens something that was sealed for it. */
function canBeUsed(gpg: GpgHome, fingerprint: string, passphrase: Buffer | null): boolean {
  const secret = Buffer.from(withoutFinalNewline(passphrase ?? Buffer.alloc(0)));
  const unlock = ['--pinentry-mode', 'loopback', '--passphrase-fd', '0', '--yes'];
  const [plain, sealed] = [join(gpg.folder, 'plain'), join(gpg.folder, 'sealed')];
  writeFileSync(plain, 'proof of use', { mode: 0o600 });
  if (gpg.call([...unlock, '--local-user', `${fingerprint}!`, '--output', join(gpg.folder, 'signature'), '--detach-sign', plain], secret).ok) return true;
  const made = gpg.call(['--yes', '--trust-model', 'always', '--recipient', `${fingerprint}!`, '--output', sealed, '--encrypt', plain]);
  return made.ok && gpg.call([...unlock, '--output', join(gpg.folder, 'opened'), '--decrypt', sealed], secret).ok;
}
