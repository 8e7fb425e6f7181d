/** PKCS#12: the password is right when the file's MAC holds; OpenSSL then opens the key inside. */
import { createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { AuthenticatedSafe, PFX, SafeContents } from 'pkijs';
import type { SafeBag } from 'pkijs';
import { z } from 'zod';
import { withoutFinalNewline } from '../../secrets/final-newline.ts';
import type { KeyInput, OpenedKey } from './key.ts';
import { fromKeyObject } from './private-keys.ts';

const KEY_BAG = '1.2.840.113549.1.12.10.1.1';
const SHROUDED_KEY_BAG = '1.2.840.113549.1.12.10.1.2';
const DATA = '1.2.840.113549.1.7.1';
/** The library types neither. */
const ParsedPfx = z.object({ authenticatedSafe: z.instanceof(AuthenticatedSafe) });
const ParsedSafe = z.object({ safeContents: z.array(z.object({ value: z.instanceof(SafeContents) })) });

export async function openPkcs12({ bytes, passphrase }: KeyInput): Promise<OpenedKey | string> {
  const password = Buffer.from(withoutFinalNewline(passphrase ?? Buffer.alloc(0)));
  const pfx = readPfx(bytes);
  if (pfx === null) return 'the file is no PKCS#12, or it is damaged';
  if (pfx.macData === undefined) return 'the PKCS#12 file carries no MAC, so its password cannot be proven';
  if (!(await macHolds(pfx, password))) return passphrase === null ? 'the PKCS#12 file is locked: its passphrase is needed' : 'the passphrase is not that of the PKCS#12 file, or the file is damaged: its MAC does not hold';
  const keys = (await bagsOf(pfx, password)).flatMap((bag) => keyOf(bag, password) ?? []);
  const [key] = keys;
  if (key === undefined) return 'the PKCS#12 file holds no private key that can be opened';
  return keys.length > 1 ? `the PKCS#12 file holds ${keys.length} private keys; give each a file of its own` : fromKeyObject(key);
}

function readPfx(bytes: Buffer): PFX | null {
  try {
    return PFX.fromBER(arrayBuffer(bytes));
  } catch {
    return null; // the library throws for what is no such structure
  }
}

async function macHolds(pfx: PFX, password: Buffer): Promise<boolean> {
  try {
    await pfx.parseInternalValues({ password: arrayBuffer(password), checkIntegrity: true });
    return true;
  } catch {
    return false; // the library throws for a wrong MAC
  }
}

/** Bags with keys; certificates under old ciphers that this build lacks are passed by. */
async function bagsOf(pfx: PFX, password: Buffer): Promise<SafeBag[]> {
  const bags: SafeBag[] = [];
  for (const content of ParsedPfx.parse(pfx.parsedValue).authenticatedSafe.safeContents) {
    try {
      const part = new AuthenticatedSafe({ safeContents: [content] });
      await part.parseInternalValues({ safeContents: [content.contentType === DATA ? {} : { password: arrayBuffer(password) }] });
      bags.push(...ParsedSafe.parse(part.parsedValue).safeContents.flatMap(({ value }) => value.safeBags));
    } catch {
      continue; // encrypted with a cipher that the library does not know: certificates, as a rule
    }
  }
  return bags;
}

function keyOf(bag: SafeBag, password: Buffer): KeyObject | null {
  if (bag.bagId !== KEY_BAG && bag.bagId !== SHROUDED_KEY_BAG) return null;
  const der = Buffer.from(bag.bagValue.toSchema().toBER(false));
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8', ...(bag.bagId === SHROUDED_KEY_BAG ? { passphrase: password } : {}) });
  } catch {
    return null; // a kind of key or cipher that OpenSSL does not open
  }
}

/** A copy of its own: the library takes whole buffers. */
function arrayBuffer(bytes: Buffer): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
