import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { KeyDerivation, KeyProof } from '../../../../electron/contract/known-answer.ts';
import { KnownAnswer } from '../../../../electron/contract/known-answer.ts';
import { deriveKey } from '../../../../electron/engine/escrow/proof/derive-key.ts';
import { proveKnownAnswer, readSample, sampleOf, unsealFile } from '../../../../electron/engine/escrow/proof/known-answer.ts';
import { proveSamples } from '../../../../electron/engine/escrow/proof/prove.ts';

const SECRET = 'correct horse battery staple';
const NOW = Date.parse('1985-10-26T08:20:01Z');

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'known-answer-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type AnswerInput = z.input<typeof KnownAnswer>;

/** In the real child process, as the product does it. */
function proof(answer: AnswerInput, secret: string | Buffer, samples: (string | Buffer)[], now = NOW): Promise<KeyProof> {
  return proveKnownAnswer({ answer: KnownAnswer.parse(answer), secret: Buffer.from(secret), samples: samples.map((sample) => sampleOf(Buffer.from(sample))), now });
}

/** The same judgement without a process for each case. */
async function verdict(answer: AnswerInput, secret: string | Buffer, sample: string | Buffer, now = NOW): Promise<string> {
  const found = await proveSamples(KnownAnswer.parse(answer), Buffer.from(secret), [sampleOf(Buffer.from(sample))], now);
  return `${found.verdict} ${found.strength}`;
}

/** Sealed by python-cryptography 48 with the secret above. */
const SEALED = {
  kravn: 'enc:v1:AAECAwQFBgcICQoLdKyyMh7U2Mq__N34Kcv6yQMAjpKTNGUUy71d3LQcDSrRscEK2Z5z-Eo',
  withAad: '000102030405060708090a0b74acb2321ed441ffa3fd7b6d524192997d76d8044444',
  chacha: 'AAECAwQFBgcICQoLcTUh2QMHSMqN1r2UuiEb5b7RHgss5A==',
  hkdf: '000102030405060708090a0b4de7e092e5c954357f58a031e0cd7a592d181895d6e6',
  scrypt: '30313233343536373839616263646566000102030405060708090a0beba33e0809974f3907983185913f39d0c1ce4e83081a',
  pbkdf2: '000102030405060708090a0b43c0e83746a530fd8c42eb7c4f64e3893f4ee24d90f4',
};
const KRAVN: AnswerInput = { kind: 'aead', alg: 'aes-256-gcm', prefix: 'enc:v1:', encoding: 'base64url', key: { encoding: 'utf8', kdf: 'sha256' }, layout: 'nonce:12,ct,tag:16' };
const hex = (alg: 'aes-256-gcm' | 'aes-128-gcm', key: z.input<typeof KeyDerivation>, more: object = {}): AnswerInput => ({ kind: 'aead', alg, encoding: 'hex', key, ...more });

describe('an AEAD sample', () => {
  it('opens with the key that sealed it, in a child process of its own', async () => {
    expect(await proof(KRAVN, SECRET, [SEALED.kravn])).toMatchObject({ verdict: 'opens', strength: 'authenticated', samples: 1, opened: 1 });
  });

  it.each([
    ['additional data', hex('aes-256-gcm', { kdf: 'sha256' }, { aad: 'tenant-7' }), SEALED.withAad],
    ['ChaCha20-Poly1305', { kind: 'aead', alg: 'chacha20-poly1305', encoding: 'base64', key: { kdf: 'sha256' } }, SEALED.chacha],
    ['HKDF', hex('aes-256-gcm', { kdf: 'hkdf', salt: 'salt', info: 'info' }), SEALED.hkdf],
    ['scrypt with the salt in the sample', hex('aes-256-gcm', { kdf: 'scrypt', n: 16384 }, { layout: 'salt:16,nonce:12,ct,tag:16' }), SEALED.scrypt],
    ['PBKDF2 and a 128-bit key', hex('aes-128-gcm', { kdf: 'pbkdf2', digest: 'sha512', salt: 'salt', iterations: 1000 }), SEALED.pbkdf2],
  ] satisfies [string, AnswerInput, string][])('made by another library opens: %s', async (_name, answer, sample) => {
    expect(await verdict(answer, SECRET, sample)).toBe('opens authenticated');
    expect(await verdict(answer, `${SECRET}r`, sample)).toBe('refused none');
  });

  it('opens by the published vector of AES-256-GCM (test case 14)', async () => {
    const sample = `${'00'.repeat(12)}cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919`;
    expect(await verdict(hex('aes-256-gcm', { encoding: 'hex', kdf: 'none' }), '00'.repeat(32), sample)).toBe('opens authenticated');
    expect(await verdict(hex('aes-256-gcm', { encoding: 'hex', kdf: 'none' }), `01${'00'.repeat(31)}`, sample)).toBe('refused none');
  });

  it('is refused after any single flipped bit', async () => {
    const bytes = Buffer.from(SEALED.withAad, 'hex');
    const answer = hex('aes-256-gcm', { kdf: 'sha256' }, { aad: 'tenant-7' });
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(await verdict(answer, SECRET, flipped.toString('hex'))).toBe('refused none');
    }
  });

  it('is refused when cut off anywhere, when empty, and when another prefix stands before it', async () => {
    for (let length = 0; length < SEALED.kravn.length; length++) expect(await verdict(KRAVN, SECRET, SEALED.kravn.slice(0, length))).toBe('refused none');
    expect(await verdict(KRAVN, SECRET, SEALED.kravn.replace('enc:v1:', 'enc:v2:'))).toBe('refused none');
  });

  it('opens with the recorded digest of its plain text only', async () => {
    const digest = (plain: string): string => createHash('sha256').update(plain).digest('hex');
    expect(await verdict({ ...KRAVN, plain_sha256: digest('canary: the lantern burns') }, SECRET, SEALED.kravn)).toBe('opens authenticated');
    expect(await verdict({ ...KRAVN, plain_sha256: digest('canary: the lantern is out') }, SECRET, SEALED.kravn)).toBe('refused none');
  });

  it('proves nothing with a tag so short that chance would do', async () => {
    expect(await verdict(hex('aes-256-gcm', { kdf: 'sha256' }, { layout: 'nonce:12,ct,tag:4' }), SECRET, SEALED.withAad)).toBe('cannot-tell none');
  });

  it('never opens with any other secret', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 80 }), async (other) => {
      fc.pre(Buffer.from(other).toString('latin1') !== SECRET);
      expect(await verdict(KRAVN, Buffer.from(other), SEALED.kravn)).toBe('refused none');
    }), { numRuns: 200 });
  });
});

describe('several samples', () => {
  it('must all open', async () => {
    const flipped = SEALED.kravn.replace('AAECAw', 'AAECAx');
    const found = await proof(KRAVN, SECRET, [SEALED.kravn, SEALED.kravn, flipped]);
    expect(found).toMatchObject({ verdict: 'refused', strength: 'none', samples: 3, opened: 2 });
    expect(found.detail).toContain('1 of 3 samples did not open');
  });

  it('are no proof when there are none', async () => {
    expect(await proof(KRAVN, SECRET, [])).toMatchObject({ verdict: 'refused', samples: 0, opened: 0 });
  });
});

/** Tokens of github.com/fernet/spec: generate.json and invalid.json. */
describe('a Fernet token', () => {
  const KEY = 'cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=';
  const OTHER = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';
  const TOKEN = 'gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==';

  it('opens with its key, alone or in a list, and within its time to live', async () => {
    expect(await verdict({ kind: 'fernet' }, KEY, TOKEN)).toBe('opens authenticated');
    expect(await verdict({ kind: 'fernet', ttl: '60s' }, `${OTHER},${KEY}`, `${TOKEN}\n`)).toBe('opens authenticated');
  });

  it('is refused with another key or none', async () => {
    expect(await verdict({ kind: 'fernet' }, OTHER, TOKEN)).toBe('refused none');
    expect(await verdict({ kind: 'fernet' }, 'no key at all', TOKEN)).toBe('refused none');
  });

  it.each([
    ['incorrect mac', 'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykQUFBQUFBQUFBQQ=='],
    ['too short', 'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPA=='],
    ['invalid base64', '%%%%%%%%%%%%%AECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q=='],
    ['payload size not multiple of block size', 'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPOm73QeoCk9uGib28Xe5vz6oxq5nmxbx_v7mrfyudzUm'],
    ['payload padding error', 'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0ODz4LEpdELGQAad7aNEHbf-JkLPIpuiYRLQ3RtXatOYREu2FWke6CnJNYIbkuKNqOhw=='],
    ['far-future time', 'gAAAAAAdwStRAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAnja1xKYyhd-Y6mSkTOyTGJmw2Xc2a6kBd-iX9b_qXQcw=='],
    ['incorrect vector', 'gAAAAAAdwJ6xBQECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAkLhFLHpGtDBRLRTZeUfWgHSv49TF2AUEZ1TIvcZjK1zQ=='],
  ])('of the specification is refused: %s', async (_name, token) => {
    expect(await verdict({ kind: 'fernet', ttl: '60s' }, KEY, token)).toBe('refused none');
  });

  it('is refused when its time to live has passed', async () => {
    const token = 'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q==';
    expect(await verdict({ kind: 'fernet', ttl: '60s' }, KEY, token, Date.parse('1985-10-26T08:21:31Z'))).toBe('refused none');
    expect(await verdict({ kind: 'fernet' }, KEY, token, Date.parse('1985-10-26T08:21:31Z'))).toBe('opens authenticated');
  });
});

describe('a file of the real openssl', () => {
  const openssl = (args: string[], input: Buffer): Buffer => execFileSync('openssl', ['enc', ...args, '-pass', `pass:${SECRET}`], { input, maxBuffer: 2 ** 26, stdio: ['pipe', 'pipe', 'ignore'] });
  const gzip = execFileSync('gzip', ['-n'], { input: Buffer.from('SELECT 1;\n'.repeat(500)) });

  it.each([
    ['PBKDF2', ['-aes-256-cbc', '-pbkdf2'], { kdf: 'pbkdf2' }],
    ['PBKDF2 with its own count and digest', ['-aes-128-cbc', '-pbkdf2', '-iter', '123456', '-md', 'sha512'], { cipher: 'aes-128-cbc', kdf: 'pbkdf2', digest: 'sha512', iterations: 123456 }],
    ['EVP_BytesToKey with SHA-1, as pgBackRest has it', ['-aes-256-cbc', '-md', 'sha1'], { kdf: 'bytes-to-key', digest: 'sha1' }],
    ['EVP_BytesToKey with MD5, three rounds of digest', ['-aes-256-cbc', '-md', 'md5'], { kdf: 'bytes-to-key', digest: 'md5' }],
    ['counter mode', ['-aes-256-ctr', '-pbkdf2'], { cipher: 'aes-256-ctr', kdf: 'pbkdf2' }],
  ] satisfies [string, string[], Partial<Extract<AnswerInput, { kind: 'openssl-enc' }>>][])('opens: %s', async (_name, args, options) => {
    const answer: AnswerInput = { kind: 'openssl-enc', magic: 'gzip', ...options };
    const sealed = openssl(args, gzip);
    expect(await verdict(answer, SECRET, sealed)).toBe('opens structural');
    expect(await verdict(answer, 'another passphrase', sealed)).toBe('refused none');
  });

  it('opens in base64 too', async () => {
    expect(await verdict({ kind: 'openssl-enc', encoding: 'base64', magic: 'gzip' }, SECRET, openssl(['-aes-256-cbc', '-pbkdf2', '-a'], gzip))).toBe('opens structural');
  });

  it('never opens with 2,000 wrong passphrases, of which padding alone would let several pass', async () => {
    const answer: AnswerInput = { kind: 'openssl-enc', kdf: 'bytes-to-key', digest: 'sha256', magic: 'gzip' };
    const sealed = openssl(['-aes-256-cbc', '-md', 'sha256'], gzip);
    let paddingPassed = 0;
    for (let number = 0; number < 2000; number++) {
      const found = await proveSamples(KnownAnswer.parse(answer), Buffer.from(`wrong ${number}`), [sampleOf(sealed)], NOW);
      expect(found.verdict).toBe('refused');
      if (found.detail.includes('does not begin')) paddingPassed++;
    }
    expect(paddingPassed).toBeGreaterThan(0);
  });

  it('cannot be judged when its plain text has no known form and no magic is named', async () => {
    const noise = Buffer.from(Array.from({ length: 64 }, (_, index) => (index * 151 + 3) & 0xff));
    const sealed = openssl(['-aes-256-cbc', '-pbkdf2'], noise);
    expect(await verdict({ kind: 'openssl-enc' }, SECRET, sealed)).toBe('cannot-tell none');
    expect(await verdict({ kind: 'openssl-enc', magic: `hex:${noise.subarray(0, 1).toString('hex')}` }, SECRET, sealed)).toBe('cannot-tell none');
    expect(await verdict({ kind: 'openssl-enc', magic: `hex:${noise.subarray(0, 8).toString('hex')}` }, SECRET, sealed)).toBe('opens structural');
  });

  it('is refused when cut off, empty, or not of openssl', async () => {
    const answer: AnswerInput = { kind: 'openssl-enc', magic: 'gzip' };
    const sealed = openssl(['-aes-256-cbc', '-pbkdf2'], gzip);
    for (const length of [0, 7, 16, 17, 31, 32, sealed.length - 16, sealed.length - 1]) expect(await verdict(answer, SECRET, sealed.subarray(0, length))).toBe('refused none');
    expect(await verdict(answer, SECRET, gzip)).toBe('refused none');
  });

  it('of 5 MB is judged by its beginning and its end', async () => {
    const path = join(folder, 'large.enc');
    const large = Buffer.concat([gzip, Buffer.alloc(5_000_000, 200)]);
    writeFileSync(path, openssl(['-aes-256-cbc', '-pbkdf2'], large));
    const answer = KnownAnswer.parse({ kind: 'openssl-enc', magic: 'gzip' });
    const judge = async (secret: string): Promise<string> => (await proveKnownAnswer({ answer, secret: Buffer.from(secret), samples: [readSample(path, answer)], now: NOW })).verdict;
    expect(await judge(SECRET)).toBe('opens');
    expect(await judge('another')).toBe('refused');
    truncateSync(path, 4_000_016);
    expect(await judge(SECRET)).toBe('refused');
  });

  it('of 3 MB in base64 is read whole, judged and decrypted', async () => {
    const [path, to] = [join(folder, 'large.b64'), join(folder, 'large')];
    const large = Buffer.concat([gzip, Buffer.alloc(3_000_000, 200)]);
    writeFileSync(path, openssl(['-aes-256-cbc', '-pbkdf2', '-a'], large));
    const answer = KnownAnswer.parse({ kind: 'openssl-enc', magic: 'gzip', encoding: 'base64' });
    expect((await proveKnownAnswer({ answer, secret: Buffer.from(SECRET), samples: [readSample(path, answer)], now: NOW })).verdict).toBe('opens');
    expect(await unsealFile({ answer, secret: Buffer.from(SECRET), from: path, to })).toBeNull();
    expect(readFileSync(to).equals(large)).toBe(true);
    expect(await unsealFile({ answer: KnownAnswer.parse({ kind: 'openssl-enc', encoding: 'hex' }), secret: Buffer.from(SECRET), from: path, to })).toContain('stated encoding');
  });

  it('is decrypted as a whole, or leaves nothing behind', async () => {
    const [from, to] = [join(folder, 'dump.enc'), join(folder, 'dump')];
    writeFileSync(from, openssl(['-aes-256-cbc', '-pbkdf2'], gzip));
    const answer = KnownAnswer.parse({ kind: 'openssl-enc' });
    expect(await unsealFile({ answer, secret: Buffer.from(SECRET), from, to })).toBeNull();
    expect(readFileSync(to).equals(gzip)).toBe(true);
    rmSync(to);
    truncateSync(from, 200 - (200 % 16) - 3);
    expect(await unsealFile({ answer, secret: Buffer.from(SECRET), from, to })).toMatch(/does not open the backup/u);
    expect(() => readFileSync(to)).toThrow('ENOENT');
  });
});

describe('a file of the real age', () => {
  const run = (program: string, args: string[], input?: Buffer): Buffer => execFileSync(program, args, { maxBuffer: 2 ** 26, stdio: ['pipe', 'pipe', 'ignore'], ...(input === undefined ? {} : { input }) });
  const keygen = (): { secret: string; recipient: string } => {
    const secret = run('age-keygen', []).toString();
    return { secret, recipient: /public key: (\S+)/u.exec(secret)?.[1] ?? '' };
  };
  const ours = keygen();
  const theirs = keygen();
  const seal = (plain: Buffer, more: string[] = []): Buffer => run('age', ['-r', ours.recipient, ...more], plain);

  it('opens with the identity file it was made for, armored or not', async () => {
    expect(await verdict({ kind: 'age' }, ours.secret, seal(Buffer.from('canary')))).toBe('opens authenticated');
    expect(await verdict({ kind: 'age' }, ours.secret, seal(Buffer.from('canary'), ['-a']))).toBe('opens authenticated');
  });

  it('is refused with another identity, without one, or when its header was changed', async () => {
    const sealed = seal(Buffer.from('canary'));
    expect(await verdict({ kind: 'age' }, theirs.secret, sealed)).toBe('refused none');
    expect(await verdict({ kind: 'age' }, 'not an identity', sealed)).toBe('refused none');
    expect(await verdict({ kind: 'age' }, ours.secret, Buffer.from(sealed.toString('latin1').replace('\n--- ', '\n-> grease\n\n--- '), 'latin1'))).toBe('refused none');
  });

  it('is refused when cut off anywhere', async () => {
    const sealed = seal(Buffer.from('canary'));
    for (let length = 0; length < sealed.length; length += 7) expect(await verdict({ kind: 'age' }, ours.secret, sealed.subarray(0, length))).toBe('refused none');
  });

  it('of 3 MB is judged by its header alone', async () => {
    const path = join(folder, 'large.age');
    writeFileSync(path, seal(Buffer.alloc(3_000_000, 1)));
    const answer = KnownAnswer.parse({ kind: 'age' });
    const sample = readSample(path, answer);
    expect(sample.head.length).toBeLessThan(sample.size);
    expect((await proveKnownAnswer({ answer, secret: Buffer.from(ours.secret), samples: [sample], now: NOW })).verdict).toBe('opens');
    expect((await proveKnownAnswer({ answer, secret: Buffer.from(theirs.secret), samples: [sample], now: NOW })).verdict).toBe('refused');
  });

  it('of 3 MB in armor is read whole, judged and decrypted', async () => {
    const [path, to] = [join(folder, 'armored.age'), join(folder, 'armored')];
    const plain = Buffer.alloc(3_000_000, 7);
    writeFileSync(path, seal(plain, ['-a']));
    const answer = KnownAnswer.parse({ kind: 'age' });
    expect((await proveKnownAnswer({ answer, secret: Buffer.from(ours.secret), samples: [readSample(path, answer)], now: NOW })).verdict).toBe('opens');
    expect(await unsealFile({ answer, secret: Buffer.from(ours.secret), from: path, to })).toBeNull();
    expect(readFileSync(to).equals(plain)).toBe(true);
  });

  it('is decrypted as a whole by streaming', async () => {
    const [from, to] = [join(folder, 'stream.age'), join(folder, 'stream')];
    const plain = Buffer.alloc(1_000_000, 42);
    writeFileSync(from, seal(plain));
    const answer = KnownAnswer.parse({ kind: 'age' });
    expect(await unsealFile({ answer, secret: Buffer.from(theirs.secret), from, to })).toMatch(/does not open/u);
    expect(await unsealFile({ answer, secret: Buffer.from(ours.secret), from, to })).toBeNull();
    expect(readFileSync(to).equals(plain)).toBe(true);
  });
});

describe('a private key', () => {
  const keys = (): { secret: Buffer; certificate: Buffer } => {
    const pem = execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=x', '-keyout', '-', '-out', '-'], { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
    return { secret: Buffer.from(pem.slice(0, pem.indexOf('-----BEGIN CERTIFICATE'))), certificate: Buffer.from(pem.slice(pem.indexOf('-----BEGIN CERTIFICATE'))) };
  };

  it('belongs to its certificate and to no other', async () => {
    const [one, other] = [keys(), keys()];
    expect(await verdict({ kind: 'public-key-match' }, one.secret, one.certificate)).toBe('opens authenticated');
    expect(await verdict({ kind: 'public-key-match' }, other.secret, one.certificate)).toBe('refused none');
    expect(await verdict({ kind: 'public-key-match' }, 'no key', one.certificate)).toBe('refused none');
  });
});

describe('what other programs judge', () => {
  it.each(['openpgp'] as const)('is said to be so by a child without them, never passed: %s', async (kind) => {
    expect(await verdict({ kind }, SECRET, 'sample')).toBe('cannot-tell none');
  });
});

describe('deriving a key', () => {
  it('says why a secret cannot be a key, without any part of it', () => {
    const derivation = { encoding: 'hex', kdf: 'none' } as const;
    expect(deriveKey(Buffer.from('zz-secret-zz'), derivation, 32)).toBe('the secret is not hex');
    expect(deriveKey(Buffer.from('abcd'), derivation, 32)).toBe('the key has 2 bytes where the cipher takes 32');
  });
});
