/**
 * Ampora's rehearsal from end to end: the shipped runbook, through the command line, against a real PostgreSQL whose primary is gone and
 * a real pgBackRest repository.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sealValue } from '../../electron/engine/drill/seal.ts';
import { missingForLab, paramOptions, REHEARSAL_PORT, startAmporaLab, TENANTS, type AmporaLab } from '../lab/ampora/ampora-lab.ts';
import { asLabAccount, giveToLab } from '../lab/lab-account.ts';
import { blackstart, ReadyAnswer, RunAnswer, stepOf, type CommandResult } from './command-line.ts';

const missing = missingForLab();
if (missing.length > 0) process.stderr.write(`Ampora's rehearsal is left out, this machine lacks ${missing.join(', ')}\n`);

const MINUTES = 60_000;

describe.skipIf(missing.length > 0)('the rehearsal of Ampora after total loss', { timeout: 5 * MINUTES }, () => {
  let lab: AmporaLab;
  /** The rehearsal with everything in order. */
  let whole: { data: string; result: CommandResult };
  beforeAll(async () => {
    lab = await startAmporaLab();
    const data = dataDir();
    whole = { data, result: await rehearse(data) };
  }, 4 * MINUTES);
  afterAll(async () => { await lab.remove(); });

  function dataDir(): string {
    const folder = mkdtempSync(join(lab.folder, 'blackstart', 'd-'));
    giveToLab(folder);
    return folder;
  }
  const command = (...argv: string[]): Promise<CommandResult> => blackstart(argv, { env: lab.env, cwd: lab.folder, as: asLabAccount });
  const rehearse = (data: string, values = lab.values) =>
    command('run', 'ampora-total-loss', '--mode', 'rehearsal', ...paramOptions(values), '--outage-at', lab.outageAt, '--answers', lab.answers, '--data-dir', data, '--json');
  const ready = (values: AmporaLab['values'], ...only: string[]) =>
    command('ready', 'ampora-total-loss', ...paramOptions(values), ...only.flatMap((check) => ['--only', check]), '--data-dir', dataDir(), '--json');

  function expectNothingLeft(data: string): void {
    expect(existsSync(join(data, 'scratch')) ? readdirSync(join(data, 'scratch')) : []).toEqual([]);
    const listening = readFileSync('/proc/net/tcp', 'utf8').split('\n').filter((line) => line.includes(`:${REHEARSAL_PORT.toString(16).toUpperCase()} 00000000:0000 0A`));
    expect(listening).toEqual([]);
  }

  it('restores to the moment before the accident, proves the key on the restored data, and leaves nothing behind', () => {
    const { data, result } = whole;
    expect(result.status, result.stderr + result.stdout).toBe(0);
    const answer = RunAnswer.parse(result.json());
    expect(answer.run).toMatchObject({ mode: 'rehearsal', state: 'succeeded', rto: { target_s: 14_400, met: true }, rpo: { target_s: 900, met: true } });
    expect(stepOf(answer, 'count-tenants')).toMatchObject({ state: 'succeeded', exit_codes: [0] });
    expect(stepOf(answer, 'count-tenants').assertions[0]?.actual).toContain(`enough: ${TENANTS}`);
    expect(stepOf(answer, 'restore-database').assertions.every(({ ok }) => ok)).toBe(true);
    for (const id of ['prove-key', 'ready', 'apply-manifests', 'agent-chain', 'tls-holds', 'stop-sandbox-database']) expect(stepOf(answer, id).state, id).toBe('succeeded');
    for (const id of ['build-cluster', 'rollout']) expect(stepOf(answer, id).state, id).toBe('skipped');
    const lostMs = Date.parse(lab.outageAt) - Date.parse(answer.run.rpo.newest_at ?? '');
    expect(lostMs).toBeGreaterThan(0);
    expect(Math.abs((answer.run.rpo.achieved_s ?? -1) - lostMs / 1000)).toBeLessThanOrEqual(1);
    expectNothingLeft(data);
  });

  it('keeps the master key and the password out of everything that it writes', () => {
    const secrets = ['master.key', 'pg-password'].map((name) => readFileSync(join(lab.kit, name), 'utf8').trim());
    const forms = secrets.flatMap((secret) => [secret, Buffer.from(secret).toString('base64'), Buffer.from(secret).toString('hex')]);
    const files = readdirSync(whole.data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    expect(files.length).toBeGreaterThan(10);
    const holding = files.filter((file) => { const bytes = readFileSync(file); return forms.some((form) => bytes.includes(form)); });
    expect(holding).toEqual([]);
    expect(forms.some((form) => whole.result.stdout.includes(form) || whole.result.stderr.includes(form))).toBe(false);
  });

  it('stops at the canary when the kit holds another key', async () => {
    const { values } = lab.copyKit((folder) => { writeFileSync(join(folder, 'master.key'), 'another key, not the one of that time\n'); });
    const answer = RunAnswer.parse((await rehearse(dataDir(), values)).json());
    expect(answer.run.state).toBe('failed');
    expect(stepOf(answer, 'have-key').state).toBe('failed');
    expect(stepOf(answer, 'restore-database').state).not.toBe('succeeded');
    const readiness = await ready(values, 'key-canary');
    expect(readiness.status).toBe(1);
    expect(ReadyAnswer.parse(readiness.json()).checks.find(({ id }) => id === 'key-canary')).toMatchObject({ outcome: 'fail', suspects: ['wrong-key'] });
  });

  it('finds a key that was rotated silently: the canary opens, the restored value does not', async () => {
    const { kit, values } = lab.copyKit((folder) => {
      const rotated = randomBytes(32).toString('base64url');
      writeFileSync(join(folder, 'master.key'), `${rotated}\n`);
      writeFileSync(join(folder, 'canary.txt'), sealValue('This is the canary of Ampora.', Buffer.from(rotated)));
    });
    const data = dataDir();
    const result = await rehearse(data, values);
    expect(result.status).toBe(1);
    const answer = RunAnswer.parse(result.json());
    expect(stepOf(answer, 'have-key').state).toBe('succeeded');
    expect(stepOf(answer, 'prove-key').state).toBe('failed');
    expect(stepOf(answer, 'apply-manifests').state).not.toBe('succeeded');
    await command('resume', answer.run.id, '--answers', abortAnswers(kit), '--data-dir', data, '--json');
    expectNothingLeft(data);
    const readiness = ReadyAnswer.parse((await ready(values, 'newest-backup')).json());
    expect(readiness.state).toBe('NOT_READY');
    expect(readiness.checks.find(({ id }) => id === 'newest-backup')?.suspects[0]).toBe('wrong-key');
  });

  /** What a person answers to a failed key proof: give up. */
  function abortAnswers(kit: string): string {
    const path = join(kit, 'abort.yaml');
    writeFileSync(path, `${readFileSync(lab.answers, 'utf8')}\nfailures:\n  prove-key: [{ do: abort, reason: 'The key was rotated; this was a drill.', by: lab }]\n`, { mode: 0o644 });
    giveToLab(path);
    return path;
  }

  it('finds a damaged repository before anything is restored', async () => {
    const { values } = lab.copyKit((folder) => { flipByte(largestDataFile(join(folder, 'repo', 'backup'))); });
    const readiness = await ready(values, 'repository', 'newest-backup');
    expect(readiness.status).toBe(1);
    const answer = ReadyAnswer.parse(readiness.json());
    expect(answer.state).toBe('NOT_READY');
    expect(answer.checks.find(({ id }) => id === 'repository')).toMatchObject({ outcome: 'fail', suspects: ['damaged-repository'] });
    const run = RunAnswer.parse((await rehearse(dataDir(), values)).json());
    expect(run.run.state).toBe('failed');
    expect(stepOf(run, 'have-backup').state).toBe('failed');
  });

  it('is ready on the whole lab: the backup restores, the key opens a value of it, TLS, image and manifests hold', async () => {
    const result = await ready(lab.values);
    const answer = ReadyAnswer.parse(result.json());
    expect(answer.checks.filter(({ id, outcome }) => ['repository', 'archive-fresh', 'newest-backup', 'key-canary', 'tls', 'manifests', 'image', 'tool-postgres', 'tool-pgbackrest'].includes(id) && outcome !== 'pass')).toEqual([]);
    expect(answer.checks.find(({ id }) => id === 'newest-backup')?.evidence.level).toBe('key-proven');
    expect(answer.state).toBe('READY');
    expect(result.status).toBe(0);
  });
});

/** Manifests are kept twice by pgBackRest, so one damaged copy is no damage yet. */
function largestDataFile(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && entry.name.endsWith('.zst')).map((entry) => join(entry.parentPath, entry.name));
  return files.reduce((largest, file) => (statSync(file).size > statSync(largest).size ? file : largest));
}

function flipByte(file: string): void {
  const bytes = readFileSync(file);
  const middle = Math.floor(bytes.length / 2);
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 0x10, middle);
  writeFileSync(file, bytes);
}
