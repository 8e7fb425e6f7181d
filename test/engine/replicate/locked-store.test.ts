/** Replication into a real object store with Object Lock (Ceph's gateway): what it keeps, nobody deletes. */
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, DeleteObjectCommand, GetObjectCommand, GetObjectRetentionCommand, ListObjectVersionsCommand, PutObjectCommand, PutObjectLockConfigurationCommand, PutObjectRetentionCommand, type ObjectVersion } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Replication, ReplicationProgress } from '../../../electron/contract/replication.ts';
import { systemClock } from '../../../electron/engine/clock.ts';
import type { Journal } from '../../../electron/engine/journal/journal.ts';
import { openJournal } from '../../../electron/engine/journal/open-journal.ts';
import { leafHash, MerkleFrontier } from '../../../electron/engine/journal/merkle.ts';
import { readSegmentKey } from '../../../electron/engine/replicate/layout.ts';
import { replicate } from '../../../electron/engine/replicate/replicate.ts';
import { breakingLine, missingForObjectStore, startObjectStore, type ObjectStore } from '../../support/object-store.ts';

const missing = missingForObjectStore();
const DAY = 86_400_000;

describe.skipIf(missing.length > 0)('a record in a locked bucket of a real store', { timeout: 120_000 }, () => {
  let store: ObjectStore;
  let journal: Journal;
  let folder: string;
  const go = (bucket: string, more: { endpoint?: string; retain?: string; credentials?: string } = {}, watch: { signal?: AbortSignal; onProgress?: (progress: ReplicationProgress) => void } = {}): Promise<Replication> =>
    replicate({ journal, dataDir: folder, clock: systemClock(), keychain: { read: async () => ({ kind: 'absent' }) }, env: store.env, resolve: (path) => path }, { to: `s3://${bucket}/laptops`, endpoint: store.endpoint, ...more }, watch);
  const versions = async (Bucket: string): Promise<ObjectVersion[]> => (await store.client.send(new ListObjectVersionsCommand({ Bucket }))).Versions ?? [];
  const write = (count: number, bytes = 200): void => {
    for (let index = 0; index < count; index += 1) {
      const { sha256, size } = journal.blobs.put(randomBytes(bytes));
      journal.append({ type: 'test.output', run: null, actor: 'engine', data: { index, output: { sha256, size } } });
    }
  };
  const refused = async (command: Promise<unknown>): Promise<string> => command.then(() => 'it was done', (thrown: unknown) => (thrown instanceof Error ? thrown.name : String(thrown)));

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bs-locked-'));
    journal = openJournal({ dataDir: folder, clock: systemClock() });
    store = await startObjectStore();
    for (const Bucket of ['records', 'cut', 'broken', 'years', 'spoilt']) await store.client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
    await store.client.send(new CreateBucketCommand({ Bucket: 'open' }));
    await store.client.send(new PutObjectLockConfigurationCommand({ Bucket: 'years', ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 3000 } } } }));
    write(6);
    write(1, 12_000_000);
  }, 240_000);
  afterAll(async () => {
    journal.close();
    await store.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is whole, one version an object, and locked in COMPLIANCE for as long as was asked', async () => {
    const done = await go('records', { retain: '90d' });
    expect(done).toMatchObject({ state: 'done', problems: [] });
    const found = await versions('records');
    expect(found).toHaveLength(done.objects ?? 0);
    expect(Math.abs(Date.parse(done.locked_until ?? '') - Date.now() - 90 * DAY)).toBeLessThan(600_000);
    for (const { Key, VersionId } of found) expect((await store.client.send(new GetObjectRetentionCommand({ Bucket: 'records', Key, VersionId }))).Retention?.Mode).toBe('COMPLIANCE');
  });

  it('cannot be deleted, shortened or weakened there, not even with the right to bypass', async () => {
    const [version] = (await versions('records')).filter(({ Key }) => Key?.includes('/journal/'));
    const at = { Bucket: 'records', Key: version?.Key, VersionId: version?.VersionId };
    expect(await refused(store.client.send(new DeleteObjectCommand(at)))).toBe('AccessDenied');
    expect(await refused(store.client.send(new DeleteObjectCommand({ ...at, BypassGovernanceRetention: true })))).toBe('AccessDenied');
    for (const Retention of [{ Mode: 'COMPLIANCE', RetainUntilDate: new Date(Date.now() + DAY) }, { Mode: 'GOVERNANCE', RetainUntilDate: new Date(Date.now() + 900 * DAY) }] as const) expect(await refused(store.client.send(new PutObjectRetentionCommand({ ...at, Retention, BypassGovernanceRetention: true })))).toBe('AccessDenied');
    expect((await versions('records')).some(({ VersionId }) => VersionId === version?.VersionId)).toBe(true);
  });

  it('can be read and checked there without Blackstart: the lines give the root that the checkpoint signs', async () => {
    const done = await go('records');
    const tree = new MerkleFrontier();
    const segments = (await versions('records')).flatMap(({ Key = '' }) => {
      const segment = readSegmentKey(Key.slice(Key.indexOf('journal/')));
      return segment === null || !Key.includes('/journal/') ? [] : [{ ...segment, Key }];
    }).sort((a, b) => a.from - b.from);
    for (const { Key, sha256 } of segments) {
      const bytes = Buffer.from(await (await store.client.send(new GetObjectCommand({ Bucket: 'records', Key }))).Body?.transformToByteArray() ?? []);
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
      for (const line of bytes.toString('utf8').split('\n').filter((text) => text !== '')) tree.append(leafHash(Buffer.from(line)));
    }
    expect(tree.size).toBe(done.entries);
    const note = await store.client.send(new GetObjectCommand({ Bucket: 'records', Key: `${done.folder.slice('s3://records/'.length)}checkpoints/${done.entries}.note` }));
    expect((await note.Body?.transformToString())?.split('\n').slice(1, 3)).toEqual([String(done.entries), Buffer.from(tree.root(), 'hex').toString('base64')]);
  });

  it('is completed after a cut, without a second version of anything', async () => {
    for (const after of [1, 2, 1]) {
      const stop = new AbortController();
      await expect(go('cut', {}, { signal: stop.signal, onProgress: ({ doing, done }) => { if (doing === 'copying' && done === after) stop.abort(); } })).rejects.toThrow('was stopped');
    }
    expect((await go('cut')).problems).toEqual([]);
    const names = (await versions('cut')).map(({ Key }) => Key);
    expect(new Set(names).size).toBe(names.length);
  });

  it('is completed over a network that breaks and comes back', async () => {
    const line = await breakingLine(store.port);
    line.breakAfter(700);
    await expect(go('broken', { endpoint: line.endpoint })).rejects.toThrow(/cannot be reached|gave no answer/u);
    line.breakAfter(Infinity);
    expect(await go('broken', { endpoint: line.endpoint })).toMatchObject({ state: 'done', problems: [] });
    await line.stop();
  });

  it('keeps to the bucket’s own retention where that is longer', async () => {
    const { locked_until } = await go('years', { retain: '1d' });
    expect(Date.parse(locked_until ?? '')).toBeGreaterThan(Date.now() + 2999 * DAY);
  });

  it('names what somebody wrote over it or hid, while the first version stays', async () => {
    await go('spoilt');
    const all = (await versions('spoilt')).filter(({ Key }) => Key?.includes('/blobs/'));
    await store.client.send(new PutObjectCommand({ Bucket: 'spoilt', Key: all[0]?.Key, Body: 'other', ContentMD5: createHash('md5').update('other').digest('base64') }));
    await store.client.send(new DeleteObjectCommand({ Bucket: 'spoilt', Key: all[1]?.Key }));
    const { state, problems } = await go('spoilt');
    expect(state).toBe('differs');
    expect(problems.join('\n')).toMatch(/written again with other content[\s\S]*hidden by a delete marker|hidden by a delete marker[\s\S]*written again with other content/u);
  });

  it('goes nowhere without a lock, without the bucket, or with wrong keys', async () => {
    await expect(go('open')).rejects.toThrow('has no Object Lock');
    expect(await versions('open')).toEqual([]);
    await expect(go('nowhere')).rejects.toThrow('no such bucket');
    const wrong = join(folder, 'wrong.ini');
    execFileSync('sh', ['-c', 'printf "[default]\\naws_access_key_id = drillkey\\naws_secret_access_key = not-the-secret-key\\n" > "$0"', wrong]);
    await expect(go('records', { credentials: wrong })).rejects.toThrow('does not accept the credentials');
  });
});
