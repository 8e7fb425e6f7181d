import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import {
  CreateBucketCommand, DeleteObjectCommand, PutBucketVersioningCommand, PutObjectCommand, PutObjectLegalHoldCommand, PutObjectLockConfigurationCommand,
} from '@aws-sdk/client-s3';
import { z } from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openVault } from '../../../../electron/engine/secrets/vault.ts';
import type { BreakingLine, ObjectStore } from '../../../support/object-store.ts';
import { breakingLine, KEYS, missingForObjectStore, startObjectStore } from '../../../support/object-store.ts';
import { clockAhead, makeBench } from '../../../support/probe.ts';
import type { Bench } from '../../../support/probe.ts';

const missing = missingForObjectStore();
const DAY = 86_400_000;
const dump = Buffer.from('a dump of which nobody knows whether it restores\n'.repeat(100));
const sha256 = createHash('sha256').update(dump).digest('hex');

describe.skipIf(missing.length > 0)('an object in a real store', () => {
  let store: ObjectStore;
  let bench: Bench;
  beforeAll(async () => {
    bench = makeBench();
    store = await startObjectStore();
    const send = store.client;
    await send.send(new CreateBucketCommand({ Bucket: 'plain' }));
    await send.send(new CreateBucketCommand({ Bucket: 'empty' }));
    await send.send(new CreateBucketCommand({ Bucket: 'versioned' }));
    await send.send(new PutBucketVersioningCommand({ Bucket: 'versioned', VersioningConfiguration: { Status: 'Enabled' } }));
    await send.send(new CreateBucketCommand({ Bucket: 'locked', ObjectLockEnabledForBucket: true }));
    await send.send(new CreateBucketCommand({ Bucket: 'unlocked', ObjectLockEnabledForBucket: true }));
    await send.send(new PutObjectLockConfigurationCommand({ Bucket: 'locked', ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 365 } } } }));
    for (const key of ['pg/keycloak_1.sql.gz', 'pg/keycloak_2.sql.gz', 'pg/superset_1.sql.gz', 'pg/', 'zero/nothing']) await put('plain', key, key.startsWith('pg/k') || key.startsWith('pg/s') ? dump : Buffer.alloc(0));
    await put('locked', 'audit/1.log', dump);
    await put('unlocked', 'a', dump);
  });
  afterAll(async () => {
    bench.remove();
    await store.stop();
  });

  const put = async (Bucket: string, Key: string, Body: Buffer, more: object = {}): Promise<void> => void (await store.client.send(new PutObjectCommand({ Bucket, Key, Body, ContentMD5: createHash('md5').update(Body).digest('base64'), ...more })));
  const probe = (more: object, context: Parameters<Bench['probe']>[1] = {}) => bench.probe({ kind: 's3-object', url: 's3://plain/pg/', endpoint: store.endpoint, ...more }, { credentialsEnv: store.env, ...context });

  it('is there: the newest under a beginning, with all that the store says of it', async () => {
    const found = await probe({ max_age: '1h', min_size: '1KiB' });
    expect(found.summary).toMatch(/^superset_1\.sql\.gz is there: 4\.9 kB, \d+ s old\.$/u);
    expect(found).toMatchObject({ outcome: 'pass', evidence: { key: 'pg/superset_1.sql.gz', size: dump.length, objects: 3, etag: createHash('md5').update(dump).digest('hex'), storage_class: 'STANDARD', encryption: null, credentials: 'environment', endpoint: store.endpoint, deleted: 0 } });
  });

  it('is found by a beginning of its name and by a pattern', async () => {
    expect((await probe({ url: 's3://plain/pg/keycloak_' })).evidence).toMatchObject({ key: 'pg/keycloak_2.sql.gz', objects: 2 });
    expect((await probe({ url: 's3://plain/pg/*_[0-9].sql.gz' })).evidence['objects']).toBe(3);
    expect((await probe({ url: 's3://plain/pg/keycloak_1.sql.gz' })).evidence).toMatchObject({ key: 'pg/keycloak_1.sql.gz', objects: 1 });
    expect((await probe({ url: 's3://plain/*.sql.gz' })).outcome).toBe('fail');
  });

  it.each([
    ['an empty bucket', { url: 's3://empty/' }, 'There is no object at s3://empty/.'],
    ['a beginning that nothing has', { url: 's3://plain/mysql/' }, 'There is no object'],
    ['no bucket', { url: 's3://nowhere/' }, 'There is no bucket nowhere'],
    ['an empty object', { url: 's3://plain/zero/' }, 'is empty: 0 bytes'],
    ['a small object', { min_size: '1MiB' }, 'at least 1 MB are expected'],
    ['another encryption', { encryption: 'aws:kms' }, 'is not encrypted, as far as the store says; aws:kms is expected'],
    ['another class', { storage_class: 'DEEP_ARCHIVE' }, 'lies in the storage class STANDARD; DEEP_ARCHIVE is expected'],
    ['another content', { url: 's3://plain/pg/keycloak_1.sql.gz', sha256: '0'.repeat(64) }, 'was changed or is damaged'],
    ['no lock', { lock: { mode: 'GOVERNANCE' } }, 'is not locked'],
    ['no lock in a bucket that could', { url: 's3://unlocked/', lock: { mode: 'COMPLIANCE' } }, 'is not locked'],
  ])('that is %s fails', async (_name, more, why) => {
    const found = await probe(more);
    expect(found.summary).toContain(why);
    expect(found.outcome).toBe('fail');
  });

  it('has the content that it should have, read through and not kept', async () => {
    expect(await probe({ url: 's3://plain/pg/keycloak_1.sql.gz', sha256: `sha256:${sha256}` })).toMatchObject({ outcome: 'pass', evidence: { sha256 } });
  });

  it('is too old once its time is over; the store\'s clock may be wrong, too', async () => {
    expect(await probe({ max_age: '1h' }, { clock: clockAhead(3_700) })).toMatchObject({ outcome: 'fail' });
    expect(await probe({ max_age: '1h' }, { clock: clockAhead(-3_600) })).toMatchObject({ outcome: 'unknown' });
  });

  it('is behind its schedule, or has too few others beside it: that can only warn', async () => {
    const found = await probe({ schedule: '0 */4 * * *', keeps: { for: '90d' } }, { clock: clockAhead(6 * 3_600) });
    expect(found.summary).toContain('behind its schedule (0 */4 * * *)');
    expect(found.summary).toContain('the copies go back 6 h of 90 d');
    expect(found).toMatchObject({ outcome: 'warn', evidence: { copies: 3, schedule_s: 14_400 } });
  });

  it('is locked in compliance for as long as it should be, and not for longer', async () => {
    const locked = { url: 's3://locked/audit/' };
    const found = await probe({ ...locked, lock: { mode: 'COMPLIANCE', min_left: '364d' } });
    expect(found.summary).toContain('locked');
    expect(found).toMatchObject({ outcome: 'pass', evidence: { lock: { mode: 'COMPLIANCE' }, legal_hold: false } });
    expect(new Date(z.object({ until: z.string() }).parse(found.evidence['lock']).until).getTime()).toBeGreaterThan(Date.now() + 364 * DAY);
    expect(await probe({ ...locked, lock: { mode: 'GOVERNANCE', min_left: '11mo' } })).toMatchObject({ outcome: 'pass' });
    const short = await probe({ ...locked, lock: { mode: 'COMPLIANCE', min_left: '366d' } });
    expect(short.summary).toMatch(/is locked for another (?:364 d 23 h|365 d); at least 366 d must be left/u);
    expect(short.outcome).toBe('fail');
  });

  it('is locked in governance only, or its lock has ended: both fail', async () => {
    await put('unlocked', 'governed', dump, { ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: new Date(Date.now() + 30 * DAY) });
    const governed = { url: 's3://unlocked/governed' };
    expect((await probe({ ...governed, lock: { mode: 'COMPLIANCE' } })).summary).toContain('a privileged account can lift');
    expect(await probe({ ...governed, lock: { mode: 'GOVERNANCE', min_left: '20d' } })).toMatchObject({ outcome: 'pass' });
    expect((await probe({ ...governed, lock: { mode: 'GOVERNANCE' } }, { clock: clockAhead(31 * 86_400) })).summary).toMatch(/lock of governed ended .* ago/u);
  });

  it('that was deleted is gone, and its versions are said to be there', async () => {
    await put('versioned', 'dumps/1', dump);
    await store.client.send(new DeleteObjectCommand({ Bucket: 'versioned', Key: 'dumps/1' }));
    const found = await probe({ url: 's3://versioned/dumps/1' });
    expect(found.summary).toMatch(/^There is no object at s3:\/\/versioned\/dumps\/1: 1 was deleted, last on \d{4}-\d\d-\d\d\. The store still has the versions below the delete markers\.$/u);
    expect(found).toMatchObject({ outcome: 'fail', evidence: { deleted: 1, newest_deleted: 'dumps/1' } });
  });

  it('whose newer neighbour was deleted is not the newest that was written', async () => {
    await put('versioned', 'wal/1', dump);
    await store.client.send(new DeleteObjectCommand({ Bucket: 'versioned', Key: 'wal/0' }));
    expect((await probe({ url: 's3://versioned/wal/' })).outcome).toBe('pass');
    // times in a store are seconds; the deleted one has to be seen as later
    for (const written = Date.now(); Math.floor(Date.now() / 1000) <= Math.floor(written / 1000); ) await store.client.send(new PutObjectCommand({ Bucket: 'versioned', Key: 'wal/2', Body: dump }));
    await store.client.send(new DeleteObjectCommand({ Bucket: 'versioned', Key: 'wal/2' }));
    const found = await probe({ url: 's3://versioned/wal/' });
    expect(found.summary).toMatch(/^1 is not the newest that was written: 2 was deleted on \d{4}-/u);
    expect(found).toMatchObject({ outcome: 'fail', evidence: { key: 'wal/1', deleted: 2, newest_deleted: 'wal/2' } });
  });

  it('under a legal hold is shown as such', async () => {
    await store.client.send(new PutObjectLegalHoldCommand({ Bucket: 'unlocked', Key: 'a', LegalHold: { Status: 'ON' } }));
    const found = await probe({ url: 's3://unlocked/a' });
    expect(found.evidence['version_id']).toEqual(expect.any(String));
    expect(found.outcome).toBe('pass');
  });

  it('with other keys is not shown, and the keys are in no finding', async () => {
    const wrong = await probe({}, { credentialsEnv: { ...store.env, AWS_SECRET_ACCESS_KEY: 'another-secret-4711' } });
    expect(wrong).toMatchObject({ outcome: 'unknown', evidence: { reason: 'credentials', code: 'SignatureDoesNotMatch' } });
    expect(await probe({}, { credentialsEnv: { ...store.env, AWS_ACCESS_KEY_ID: 'nobody' } })).toMatchObject({ outcome: 'unknown', evidence: { reason: 'credentials', code: 'InvalidAccessKeyId' } });
    expect(await probe({ credentials: 'none' })).toMatchObject({ outcome: 'unknown', evidence: { reason: 'denied' } });
    expect(JSON.stringify([wrong, await probe({})])).not.toMatch(new RegExp(`${KEYS.secret}|another-secret-4711`, 'u'));
  });

  it('takes its keys from the vault of this laptop: of its bucket, else of any, and never from a locked one', async () => {
    const vault = openVault(bench.folder, undefined, 10);
    await vault.unlock(Buffer.from('under the harbour wall'));
    const kept = { keychain: vault, credentialsEnv: { HOME: bench.folder } };
    await vault.write('blackstart-s3', 'default', Buffer.from(`${KEYS.id}:${KEYS.secret}`));
    expect(await probe({}, kept)).toMatchObject({ outcome: 'pass', evidence: { credentials: expect.stringMatching(/^keychain blackstart-s3\/default/u) } });
    await vault.write('blackstart-s3', 'plain', Buffer.from(`${KEYS.id}:not-its-secret`));
    const wrong = await probe({}, kept);
    expect(wrong).toMatchObject({ outcome: 'unknown', evidence: { reason: 'credentials', code: 'SignatureDoesNotMatch' } });
    await vault.write('blackstart', 'drill', Buffer.from(JSON.stringify({ access_key_id: KEYS.id, secret_access_key: KEYS.secret })));
    const named = await probe({ credentials: 'keychain:blackstart/drill' }, kept);
    expect(named).toMatchObject({ outcome: 'pass' });
    expect(JSON.stringify([wrong, named])).not.toMatch(new RegExp(`${KEYS.secret}|not-its-secret`, 'u'));
    vault.lock();
    expect(await probe({}, kept)).toMatchObject({ outcome: 'unknown', evidence: { reason: 'credentials-missing' } });
  });

  it('takes its keys from a secret of the runbook, a file or a profile', async () => {
    const nothing = { credentialsEnv: { HOME: bench.folder } };
    const held = makeBench({ s3_keys: JSON.stringify({ access_key_id: KEYS.id, secret_access_key: KEYS.secret }), s3_pair: `${KEYS.id}:${KEYS.secret}`, s3_torn: 'only-one-word' });
    const check = { kind: 's3-object', url: 's3://plain/pg/', endpoint: store.endpoint } as const;
    expect(await held.probe({ ...check, credentials: 's3_keys' }, nothing)).toMatchObject({ outcome: 'pass', evidence: { credentials: 'secret s3_keys' } });
    expect(await held.probe({ ...check, credentials: 'secret:s3_pair' }, nothing)).toMatchObject({ outcome: 'pass' });
    expect(await held.probe({ ...check, credentials: 's3_torn' }, nothing)).toMatchObject({ outcome: 'unknown', evidence: { reason: 'credentials-missing' } });
    expect(await held.probe({ ...check, credentials: 'secret:s3_other' }, nothing)).toMatchObject({ outcome: 'unknown', evidence: { reason: 'credentials-missing' } });
    held.remove();
    const pair = `aws_access_key_id = ${KEYS.id}\naws_secret_access_key = ${KEYS.secret}\n`;
    writeFileSync(join(bench.folder, 's3-credentials'), `[default]\n${pair}`);
    expect(await probe({ credentials: './s3-credentials' }, nothing)).toMatchObject({ outcome: 'pass', evidence: { credentials: `file ${join(bench.folder, 's3-credentials')}` } });
    expect(await probe({ credentials: './none' }, nothing)).toMatchObject({ outcome: 'unknown', evidence: { reason: 'credentials-missing' } });
    mkdirSync(join(bench.folder, '.aws'));
    writeFileSync(join(bench.folder, '.aws', 'credentials'), `[drill]\n${pair}[half]\naws_access_key_id = x\n`);
    writeFileSync(join(bench.folder, '.aws', 'config'), `[profile drill]\nregion = eu-west-1\nendpoint_url = ${store.endpoint}\n[profile asks]\ncredential_process = /bin/false\n`);
    expect(await bench.probe({ kind: 's3-object', url: 's3://plain/pg/', credentials: 'drill' }, nothing)).toMatchObject({ outcome: 'pass', evidence: { credentials: 'profile drill', endpoint: store.endpoint } });
    expect((await bench.probe({ kind: 's3-object', url: 's3://plain/pg/' }, { credentialsEnv: { ...nothing.credentialsEnv, AWS_PROFILE: 'drill' } })).outcome).toBe('pass');
    for (const [credentials, reason] of [['half', 'credentials-missing'], ['asks', 'unsupported'], ['nobody', 'credentials-missing'], ['keyring:blackstart/s3', 'credentials-missing'], ['vault:s3', 'unsupported'], ['age:s3', 'unsupported'], ['env', 'credentials-missing']] as const) {
      expect(await probe({ credentials }, nothing), credentials).toMatchObject({ outcome: 'unknown', evidence: { reason } });
    }
  });

  it('behind TLS is trusted only with the store\'s own authority', async () => {
    expect(await probe({ endpoint: store.tlsEndpoint })).toMatchObject({ outcome: 'unknown', evidence: { reason: 'tls' } });
    expect(await probe({ endpoint: store.tlsEndpoint }, { credentialsEnv: { ...store.env, AWS_CA_BUNDLE: store.authority } })).toMatchObject({ outcome: 'pass' });
    expect(await probe({ endpoint: store.tlsEndpoint }, { credentialsEnv: { ...store.env, AWS_CA_BUNDLE: '/nowhere.pem' } })).toMatchObject({ outcome: 'unknown', evidence: { reason: 'refused' } });
  });

  describe('over a line that breaks', () => {
    let line: BreakingLine;
    beforeAll(async () => { line = await breakingLine(store.port); });
    afterAll(async () => { await line.stop(); });

    it('is unknown: unreachable, while the content is read', async () => {
      await put('plain', 'large', Buffer.alloc(3_000_000, 7));
      line.breakAfter(1_000_000);
      expect(await probe({ url: 's3://plain/large', endpoint: line.endpoint, sha256: '1'.repeat(64) })).toMatchObject({ outcome: 'unknown', evidence: { reason: 'unreachable' } });
      line.breakAfter(0);
      expect(await probe({ url: 's3://plain/large', endpoint: line.endpoint })).toMatchObject({ outcome: 'unknown', evidence: { reason: 'unreachable', url: 's3://plain/large' } });
    });

    it('can be cancelled', async () => {
      line.breakAfter(Infinity);
      const stop = new AbortController();
      const found = await probe({ url: 's3://plain/large', endpoint: line.endpoint, sha256: '1'.repeat(64) }, { signal: stop.signal, progress: (doing) => { if (doing.startsWith('reading')) stop.abort(); } });
      expect(found).toMatchObject({ outcome: 'unknown', evidence: { reason: 'cancelled' } });
    });
  });
});

describe('an object store that is not there', () => {
  const keys = { credentialsEnv: { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' } };
  const probe = async (more: object) => {
    const bench = makeBench();
    try {
      return await bench.probe({ kind: 's3-object', url: 's3://bucket/key', ...more }, keys);
    } finally {
      bench.remove();
    }
  };

  it.each(['http://127.0.0.1:1', 'http://no-such-host.invalid'])('is unreachable, which says nothing of the object: %s', async (endpoint) => {
    const found = await probe({ endpoint });
    expect(found).toMatchObject({ outcome: 'unknown', evidence: { reason: 'unreachable' } });
    expect(found.summary).toContain('cannot be reached');
  });

  it.each([
    ['an address without a bucket', { url: 's3:///key' }],
    ['another kind of address', { url: 'https://bucket.example/key' }],
    ['an endpoint of another kind', { endpoint: 'ftp://127.0.0.1' }],
    ['an endpoint with a password', { endpoint: 'http://a:b@127.0.0.1' }],
  ])('is not even asked with %s', async (_name, more) => {
    expect(await probe(more)).toMatchObject({ outcome: 'unknown', evidence: { reason: 'refused' } });
  });

  it.each([[500, 'server-error'], [503, 'server-error'], [200, 'not-understood'], [404, 'not-understood']])('but another server that answers %i is no object', async (status, reason) => {
    const server = createServer((_request, response) => response.writeHead(status, { 'content-type': 'text/html' }).end('<html><body>Sign in to the hotel\'s network')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = z.object({ port: z.number() }).parse(server.address());
    const found = await probe({ endpoint: `http://127.0.0.1:${port}` });
    server.closeAllConnections();
    server.close();
    expect(found).toMatchObject({ outcome: 'unknown', evidence: { reason } });
  });
});
