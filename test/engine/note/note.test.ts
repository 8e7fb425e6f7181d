import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../electron/contract/errors.ts';
import {
  cosignNote,
  formatSigningKey,
  generateSeed,
  generateSigner,
  openNote,
  parseSigningKey,
  parseVerifier,
  signNote,
  signerFromSeed,
} from '../../../electron/engine/note/note.ts';

/** Published vectors: golang.org/x/mod/sumdb/note, note_test.go. */
const PETER_VKEY = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const PETER_SKEY = 'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz';
const ENOCH_VKEY = 'EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop';
const TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const PETER_LINE = '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
const ENOCH_LINE = '— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n';
const peter = parseVerifier(PETER_VKEY);
const enoch = parseVerifier(ENOCH_VKEY);

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof EngineError && error.code === 'refused') return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('the published vectors of Go sumdb/note', () => {
  it('sign to the same bytes', () => {
    expect(signNote(TEXT, [parseSigningKey(PETER_SKEY)])).toBe(`${TEXT}\n${PETER_LINE}`);
    expect(parseSigningKey(PETER_SKEY).vkey).toBe(PETER_VKEY);
  });

  it('verify with one and with two signers', () => {
    expect(openNote(`${TEXT}\n${PETER_LINE}`, [peter]).text).toBe(TEXT);
    const both = openNote(`${TEXT}\n${PETER_LINE}${ENOCH_LINE}`, [peter, enoch], { require: 2 });
    expect(both.signedBy.map((signature) => signature.name)).toEqual(['PeterNeumann', 'EnochRoot']);
  });

  it('ignore signatures of unknown keys, and count a repeated one once', () => {
    expect(openNote(Buffer.from(`${TEXT}\n${PETER_LINE}${ENOCH_LINE}${PETER_LINE}`), [peter]).signedBy).toHaveLength(1);
    expect(refusal(() => openNote(`${TEXT}\n${PETER_LINE}`, [enoch]))).toMatch(/No known key signed this.*PeterNeumann/u);
  });
});

describe('a note that is not right is refused', () => {
  const good = `${TEXT}\n${PETER_LINE}`;
  it.each([
    ['text after the signatures', `${good}and pay Mallory\n`, /no signature follows/u],
    ['an empty line and text after the signatures', `${good}\nand pay Mallory\n`, /no signature follows/u],
    ['a missing last newline', good.slice(0, -1), /does not end/u],
    ['no signature at all', `${TEXT}\n`, /does not end|no empty line/u],
    ['no empty line', TEXT + PETER_LINE, /no empty line/u],
    ['a control character', `a\u001b[2J\n\n${PETER_LINE}`, /control/u],
    ['a NUL', `a\u0000\n\n${PETER_LINE}`, /control/u],
    ['a carriage return', good.replaceAll('\n', '\r\n'), /no empty line|control/u],
    ['a changed text', good.replace('answer', 'questi'), /does not match/u],
    ['a second spelling of the same base64', good.replace('nAM=', 'nAN='), /no signature follows/u],
    ['a hyphen in place of the dash', good.replace('— ', '- '), /no signature follows/u],
    ['a hundred and one signatures', `${TEXT}\n${PETER_LINE.repeat(101)}`, /more than 100/u],
  ])('%s', (_, note, message) => {
    expect(refusal(() => openNote(note, [peter]))).toMatch(message);
  });

  it('invalid UTF-8', () => {
    expect(refusal(() => openNote(Buffer.concat([Buffer.from([0xff]), Buffer.from(good)]), [peter]))).toMatch(/UTF-8/u);
  });

  it('a wrong signature of one known key, though another one holds', () => {
    const wrong = `${TEXT.replace('answer', 'problem')}\n${ENOCH_LINE}`;
    const note = signNote(wrong.slice(0, wrong.indexOf('\n\n') + 1), [parseSigningKey(PETER_SKEY)]) + ENOCH_LINE;
    expect(refusal(() => openNote(note, [peter, enoch]))).toMatch(/EnochRoot does not match/u);
  });

  it('one signature where two are needed, also when one key signs under two names', () => {
    const seed = generateSeed();
    const [one, two] = [signerFromSeed('person/one', seed), signerFromSeed('person/two', seed)];
    const note = signNote('x\n', [one, two]);
    expect(refusal(() => openNote(note, [parseVerifier(one.vkey), parseVerifier(two.vkey)], { require: 2 }))).toBe('2 signatures are needed and 1 can be trusted.');
  });

  it('every single-bit flip of it', () => {
    const bytes = Buffer.from(good);
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Buffer.from(bytes);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      refusal(() => openNote(flipped, [peter]));
    }
  });
});

describe('keys', () => {
  it('with the same name and id but another key are refused', () => {
    const twin = { ...enoch, name: peter.name, keyId: peter.keyId };
    expect(refusal(() => openNote(`${TEXT}\n${PETER_LINE}`, [peter, twin]))).toMatch(/Two different keys/u);
    expect(refusal(() => openNote(`${TEXT}\n${PETER_LINE}`, [twin]))).toMatch(/does not match/u);
  });

  it.each(['', 'a b', 'a+b', 'a\u00a0b', 'a\u202eb', 'a\nb', '\ud800'])('cannot be named %j', (name) => {
    refusal(() => generateSigner(name));
  });

  it.each([PETER_VKEY.replace('c74f', 'c74e'), PETER_VKEY.replace('TW', 'TX'), PETER_VKEY.slice(0, -4), 'x', `${PETER_VKEY}+`, 'a+00000000+Ag=='])('in a damaged vkey are refused: %s', (vkey) => {
    refusal(() => parseVerifier(vkey));
  });

  it('survive a key file, and a damaged key file is refused without repeating it', () => {
    const seed = generateSeed();
    const text = formatSigningKey('person/amara', seed);
    expect(parseSigningKey(`${text}\n`).vkey).toBe(signerFromSeed('person/amara', seed).vkey);
    const damaged = text.replace(/\+[0-9a-f]{8}\+/u, '+00000000+');
    expect(refusal(() => parseSigningKey(damaged))).not.toContain(text.slice(-20));
    refusal(() => parseSigningKey('PRIVATE+KEY+x'));
    refusal(() => signerFromSeed('x', new Uint8Array(31)));
  });
});

describe('a witness cosignature', () => {
  const witness = generateSigner('person/witness');
  const device = generateSigner('device/laptop');
  const verifiers = [parseVerifier(device.vkey), parseVerifier(witness.cosignerVkey)];

  it('carries the time at which it was given', () => {
    const note = cosignNote(signNote('x\n', [device]), witness, 1_790_000_000);
    const opened = openNote(note, verifiers, { require: 2 });
    expect(opened.signedBy.map(({ name, time }) => [name, time])).toEqual([['device/laptop', null], ['person/witness', 1_790_000_000]]);
  });

  it('with another time is refused', () => {
    const note = cosignNote(signNote('x\n', [device]), witness, 1_790_000_000);
    const line = note.trimEnd().slice(note.lastIndexOf(' ') + 1);
    const bytes = Buffer.from(line, 'base64');
    bytes.writeUInt8(bytes.readUInt8(11) ^ 1, 11);
    expect(refusal(() => openNote(note.replace(line, bytes.toString('base64')), verifiers))).toMatch(/witness does not match/u);
  });

  it('is not taken for a plain signature of the same key', () => {
    const note = cosignNote(signNote('x\n', [device]), witness, 1);
    expect(openNote(note, [parseVerifier(device.vkey), parseVerifier(witness.vkey)]).signedBy).toHaveLength(1);
  });
});

describe('signing', () => {
  it('refuses text without a last newline, with control characters, or without a signer', () => {
    const signer = generateSigner('device/laptop');
    refusal(() => signNote('x', [signer]));
    refusal(() => signNote('x\t\n', [signer]));
    refusal(() => signNote('x\n', []));
  });
});
