/** Replication against a stand-in: what goes wrong, and what a store says that heeds conditions. The real store has a test of its own. */
import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineError } from '../../../electron/contract/errors.ts';
import type { Replication, ReplicationProgress } from '../../../electron/contract/replication.ts';
import { systemClock } from '../../../electron/engine/clock.ts';
import type { Journal } from '../../../electron/engine/journal/journal.ts';
import { openJournal } from '../../../electron/engine/journal/open-journal.ts';
import { deviceFolder, readSegmentKey } from '../../../electron/engine/replicate/layout.ts';
import { replicate, type ReplicateHost, type ReplicateWatch } from '../../../electron/engine/replicate/replicate.ts';
import { readReplications } from '../../../electron/engine/replicate/replications.ts';
import { startS3StandIn, type S3StandIn } from '../../support/s3-stand-in.ts';

const SECRET = 'a-secret-access-key-of-no-value';
const ENV = { AWS_ACCESS_KEY_ID: 'AKIDOFNOBODY', AWS_SECRET_ACCESS_KEY: SECRET, HOME: '/nonexistent' };
let folder: string;
let journal: Journal;
let store: S3StandIn;
let host: ReplicateHost;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bs-replicate-'));
  journal = openJournal({ dataDir: folder, clock: systemClock() });
  store = await startS3StandIn();
  host = { journal, dataDir: folder, clock: systemClock(), keychain: { read: async () => ({ kind: 'absent' }) }, env: ENV, resolve: (path) => join(folder, path) };
  write(5);
});
afterEach(async () => {
  journal.close();
  await store.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Entries with an output each. */
function write(count: number): void {
  for (let index = 0; index < count; index += 1) {
    const { sha256, size } = journal.blobs.put(randomBytes(64));
    journal.append({ type: 'test.output', run: null, actor: 'engine', data: { index, output: { sha256, size } } });
  }
}
const go = (more: object = {}, watch: ReplicateWatch = {}): Promise<Replication> => replicate(host, { to: 's3://records/laptops', endpoint: store.endpoint, by: 'Ruth Adeyemi', ...more }, watch);
const keys = (): string[] => store.versions.map(({ key }) => key.slice(`laptops/${deviceFolder(journal.device.vkey)}`.length));
async function fault(work: Promise<unknown>): Promise<EngineError> {
  const thrown: unknown = await work.then(() => null, (reason: unknown) => reason);
  if (!(thrown instanceof EngineError)) throw new Error(`it should have failed with words, not with ${String(thrown)}`);
  return thrown;
}

describe('a replication', () => {
  it('copies every entry, output and checkpoint under COMPLIANCE, and says up to which entry', async () => {
    const done = await go();
    expect(done).toMatchObject({ state: 'done', problems: [], by: 'Ruth Adeyemi', credentials: 'environment', created: keys().length, objects: keys().length });
    expect(done.signed).toBe(done.entries);
    expect(keys().filter((key) => key.startsWith('blobs/'))).toHaveLength(5);
    const segments = keys().flatMap((key) => readSegmentKey(key) ?? []);
    expect([segments[0]?.from, segments.at(-1)?.to]).toEqual([1, done.entries]);
    expect(keys()).toContain(`checkpoints/${done.entries}.note`);
    expect(store.versions.every(({ lock }) => lock?.mode === 'COMPLIANCE' && Date.parse(lock.until) > Date.now() + 360 * 86_400_000)).toBe(true);
    expect(store.requests.every((request) => !request.startsWith('DELETE'))).toBe(true);
    expect(store.headers.every((headers) => headers['if-none-match'] === '*' && headers['content-md5'] !== undefined)).toBe(true);
  });

  it('is announced in the journal before anything is asked of the store, and its end after', async () => {
    await go();
    const types = [...journal.events()].map(({ type }) => type);
    expect(types.indexOf('replication.started')).toBeLessThan(types.indexOf('replication.done'));
    expect(JSON.stringify([...journal.events()])).not.toContain(SECRET);
    expect(JSON.stringify([...journal.events()])).not.toContain('AKIDOFNOBODY');
  });

  it('sends only what is new the next time, and never the same name twice', async () => {
    const first = await go();
    write(2);
    const second = await go();
    expect(second.state).toBe('done');
    expect(second.created).toBe((second.objects ?? 0) - (first.objects ?? 0));
    expect(new Set(keys()).size).toBe(keys().length);
    expect(readReplications(journal).map(({ entries, state }) => [entries, state])).toEqual([[second.entries, 'done'], [first.entries, 'done']]);
  });

  it('goes on where it ended, at whatever object it was cut off', { timeout: 120_000 }, async () => {
    const plain = await go({ to: 's3://other/laptops' });
    const [objects, size] = [plain.objects ?? 0, store.versions.length];
    expect(objects).toBeGreaterThan(8);
    for (let cut = 1; cut <= objects; cut += 1) {
      const stop = new AbortController();
      store.versions.length = 0;
      const stopped = await fault(go({}, { signal: stop.signal, onProgress: ({ doing, done }) => { if (doing === 'copying' && done === cut) stop.abort(); } }));
      expect(stopped.code).toBe('waiting');
      expect(keys().length).toBeGreaterThanOrEqual(Math.min(cut, size));
      // whatever was cut: an entry that is there has its outputs there
      if (keys().some((key) => key.startsWith('journal/'))) expect(keys().filter((key) => key.startsWith('blobs/'))).toHaveLength(5);
      const after = await go();
      expect([after.state, after.problems]).toEqual(['done', []]);
      expect(new Set(keys()).size).toBe(keys().length);
    }
    expect(readReplications(journal).filter(({ state }) => state === 'failed')).toHaveLength(objects);
  });

  it('says that the network is not there, and goes on when it returns', async () => {
    store.refusal = '503 SlowDown';
    const away = await fault(go());
    expect(away).toMatchObject({ code: 'not-found' });
    expect(away.hint).toContain('when the network is back');
    const nowhere = await fault(go({ endpoint: 'http://127.0.0.1:9' }));
    expect(nowhere).toMatchObject({ code: 'not-found', message: expect.stringContaining('cannot be reached') });
    store.refusal = null;
    expect((await go()).state).toBe('done');
    expect(readReplications(journal).map(({ state }) => state)).toEqual(['done', 'failed', 'failed']);
  });

  it('sends an object again when the connection breaks under it', async () => {
    store.cutAt = 4;
    expect((await go()).state).toBe('done');
    expect(new Set(keys()).size).toBe(keys().length);
  });

  it.each([['403 AccessDenied', 'refused'], ['403 InvalidAccessKeyId', 'refused'], ['404 NoSuchBucket', 'not-found']])('puts %s into words', async (refusal, code) => {
    store.refusal = refusal;
    const thrown = await fault(go());
    expect(thrown.code).toBe(code);
    expect(readReplications(journal)[0]).toMatchObject({ state: 'failed', reason: expect.stringContaining(thrown.message) });
  });

  it('writes nothing into a bucket without Object Lock', async () => {
    store.locks = false;
    expect(await fault(go())).toMatchObject({ code: 'refused', message: expect.stringContaining('has no Object Lock') });
    expect(store.versions).toEqual([]);
  });

  it('waits for a person where no credentials are at hand', async () => {
    host = { ...host, env: { HOME: '/nonexistent' } };
    expect((await fault(go())).code).toBe('waiting');
    expect(store.requests).toEqual([]);
  });

  it('takes credentials from the keyring, names the entry and keeps the value out of the journal', async () => {
    const asked: string[] = [];
    host = { ...host, env: {}, keychain: { read: async (service, account) => {
      asked.push(`${service}/${account}`);
      return account === 'records' ? { kind: 'found', bytes: Uint8Array.from(Buffer.from(`AKID:${SECRET}`)), where: 'the vault' } : { kind: 'absent' };
    } } };
    expect((await go()).credentials).toBe('keychain blackstart-s3/records, from the vault');
    expect(asked).toEqual(['blackstart-s3/records']);
    expect(JSON.stringify([...journal.events()])).not.toContain(SECRET);
  });

  it.each(['records', 's3://', 's3://records/../x', 'https://records/x'])('refuses %s as an address, before anything is journaled', async (to) => {
    const before = journal.head.size;
    expect((await fault(go({ to }))).code).toBe('usage');
    expect((await fault(go({ endpoint: 'https://user:word@host' }))).code).toBe('usage');
    expect(journal.head.size).toBe(before);
  });
});

describe('what the check afterwards finds', () => {
  const problems = async (): Promise<string> => (await go()).problems.join('\n');
  const first = (start: string): S3StandIn['versions'][number] => {
    const found = store.versions.find(({ key }) => key.includes(`/${start}`));
    if (found === undefined) throw new Error(`no object of ${start}`);
    return found;
  };
  beforeEach(async () => { await go(); });

  it('is an object whose content is another', async () => {
    const blob = first('blobs/');
    blob.body = Buffer.from(blob.body).fill(0);
    expect(await problems()).toContain('holds something else');
    expect(readReplications(journal)[0]?.state).toBe('differs');
  });
  it('is an object that somebody wrote again', async () => {
    const blob = first('blobs/');
    store.versions.push({ ...blob, id: 'later', body: Buffer.alloc(64), at: store.versions.length });
    expect(await problems()).toContain('was written again with other content');
  });
  it('is a delete marker, which hides and does not delete', async () => {
    store.versions.push({ ...first('blobs/'), id: 'marker', marker: true, at: store.versions.length });
    expect(await problems()).toContain('was hidden by a delete marker');
  });
  it('is a lock that is weaker, over, or not there', async () => {
    first('blobs/').lock = { mode: 'GOVERNANCE', until: '2099-01-01T00:00:00Z' };
    first('device.vkey').lock = null;
    first('checkpoints/').lock = { mode: 'COMPLIANCE', until: '2020-01-01T00:00:00Z' };
    const found = await problems();
    for (const words of ['can lift', 'is not locked']) expect(found).toContain(words);
    expect(found).toContain('ended at 2020-01-01');
  });
  it('is an output that is damaged or gone on this laptop', async () => {
    write(2);
    const [gone, damaged] = [...journal.events({ types: ['test.output'] })].slice(-2).map(({ data }) => String(Object(data['output']).sha256));
    rmSync(journal.blobs.path(gone ?? ''));
    appendFileSync(journal.blobs.path(damaged ?? ''), 'x');
    const found = await problems();
    expect(found).toContain(`${gone ?? ''} is not on this laptop`);
    expect(found).toContain(`${damaged ?? ''} is damaged on this laptop`);
  });
});

describe('a record that is not the one in the bucket', () => {
  it('is told, and nothing is written', async () => {
    await go();
    const segment = store.versions.find(({ key }) => key.includes('/journal/'));
    if (segment === undefined) throw new Error('no segment');
    const count = store.versions.length;
    segment.key = segment.key.replace(/-[0-9a-f]{64}/u, `-${'0'.repeat(64)}`);
    expect(await fault(go())).toMatchObject({ code: 'bad', message: expect.stringContaining('are others here than in the bucket') });
    segment.key = segment.key.replace(/journal\/\d{12}-\d{12}/u, 'journal/000000000001-000000009999');
    expect((await fault(go())).message).toContain('rolled back');
    expect(store.versions).toHaveLength(count);
  });
});

describe('progress', () => {
  it('tells what, how much and of how much', async () => {
    const told: ReplicationProgress[] = [];
    const { objects } = await go({}, { onProgress: (progress) => told.push(progress) });
    expect(told.at(-1)).toEqual({ doing: 'reading back', done: objects, total: objects });
    expect(told.filter(({ doing }) => doing === 'copying').at(-1)).toEqual({ doing: 'copying', done: objects, total: objects });
  });

  it('reads credentials from a file that is named', async () => {
    writeFileSync(join(folder, 'store.ini'), `[default]\naws_access_key_id = AKID\naws_secret_access_key = ${SECRET}\n`);
    host = { ...host, env: {} };
    expect((await go({ credentials: './store.ini' })).credentials).toContain('file ');
  });
});
