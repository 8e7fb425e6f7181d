/**
 * C2SP signed notes: text, an empty line, then `— NAME BASE64(KEYID‖SIGNATURE)` lines.
 *
 * Sources: https://c2sp.org/signed-note (Ed25519, key type 0x01) and https://c2sp.org/tlog-cosignature (key type 0x04,
 * a timestamped signature). The one signature format of the record: checkpoints, manifests, approvals, trust.
 */
import { EngineError } from '../../contract/errors.ts';
import { createHash, createPrivateKey, createPublicKey, randomBytes, sign as signBytes, verify as verifyBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** What a key signs: a plain note, or a note with the time at which its holder saw it. */
type KeyType = 'ed25519' | 'cosignature/v1';

const TYPE_BYTE: Readonly<Record<KeyType, number>> = { ed25519: 0x01, 'cosignature/v1': 0x04 };
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const DASH = '\u2014 ';
/** More lines than that are an attack on our patience, not a note. */
const MAX_SIGNATURES = 100;
const MAX_NOTE_BYTES = 16 * 1024 * 1024;

/** Holds a private key in memory. */
export interface Signer {
  readonly name: string;
  /** Eight hex digits. */
  readonly keyId: string;
  /** `name+keyid+base64`, what a verifier needs. */
  readonly vkey: string;
  /** The same key as a timestamping cosigner. */
  readonly cosignerVkey: string;
  /** 64 bytes of Ed25519 signature over `message`. */
  sign(message: Uint8Array): Uint8Array;
}

export interface Verifier {
  readonly name: string;
  readonly keyId: string;
  readonly type: KeyType;
  readonly vkey: string;
  /** 32 bytes in hex. */
  readonly publicKey: string;
  /** Null when `signature` (without the key id) is not this key's over `text`. */
  verify(text: string, signature: Uint8Array): { time: number | null } | null;
}

/** A known key whose signature holds; `time` in seconds since 1970 for a cosignature, else null. */
export interface NoteSignature {
  name: string;
  keyId: string;
  publicKey: string;
  time: number | null;
}

export interface OpenedNote {
  text: string;
  signedBy: NoteSignature[];
}

interface SignatureLine {
  name: string;
  keyId: string;
  signature: Uint8Array;
}

function refuse(message: string, hint?: string): never {
  throw new EngineError('refused', message, hint === undefined ? {} : { hint });
}

/** Whether `name` may name a key: no spaces, no `+`, nothing invisible. */
export function isKeyName(name: string): boolean {
  return name.length > 0 && !/[\s+\p{Cc}\p{Cf}\p{Cs}]/u.test(name);
}

function requireKeyName(name: string): void {
  if (!isKeyName(name)) refuse(`"${JSON.stringify(name).slice(1, -1)}" cannot name a key.`, 'Key names hold no spaces, no + and no invisible characters, for example person/amara.');
}

function keyIdOf(name: string, type: KeyType, publicKey: Uint8Array): string {
  const hash = createHash('sha256').update(`${name}\n`).update(Uint8Array.of(TYPE_BYTE[type])).update(publicKey).digest();
  return hash.toString('hex', 0, 4);
}

function vkeyOf(name: string, type: KeyType, publicKey: Uint8Array): string {
  return `${name}+${keyIdOf(name, type, publicKey)}+${Buffer.concat([Uint8Array.of(TYPE_BYTE[type]), publicKey]).toString('base64')}`;
}

/** The same key as a timestamping cosigner: what a laptop or a person is known by as a witness. @param publicKey 32 bytes */
export function cosignerVkey(name: string, publicKey: Uint8Array): string {
  return vkeyOf(name, 'cosignature/v1', publicKey);
}

/** Base64 of exactly one spelling: a flipped padding bit is an error, not the same bytes. */
function decodeBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}

/** 32 fresh secret bytes, the private half of a key. */
export function generateSeed(): Uint8Array {
  return randomBytes(32);
}

/** @param seed 32 bytes, as RFC 8032 names the private key */
export function signerFromSeed(name: string, seed: Uint8Array): Signer {
  requireKeyName(name);
  if (seed.length !== 32) refuse('A signing key holds 32 bytes.');
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(SPKI_PREFIX.length);
  return {
    name,
    keyId: keyIdOf(name, 'ed25519', publicKey),
    vkey: vkeyOf(name, 'ed25519', publicKey),
    cosignerVkey: vkeyOf(name, 'cosignature/v1', publicKey),
    sign: (message) => signBytes(null, message, privateKey),
  };
}

export function generateSigner(name: string): Signer {
  return signerFromSeed(name, generateSeed());
}

/** The key file format of Go's `note` package: `PRIVATE+KEY+name+keyid+base64(0x01‖seed)`. */
export function formatSigningKey(name: string, seed: Uint8Array): string {
  const { keyId } = signerFromSeed(name, seed);
  return `PRIVATE+KEY+${name}+${keyId}+${Buffer.concat([Uint8Array.of(TYPE_BYTE.ed25519), seed]).toString('base64')}`;
}

/** Reads what `formatSigningKey` wrote. EngineError `refused` otherwise; the message never holds the key. */
export function parseSigningKey(text: string): Signer {
  const match = /^PRIVATE\+KEY\+([^+]+)\+([0-9a-f]{8})\+(\S+)$/u.exec(text.trim());
  const [, name, keyId, encoded] = match ?? [];
  const bytes = encoded === undefined ? null : decodeBase64(encoded);
  if (name === undefined || bytes?.length !== 33 || bytes[0] !== TYPE_BYTE.ed25519) {
    refuse('This is not a signing key.', 'A signing key is one line: PRIVATE+KEY+name+keyid+base64.');
  }
  const signer = signerFromSeed(name, bytes.subarray(1));
  if (signer.keyId !== keyId) refuse('The signing key is damaged: its key id does not match its bytes.');
  return signer;
}

/** @param vkey `name+keyid+base64`, Ed25519 or cosignature/v1. EngineError `refused` when malformed or when the id does not match. */
export function parseVerifier(vkey: string): Verifier {
  const match = /^([^+]+)\+([0-9a-f]{8})\+(\S+)$/u.exec(vkey.trim());
  const [, name, keyId, encoded] = match ?? [];
  const bytes = encoded === undefined ? null : decodeBase64(encoded);
  if (name === undefined || keyId === undefined || bytes?.length !== 33) refuse('This is not a verifier key.', 'A verifier key is one line: name+keyid+base64.');
  requireKeyName(name);
  const type = bytes[0] === TYPE_BYTE.ed25519 ? 'ed25519' : bytes[0] === TYPE_BYTE['cosignature/v1'] ? 'cosignature/v1' : refuse(`The key of ${name} is of a kind that is not known here.`);
  const publicKey = bytes.subarray(1);
  if (keyIdOf(name, type, publicKey) !== keyId) refuse(`The verifier key of ${name} is damaged: its key id does not match its bytes.`);
  const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: 'der', type: 'spki' });
  const verify = type === 'ed25519' ? verifyPlain : verifyTimed;
  return { name, keyId, type, vkey: vkey.trim(), publicKey: publicKey.toString('hex'), verify: (text, signature) => verify(key, text, signature) };
}

function verifyPlain(key: KeyObject, text: string, signature: Uint8Array): { time: null } | null {
  return signature.length === 64 && verifyBytes(null, Buffer.from(text), key, signature) ? { time: null } : null;
}

function verifyTimed(key: KeyObject, text: string, signature: Uint8Array): { time: number } | null {
  if (signature.length !== 72) return null;
  const seconds = Buffer.from(signature.subarray(0, 8)).readBigUInt64BE();
  if (seconds > BigInt(Number.MAX_SAFE_INTEGER)) return null;
  const holds = verifyBytes(null, cosignedMessage(text, seconds), key, signature.subarray(8));
  return holds ? { time: Number(seconds) } : null;
}

function cosignedMessage(text: string, seconds: bigint): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`);
}

function requireText(text: string): void {
  if (!text.endsWith('\n')) refuse('The text of a note must end with a newline.');
  // Spelled by property: newline is the one control character that a note may hold.
  if (/[^\P{Cc}\n]|\p{Cs}/u.test(text)) refuse('The text of a note holds control characters.');
}

function signatureLine(name: string, keyId: string, signature: Uint8Array): string {
  return `${DASH}${name} ${Buffer.concat([Buffer.from(keyId, 'hex'), signature]).toString('base64')}\n`;
}

/** @param text ends with a newline, no other control characters. EngineError `refused` otherwise. */
export function signNote(text: string, signers: readonly Signer[]): string {
  requireText(text);
  if (signers.length === 0) refuse('A note needs at least one signature.');
  const message = Buffer.from(text);
  return `${text}\n${signers.map((signer) => signatureLine(signer.name, signer.keyId, signer.sign(message))).join('')}`;
}

/** Adds a witness's timestamped signature to a note. @param seconds since 1970 */
export function cosignNote(note: string, signer: Signer, seconds: number): string {
  const { text } = splitNote(note);
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(seconds));
  const { keyId } = parseVerifier(signer.cosignerVkey);
  return `${note}${signatureLine(signer.name, keyId, Buffer.concat([time, signer.sign(cosignedMessage(text, BigInt(seconds)))]))}`;
}

function parseLine(line: string): SignatureLine {
  const match = /^\u2014 (\S+) (\S+)$/u.exec(line);
  const [, name, encoded] = match ?? [];
  const bytes = encoded === undefined ? null : decodeBase64(encoded);
  if (name === undefined || !isKeyName(name) || bytes === null || bytes.length < 5) {
    refuse('The note is malformed: something that is no signature follows its text.');
  }
  return { name, keyId: bytes.toString('hex', 0, 4), signature: bytes.subarray(4) };
}

/** Text and signature lines as they stand, nothing verified. EngineError `refused` when malformed. */
export function splitNote(note: string): { text: string; lines: SignatureLine[] } {
  if (note.length > MAX_NOTE_BYTES) refuse('The note is too large.');
  const split = note.lastIndexOf('\n\n');
  if (split < 0) refuse('This is not a signed note: no empty line divides the text from its signatures.');
  const text = note.slice(0, split + 1);
  const block = note.slice(split + 2);
  requireText(text);
  if (block === '' || !block.endsWith('\n')) refuse('The note is malformed: it does not end with a signature line.');
  const lines = block.slice(0, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) refuse(`The note carries more than ${MAX_SIGNATURES} signatures.`);
  return { text, lines: lines.map(parseLine) };
}

function indexVerifiers(verifiers: readonly Verifier[]): Map<string, Verifier> {
  const known = new Map<string, Verifier>();
  for (const verifier of verifiers) {
    const key = `${verifier.name}+${verifier.keyId}`;
    const other = known.get(key);
    if (other !== undefined && (other.publicKey !== verifier.publicKey || other.type !== verifier.type)) {
      refuse(`Two different keys carry the name ${verifier.name} and the id ${verifier.keyId}.`, 'Remove the one that you cannot account for from the trusted keys.');
    }
    known.set(key, verifier);
  }
  return known;
}

/**
 * Checks a note against known keys. Signatures of unknown keys are ignored; one wrong signature of a known key refuses
 * the note, whatever the others say.
 *
 * @param options.require how many different keys (not names) must have signed; default 1
 * @throws EngineError `refused` when malformed, wrongly signed, or signed by too few
 */
export function openNote(note: string | Uint8Array, verifiers: readonly Verifier[], options: { require?: number } = {}): OpenedNote {
  const { text, lines } = splitNote(typeof note === 'string' ? note : decodeText(note));
  const known = indexVerifiers(verifiers);
  const signedBy = new Map<string, NoteSignature>();
  for (const { name, keyId, signature } of lines) {
    const verifier = known.get(`${name}+${keyId}`);
    if (verifier === undefined) continue;
    const held = verifier.verify(text, signature);
    if (held === null) refuse(`The signature of ${name} does not match the text: it was changed, or another key signed it.`);
    const { publicKey } = verifier;
    if (!signedBy.has(`${name}+${keyId}`)) signedBy.set(`${name}+${keyId}`, { name, keyId, publicKey, time: held.time });
  }
  requireSigners([...signedBy.values()], options.require ?? 1, lines);
  return { text, signedBy: [...signedBy.values()] };
}

function requireSigners(signedBy: readonly NoteSignature[], needed: number, lines: readonly SignatureLine[]): void {
  const keys = new Set(signedBy.map((signature) => signature.publicKey)).size;
  if (keys >= needed) return;
  if (keys === 0) refuse(`No known key signed this; it is signed by ${lines.map((line) => line.name).join(', ')}.`, 'Add the signer to the trusted keys if you trust it.');
  refuse(`${needed} signatures are needed and ${keys} can be trusted.`);
}

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new EngineError('refused', 'The note is not valid UTF-8 text.', { cause });
  }
}
