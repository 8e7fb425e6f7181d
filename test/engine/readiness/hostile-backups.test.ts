import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, DeleteObjectCommand, PutBucketVersioningCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReadinessReport } from '../../../electron/contract/readiness.ts';
import { systemClock } from '../../../electron/engine/clock.ts';
import type { Journal } from '../../../electron/engine/journal/journal.ts';
import { openJournal } from '../../../electron/engine/journal/open-journal.ts';
import { rankSuspects } from '../../../electron/engine/readiness/rank-suspects.ts';
import { createReadiness } from '../../../electron/engine/readiness/readiness.ts';
import { loadRunbook } from '../../../electron/engine/runbook/parse.ts';
import { createSecretStore } from '../../../electron/engine/secrets/secret-store.ts';
import { createRedactor } from '../../../electron/engine/tool/create-redactor.ts';
import { toolEnvironment } from '../../../electron/engine/tool/environment.ts';
import { runTool } from '../../../electron/engine/tool/run-tool.ts';
import { flipped } from '../../support/damage.ts';
import { lanterns } from '../../support/lanterns.ts';
import type { ObjectStore } from '../../support/object-store.ts';
import { missingForObjectStore, startObjectStore } from '../../support/object-store.ts';
import { KEY, SEALED } from '../../support/sealed-canary.ts';
import { block } from '../runbook/compose.ts';

const PROOF = "key: { secret: master_key, query: 'SELECT secret FROM tenants', answer: { kind: aead, alg: aes-256-gcm, prefix: 'enc:v1:', encoding: base64url, key: { encoding: utf8, kdf: sha256 }, layout: 'nonce:12,ct,tag:16' } }";
const CIPHER = 'cipher: { secret: archive_key, answer: { kind: openssl-enc, cipher: aes-256-cbc, kdf: pbkdf2, digest: sha256, iterations: 10000 } }';
const TENANTS = "assert: [{ query: 'SELECT count(*) FROM tenants', number: { min: 1 } }]";
/** None of them in the order of the cases; the first is never meant. */
const SYMPTOMS = `
\`\`\`yaml symptoms
- { id: tired-operator, see: A typing error, cause: It is three in the morning, fix: Ask the second person }
- { id: late-copy, see: The newest file is of last week, cause: The copy to the laptop stopped, fix: Copy it again }
- { id: job-never-ran, see: There is no file of today, cause: The job is missing from the schedule, fix: Run the job by hand }
- { id: purged-bucket, see: A delete marker, cause: Somebody deleted the newest backup, fix: Remove the delete marker }
- { id: hollow-dump, see: Zero rows, cause: The dump was taken of an empty database, fix: Take the one before it }
- { id: truncated-dump, see: The archive ends in the middle, cause: The disk was full when it was written, fix: Take the one before it }
- { id: bit-rot, see: A checksum does not hold, cause: The medium is damaged, fix: Take the second copy }
- { id: rotated-key, see: Sealed fields read as gibberish, cause: The key was rotated, fix: Fetch the key of that day }
\`\`\`
`;
const SUSPECTS = 'suspects: [tired-operator, late-copy, job-never-ran, purged-bucket, hollow-dump, truncated-dump, bit-rot, rotated-key]';

let folder = '';
let journal: Journal;
const at = (name: string): string => join(folder, name);
const write = (name: string, bytes: Buffer): string => {
  writeFileSync(at(name), bytes);
  return name;
};
const read = (name: string): Buffer => readFileSync(at(name));

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hostile-'));
  journal = openJournal({ dataDir: at('data'), clock: systemClock() });
  execFileSync('sqlite3', [at('a.sqlite'), `CREATE TABLE tenants(id int, secret text); INSERT INTO tenants VALUES (1, '${SEALED}');`]);
  execFileSync('sqlite3', [at('hollow.sqlite'), 'CREATE TABLE tenants(id int, secret text);']);
  execFileSync('sqlite3', [at('other.sqlite'), 'CREATE TABLE other(id int);']);
  mkdirSync(at('files'));
  writeFileSync(at('files/random'), execFileSync('head', ['-c', '200000', '/dev/urandom']));
  execFileSync('tar', ['-czf', at('a.tar.gz'), '-C', at('files'), '.']);
  execFileSync('openssl', ['enc', '-aes-256-cbc', '-pbkdf2', '-in', at('a.tar.gz'), '-out', at('a.tar.gz.enc'), '-pass', 'pass:the key of that day']);
  writeFileSync(at('SUMS'), `${createHash('sha256').update('another file').digest('hex')}  a.tar.gz\n`);
});
afterAll(() => {
  journal.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the one check of a runbook, from its bytes to the state of the runbook. */
async function judge(check: string, { secrets = {}, env = {} }: { secrets?: Record<string, string>; env?: Record<string, string> } = {}): Promise<ReadinessReport> {
  writeFileSync(at('lanterns.runbook.md'), lanterns({
    front: 'secrets: { master_key: { sources: [prompt] }, archive_key: { sources: [prompt] } }\n',
    checks: `${SYMPTOMS}\n${block('check', `{ id: newest, title: The newest backup, kind: backup, ${check}, severity: blocker, expires: 1d, ${SUSPECTS} }`)}`,
  }));
  const store = createSecretStore();
  for (const [name, value] of Object.entries(secrets)) store.put(name, Buffer.from(value), 'a test');
  const readiness = createReadiness({ clock: systemClock(), runTool, journal, dataDir: at('data'), env: toolEnvironment(process.env, []), processEnv: { ...process.env, ...env } });
  return readiness.check(loadRunbook(at('lanterns.runbook.md')), { fill: (block) => block, secrets: store, redactor: createRedactor(store.all()), actor: 'engine' });
}

const top = ({ checks: [check] }: ReadinessReport): string | undefined => check?.suspects[0];

describe('a hostile backup makes the runbook not ready, with its cause on top', () => {
  it('while a whole one makes it ready', async () => {
    const report = await judge(`engine: sqlite, at: a.sqlite, level: key-proven, ${TENANTS}, ${PROOF}`, { secrets: { master_key: KEY } });
    expect(report).toMatchObject({ state: 'READY', checks: [{ outcome: 'pass' }] });
    expect(top(report)).toBe('tired-operator');
  });

  it.each<[string, () => string, string, Record<string, string>?]>([
    ['a flipped bit', () => `engine: tar, at: ${write('flip.tar.gz', flipped(read('a.tar.gz'), 100_000))}, level: restored`, 'bit-rot'],
    ['a truncated gzip', () => `engine: tar, at: ${write('cut.tar.gz', read('a.tar.gz').subarray(0, 150_000))}, level: restored`, 'truncated-dump'],
    ['a file of zero bytes', () => `engine: tar, at: ${write('zero.tar.gz', Buffer.alloc(0))}, level: seen`, 'hollow-dump'],
    ['sums that disagree', () => 'engine: tar, at: a.tar.gz, sums: SUMS, level: intact', 'bit-rot'],
    ['a dump without a row', () => `engine: sqlite, at: hollow.sqlite, level: asserted, ${TENANTS}`, 'hollow-dump'],
    ['a dump without the table', () => `engine: sqlite, at: other.sqlite, level: asserted, ${TENANTS}`, 'hollow-dump'],
    ['a wrong key around the archive', () => `engine: tar, at: a.tar.gz.enc, level: restored, ${CIPHER}`, 'rotated-key', { archive_key: 'the key of another day' }],
    ['values that only another key opens', () => `engine: sqlite, at: a.sqlite, level: key-proven, ${TENANTS}, ${PROOF}`, 'rotated-key', { master_key: 'a key from after the rotation' }],
    ['no file at all', () => 'engine: tar, at: nothing-*.tar.gz, level: seen', 'job-never-ran'],
    ['a file that is too old', () => {
      execFileSync('touch', ['-d', '3 days ago', at(write('old.tar.gz', read('a.tar.gz')))]);
      return 'engine: tar, at: old.tar.gz, level: listed, max_age: 26h';
    }, 'late-copy'],
  ])('%s', async (_name, check, suspect, secrets) => {
    const report = await judge(check(), { ...(secrets === undefined ? {} : { secrets }) });
    expect(report, report.checks[0]?.summary).toMatchObject({ state: 'NOT_READY', checks: [{ outcome: 'fail' }] });
    expect(top(report)).toBe(suspect);
    expect(report.checks[0]?.suspects).toHaveLength(8);
  });

  it('and opens with the key of that day', async () => {
    expect(await judge(`engine: tar, at: a.tar.gz.enc, level: restored, ${CIPHER}`, { secrets: { archive_key: 'the key of that day' } })).toMatchObject({ state: 'READY' });
  });
});

describe.skipIf(missingForObjectStore().length > 0)('a hostile object store', () => {
  let store: ObjectStore;
  beforeAll(async () => {
    store = await startObjectStore();
    await store.client.send(new CreateBucketCommand({ Bucket: 'kit' }));
    await store.client.send(new PutBucketVersioningCommand({ Bucket: 'kit', VersioningConfiguration: { Status: 'Enabled' } }));
    await store.client.send(new PutObjectCommand({ Bucket: 'kit', Key: 'tar/a.tar.gz', Body: read('a.tar.gz') }));
  }, 120_000);
  afterAll(async () => { await store.stop(); });
  const inStore = (more: string, endpoint = store.endpoint): string => `engine: tar, level: restored, endpoint: '${endpoint}', ${more}`;

  it('makes it not ready where the backup is to blame', async () => {
    expect(await judge(inStore("at: 's3://kit/tar/'"), { env: store.env })).toMatchObject({ state: 'READY' });
    const bucket = await judge(inStore("at: 's3://nowhere/tar/'"), { env: store.env });
    expect([bucket.state, top(bucket)]).toEqual(['NOT_READY', 'job-never-ran']);
    await store.client.send(new DeleteObjectCommand({ Bucket: 'kit', Key: 'tar/a.tar.gz' }));
    const deleted = await judge(inStore("at: 's3://kit/tar/'"), { env: store.env });
    expect([deleted.state, top(deleted)]).toEqual(['NOT_READY', 'purged-bucket']);
  });

  it('makes it need verification where nothing was seen of the backup', async () => {
    for (const [check, reason] of [[inStore("at: 's3://kit/tar/'", 'http://127.0.0.1:1'), 'unreachable'], [inStore("at: 's3://kit/tar/', credentials: none"), 'denied']] as const) {
      const report = await judge(check, { env: store.env });
      expect(report).toMatchObject({ state: 'NEEDS_VERIFICATION', checks: [{ outcome: 'unknown', evidence: { reason } }] });
      expect(top(report)).toBe('tired-operator');
    }
  });
});

describe('the order of suspects', () => {
  const result = (id: string, outcome: 'pass' | 'fail', suspects: string[] = []): ReadinessReport['checks'][number] => ({
    id, title: id, kind: 'backup', severity: 'blocker', outcome, expired: false, summary: '', evidence: {}, checked_at: null, expires_at: null, duration_ms: null, remedy: null, suspects, override: null,
  });
  const symptom = (id: string, check?: string) => ({ id, see: 'x', cause: 'x', fix: 'x', ...(check === undefined ? {} : { check }) });

  it('follows the checks that stand for a suspect', () => {
    const failed = result('newest', 'fail', ['first', 'second', 'third']);
    const runbook = { symptoms: [symptom('first', 'holds'), symptom('second'), symptom('third', 'broken')] };
    expect(rankSuspects(failed, runbook, [failed, result('holds', 'pass'), result('broken', 'fail')]).suspects).toEqual(['third', 'second', 'first']);
  });

  it('is the author\'s where nothing speaks for any, and of a check that holds', () => {
    const failed = result('newest', 'fail', ['b', 'a', 'unknown-to-the-runbook']);
    expect(rankSuspects(failed, { symptoms: [symptom('a'), symptom('b')] }, [failed]).suspects).toEqual(['b', 'a', 'unknown-to-the-runbook']);
    const held = { ...result('newest', 'pass', ['a', 'cut-off']), evidence: { fault: 'cut-off' } };
    expect(rankSuspects(held, { symptoms: [symptom('a'), symptom('cut-off')] }, [held]).suspects).toEqual(['a', 'cut-off']);
  });
});
