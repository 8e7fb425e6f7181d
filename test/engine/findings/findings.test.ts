import { describe, expect, it } from 'vitest';
import type { NewFinding } from '../../../electron/contract/after-action.ts';
import { EngineError } from '../../../electron/contract/errors.ts';
import type { Clock } from '../../../electron/engine/deps.ts';
import { systemClock } from '../../../electron/engine/clock.ts';
import { createFindings, improvementPlan, readFindings, type Findings } from '../../../electron/engine/findings/findings.ts';
import { findingWarnings } from '../../../electron/engine/findings/warnings.ts';
import { parseHotWash } from '../../../electron/engine/findings/parse-hot-wash.ts';
import { createReports, readReport, renderReport } from '../../../electron/engine/report/report.ts';
import { loadRunbook } from '../../../electron/engine/runbook/parse.ts';
import { verifyRecord } from '../../../electron/engine/verify/verify-record.ts';
import { openLab, step, type RunLab } from '../../support/run-lab.ts';

const BOOK = `${step('greet', 'kind: run\nbudget: 1m\nrun: [echo, hello]\nverify: [{ stdout: { equals: hello } }]')}
\`\`\`yaml findings
- { id: no-witness, title: Nobody looks on at night, severity: medium, owner: Jonas Weidmann, due: 2026-06-30 }
- { id: old-gap, title: Closed long ago, status: closed }
\`\`\`
`;
const FRONT = 'drills: [{ kind: rehearsal, title: Quarterly drill, every: 3mo }]';
const LATE: NewFinding = { title: 'The key came late', severity: 'high', by: 'Ruth Adeyemi', description: 'Nobody knew the drawer', root_cause: 'No register', action: 'Keep a register', owner: 'Priya Raman', due: '2026-10-01' };

interface Office { lab: RunLab; findings: Findings; run: string; clock: { day: string } }

/** A finished run of a runbook with a known gap; the date can be set. */
async function openOffice(): Promise<Office> {
  const clock = { day: '2026-09-20' };
  const lab = openLab();
  const { run } = await lab.drive(BOOK, { front: FRONT, operator: 'jonas-weidmann' });
  const at: Clock = { ...systemClock(), now: () => Date.parse(`${clock.day}T12:00:00Z`) };
  const book = loadRunbook(lab.write(BOOK, FRONT));
  return { lab, run: run.id, clock, findings: createFindings({ journal: lab.journal, people: lab.people, clock: at, runbooks: () => [book], run: (name) => lab.runs.view(name) }) };
}

function fault(work: () => unknown): EngineError {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof EngineError) return thrown;
    throw thrown;
  }
  throw new Error('it should have been refused');
}

describe('a finding', { timeout: 60_000 }, () => {
  it('is raised of a run, by name, and gets an id from its title', async () => {
    const { findings, run, lab } = await openOffice();
    const made = findings.raise({ ...LATE, run });
    expect(made).toMatchObject({ id: 'the-key-came-late', runbook: 'book', run, status: 'open', source: 'raised', raised_by: 'Ruth Adeyemi', overdue_days: 0 });
    expect(findings.raise({ ...LATE, run }).id).toBe('the-key-came-late-2');
    expect(lab.events(run, 'finding.raised')).toHaveLength(2);
    expect(await verifyRecord(lab.dataDir)).toMatchObject({ ok: true });
  });

  it('moves on by name and reason; what was said before stays', async () => {
    const { findings, run } = await openOffice();
    const { id } = findings.raise({ ...LATE, run });
    findings.change({ id, by: 'Priya Raman', reason: 'begun', set: { status: 'in-work' } });
    const changed = findings.change({ id, by: 'Priya Raman', reason: 'the printer is slow', set: { due: '2026-11-01', owner: null } });
    expect(changed).toMatchObject({ status: 'in-work', due: '2026-11-01', owner: null });
    expect(changed.history.map(({ by, reason, fields }) => [by, reason, fields.length])).toEqual([['Ruth Adeyemi', null, 8], ['Priya Raman', 'begun', 1], ['Priya Raman', 'the printer is slow', 2]]);
    expect(changed.history[2]?.fields).toContainEqual({ field: 'due', was: '2026-10-01', now: '2026-11-01' });
  });

  it('of severity high is closed with the run that retested it, or with a reason of its own', async () => {
    const { findings, run, lab } = await openOffice();
    const { id } = findings.raise({ ...LATE, run });
    const close = { id, by: 'Ruth Adeyemi', reason: 'the register is there', set: { status: 'done' } } as const;
    expect(fault(() => findings.change(close))).toMatchObject({ code: 'refused', message: expect.stringContaining('without a retest') });
    expect(fault(() => findings.change({ ...close, without_retest: '  ' })).code).toBe('refused');
    // lowering the severity in the same breath is no way around it
    expect(fault(() => findings.change({ ...close, set: { status: 'done', severity: 'low' } })).code).toBe('refused');
    expect(fault(() => findings.change({ ...close, set: { status: 'done', retest_run: run } })).message).toContain('the run that found it');
    const { run: again } = await lab.drive(BOOK, { front: FRONT, operator: 'jonas-weidmann' });
    expect(findings.change({ ...close, set: { status: 'done', retest_run: again.id } })).toMatchObject({ closed: true, retest_run: again.id });
    const other = findings.raise({ ...LATE, run });
    expect(findings.change({ ...close, id: other.id, without_retest: 'the site is given up' }).history.at(-1)).toMatchObject({ without_retest: 'the site is given up' });
    const low = findings.raise({ ...LATE, severity: 'low', run });
    expect(findings.change({ ...close, id: low.id }).closed).toBe(true);
  });

  it('is retested only by a run that ended well', async () => {
    const { findings, run, lab } = await openOffice();
    const { id } = findings.raise({ ...LATE, run });
    const { run: failed } = await lab.drive(step('fail', 'kind: run\nbudget: 1m\nrun: [sh, -c, "exit 3"]'), { operator: 'jonas-weidmann' });
    const retest = (by: string): EngineError => fault(() => findings.change({ id, by: 'Ruth Adeyemi', reason: 'seen', set: { retest_run: by } }));
    expect(retest(failed.id).message).toContain('over');
    expect(retest('no-such-run').code).toBe('not-found');
    expect(fault(() => findings.change({ id, by: 'Ruth Adeyemi', reason: 'planned', set: { retest_drill: 'Yearly drill' } })).hint).toContain('Quarterly drill');
    expect(findings.change({ id, by: 'Ruth Adeyemi', reason: 'planned', set: { retest_drill: 'Quarterly drill' } }).retest_drill).toBe('Quarterly drill');
  });

  it('needs a name, a reason, something that changes, and a place', async () => {
    const { findings, run, lab } = await openOffice();
    const { id } = findings.raise({ ...LATE, run });
    const entries = lab.journal.head.size;
    const change = (more: object): EngineError => fault(() => findings.change({ id, by: 'Ruth Adeyemi', reason: 'why', set: { status: 'in-work' }, ...more }));
    expect(change({ by: ' ' }).code).toBe('usage');
    expect(change({ reason: ' ' }).code).toBe('usage');
    expect(change({ set: { status: 'open' } }).message).toContain('Nothing of the finding changes');
    expect(change({ id: 'the-key-came-lat' }).hint).toContain('the-key-came-late');
    expect(fault(() => findings.raise({ ...LATE }))).toMatchObject({ code: 'usage' });
    expect(fault(() => findings.raise({ ...LATE, runbook: 'buch' })).code).toBe('not-found');
    expect(fault(() => findings.raise({ ...LATE, run, runbook: 'other' })).code).toBe('refused');
    expect(fault(() => findings.raise({ ...LATE, run, id }))).toMatchObject({ code: 'refused' });
    expect(lab.journal.head.size).toBe(entries);
  });

  it('is not changed by somebody whose enrolment was revoked', async () => {
    const { findings, run, lab } = await openOffice();
    await lab.people.enroll({ name: 'Rita Gone', roles: ['witness'], passphrase: 'four quiet words here' });
    await lab.people.revoke('rita-gone');
    expect(fault(() => findings.raise({ ...LATE, run, by: 'Rita Gone' })).message).toContain('was revoked');
  });
});

describe('the improvement plan', { timeout: 60_000 }, () => {
  it('lists by date, says in words what is overdue, and puts what is closed at the end', async () => {
    const { findings, run, clock, lab } = await openOffice();
    findings.raise({ ...LATE, run });
    findings.raise({ title: 'No date yet', severity: 'low', by: 'Ruth Adeyemi', run });
    clock.day = '2026-10-13';
    const { findings: all, open, overdue } = findings.plan();
    expect(all.map(({ id }) => id)).toEqual(['no-witness', 'the-key-came-late', 'no-date-yet', 'old-gap']);
    expect([open, overdue]).toEqual([3, 2]);
    expect(all[1]?.overdue_days).toBe(12);
    expect(findingWarnings(all)).toEqual([
      'Finding “The key came late” (high) is open, 12 days overdue; owner Priya Raman.',
      'Finding “No date yet” (low) is open, no date; nobody owns it.',
      '1 gap that the runbook names is open: Nobody looks on at night.',
    ]);
    // a reader sees the same
    expect(improvementPlan(readFindings(lab.journal), [loadRunbook(lab.write(BOOK, FRONT))], Date.parse('2026-10-13T12:00:00Z')).findings.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
  });

  it('takes in a gap that the runbook names, once somebody speaks of it', async () => {
    const { findings, clock } = await openOffice();
    clock.day = '2026-07-02';
    expect(findings.change({ id: 'book/no-witness', by: 'Ruth Adeyemi', reason: 'an alarm was bought', set: { status: 'in-work', due: '2026-08-01' } })).toMatchObject({ source: 'runbook', status: 'in-work', overdue_days: 0, run: null });
    expect(findingWarnings(findings.plan().findings)[0]).toContain('is in work, due 2026-08-01; owner Jonas Weidmann');
  });

  it('takes in what a report said of findings, with its words', async () => {
    const { findings, run, lab } = await openOffice();
    const reports = createReports({ reader: lab.journal, dataDir: lab.dataDir, clock: systemClock(), device: lab.journal.device.vkey }, lab.people);
    reports.complete(lab.runs.view(run), { by: 'Ruth Adeyemi', facts: { findings: [{ id: 'from-report', title: 'Said in a report', severity: 'high', status: 'in progress', retest: 'drill Q4' }] } });
    expect(findings.plan().findings.find(({ id }) => id === 'from-report')).toMatchObject({ source: 'report', run, status: 'in-work', retest_drill: 'drill Q4' });
    const report = reports.read(lab.runs.view(run));
    expect(report.findings.find(({ id }) => id === 'from-report')).toMatchObject({ status: 'in progress', retest: 'drill Q4' });
  });
});

describe('the report', { timeout: 60_000 }, () => {
  it('holds findings as they stood at its revision; what becomes of them later does not make it old', async () => {
    const { findings, run, lab } = await openOffice();
    for (const [name, role] of [['Jonas Weidmann', 'operator'], ['Ruth Adeyemi', 'witness']] as const) await lab.people.enroll({ name, roles: [role], passphrase: 'four quiet words here' });
    const record = { reader: lab.journal, dataDir: lab.dataDir, clock: systemClock(), device: lab.journal.device.vkey };
    const reports = createReports(record, lab.people);
    const view = (): ReturnType<RunLab['runs']['view']> => lab.runs.view(run);
    const { id } = findings.raise({ ...LATE, run });
    findings.sayHotWash(run, 'Ruth Adeyemi', { went_well: 'The backup was whole', went_badly: 'The key came late', why: 'Nobody knew the drawer' });
    await reports.sign(view(), { person: 'ruth-adeyemi', role: 'witness', passphrase: 'four quiet words here' });
    findings.change({ id, by: 'Priya Raman', reason: 'done', set: { status: 'done' }, without_retest: 'the drawer is gone' });
    const frozen = readReport(record, view());
    expect(frozen.approval.revision.number).toBe(1);
    expect(frozen.findings.find((one) => one.id === id)).toMatchObject({ status: 'open', owner: 'Priya Raman', due: '2026-10-01' });
    // a finding that is raised later is something new, and makes the next revision
    findings.raise({ ...LATE, title: 'Seen later', run });
    const draft = readReport(record, view());
    expect(draft.approval.revision.number).toBe(2);
    expect(draft.findings.map((one) => [one.id, one.status])).toEqual([['no-witness', 'open'], ['old-gap', 'closed'], [id, 'done'], ['seen-later', 'open']]);
    for (const words of ['Hot wash, as Ruth Adeyemi recorded it', 'The backup was whole', 'Nobody knew the drawer', 'Keep a register']) expect(renderReport(draft, 'html')).toContain(words);
    expect(renderReport(draft, 'md')).toContain('What went well');
  });
});

describe('a hot wash', { timeout: 60_000 }, () => {
  it('is said at the end of a run, by name, and corrected without erasing', async () => {
    const { findings, run } = await openOffice();
    expect(findings.hotWash(run)).toBeNull();
    findings.sayHotWash(run, 'Ruth Adeyemi', { planned: 'A restore in an hour' });
    expect(findings.sayHotWash(run, 'Priya Raman', { planned: 'A restore in two hours', why: 'the disk is slow' })).toMatchObject({ by: 'Priya Raman', earlier: 1, said: { planned: 'A restore in two hours' } });
    expect(fault(() => findings.sayHotWash(run, 'Ruth Adeyemi', {})).message).toContain('says nothing');
    expect(fault(() => findings.sayHotWash(run, '', { why: 'x' })).code).toBe('usage');
    expect(fault(() => findings.sayHotWash('nothing', 'Ruth Adeyemi', { why: 'x' })).code).toBe('not-found');
  });

  it('is not said of a run that is under way', async () => {
    const { findings, lab } = await openOffice();
    const { run } = await lab.drive(step('ask', 'kind: manual\nbudget: 1m\nconfirm: Is it there?'), { operator: 'jonas-weidmann' });
    expect(fault(() => findings.sayHotWash(run.id, 'Ruth Adeyemi', { why: 'x' })).message).toContain('at the end of a run');
  });

  it('is read from a file of answers, which asks for nothing else', () => {
    expect(parseHotWash('went_well: |\n  All of it\n  and more\n', 'w.yaml')).toEqual({ went_well: 'All of it\nand more' });
    expect(fault(() => parseHotWash('colour: red\n', 'w.yaml'))).toMatchObject({ code: 'refused', hint: expect.stringContaining('went_badly') });
    expect(fault(() => parseHotWash('a: [', 'w.yaml')).message).toContain('not valid YAML');
  });
});
