import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CheckBlock } from '../../../electron/contract/check.ts';
import { EngineError } from '../../../electron/contract/errors.ts';
import type { CheckProgress, Outcome, ReadinessReport } from '../../../electron/contract/readiness.ts';
import type { Runbook } from '../../../electron/contract/runbook.ts';
import { openJournal } from '../../../electron/engine/journal/open-journal.ts';
import type { Journal } from '../../../electron/engine/journal/journal.ts';
import { stateOf } from '../../../electron/engine/readiness/evaluate.ts';
import { foldReadiness } from '../../../electron/engine/readiness/fold-readiness.ts';
import { createReadiness } from '../../../electron/engine/readiness/readiness.ts';
import type { CheckRun, Readiness } from '../../../electron/engine/readiness/readiness.ts';
import { createPeople } from '../../../electron/engine/people/people.ts';
import { loadRunbook } from '../../../electron/engine/runbook/parse.ts';
import { createSecretStore } from '../../../electron/engine/secrets/secret-store.ts';
import { createRedactor } from '../../../electron/engine/tool/create-redactor.ts';
import { toolEnvironment } from '../../../electron/engine/tool/environment.ts';
import { runTool } from '../../../electron/engine/tool/run-tool.ts';
import { lanterns } from '../../support/lanterns.ts';
import { setClock } from '../../support/set-clock.ts';
import type { SetClock } from '../../support/set-clock.ts';

const CHECKS = `
\`\`\`yaml check
{ id: kit, title: The kit is there, kind: file, path: kit.txt, severity: blocker, expires: 1d, remedy: Copy it again. }
\`\`\`
\`\`\`yaml check
{ id: notes, title: The notes are there, kind: file, path: notes.txt, severity: warning, expires: 1d }
\`\`\`
\`\`\`yaml check
{ id: sealed, title: The bag is sealed, kind: attest, statement: The seal of the bag is whole., severity: blocker, expires: 30d, evidence: note }
\`\`\`
`;

let folder = '';
let clock: SetClock;
let journal: Journal;
let readiness: Readiness;
let runbook: Runbook;
let progress: CheckProgress[];
let changes: ReadinessReport[];

function write(checks: string, more = ''): Runbook {
  const path = join(folder, 'lanterns.runbook.md');
  writeFileSync(path, lanterns({ front: `review_every: 90d\n${more}`, checks }));
  return loadRunbook(path);
}

const run = (more: Partial<CheckRun> = {}): CheckRun => ({ fill: (block) => block, secrets: createSecretStore(), redactor: createRedactor([]), actor: 'engine', ...more });
const outcomes = (report: ReadinessReport): Record<string, Outcome> => Object.fromEntries(report.checks.map((check) => [check.id, check.outcome]));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'readiness-'));
  clock = setClock();
  journal = openJournal({ dataDir: join(folder, 'data'), clock });
  [progress, changes] = [[], []];
  readiness = createReadiness({ clock, runTool, journal, dataDir: join(folder, 'data'), env: toolEnvironment(process.env, []), onProgress: (one) => progress.push(one), onChanged: (report) => changes.push(report) });
  writeFileSync(join(folder, 'kit.txt'), 'a rope and a lamp');
  writeFileSync(join(folder, 'notes.txt'), 'turn left');
  runbook = write(CHECKS);
});
afterEach(() => {
  journal.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the state of a runbook', () => {
  it('needs verification before anything was checked', () => {
    const report = readiness.view(runbook);
    expect(report.state).toBe('NEEDS_VERIFICATION');
    expect(report.checks.map((check) => [check.outcome, check.checked_at, check.expires_at])).toEqual([['unknown', null, null], ['unknown', null, null], ['unknown', null, null]]);
  });

  it('is ready once every blocker holds, the attested one included', async () => {
    expect((await readiness.check(runbook, run())).state).toBe('NEEDS_VERIFICATION');
    const report = readiness.attest(runbook, 'sealed', { by: 'Ada', actor: 'person/ada', note: 'seal 4711' });
    expect(report.state).toBe('READY');
    expect(report.checks[0]).toMatchObject({ outcome: 'pass', summary: 'kit.txt is there: 17 bytes.', checked_at: '2026-03-01T03:00:00.000Z', expires_at: '2026-03-02T03:00:00.000Z', remedy: 'Copy it again.' });
    expect(report.checks[2]).toMatchObject({ outcome: 'pass', evidence: { by: 'Ada', note: 'seal 4711' } });
  });

  it('is not ready while a blocker fails, whatever else is unknown', async () => {
    rmSync(join(folder, 'kit.txt'));
    const report = await readiness.check(runbook, run());
    expect(report.state).toBe('NOT_READY');
    expect(outcomes(report)).toEqual({ kit: 'fail', notes: 'pass', sealed: 'unknown' });
  });

  it('does not depend on warnings that fail', async () => {
    rmSync(join(folder, 'notes.txt'));
    readiness.attest(runbook, 'sealed', { by: 'Ada', actor: 'person/ada', note: 'seal 4711' });
    expect((await readiness.check(runbook, run())).state).toBe('READY');
  });

  it('goes back to needing verification when a result expires', async () => {
    readiness.attest(runbook, 'sealed', { by: 'Ada', actor: 'person/ada', note: 'seal 4711' });
    await readiness.check(runbook, run());
    clock.pass(86_400_000 - 1);
    expect(readiness.view(runbook).state).toBe('READY');
    clock.pass(1);
    expect(readiness.view(runbook)).toMatchObject({ state: 'NEEDS_VERIFICATION', checks: [{ outcome: 'pass', expired: true }, { expired: true }, { expired: false }] });
  });

  it('goes back to needing verification when the runbook is edited, and returns with the old bytes', async () => {
    readiness.attest(runbook, 'sealed', { by: 'Ada', actor: 'person/ada', note: 'seal 4711' });
    await readiness.check(runbook, run());
    const edited = write(`${CHECKS}\nOne more word.\n`);
    expect(readiness.view(edited).state).toBe('NEEDS_VERIFICATION');
    expect(readiness.view(runbook).state).toBe('READY');
  });

  it('does not trust results from a clock that was ahead', async () => {
    readiness.attest(runbook, 'sealed', { by: 'Ada', actor: 'person/ada', note: 'seal 4711' });
    await readiness.check(runbook, run());
    clock.setWall(clock.now() - 3_600_000);
    expect(readiness.view(runbook).state).toBe('NEEDS_VERIFICATION');
  });

  it('without any blocker needs verification for ever, and says why', async () => {
    const harmless = write('```yaml check\n{ id: notes, title: Notes, kind: file, path: notes.txt, severity: warning, expires: 1d }\n```\n');
    const report = await readiness.check(harmless, run());
    expect(report.state).toBe('NEEDS_VERIFICATION');
    expect(report.warnings).toContain('The runbook has no blocking check, so nothing proves that a recovery would work.');
  });

  it('follows the rule of the specification for every mixture', () => {
    const one = fc.record({ severity: fc.constantFrom('blocker', 'warning'), outcome: fc.constantFrom<Outcome>('pass', 'warn', 'fail', 'unknown', 'overridden'), expired: fc.boolean(), checked_at: fc.constantFrom('2026-03-01T03:00:00.000Z', null) });
    fc.assert(fc.property(fc.array(one, { maxLength: 6 }), (checks) => {
      const blockers = checks.filter((check) => check.severity === 'blocker');
      const state = stateOf(checks);
      if (blockers.some((check) => check.outcome === 'fail')) expect(state).toBe('NOT_READY');
      else if (state === 'READY' || state === 'READY_WITH_OVERRIDES') {
        expect(blockers.length).toBeGreaterThan(0);
        expect(blockers.every((check) => ['pass', 'warn', 'overridden'].includes(check.outcome) && !check.expired && check.checked_at !== null)).toBe(true);
        expect(state === 'READY_WITH_OVERRIDES').toBe(checks.some((check) => check.outcome === 'overridden'));
      } else expect(state).toBe('NEEDS_VERIFICATION');
    }));
  });
});

describe('an override', () => {
  beforeEach(async () => {
    rmSync(join(folder, 'kit.txt'));
    readiness.attest(runbook, 'sealed', { by: 'Ada', actor: 'person/ada', note: 'seal 4711' });
    await readiness.check(runbook, run());
  });

  it('lets a failed blocker pass, with who and why, until the next result', async () => {
    const report = readiness.override(runbook, 'kit', { by: 'Ada', actor: 'person/ada', reason: 'The rope is in the other bag.' });
    expect(report.state).toBe('READY_WITH_OVERRIDES');
    expect(report.checks[0]).toMatchObject({ outcome: 'overridden', override: { by: 'Ada', reason: 'The rope is in the other bag.', at: '2026-03-01T03:00:00.000Z' }, summary: `${join(folder, 'kit.txt')} is not there.` });
    expect((await readiness.check(runbook, run())).state).toBe('NOT_READY');
  });

  it('expires with the check', () => {
    readiness.override(runbook, 'kit', { by: 'Ada', actor: 'person/ada', reason: 'The rope is in the other bag.' });
    clock.pass(86_400_000);
    expect(readiness.view(runbook).state).toBe('NEEDS_VERIFICATION');
  });

  it.each([['', 'a reason'], ['  ', 'a reason'], ['Ada', ' ']])('needs a name and a reason', (by, reason) => {
    expect(() => readiness.override(runbook, 'kit', { by, actor: 'person/ada', reason })).toThrow('missing');
    expect(readiness.view(runbook).state).toBe('NOT_READY');
  });

  it('of a check that does not exist is refused with the ones that do', () => {
    expect(() => readiness.override(runbook, 'rope', { by: 'Ada', actor: 'person/ada', reason: 'x' })).toThrow('has no check "rope"');
  });
});

describe('an attestation', () => {
  it('is not wiped by running the checks, until it expires', async () => {
    readiness.attest(runbook, 'sealed', { by: 'Ada', actor: 'person/ada', note: 'seal 4711' });
    await readiness.check(runbook, run());
    expect(outcomes(readiness.view(runbook))['sealed']).toBe('pass');
    clock.pass(30 * 86_400_000);
    expect(readiness.view(runbook).checks[2]).toMatchObject({ outcome: 'pass', expired: true });
    expect(outcomes(await readiness.check(runbook, run()))['sealed']).toBe('unknown');
  });

  it('is taken from people with the role that the check asks for, and from nobody else', async () => {
    const people = createPeople(journal);
    await people.enroll({ name: 'Ada', roles: ['operator'], passphrase: 'seven grey herons' });
    await people.enroll({ name: 'Robin Vale', roles: ['custodian'], passphrase: 'a lamp by the door' });
    const asking = write('```yaml check\n{ id: sealed, title: Sealed, kind: attest, statement: It is sealed., by: [custodian], severity: blocker, expires: 30d }\n```\n');
    const word = { by: 'Ada', actor: 'person/ada', note: '' };
    expect(() => readiness.attest(asking, 'sealed', word)).toThrow('may be attested by custodian; Ada is operator');
    expect(() => readiness.attest(asking, 'sealed', { ...word, by: 'Kim' })).toThrow('Kim is not enrolled');
    expect(readiness.view(asking).checks[0]?.outcome).toBe('unknown');
    expect(readiness.attest(asking, 'sealed', { ...word, by: 'Robin Vale' }).checks[0]).toMatchObject({ outcome: 'pass', evidence: { by: 'Robin Vale', note: '', asked: ['custodian'] } });
    expect(readiness.attest(asking, 'sealed', { ...word, by: 'robin-vale' }).state).toBe('READY');
    await people.revoke('robin-vale');
    expect(() => readiness.attest(asking, 'sealed', { ...word, by: 'robin-vale' })).toThrow('was revoked');
  });

  it('needs a person, its evidence, and a check of its kind', () => {
    expect(() => readiness.attest(runbook, 'sealed', { by: '', actor: 'person/ada', note: 'x' })).toThrow('missing');
    expect(() => readiness.attest(runbook, 'sealed', { by: 'Ada', actor: 'person/ada', note: ' ' })).toThrow('missing');
    expect(() => readiness.attest(runbook, 'kit', { by: 'Ada', actor: 'person/ada', note: 'x' })).toThrow('it is run, not attested');
  });
});

describe('running checks', () => {
  it('journals the start before and the result after, and another process folds the same state', async () => {
    await readiness.check(runbook, run({ only: ['kit'] }));
    const events = [...journal.events({ types: ['check.started', 'check.result'] })];
    expect(events.map((event) => [event.type, event.data['check'], event.data['sha256']])).toEqual([['check.started', 'kit', runbook.sha256], ['check.result', 'kit', runbook.sha256]]);
    const again = createReadiness({ clock, runTool, journal, dataDir: join(folder, 'data'), env: {} });
    expect(again.view(runbook)).toEqual(readiness.view(runbook));
    expect(foldReadiness(journal.events()).size).toBe(1);
    expect(changes.at(-1)).toEqual(readiness.view(runbook));
  });

  it('cancels them: they are unknown, and nothing of them stays', async () => {
    const slow = write('```yaml check\n{ id: slow, title: Slow, kind: command, run: [sleep, "60"], verify: [{ stdout: { equals: x } }], severity: blocker, expires: 1d }\n```\n');
    const stop = new AbortController();
    const whole = readiness.check(slow, run({ signal: stop.signal }));
    await expect(readiness.check(slow, run())).rejects.toThrow('running already');
    readiness.cancel('lanterns');
    expect((await whole).checks[0]).toMatchObject({ outcome: 'unknown', summary: 'The check was cancelled.', evidence: { reason: 'cancelled' } });
    expect((await readiness.check(slow, run({ signal: AbortSignal.abort() }))).checks[0]).toMatchObject({ evidence: { reason: 'cancelled' } });
  });

  it('turns what cannot be told into unknown with its reason, never into a pass', async () => {
    const odd = write('```yaml check\n{ id: shares, title: Shares, kind: escrow, key: k, severity: blocker, expires: 1d }\n```\n```yaml check\n{ id: bucket, title: Bucket, kind: s3-object, url: "s3://b/k", severity: warning, expires: 1d }\n```\n');
    const report = await readiness.check(odd, run());
    expect(report.checks.map((check) => [check.outcome, check.evidence['reason']])).toEqual([['unknown', 'not-enrolled'], ['unknown', 'refused']]);
  });

  it('makes a check unknown whose needs are marked dead', async () => {
    const needy = write('```yaml check\n{ id: kit, title: Kit, kind: file, path: kit.txt, severity: blocker, expires: 1d, needs_alive: [dns] }\n```\n');
    expect((await readiness.check(needy, run({ dead: ['dns'] }))).checks[0]).toMatchObject({ outcome: 'unknown', evidence: { reason: 'unreachable', dead: ['dns'] } });
    expect((await readiness.check(needy, run())).checks[0]?.outcome).toBe('pass');
  });

  it('makes a check unknown whose values are missing or make no sense', async () => {
    const missing = await readiness.check(runbook, run({ only: ['kit'], fill: () => { throw new EngineError('usage', 'The parameter kit has no value.', { hint: 'Give it.' }); } }));
    expect(missing.checks[0]).toMatchObject({ outcome: 'unknown', summary: 'The parameter kit has no value. Give it.', evidence: { reason: 'not-filled' } });
    const senseless = await readiness.check(runbook, run({ only: ['kit'], fill: (block) => CheckBlock.parse({ ...block, min_size: 'much' }) }));
    expect(senseless.checks[0]).toMatchObject({ outcome: 'unknown', evidence: { reason: 'not-filled' } });
  });

  it('tells its progress with the time that is left, and not too often', async () => {
    writeFileSync(join(folder, 'large'), Buffer.alloc(300 * 2 ** 20));
    const large = write(`\`\`\`yaml check\n{ id: large, title: Large, kind: file, path: large, sha256: "${'0'.repeat(64)}", severity: blocker, expires: 1d }\n\`\`\`\n`);
    const ticking = createReadiness({ clock: { ...clock, uptime: () => (clock.pass(2_000), clock.uptime()) }, runTool, journal, dataDir: join(folder, 'data'), env: {}, onProgress: (one) => progress.push(one) });
    expect((await ticking.check(large, run())).checks[0]?.outcome).toBe('fail');
    expect(progress.map(({ doing, total, unit }) => [doing, total, unit])).toContainEqual(['reading large', 300 * 2 ** 20, 'bytes']);
    expect(progress.filter(({ eta_s }) => eta_s !== undefined).length).toBeGreaterThan(0);
    expect(progress.at(-1)).toMatchObject({ done: 300 * 2 ** 20, eta_s: 0 });
  });

  it('stops them all when the record cannot be written, and says that', async () => {
    const failing = createReadiness({ clock, runTool, dataDir: join(folder, 'data'), env: {}, journal: { ...journal, head: journal.head, events: (filter) => journal.events(filter), append: () => { throw new EngineError('disk', 'The disk is full'); } } });
    await expect(failing.check(runbook, run())).rejects.toMatchObject({ code: 'disk' });
    await expect(failing.check(runbook, run())).rejects.toMatchObject({ code: 'disk' });
  });

  it('refuses a check that the runbook does not have, before anything is journaled', async () => {
    const before = journal.head.size;
    await expect(readiness.check(runbook, run({ only: ['kit', 'rope'] }))).rejects.toThrow('has no check "rope"');
    expect(journal.head.size).toBe(before);
  });

  it('keeps secrets out of summaries, evidence and journal', async () => {
    const secrets = createSecretStore();
    secrets.put('master_key', Buffer.from('swordfish-4711'), 'a test');
    const leaky = write('```yaml check\n{ id: leak, title: Leak, kind: command, run: [echo, "the word is swordfish-4711"], verify: [{ stdout: { equals: nothing } }], severity: blocker, expires: 1d }\n```\n');
    const report = await readiness.check(leaky, run({ secrets, redactor: createRedactor(secrets.all()) }));
    expect(report.checks[0]?.outcome).toBe('fail');
    expect(JSON.stringify([report, ...journal.events()])).not.toContain('swordfish-4711');
    journal.close();
    for (const name of ['journal.sqlite', 'journal.sqlite-wal'].filter((one) => existsSync(join(folder, 'data', one)))) expect(readFileSync(join(folder, 'data', name)).includes('swordfish-4711')).toBe(false);
    journal = openJournal({ dataDir: join(folder, 'data'), clock });
  });

  it('passes tools what the runbook lets through, and puts the toolbox first', async () => {
    process.env['LANTERN_COLOUR'] = 'green';
    const own = createReadiness({ clock, runTool, journal, dataDir: join(folder, 'data'), env: {}, processEnv: process.env });
    const passing = write('```yaml check\n{ id: env, title: Env, kind: command, run: [env], verify: [{ stdout: { contains: "LANTERN_COLOUR=green" } }, { stdout: { contains: "data/toolbox:" } }], severity: blocker, expires: 1d }\n```\n', 'env_pass: [LANTERN_COLOUR]\n');
    const report = await own.check(passing, run());
    delete process.env['LANTERN_COLOUR'];
    expect(report.checks[0]?.outcome).toBe('pass');
  });

  it('stores long evidence aside and keeps its beginning', async () => {
    const many = Array.from({ length: 200 }, () => '{ stdout: { contains: "lamp, and a long word to fill the room of the event" } }').join(', ');
    const long = write(`\`\`\`yaml check\n{ id: long, title: Long, kind: command, run: [cat, kit.txt], verify: [${many}], severity: blocker, expires: 1d }\n\`\`\`\n`);
    const report = await readiness.check(long, run());
    const stored = report.checks[0]?.evidence['full_evidence'];
    expect(stored).toMatchObject({ size: expect.any(Number) });
    expect(report.checks[0]?.evidence['exit_code']).toBe(0);
  });
});

describe('warnings', () => {
  it('name a review that is overdue', () => {
    clock.pass(90 * 86_400_000);
    expect(readiness.view(runbook).warnings).toEqual(['The runbook was last reviewed on 2026-02-01; it should be reviewed every 90d.']);
  });
});
