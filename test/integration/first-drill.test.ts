/** The First drill through the command line: from an empty data folder to a report, and what happens when its material is broken. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { split } from 'shamir-secret-sharing';
import { Decrypter, Encrypter, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../electron/engine/clock.ts';
import { openDataFolder } from '../../electron/engine/data-folder.ts';
import { enrollDrillKey } from '../../electron/engine/drill/enroll-drill-key.ts';
import { FIRST_DRILL_PEOPLE, prepareFirstDrill } from '../../electron/engine/drill/first-drill.ts';
import { sealValue } from '../../electron/engine/drill/seal.ts';
import { findInstallation } from '../../electron/engine/installation.ts';
import { drillHost, makeMaterial, RUNBOOK_DIR, type Material } from '../engine/drill/drill-material.ts';
import { blackstart, ReadyAnswer, RunAnswer, stepOf } from './command-line.ts';

const MINUTES = 60_000;
const env = {
  PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: process.env['HOME'] ?? '/', LANG: 'C.UTF-8',
  ...Object.fromEntries(FIRST_DRILL_PEOPLE.map(({ env: name, passphrase }) => [name, passphrase])),
};

let material: Material;
const command = (...argv: string[]) => blackstart([...argv, '--data-dir', material.dataDir], { env, cwd: material.dataDir });
const rehearse = () => command('run', 'first-drill', '--mode', 'rehearsal', '--answers', join(RUNBOOK_DIR, 'answers.yaml'), '--json');
async function ready(): Promise<ReturnType<typeof ReadyAnswer.parse>> {
  const result = await command('ready', 'first-drill', '--json');
  return ReadyAnswer.parse(result.json());
}
const failed = (answer: ReturnType<typeof ReadyAnswer.parse>) => answer.checks.filter(({ outcome }) => outcome === 'fail');

beforeAll(async () => {
  material = await makeMaterial();
  for (const { name, roles, env: variable } of FIRST_DRILL_PEOPLE) {
    const enrolled = await command('people', 'enroll', name, ...roles.flatMap((role) => ['--role', role]), '--passphrase-env', variable);
    expect(enrolled.status, enrolled.stderr).toBe(0);
  }
}, MINUTES);
beforeEach(async () => {
  await prepareFirstDrill(drillHost(material.dataDir, { now: Date.now(), fresh: true }));
  await enroll();
});
afterAll(() => { rmSync(material.dataDir, { recursive: true, force: true }); });

/** As opening the drill does: the shares of a new making come into the drill's register. */
async function enroll(): Promise<void> {
  const { node, launcher, runbooks } = findInstallation(process.execPath);
  const folder = openDataFolder({ dataDir: material.dataDir, clock: systemClock(), nodePath: node, launcher, env, runbookDirs: [runbooks] });
  try {
    await enrollDrillKey(folder.escrow.host, material.path('.'));
  } finally {
    await folder.close();
  }
}

/** Flips one bit of a share's value; it stays a share that can be read. */
function flipBit(share: string): void {
  const bytes = Buffer.from(readFileSync(share, 'utf8'), 'base64');
  bytes.writeUInt8(bytes.readUInt8(5) ^ 1, 5);
  writeFileSync(share, bytes.toString('base64'));
}

describe('the First drill', { timeout: 2 * MINUTES }, () => {
  it('is ready, with the backup proven to its key', async () => {
    const answer = await ready();
    expect(failed(answer)).toEqual([]);
    expect(answer.state).toBe('READY');
    expect(answer.checks.find(({ id }) => id === 'newest-backup')?.evidence.level).toBe('key-proven');
  });

  it('succeeds from end to end, well within its targets', async () => {
    const result = await rehearse();
    expect(result.status, result.stderr + result.stdout).toBe(0);
    const { run } = RunAnswer.parse(result.json());
    expect(run).toMatchObject({ mode: 'rehearsal', state: 'succeeded', rto: { target_s: 600, met: true }, rpo: { target_s: 86_400, met: true } });
    expect(run.steps.filter(({ state }) => state !== 'succeeded').map(({ id, state }) => [id, state])).toEqual([['restore-previous', 'skipped']]);
    expect(run.steps.find(({ id }) => id === 'healthy')?.assertions.every(({ ok }) => ok)).toBe(true);
    const left = join(material.dataDir, 'scratch');
    expect(existsSync(left) ? readdirSync(left) : []).toEqual([]);
  });

  it('leaves a record that holds', async () => {
    const result = await command('record', 'verify', '--json');
    expect(result.status, result.stdout).toBe(0);
    expect(result.json()).toMatchObject({ ok: true, problems: [] });
  });

  it('ends in a report', async () => {
    const path = join(material.dataDir, 'report.html');
    const result = await command('report', 'last', '--format', 'html', '-o', path);
    expect(result.status, result.stderr).toBe(0);
    expect(readFileSync(path, 'utf8')).toContain('light the harbour again');
  });
});

describe('the First drill turns red', { timeout: 2 * MINUTES }, () => {
  const backup = () => material.path('backup/lanterns-evening.sqlite.age');

  it('when a byte of the backup is flipped, and suspects the damaged backup', async () => {
    const bytes = readFileSync(backup());
    bytes.writeUInt8(bytes.readUInt8(5_000) ^ 1, 5_000);
    writeFileSync(backup(), bytes);
    const answer = await ready();
    expect(answer.state).toBe('NOT_READY');
    expect(failed(answer)[0]).toMatchObject({ id: 'backup-whole', suspects: ['damaged-backup'] });
    const { run } = RunAnswer.parse((await rehearse()).json());
    expect(run.state).toBe('failed');
    expect(stepOf({ run }, 'backup-first').state).toBe('failed');
    expect(stepOf({ run }, 'restore-newest').state).toBe('pending');
  });

  it('when the key was rotated, and suspects the wrong key', async () => {
    const rotated = randomBytes(32).toString('base64url');
    const names = readdirSync(material.path('custodians')).sort();
    (await split(new Uint8Array(Buffer.from(rotated)), 5, 3)).forEach((share, index) => writeFileSync(material.path(`custodians/${names[index] ?? ''}`), Buffer.from(share).toString('base64')));
    writeFileSync(material.path('kit/canary.txt'), sealValue('The lamps are lit.', Buffer.from(rotated)));
    writeFileSync(material.path('kit/making.txt'), 'rotated\n');
    await enroll();
    const answer = await ready();
    expect(answer.state).toBe('NOT_READY');
    expect(failed(answer).map(({ id, suspects }) => [id, suspects[0]])).toEqual([['newest-backup', 'wrong-key']]);
    const { run } = RunAnswer.parse((await rehearse()).json());
    expect(run.state).toBe('failed');
    expect(stepOf({ run }, 'prove-key')).toMatchObject({ state: 'failed' });
    expect(stepOf({ run }, 'start-lanterns').state).toBe('pending');
  });

  it('when a bit of a share is flipped, and names the share and who holds it', async () => {
    flipBit(material.path('custodians/2-tomas-reed.share'));
    const answer = await ready();
    expect(answer.state).toBe('NOT_READY');
    const escrow = failed(answer).find(({ id }) => id === 'escrow');
    expect(escrow).toMatchObject({ suspects: ['damaged-share'] });
    expect(escrow?.summary).toContain('Tomas Reed');
    const { run } = RunAnswer.parse((await rehearse()).json());
    expect(run.state).toBe('failed');
    expect(stepOf({ run }, 'key-first')).toMatchObject({ state: 'failed' });
    expect(stepOf({ run }, 'key-first').reason).toContain('2-tomas-reed.share');
    expect(stepOf({ run }, 'take-key').state).toBe('pending');
  });

  it('when rows were dropped before the backup, and suspects the rows', async () => {
    await rewriteBackup(backup(), 'DELETE FROM readings WHERE lantern > 40; DELETE FROM lanterns WHERE id > 40;');
    const answer = await ready();
    expect(answer.state).toBe('NOT_READY');
    expect(failed(answer).map(({ id, suspects }) => [id, suspects[0]])).toEqual([['backup-restores', 'rows-missing']]);
    const { run } = RunAnswer.parse((await rehearse()).json());
    expect(run.state).toBe('failed');
    expect(stepOf({ run }, 'count-lanterns')).toMatchObject({ state: 'failed' });
    expect(stepOf({ run }, 'count-lanterns').assertions[0]).toMatchObject({ ok: false });
  });
});

/** As if the backup had been made after `sql`: opened, changed, sealed again, with sums that match. */
async function rewriteBackup(path: string, sql: string): Promise<void> {
  const identity = material.text('kit/backup-identity.txt').split('\n').find((line) => line.startsWith('AGE-SECRET-KEY-')) ?? '';
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const plain = join(material.dataDir, 'plain.sqlite');
  writeFileSync(plain, await decrypter.decrypt(new Uint8Array(readFileSync(path))));
  const database = new DatabaseSync(plain);
  database.exec(sql);
  database.close();
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(identity));
  const sealed = await encrypter.encrypt(new Uint8Array(readFileSync(plain)));
  rmSync(plain);
  writeFileSync(path, sealed);
  const sums = material.path('backup/SHA256SUMS');
  const name = 'lanterns-evening.sqlite.age';
  writeFileSync(sums, readFileSync(sums, 'utf8').replace(new RegExp(`^[0-9a-f]{64}  ${name}$`, 'mu'), `${createHash('sha256').update(sealed).digest('hex')}  ${name}`));
}
