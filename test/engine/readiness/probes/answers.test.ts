import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAuthority, makeLeaf } from '../../../support/certificates.ts';
import { makeBench } from '../../../support/probe.ts';
import type { Bench } from '../../../support/probe.ts';

let bench: Bench;
let plain: Server;
let secure: Server;
const SEALED = 'enc:v1:AAECAwQFBgcICQoLdKyyMh7U2Mq__N34Kcv6yQMAjpKTNGUUy71d3LQcDSrRscEK2Z5z-Eo';
const ANSWER = { kind: 'aead', file: 'canary.txt', alg: 'aes-256-gcm', prefix: 'enc:v1:', encoding: 'base64url', key: { kdf: 'sha256' } } as const;

const listen = (server: Server): Promise<void> => new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const portOf = (server: Server): number => {
  const address: string | AddressInfo | null = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

beforeAll(async () => {
  bench = makeBench({ master_key: 'correct horse battery staple', rotated: 'a key from after the rotation' });
  writeFileSync(join(bench.folder, 'canary.txt'), `${SEALED}\n`);
  makeAuthority(bench.folder, 'ca');
  makeAuthority(bench.folder, 'other-ca');
  makeLeaf(bench.folder, 'server', { by: 'ca' });
  makeLeaf(bench.folder, 'client', { by: 'ca', purpose: 'clientAuth' });
  plain = createServer((request, response) => {
    if (request.url === '/silent') return;
    if (request.url === '/cut') return void request.socket.destroy();
    response.statusCode = request.url === '/health' ? 200 : 503;
    response.end('{"status":"ok","lanterns":41}');
  });
  const read = (name: string): Buffer => readFileSync(join(bench.folder, name));
  secure = createTlsServer({ cert: read('server.crt'), key: read('server.key'), ca: read('ca.crt'), requestCert: true, rejectUnauthorized: true }, (_request, response) => response.end('ok'));
  await Promise.all([listen(plain), listen(secure)]);
});
afterAll(() => {
  plain.closeAllConnections();
  plain.close();
  secure.close();
  bench.remove();
});

describe('http', () => {
  const url = (path: string): string => `http://127.0.0.1:${portOf(plain)}${path}`;

  it('passes by status and content', async () => {
    expect(await bench.probe({ kind: 'http', url: url('/health'), verify: [{ json: '/lanterns', min: 41 }] })).toMatchObject({ outcome: 'pass', evidence: { status: 200 } });
    expect((await bench.probe({ kind: 'http', url: url('/other'), status: 503 })).outcome).toBe('pass');
  });

  it('fails by status or content', async () => {
    expect((await bench.probe({ kind: 'http', url: url('/other') })).summary).toContain('answers 503; 200 is expected');
    expect((await bench.probe({ kind: 'http', url: url('/health'), verify: [{ json: '/lanterns', min: 42 }] })).outcome).toBe('fail');
  });

  it('that cannot be reached is unknown, with a reason of its own', async () => {
    const gone = createServer();
    await listen(gone);
    const port = portOf(gone);
    await new Promise((resolve) => gone.close(resolve));
    for (const address of [`http://127.0.0.1:${port}/`, `http://localhost:${port}/`, 'http://no-such-host.invalid/', url('/cut')]) {
      expect(await bench.probe({ kind: 'http', url: address, timeout: '5s' })).toMatchObject({ outcome: 'unknown', evidence: { reason: 'unreachable' } });
    }
    const silent = await bench.probe({ kind: 'http', url: url('/silent'), timeout: '1s' });
    expect(silent).toMatchObject({ outcome: 'unknown', evidence: { reason: 'unreachable' } });
    expect(silent.summary).toContain('within 1s');
  });

  it('holds its own authority and client certificate against the server', async () => {
    const probe = { kind: 'http', url: `https://127.0.0.1:${portOf(secure)}/`, ca: 'ca.crt', cert: 'client.crt', key: 'client.key' } as const;
    expect((await bench.probe(probe)).outcome).toBe('pass');
    const wrong = await bench.probe({ ...probe, ca: 'other-ca.crt' });
    expect(wrong.outcome).toBe('fail');
    expect(wrong.summary).toContain('The secure connection');
    const without = await bench.probe({ kind: 'http', url: probe.url, ca: 'ca.crt' });
    expect(['fail', 'unknown']).toContain(without.outcome);
    expect((await bench.probe({ ...probe, ca: 'none.crt' })).outcome).toBe('unknown');
  });

  it('takes no other kind of address', async () => {
    expect(await bench.probe({ kind: 'http', url: 'file:///etc/passwd' })).toMatchObject({ outcome: 'unknown', evidence: { reason: 'refused' } });
  });
});

describe('command', () => {
  it('passes only by its assertions, in the runbook\'s folder', async () => {
    expect(await bench.probe({ kind: 'command', run: ['cat', 'canary.txt'], verify: [{ stdout: { contains: 'enc:v1:' } }, { file: 'canary.txt', min_size: '10B' }] })).toMatchObject({ outcome: 'pass', evidence: { exit_code: 0 } });
    const found = await bench.probe({ kind: 'command', run: ['echo', '40'], verify: [{ number: { min: 41 }, title: 'Lanterns' }] });
    expect(found.outcome).toBe('fail');
    expect(found.summary).toMatch(/^Lanterns: expected .*41.*found 40\.$/u);
  });

  it('gives its programs a secret as a file, which is gone afterwards, and tries nothing without it', async () => {
    const path = join(bench.folder, 'where');
    const copy = ['sh', '-c', `echo "$1" > ${path}; stat -c %a "$1"; cat "$1"`, 'x', '{{secret_file:master_key}}'];
    const found = await bench.probe({ kind: 'command', run: copy, verify: [{ stdout: { matches: '^600\\n‹masked:master_key›$' } }, { run: ['grep', '-qx', 'correct horse battery staple', '{{secret_file:master_key}}'] }] });
    expect(found, found.summary).toMatchObject({ outcome: 'pass' });
    expect(existsSync(readFileSync(path, 'utf8').trim())).toBe(false);
    expect(await bench.probe({ kind: 'command', run: ['cat', '{{secret_file:other}}'], verify: [{ stdout: { contains: '' } }] })).toMatchObject({ outcome: 'unknown', evidence: { reason: 'secret-missing' } });
  });

  it.each([
    ['ends badly', ['false'], 'fail', 'ended with exit code 1'],
    ['is missing', ['no-such-tool-4711'], 'unknown', 'could not be started'],
    ['takes too long', ['sleep', '60'], 'unknown', 'no answer in time'],
  ])('that %s never passes', async (_name, run, outcome, why) => {
    const found = await bench.probe({ kind: 'command', run, verify: [{ stdout: { equals: '' } }], timeout: '1s' });
    expect(found.outcome).toBe(outcome);
    expect(found.summary).toContain(why);
  });
});

describe('known-answer', () => {
  it('passes with the right key and says how strong the proof is', async () => {
    const found = await bench.probe({ kind: 'known-answer', secret: 'master_key', answer: ANSWER });
    expect(found).toMatchObject({ outcome: 'pass', evidence: { strength: 'authenticated', samples: 1, opened: 1 } });
    expect(JSON.stringify(found)).not.toContain('correct horse');
  });

  it('fails with the rotated key, an empty sample or none', async () => {
    expect(await bench.probe({ kind: 'known-answer', secret: 'rotated', answer: ANSWER })).toMatchObject({ outcome: 'fail', evidence: { strength: 'none' } });
    writeFileSync(join(bench.folder, 'empty'), '');
    expect((await bench.probe({ kind: 'known-answer', secret: 'master_key', answer: { ...ANSWER, file: 'empty' } })).outcome).toBe('fail');
    expect((await bench.probe({ kind: 'known-answer', secret: 'master_key', answer: { ...ANSWER, file: 'none' } })).outcome).toBe('unknown');
    expect(await bench.probe({ kind: 'known-answer', secret: 'nobody_has_it', answer: ANSWER })).toMatchObject({ outcome: 'unknown', evidence: { reason: 'secret-missing' } });
  });

  it('by a command passes only when the command refuses a random key', async () => {
    const probe = (run: string[], stdin?: 'secret') => bench.probe({ kind: 'known-answer', secret: 'master_key', answer: { kind: 'command', run, ...(stdin === undefined ? {} : { stdin }) } });
    expect(await probe(['grep', '-qx', 'correct horse battery staple'], 'secret')).toMatchObject({ outcome: 'pass', evidence: { strength: 'structural' } });
    expect(await probe(['grep', '-qx', 'correct horse battery staple', '{{secret_file:master_key}}'])).toMatchObject({ outcome: 'pass' });
    expect(await probe(['grep', '-qx', 'something else'], 'secret')).toMatchObject({ outcome: 'fail' });
    const gullible = await probe(['cat'], 'secret');
    expect(gullible.outcome).toBe('unknown');
    expect(gullible.summary).toContain('accepts any secret');
    expect((await probe(['true'])).summary).toContain('does not take the secret');
    expect((await probe(['no-such-tool-4711'], 'secret')).outcome).toBe('unknown');
  });
});

describe('known-answer by gpg', () => {
  const gpg = (home: string, args: readonly string[], input?: string): Buffer => execFileSync('gpg', ['--batch', '--homedir', home, '--pinentry-mode', 'loopback', ...args], { ...(input === undefined ? {} : { input }), stdio: ['pipe', 'pipe', 'ignore'] });
  const home = (name: string): string => {
    const path = mkdtempSync(join(tmpdir(), `gpg-${name}-`));
    homes.push(path);
    return path;
  };
  const homes: string[] = [];
  afterAll(() => {
    for (const path of homes) {
      execFileSync('gpgconf', ['--homedir', path, '--kill', 'all']);
      rmSync(path, { recursive: true, force: true });
    }
  });
  const judge = async (secret: string, file: string) => {
    const own = makeBench({ pgp: secret });
    const found = await own.probe({ kind: 'known-answer', secret: 'pgp', answer: { kind: 'openpgp', file: join(bench.folder, file) } });
    own.remove();
    return found;
  };
  const agents = (): string => execFileSync('ps', ['ax', '-o', 'args']).toString().split('\n').filter((line) => line.includes(`bs-tmp-${process.pid}-`) && line.includes('gpg-agent')).join();

  it('opens with the right passphrase only, and not when cut off', async () => {
    const at = (name: string): string => join(bench.folder, name);
    writeFileSync(at('sealed.gpg'), gpg(home('sym'), ['--passphrase', 'a good passphrase', '--symmetric', '-o', '-'], 'x'.repeat(50_000)));
    expect(await judge('a good passphrase', 'sealed.gpg')).toMatchObject({ outcome: 'pass', evidence: { strength: 'authenticated' } });
    expect(await judge('a wrong passphrase', 'sealed.gpg')).toMatchObject({ outcome: 'fail', evidence: { strength: 'none' } });
    const bytes = readFileSync(at('sealed.gpg'));
    writeFileSync(at('cut.gpg'), bytes.subarray(0, bytes.length - 10));
    expect((await judge('a good passphrase', 'cut.gpg')).outcome).toBe('fail');
    writeFileSync(at('flip.gpg'), bytes.map((byte, index) => (index === bytes.length - 40 ? byte ^ 1 : byte)));
    expect((await judge('a good passphrase', 'flip.gpg')).outcome).toBe('fail');
    expect((await judge('a good passphrase', 'canary.txt')).outcome).toBe('fail');
    expect(agents()).toBe('');
  });

  it('opens with the private key that it was made for', async () => {
    const [ours, theirs] = [home('ours'), home('theirs')];
    for (const one of [ours, theirs]) gpg(one, ['--passphrase', '', '--quick-gen-key', 'dr@ampora.example', 'default', 'default']);
    writeFileSync(join(bench.folder, 'made.gpg'), gpg(ours, ['--trust-model', 'always', '-r', 'dr@ampora.example', '-e', '-o', '-'], 'canary'));
    const key = (of: string): string => gpg(of, ['--armor', '--passphrase', '', '--export-secret-keys']).toString();
    expect(await judge(key(ours), 'made.gpg')).toMatchObject({ outcome: 'pass', evidence: { strength: 'authenticated' } });
    expect((await judge(key(theirs), 'made.gpg')).summary).toContain('made for another key');
    expect((await judge('-----BEGIN PGP PRIVATE KEY BLOCK-----\nnonsense', 'made.gpg')).outcome).toBe('fail');
  });
});

describe('attest', () => {
  const probe = { kind: 'attest', statement: 'The bag is sealed.', by: ['custodian'] } as const;

  it('is unknown without a person\'s word and passes with it', async () => {
    expect(await bench.probe(probe)).toMatchObject({ outcome: 'unknown', summary: 'custodian has to attest: The bag is sealed.', evidence: { reason: 'not-attested' } });
    expect(await bench.probe(probe, { attestation: { by: 'Ada', note: 'seal 4711', at: '2026-03-01T03:00:00.000Z' } })).toMatchObject({ outcome: 'pass', evidence: { by: 'Ada', note: 'seal 4711' } });
  });
});
