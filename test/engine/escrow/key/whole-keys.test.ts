import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KeyFormat } from '../../../../electron/contract/escrow.ts';
import { KnownAnswer } from '../../../../electron/contract/known-answer.ts';
import type { OpenedKey } from '../../../../electron/engine/escrow/key/key.ts';
import { openKey } from '../../../../electron/engine/escrow/key/open-key.ts';
import { recogniseFormat } from '../../../../electron/engine/escrow/key/recognise-format.ts';
import { readSample, sampleOf } from '../../../../electron/engine/escrow/proof/known-answer.ts';
import { proveSamples } from '../../../../electron/engine/escrow/proof/prove.ts';
import { enrollKey, proveKey, recordKms } from '../../../../electron/engine/escrow/quorum/ask-quorum.ts';
import { flipped } from '../../../support/shares.ts';

let folder = '';
const at = (name: string): string => join(folder, name);
const file = (name: string): Buffer => readFileSync(at(name));
const sh = (command: string, input?: string): Buffer => execFileSync('sh', ['-c', command], { cwd: folder, stdio: ['pipe', 'pipe', 'ignore'], ...(input === undefined ? {} : { input }) });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wk-')); // short: gpg's sockets lie below it
  sh(`openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.pem
      openssl rsa -in rsa.pem -traditional -out rsa1.pem
      openssl pkcs8 -topk8 -in rsa.pem -out rsa-locked.pem -passout pass:geheim
      openssl pkcs8 -topk8 -in rsa.pem -outform DER -nocrypt -out rsa.der
      openssl pkcs8 -topk8 -in rsa.pem -outform DER -out rsa-locked.der -passout pass:geheim
      openssl rsa -in rsa.pem -traditional -aes256 -passout pass:geheim -out rsa-old-locked.pem
      openssl ecparam -name prime256v1 -genkey -noout -out ec.pem
      openssl genpkey -algorithm ed25519 -out ed.pem
      openssl genpkey -algorithm x25519 -out x.pem
      openssl req -x509 -key rsa.pem -subj /CN=vault.lanterns -days 3 -out rsa.crt
      openssl pkcs12 -export -in rsa.crt -inkey rsa.pem -out new.p12 -passout pass:geheim
      openssl pkcs12 -export -legacy -in rsa.crt -inkey rsa.pem -out old.p12 -passout pass:geheim
      openssl pkcs12 -export -nokeys -in rsa.crt -out certs.p12 -passout pass:geheim
      age-keygen -o age.txt
      age-keygen -y age.txt > age.pub
      age-keygen -o age2.txt`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function open(format: KeyFormat, bytes: Buffer, passphrase: string | null = null): Promise<OpenedKey | string> {
  return openKey(format, { bytes, passphrase: passphrase === null ? null : Buffer.from(passphrase), programs: process.env['PATH'] ?? '' });
}

async function opened(format: KeyFormat, bytes: Buffer, passphrase: string | null = null): Promise<OpenedKey> {
  const key = await open(format, bytes, passphrase);
  if (typeof key === 'string') throw new Error(key);
  return key;
}

describe('the file of a whole key', () => {
  it.each<[string, KeyFormat]>([['rsa.pem', 'pkcs8'], ['rsa1.pem', 'pkcs8'], ['rsa-locked.pem', 'pkcs8'], ['rsa-old-locked.pem', 'pkcs8'], ['rsa.der', 'pkcs8'], ['rsa-locked.der', 'pkcs8'], ['ec.pem', 'pkcs8'], ['new.p12', 'pkcs12'], ['old.p12', 'pkcs12'], ['age.txt', 'age'], ['age.pub', 'raw'], ['rsa.crt', 'raw']])('is recognised: %s', (name, format) => {
    expect(recogniseFormat(file(name))).toBe(format);
  });

  it.each<[string, string | Buffer, KeyFormat]>([
    ['a JWK', '{ "kid": "k", "kty": "oct", "k": "AAAA" }', 'jwk'], ['a sealed age identity', 'age-encryption.org/v1\n-> scrypt x 18\n', 'age'], ['an armored OpenPGP key', '-----BEGIN PGP PRIVATE KEY BLOCK-----\n', 'openpgp'],
    ['JSON that is no key', '{"k": 1}', 'raw'], ['bytes that begin as DER does', Buffer.from([0x30, 0x82, 0x01]), 'raw'], ['nothing', '', 'raw'],
  ])('is recognised: %s', (_, bytes, format) => {
    expect(recogniseFormat(Buffer.from(bytes))).toBe(format);
  });
});

describe('a private key of openssl', () => {
  it('is the same one in every spelling, locked or not', async () => {
    const { material, facts } = await opened('pkcs8', file('rsa.pem'));
    expect(facts).toMatchObject({ algorithm: 'RSA 2048', fingerprint: `sha256:${sh('openssl pkey -in rsa.pem -pubout -outform DER | sha256sum').toString().slice(0, 64)}` });
    const spellings: [string, string | null][] = [['rsa1.pem', null], ['rsa-locked.pem', 'geheim\n'], ['rsa.der', null], ['rsa-locked.der', 'geheim'], ['rsa-old-locked.pem', 'geheim']];
    for (const [name, passphrase] of spellings) expect((await opened('pkcs8', file(name), passphrase)).material.equals(material)).toBe(true);
    expect((await opened('pkcs12', file('new.p12'), 'geheim')).material.equals(material)).toBe(true);
    expect((await opened('pkcs12', file('old.p12'), 'geheim')).material.equals(material)).toBe(true);
  });

  it.each([['ec.pem', 'EC prime256v1'], ['ed.pem', 'ed25519'], ['x.pem', 'x25519']])('of another kind opens: %s', async (name, algorithm) => {
    expect((await opened('pkcs8', file(name))).facts.algorithm).toBe(algorithm);
  });

  it('is refused with a wrong passphrase, without one, and when it is none', async () => {
    expect(await open('pkcs8', file('rsa-locked.pem'))).toBe('the key is locked: its passphrase is needed');
    expect(await open('pkcs8', file('rsa-locked.pem'), 'falsch')).toContain('the passphrase does not unlock the key');
    expect(await open('pkcs8', file('rsa-locked.der'), 'falsch')).toContain('the passphrase does not unlock it');
    expect(await open('pkcs8', file('rsa.crt'))).toContain('no private key in PEM');
    expect(await open('pkcs8', Buffer.from('hello'))).toContain('no private key in PEM or DER');
    expect(await open('pkcs8', file('rsa.pem').subarray(0, 900))).toContain('damaged');
    expect(await open('pkcs8', Buffer.alloc(0))).toBe('it is empty');
    expect(await open('pkcs8', Buffer.alloc(2 * 1024 * 1024))).toContain('too many for a key');
  });

  it('with a flipped bit is refused, or another key', async () => {
    const { material } = await opened('pkcs8', file('ed.pem'));
    const der = sh('openssl pkcs8 -topk8 -nocrypt -in ed.pem -outform DER');
    const same: number[] = [];
    for (let bit = 0; bit < der.length * 8; bit++) {
      const key = await open('pkcs8', flipped(der, bit));
      // 32 bytes are all there is of an Ed25519 key: another one comes out, and its commitment differs
      if (typeof key !== 'string' && key.material.equals(material)) same.push(bit);
    }
    expect(same).toEqual([32]); // the version of PKCS#8, of which both are read
  });

  it('whose public numbers are somebody else\'s is refused', async () => {
    const [mine, theirs] = [jwkOf('ec.pem'), jwkOf('ec2.pem')];
    expect(typeof (await open('jwk', Buffer.from(JSON.stringify(mine))))).toBe('object');
    expect(await open('jwk', Buffer.from(JSON.stringify({ ...mine, d: theirs['d'] })))).toMatch(/damaged/u);
  });
});

function jwkOf(name: string): Record<string, string> {
  if (name === 'ec2.pem') sh('openssl ecparam -name prime256v1 -genkey -noout -out ec2.pem');
  return JSON.parse(execFileSync(process.execPath, ['-e', 'process.stdout.write(JSON.stringify(require("crypto").createPrivateKey(require("fs").readFileSync(process.argv[1])).export({ format: "jwk" })))', at(name)]).toString());
}

describe('a PKCS#12 file', () => {
  it('is refused with a wrong password, without one, damaged, or without a key', async () => {
    expect(await open('pkcs12', file('new.p12'), 'falsch')).toContain('its MAC does not hold');
    expect(await open('pkcs12', file('new.p12'))).toContain('its passphrase is needed');
    expect(await open('pkcs12', file('new.p12').subarray(0, 300), 'geheim')).toContain('no PKCS#12');
    expect(await open('pkcs12', flipped(file('new.p12'), 8 * 1000), 'geheim')).toContain('its MAC does not hold');
    expect(await open('pkcs12', file('certs.p12'), 'geheim')).toContain('holds no private key');
    expect(await open('pkcs12', file('rsa.pem'), 'geheim')).toContain('no PKCS#12');
  });
});

describe('a JWK', () => {
  it('is the same key as its PEM, and a symmetric one is its bytes', async () => {
    const jwk = Buffer.from(JSON.stringify(jwkOf('rsa.pem')));
    expect((await opened('jwk', jwk)).material.equals((await opened('pkcs8', file('rsa.pem'))).material)).toBe(true);
    const bytes = randomBytes(32);
    expect((await opened('jwk', Buffer.from(JSON.stringify({ kty: 'oct', k: bytes.toString('base64url') })))).material.equals(bytes)).toBe(true);
  });

  it('is refused without a private half, damaged, or when it is none', async () => {
    const { kty, crv, x, y } = jwkOf('ec.pem');
    expect(await open('jwk', Buffer.from(JSON.stringify({ kty, crv, x, y })))).toContain('no JWK with a private key');
    expect(await open('jwk', Buffer.from('{"kty":"oct","k":"A"}'))).toContain('not whole base64url');
    expect(await open('jwk', Buffer.from('{"kty":'))).toContain('no JWK');
    expect(await open('jwk', Buffer.from(JSON.stringify({ kty, crv, x: y, y: x, d: 'AAAA' })))).toContain('damaged');
  });
});

describe('an age identity', () => {
  it('of age-keygen opens, and its recipient is its fingerprint', async () => {
    const key = await opened('age', file('age.txt'));
    expect(key.facts).toMatchObject({ algorithm: 'X25519', fingerprint: file('age.pub').toString().trim() });
    const bare = Buffer.from(file('age.txt').toString().split('\n').filter((line) => !line.startsWith('#')).join('\r\n'));
    expect((await opened('age', bare)).material.equals(key.material)).toBe(true);
  });

  it('that age sealed with a passphrase opens with that one alone, armored or not', async () => {
    const { Encrypter, armor } = await import('age-encryption');
    const encrypter = new Encrypter();
    encrypter.setScryptWorkFactor(10);
    encrypter.setPassphrase('blackstart');
    const sealed = Buffer.from(await encrypter.encrypt(new Uint8Array(file('age.txt'))));
    const { material } = await opened('age', file('age.txt'));
    expect((await opened('age', sealed, 'blackstart\n')).material.equals(material)).toBe(true);
    expect((await opened('age', Buffer.from(armor.encode(sealed)), 'blackstart')).material.equals(material)).toBe(true);
    expect(await open('age', sealed, 'blackstop')).toContain('the passphrase does not open');
    expect(await open('age', sealed)).toContain('its passphrase is needed');
    expect(await open('age', flipped(sealed, sealed.length * 8 - 1), 'blackstart')).toContain('or the file is damaged');
  });

  it('is refused after any altered character, and when it is of a plugin or none', async () => {
    const line = file('age.txt').toString().split('\n').find((text) => text.startsWith('AGE-')) ?? '';
    for (let place = 0; place < line.length; place++) {
      const letter = line[place] === 'Q' ? 'P' : 'Q';
      expect(typeof (await open('age', Buffer.from(line.slice(0, place) + letter + line.slice(place + 1))))).toBe('string');
    }
    expect(await open('age', Buffer.from('AGE-PLUGIN-YUBIKEY-1QQQQ'))).toContain('plugins and SSH keys are not supported');
    expect(await open('age', Buffer.from('# nothing\n'))).toContain('no age identity');
    expect(await open('age', Buffer.from(line, 'utf16le'))).toContain('NUL bytes');
  });

  it('opens what age sealed for it, and no other does', async () => {
    sh('age -r "$(cat age.pub)" -o sealed.age rsa.crt');
    const answer = KnownAnswer.parse({ kind: 'age', file: 'sealed.age' });
    const trials = [{ id: 'canary', answer, samples: [readSample(at('sealed.age'), answer)] }];
    const enrolled = await enrollKey({ format: 'age', bytes: file('age.txt') });
    expect(await proveKey({ format: 'age', bytes: file('age.txt') }, { keyCommitment: enrolled.key, trials })).toMatchObject({ ok: true, level: 'L4', key: { state: 'match' }, shares: [] });
    expect(await proveKey({ format: 'age', bytes: file('age2.txt') }, { keyCommitment: enrolled.key, trials })).toMatchObject({ ok: false, level: null, key: { state: 'mismatch' } });
  });
});

describe('the vectors of age (C2SP CCTV)', () => {
  it('are opened or refused as they say', async () => {
    const vectors: Record<string, unknown> = { ...(await import('cctv-age')) };
    const wrong: string[] = [];
    let judged = 0;
    for (const [name, bytes] of Object.entries(vectors)) {
      if (!(bytes instanceof Uint8Array)) continue;
      const vector = Buffer.from(bytes);
      const end = vector.indexOf('\n\n');
      const head = new Map(vector.toString('latin1', 0, end).split('\n').map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]));
      const [identity, passphrase] = [head.get('identity'), head.get('passphrase')];
      if (identity === undefined && passphrase === undefined) continue;
      const sealedFile = head.get('compressed') === 'zlib' ? inflateSync(vector.subarray(end + 2)) : vector.subarray(end + 2);
      judged++;
      const answer = KnownAnswer.parse({ kind: 'age', identity: identity === undefined ? 'passphrase' : 'identity' });
      const found = await proveSamples(answer, Buffer.from(identity ?? passphrase ?? ''), [sampleOf(sealedFile)], 0);
      const shouldOpen = head.get('expect') === 'success';
      if ((found.verdict === 'opens') !== shouldOpen) wrong.push(`${name}: ${head.get('expect') ?? ''}, ${found.verdict}`);
    }
    expect(wrong).toEqual([]);
    expect(judged).toBeGreaterThan(80);
  });
});

describe('an OpenPGP key', () => {
  beforeAll(() => {
    mkdirSync(at('g'), { mode: 0o700 });
    const gpg = `gpg --homedir ${at('g')} --batch --pinentry-mode loopback`;
    sh(`${gpg} --passphrase '' --quick-generate-key open@lanterns ed25519 default never
        ${gpg} --passphrase geheim --quick-generate-key locked@lanterns rsa2048 sign never
        ${gpg} --passphrase '' --quick-add-key "$(${gpg} --with-colons --list-keys open@lanterns | awk -F: '/^fpr/{print $10; exit}')" cv25519 encr never
        ${gpg} --passphrase '' --armor --export-secret-keys open@lanterns > open.asc
        ${gpg} --passphrase '' --export-secret-keys open@lanterns > open.gpg
        ${gpg} --passphrase geheim --export-secret-keys locked@lanterns > locked.gpg
        ${gpg} --armor --export open@lanterns > public.asc
        ${gpg} --trust-model always -r open@lanterns -o message.gpg -e rsa.crt
        ${gpg} --with-colons --list-keys open@lanterns | awk -F: '/^fpr/{print $10; exit}' > open.fpr`);
    sh(`gpgconf --homedir ${at('g')} --kill all`);
  });

  it('of gpg opens in both spellings, and has its fingerprint', async () => {
    const key = await opened('openpgp', file('open.asc'));
    expect(key.facts).toMatchObject({ algorithm: 'OpenPGP EdDSA ed25519', fingerprint: file('open.fpr').toString().trim() });
    expect((await opened('openpgp', file('open.gpg'))).material.equals(key.material)).toBe(true);
  });

  it('that is locked needs its passphrase', async () => {
    expect((await opened('openpgp', file('locked.gpg'), 'geheim')).facts.algorithm).toBe('OpenPGP RSA 2048');
    expect(await open('openpgp', file('locked.gpg'), 'falsch')).toContain('the passphrase does not unlock the key');
    expect(await open('openpgp', file('locked.gpg'))).toContain('it is locked with a passphrase');
  });

  it('is refused when it is a public one, none, or gpg is missing', async () => {
    expect(await open('openpgp', file('public.asc'))).toContain('no OpenPGP secret key');
    expect(await open('openpgp', Buffer.from('hello'))).toContain('no OpenPGP secret key');
    expect(await openKey('openpgp', { bytes: file('open.gpg'), passphrase: null, programs: folder })).toContain('gpg is not on this laptop');
  });

  it('opens a message that gpg made for it, in the child', async () => {
    const answer = KnownAnswer.parse({ kind: 'openpgp', file: 'message.gpg' });
    const samples = [readSample(at('message.gpg'), answer)];
    expect(await proveKey({ format: 'openpgp', bytes: file('open.asc') }, { trials: [{ id: 'message', answer, samples }] })).toMatchObject({ ok: true, level: 'L4', proofs: [{ proof: { verdict: 'opens', strength: 'authenticated' } }] });
    expect(await proveKey({ format: 'openpgp', bytes: file('locked.gpg'), passphrase: Buffer.from('geheim') }, { trials: [{ id: 'message', answer, samples }] })).toMatchObject({ ok: false, proofs: [{ proof: { verdict: 'refused' } }] });
  });
});

describe('a key without a form', () => {
  it('is its bytes, its digits, or its text without the final newline', async () => {
    const bytes = randomBytes(32);
    expect((await opened('raw', bytes)).material.equals(bytes)).toBe(true);
    expect((await opened('hex', Buffer.from(`${bytes.toString('hex')}\n`))).material.equals(bytes)).toBe(true);
    expect((await opened('base64', Buffer.from(`${bytes.toString('base64')}\r\n`))).material.equals(bytes)).toBe(true);
    expect((await opened('passphrase', Buffer.from('correct horse\r\n'))).material.toString()).toBe('correct horse');
    expect((await opened('hex', Buffer.from(`${bytes.toString('hex')}\n`))).secret.toString()).toBe(bytes.toString('hex'));
  });

  it.each([
    ['hex', 'abc', 'not whole hex'], ['hex', 'zz', 'not whole hex'], ['base64', 'AAA=A', 'not whole base64'], ['hex', '\uFEFFaa', 'byte order mark'],
    ['passphrase', '\n', 'empty'], ['passphrase', 'one\ntwo', 'line ends'], ['passphrase', '\uFEFFone', 'byte order mark'],
  ] satisfies [KeyFormat, string, string][])('is refused: %s %j', async (format, text, expected) => {
    expect(await open(format, Buffer.from(text))).toContain(expected);
  });

  it('is refused in UTF-16', async () => {
    expect(await open('passphrase', Buffer.from('\uFEFFone', 'utf16le'))).toContain('UTF-16');
    expect(await open('passphrase', Buffer.from('one', 'utf16le'))).toContain('UTF-16');
  });

  it('is unproven without a commitment, unless a sample says otherwise', async () => {
    expect(await proveKey({ format: 'raw', bytes: randomBytes(32) }, {})).toMatchObject({ ok: false, key: { state: 'unproven' } });
  });
});

describe('a key that a key service wrapped', () => {
  const facts = { arn: 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab', keyVersion: '3', lastUnwrappedAt: '2026-10-01' };

  it('is recorded with what is known, and says that it cannot be verified offline', async () => {
    expect(recordKms(Buffer.from('blob'), facts)).toMatchObject({ arn: facts.arn, key_version: '3', blob_bytes: 4, last_unwrapped_at: '2026-10-01', offline: 'not-verifiable', blob_sha256: 'sha256:fa2c8cc4f28176bbeed4b736df569a34c79cd3723e9ec42f9674b4d46ac6b8b8' });
    expect(() => recordKms(Buffer.from('blob'), { ...facts, arn: 'my key' })).toThrow('an ARN reads');
    expect(await open('kms-wrapped', Buffer.from('blob'))).toContain('cannot be opened offline');
  });
});

describe('a CBC sample with an authentication code', () => {
  const key = Buffer.from('00112233445566778899aabbccddeeff00112233445566778899aabbccddeeffffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100', 'hex');

  /** By openssl alone: AES-256-CBC under the second half, HMAC-SHA-256 over IV and cipher text under the first. */
  function sealed(): Buffer {
    const iv = randomBytes(16);
    writeFileSync(at('plain'), 'a value of the vault');
    const ct = sh(`openssl enc -aes-256-cbc -in plain -K ${key.toString('hex', 32)} -iv ${iv.toString('hex')}`);
    writeFileSync(at('covered'), Buffer.concat([iv, ct]));
    return Buffer.concat([iv, ct, sh(`openssl dgst -sha256 -mac HMAC -macopt hexkey:${key.toString('hex', 0, 32)} -binary covered`)]);
  }

  it('of openssl opens with its key, and with no altered bit', async () => {
    const answer = KnownAnswer.parse({ kind: 'cbc-hmac', key: { encoding: 'raw' } });
    const sample = sealed();
    expect(await proveSamples(answer, key, [sampleOf(sample)], 0)).toMatchObject({ verdict: 'opens', strength: 'authenticated' });
    for (let bit = 0; bit < sample.length * 8; bit++) expect((await proveSamples(answer, key, [sampleOf(flipped(sample, bit))], 0)).verdict).toBe('refused');
    expect((await proveSamples(answer, flipped(key, 300), [sampleOf(sample)], 0)).verdict).not.toBe('opens');
    expect((await proveSamples(answer, flipped(key, 3), [sampleOf(sample)], 0)).verdict).toBe('refused');
    expect((await proveSamples(KnownAnswer.parse({ kind: 'cbc-hmac', key: { encoding: 'raw' }, layout: 'iv:16,ct,mac:8' }), key, [sampleOf(sample)], 0)).verdict).toBe('cannot-tell');
  });
});

describe('a sample that a command judges', () => {
  it('is opened by the key alone, in the child', async () => {
    writeFileSync(at('vault.sh'), '#!/bin/sh\nread -r key || :; test "$key" = "open sesame"\n', { mode: 0o755 });
    const answer = KnownAnswer.parse({ kind: 'command', run: [at('vault.sh')], stdin: 'secret' });
    const trials = [{ id: 'vault', answer, samples: [sampleOf(Buffer.from('vault.sh'))] }];
    expect(await proveKey({ format: 'passphrase', bytes: Buffer.from('open sesame') }, { trials })).toMatchObject({ ok: true, level: 'L4', proofs: [{ proof: { verdict: 'opens', strength: 'structural' } }] });
    expect(await proveKey({ format: 'passphrase', bytes: Buffer.from('open barley') }, { trials })).toMatchObject({ ok: false, proofs: [{ proof: { verdict: 'refused' } }] });
    const anything = KnownAnswer.parse({ kind: 'command', run: ['/bin/true'], stdin: 'secret' });
    expect(await proveKey({ format: 'passphrase', bytes: Buffer.from('open sesame') }, { trials: [{ id: 'any', answer: anything, samples: [sampleOf(Buffer.from('x'))] }] })).toMatchObject({ ok: false, proofs: [{ proof: { verdict: 'cannot-tell' } }] });
  });
});
