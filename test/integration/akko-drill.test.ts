/**
 * Drill 1 of AKKO from end to end without Kubernetes: the shipped runbook, through the command line, against a real PostgreSQL whose table was
 * dropped. kubectl and aws are stand-ins of the tests; `npm run rehearse akko-single-database` does it with a real cluster and a real S3.
 */
import { randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asLabAccount, giveToLab } from '../lab/lab-account.ts';
import { createServer, dropServer, labRun, makeFolders, PG_BIN, serverIn, sqlOn, startServer, type PostgresServer } from '../lab/postgres-server.ts';
import { until } from '../lab/daemon.ts';
import { ticked, typed } from '../lab/answers.ts';
import { blackstart, RunAnswer, stepOf } from './command-line.ts';

const missing = [`${PG_BIN}/initdb`, '/usr/bin/jq'].filter((path) => !existsSync(path));
if (missing.length > 0) process.stderr.write(`AKKO's drill is left out, this machine lacks ${missing.join(', ')}\n`);

const DATABASE = 'superset_metadata';
const ROWS = 5000;

describe.skipIf(missing.length > 0)('drill 1 of AKKO', { timeout: 120_000 }, () => {
  let folder: string;
  let server: PostgresServer;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bs-akko-'));
    chmodSync(folder, 0o755);
    server = serverIn(join(folder, 'pg'), 'data', 5432);
    for (const part of ['pg', 'data', 'data/akko-lab', 'bin', 'buckets/akko-backups/pg', 'backups', 'home']) mkdirSync(join(folder, part), { recursive: true, mode: 0o755 });
    for (const name of ['kubectl', 'aws']) writeFileSync(join(folder, 'bin', name), `#!/bin/sh\nexport LAB_CLUSTER='${join(folder, 'cluster.json')}' LAB_BUCKETS='${join(folder, 'buckets')}'\nexec '${process.execPath}' --no-warnings '${join(import.meta.dirname, '..', 'lab', 'stand-ins', `${name}.ts`)}' "$@"\n`, { mode: 0o755 });
    writeFileSync(join(folder, 'data', 'akko-lab', 'kubeconfig'), JSON.stringify({ clusters: [{ cluster: { server: 'https://127.0.0.1:6443' } }] }));
    writeFileSync(join(folder, 'data', 'akko-lab', 's3-credentials'), '[default]\n');
    writeFileSync(join(folder, 'cluster.json'), JSON.stringify({ sockets: server.sockets, port: server.port, backups: join(folder, 'backups'), replicas: 1, database: DATABASE, table: 'dashboards' }));
    giveToLab(folder);
    makeFolders(server);
    createServer(server, ["listen_addresses = ''"]);
    startServer(server);
    fill();
  }, 60_000);
  afterEach(() => {
    dropServer(server);
    rmSync(folder, { recursive: true, force: true });
  });

  function fill(): void {
    sqlOn(server, 'CREATE ROLE superset LOGIN');
    sqlOn(server, `CREATE DATABASE ${DATABASE} OWNER superset`);
    sqlOn(server, `SET ROLE superset; CREATE TABLE dashboards AS SELECT g AS id FROM generate_series(1, ${ROWS}) g; CREATE TABLE logs AS SELECT g AS id, (now() AT TIME ZONE 'UTC') - g * interval '1 minute' AS dttm FROM generate_series(0, 99) g`, DATABASE);
  }

  /** A dump into the bucket; returns the second after it. */
  async function dump(): Promise<string> {
    const name = `${DATABASE}_${new Date().toISOString().slice(0, 19).replaceAll(/[-:T]/gu, '')}.sql.gz`;
    const path = join(folder, 'buckets', 'akko-backups', 'pg', name);
    labRun([`${PG_BIN}/pg_dump`, '-h', server.sockets, '-p', String(server.port), '-U', 'postgres', '--compress=6', `--file=${path}`, DATABASE], folder);
    const after = Math.floor(Date.now() / 1000) * 1000 + 1000;
    await until('the second of the dump is over', () => Date.now() > after, 5000);
    return `${new Date(after).toISOString().slice(0, 19)}Z`;
  }

  async function drill(lastGood: string, outageAt: string): Promise<{ status: number | null; answer: RunAnswer }> {
    const passphrase = randomBytes(12).toString('base64url');
    const env = { PATH: `${join(folder, 'bin')}:/usr/local/bin:/usr/bin:/bin`, HOME: join(folder, 'home'), LANG: 'C.UTF-8', TMPDIR: tmpdir(), DORA: passphrase };
    const command = (...argv: string[]) => blackstart([...argv, '--data-dir', join(folder, 'data')], { env, cwd: folder, as: asLabAccount });
    const enrolled = await command('people', 'enroll', 'Dora', '--role', 'dba', '--passphrase-env', 'DORA');
    expect(enrolled.status, enrolled.stderr).toBe(0);
    const answers = join(folder, 'answers.yaml');
    writeFileSync(answers, JSON.stringify({
      confirmations: { 'tell-users': { note: 'Told.' }, 'tell-restored': { note: 'Told.' }, 'note-number': { note: 'Noted.', checklist: ticked(3) } },
      approvals: { 'recreate-database': [{ by: 'Dora', credential_env: 'DORA' }] }, point_of_no_return: typed('recreate-database'),
    }));
    const done = await command('run', 'akko-single-database', '--mode', 'rehearsal', '--param', `last_good=${lastGood}`, '--param', `rows_min=${ROWS}`, '--outage-at', outageAt, '--answers', answers, '--json');
    return { status: done.status, answer: RunAnswer.parse(done.json()) };
  }

  it('takes the newest dump of before the damage, passes over the one of after it, and brings every row back', async () => {
    const lastGood = await dump();
    sqlOn(server, 'DROP TABLE dashboards', DATABASE);
    const outageAt = new Date().toISOString();
    await dump();
    const { status, answer } = await drill(lastGood, outageAt);
    const bad = answer.run.steps.filter(({ state }) => state === 'failed');
    expect(status, JSON.stringify(bad)).toBe(0);
    expect(answer.run).toMatchObject({ state: 'succeeded', rto: { met: true }, rpo: { met: true } });
    expect(stepOf(answer, 'count-rows').assertions[0]?.actual).toContain(`enough: ${ROWS}`);
    expect(sqlOn(server, 'SELECT count(*) FROM dashboards', DATABASE)).toBe(String(ROWS));
    expect(sqlOn(server, `SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = '${DATABASE}'`)).toBe('superset');
    expect(readFileSync(join(folder, 'cluster.json'), 'utf8')).toContain('"replicas":1');
  });

  it('drops nothing when the dump was cut off', async () => {
    const lastGood = await dump();
    const path = execFileSync('find', [join(folder, 'buckets'), '-name', '*.gz'], { encoding: 'utf8' }).trim();
    const at = new Date(Date.parse(lastGood) - 1000);
    truncateSync(path, 3000);
    execFileSync('touch', [`--date=${at.toISOString()}`, path]);
    const { status, answer } = await drill(lastGood, new Date().toISOString());
    expect(status).toBe(1);
    expect(stepOf(answer, 'dump-whole').state).toBe('failed');
    expect(stepOf(answer, 'recreate-database').state).toBe('pending');
    expect(sqlOn(server, 'SELECT count(*) FROM dashboards', DATABASE)).toBe(String(ROWS));
  });
});
