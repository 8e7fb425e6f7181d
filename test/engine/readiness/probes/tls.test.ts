import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAuthority, makeLeaf } from '../../../support/certificates.ts';
import { clockAhead, clockAt, makeBench } from '../../../support/probe.ts';
import type { Bench } from '../../../support/probe.ts';

let bench: Bench;
const read = (name: string): Buffer => readFileSync(join(bench.folder, name));
const write = (name: string, content: string | Buffer): void => writeFileSync(join(bench.folder, name), content);

beforeAll(() => {
  bench = makeBench();
  makeAuthority(bench.folder, 'ca');
  makeAuthority(bench.folder, 'other-ca');
  makeLeaf(bench.folder, 'server', { by: 'ca' });
  makeLeaf(bench.folder, 'second', { by: 'ca' });
  makeLeaf(bench.folder, 'middle', { by: 'ca', authority: true, days: 20 });
  makeLeaf(bench.folder, 'deep', { by: 'middle' });
  write('bundle.crt', Buffer.concat([read('deep.crt'), read('middle.crt')]));
});
afterAll(() => bench.remove());

describe('tls', () => {
  const whole = { kind: 'tls', cert: 'server.crt', key: 'server.key', ca: 'ca.crt', names: ['ampora.example', 'www.ampora.example', '127.0.0.1'], min_validity: '30d' } as const;

  it('passes when pair, chain, names and dates hold', async () => {
    const found = await bench.probe(whole);
    expect(found.outcome).toBe('pass');
    expect(found.summary).toMatch(/^The certificate holds for another (?:90 d|89 d \d+ h); its key belongs to it, its chain holds, it is for the right names\.$/u);
    expect(found.evidence).toMatchObject({ fingerprint: new X509Certificate(read('server.crt')).fingerprint256.replaceAll(':', '').toLowerCase() });
  });

  it('follows a chain over an intermediate, from the bundle or from its own file', async () => {
    expect((await bench.probe({ kind: 'tls', cert: 'bundle.crt', key: 'deep.key', ca: 'ca.crt' })).outcome).toBe('pass');
    expect((await bench.probe({ kind: 'tls', cert: 'deep.crt', chain: 'middle.crt', ca: 'ca.crt' })).outcome).toBe('pass');
    expect((await bench.probe({ kind: 'tls', cert: 'deep.crt', ca: 'ca.crt' })).summary).toContain('no unbroken chain');
  });

  it.each([
    ['has another key', { key: 'second.key' }, 'server.key'.replace('server', 'second') + ' does not belong'],
    ['has a key that is missing', { key: 'none.key' }, 'is not there'],
    ['was issued by another authority', { ca: 'other-ca.crt' }, 'was not issued by other-ca.crt'],
    ['is for another name', { names: ['kravn.example'] }, 'is not for kravn.example'],
    ['is for another address', { names: ['10.0.0.1'] }, 'is not for 10.0.0.1'],
    ['has too little time left', { min_validity: '91d' }, 'at least 91 d must be left'],
    ['is missing', { cert: 'none.crt' }, 'none.crt is not there'],
    ['is no certificate', { cert: 'server.key' }, 'holds no certificate'],
    ['has an authority that is missing', { ca: 'none.crt' }, 'none.crt is not there'],
  ])('fails when the certificate %s', async (_name, change, why) => {
    const found = await bench.probe({ ...whole, ...change });
    expect(found.outcome).toBe('fail');
    expect(found.summary).toContain(why);
  });

  it('judges expiry to the second', async () => {
    const certificate = new X509Certificate(read('server.crt'));
    const end = Math.floor(Date.parse(certificate.validTo) / 1000);
    const at = (seconds: number) => bench.probe({ kind: 'tls', cert: 'server.crt' }, { clock: clockAt(new Date(seconds * 1000).toISOString()) });
    expect(await at(end)).toMatchObject({ outcome: 'pass', evidence: { left_s: 0 } });
    expect(await at(end + 1)).toMatchObject({ outcome: 'fail', evidence: { left_s: -1 } });
    expect((await at(end + 1)).summary).toMatch(/^The certificate expired 1 s ago, on \d{4}-/u);
    const start = Math.floor(Date.parse(certificate.validFrom) / 1000);
    expect((await at(start - 1)).summary).toContain('is not valid yet');
    expect((await at(start)).outcome).toBe('pass');
  });

  it('fails when an issuer on the way expires first', async () => {
    const found = await bench.probe({ kind: 'tls', cert: 'bundle.crt', ca: 'ca.crt' }, { clock: clockAhead(21 * 86_400) });
    expect(found.outcome).toBe('fail');
    expect(found.summary).toContain('The issuer "CN=middle" expired');
  });

  it('does not take a leaf for an authority', async () => {
    execFileSync('openssl', ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=evil', '-keyout', 'evil.key', '-out', 'evil.csr'], { cwd: bench.folder, stdio: 'ignore' });
    execFileSync('openssl', ['x509', '-req', '-in', 'evil.csr', '-CA', 'server.crt', '-CAkey', 'server.key', '-CAcreateserial', '-days', '9', '-out', 'evil.crt'], { cwd: bench.folder, stdio: 'ignore' });
    expect((await bench.probe({ kind: 'tls', cert: 'evil.crt', chain: 'server.crt', ca: 'ca.crt' })).outcome).toBe('fail');
  });

  it('says that a locked key cannot be tried', async () => {
    execFileSync('openssl', ['pkcs8', '-topk8', '-in', 'server.key', '-passout', 'pass:abc', '-out', 'locked.key'], { cwd: bench.folder });
    expect((await bench.probe({ ...whole, key: 'locked.key' })).summary).toContain('locked with a passphrase');
  });
});

describe('credential', () => {
  const jwt = (exp: number): string => ['{"alg":"none"}', JSON.stringify({ exp }), 'x'].map((part) => Buffer.from(part).toString('base64url')).join('.');
  const kubeconfig = (user: string): string => `apiVersion: v1\nkind: Config\ncurrent-context: dr\ncontexts:\n- { name: dr, context: { cluster: c, user: admin } }\n- { name: lost, context: { cluster: c, user: gone } }\nclusters: []\nusers:\n- name: admin\n  user: ${user}\n`;
  const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

  it('reads the client certificate of a kubeconfig, in the file or beside it', async () => {
    write('kube-data', kubeconfig(`{ client-certificate-data: ${read('server.crt').toString('base64')} }`));
    write('kube-file', kubeconfig('{ client-certificate: server.crt }'));
    for (const path of ['kube-data', 'kube-file']) {
      expect(await bench.probe({ kind: 'credential', what: 'kubeconfig', path, min_validity: '30d' })).toMatchObject({ outcome: 'pass', evidence: { user: 'admin', context: 'dr' } });
      expect((await bench.probe({ kind: 'credential', what: 'kubeconfig', path }, { clock: clockAhead(91 * 86_400) })).summary).toContain('expired');
    }
    expect((await bench.probe({ kind: 'credential', what: 'kubeconfig', path: 'kube-data', profile: 'lost' })).summary).toContain('has no user "gone"');
    expect((await bench.probe({ kind: 'credential', what: 'kubeconfig', path: 'kube-data', profile: 'nothing' })).outcome).toBe('fail');
  });

  it('reads when a token expires, and never shows it', async () => {
    const token = jwt(inSeconds(3600));
    write('kube-token', kubeconfig(`{ token: ${token} }`));
    const found = await bench.probe({ kind: 'credential', what: 'kubeconfig', path: 'kube-token' });
    expect(found.outcome).toBe('pass');
    expect(JSON.stringify(found)).not.toContain(token);
    expect((await bench.probe({ kind: 'credential', what: 'kubeconfig', path: 'kube-token', min_validity: '2h' })).outcome).toBe('fail');
    expect((await bench.probe({ kind: 'credential', what: 'kubeconfig', path: 'kube-token' }, { clock: clockAhead(3700) })).summary).toContain('expired');
  });

  it('cannot tell of what is fetched online, and fails where the fetching program is missing', async () => {
    write('kube-exec', kubeconfig('{ exec: { command: openssl, apiVersion: v1 } }'));
    write('kube-gone', kubeconfig('{ exec: { command: no-such-tool-4711, apiVersion: v1 } }'));
    expect(await bench.probe({ kind: 'credential', what: 'kubeconfig', path: 'kube-exec' })).toMatchObject({ outcome: 'unknown', evidence: { reason: 'online-only' } });
    expect((await bench.probe({ kind: 'credential', what: 'kubeconfig', path: 'kube-gone' })).outcome).toBe('fail');
  });

  it('finds a profile of AWS, whole and not expired', async () => {
    write('aws', `[default]\naws_access_key_id = AKIA\naws_secret_access_key = geheim-geheim\n\n[dr]\naws_access_key_id=A\naws_secret_access_key=B\naws_session_token=C\nx_security_token_expires = ${new Date(inSeconds(3600) * 1000).toISOString()}\n[half]\naws_access_key_id=A\n[endless]\naws_access_key_id=A\naws_secret_access_key=B\naws_session_token=C\n`);
    const probe = { kind: 'credential', what: 'aws', path: 'aws' } as const;
    const found = await bench.probe(probe);
    expect(found.outcome).toBe('pass');
    expect(JSON.stringify(found)).not.toContain('geheim');
    expect((await bench.probe({ ...probe, profile: 'dr' })).outcome).toBe('pass');
    expect((await bench.probe({ ...probe, profile: 'dr' }, { clock: clockAhead(3700) })).outcome).toBe('fail');
    expect((await bench.probe({ ...probe, profile: 'half' })).outcome).toBe('fail');
    expect((await bench.probe({ ...probe, profile: 'endless' })).outcome).toBe('warn');
    expect((await bench.probe({ ...probe, profile: 'none' })).summary).toContain('has no profile "none"');
  });

  it('fails for files that are missing or something else', async () => {
    write('noise', 'users: [1, 2');
    expect((await bench.probe({ kind: 'credential', what: 'kubeconfig', path: 'noise' })).summary).toContain('is no kubeconfig');
    expect((await bench.probe({ kind: 'credential', what: 'aws', path: 'nowhere' })).outcome).toBe('fail');
    expect((await bench.probe({ kind: 'credential', what: 'certificate', path: 'noise' })).outcome).toBe('fail');
    expect((await bench.probe({ kind: 'credential', what: 'certificate', path: 'server.crt' })).outcome).toBe('pass');
  });
});
