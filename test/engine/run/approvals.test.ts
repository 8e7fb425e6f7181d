import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { systemClock } from '../../../electron/engine/clock.ts';
import { openJournal } from '../../../electron/engine/journal/open-journal.ts';
import { approvalHolds, createPeople, type People } from '../../../electron/engine/people/people.ts';
import { readRunFacts } from '../../../electron/engine/report/run-facts.ts';
import { finish, openLab, step, type LabOptions, type RunLab } from '../../support/run-lab.ts';

const drop = step('drop', 'kind: run\nrun: [touch, "{{run_dir}}/dropped"]\npoint_of_no_return: true\napprove: { by: [vp, dba], quorum: 2 }');
const gate = step('gate', 'kind: approve\nby: [vp]') + step('after', 'kind: run\nrun: ["true"]');
const Blob = z.object({ sha256: z.string() });
const roles = 'roles:\n  operator: { min: 1 }\n  vp: { approves: true }\n  dba: { approves: true }';

/** A folder in which four people are enrolled; sealing their keys is slow on purpose, so it is done once. */
const staffed = mkdtempSync(join(tmpdir(), 'bs-staff-'));
const copies: string[] = [];
afterAll(() => [staffed, ...copies].forEach((folder) => rmSync(folder, { recursive: true, force: true })));

beforeAll(async () => {
  const dataDir = join(staffed, 'data');
  const journal = openJournal({ dataDir, clock: systemClock() });
  await enrolAll(createPeople(journal));
  journal.close();
}, 120_000);

function openStaffed(options: LabOptions = {}): RunLab {
  const folder = mkdtempSync(join(tmpdir(), 'bs-run-'));
  copies.push(folder);
  cpSync(staffed, folder, { recursive: true });
  return openLab({ ...options, folder });
}

async function enrolAll(people: People): Promise<void> {
  await people.enroll({ name: 'Olga Operator', roles: ['operator', 'dba'], passphrase: 'olga olga olga' });
  await people.enroll({ name: 'Vera Vice', roles: ['vp'], passphrase: 'vera vera vera' });
  await people.enroll({ name: 'Dan Data', roles: ['dba'], passphrase: 'dan dan dan dan' });
  await people.enroll({ name: 'Nils Nobody', roles: ['operator'], passphrase: 'nils nils nils' });
}

async function waitingAt(lab: RunLab, body: string, mode: 'live' | 'rehearsal' = 'live'): Promise<Awaited<ReturnType<RunLab['runs']['start']>>> {
  const path = lab.write(body, roles);
  const live = await lab.runs.start({ id: path, mode, params: {}, operator: 'olga-operator' }, 'auto');
  await live.settled();
  return live;
}

describe('an approval', () => {
  it('needs a quorum of different people, none of them the operator, and is signed by each', async () => {
    const lab = openStaffed();
    const live = await waitingAt(lab, drop);
    expect(live.view().steps[0]).toMatchObject({ state: 'waiting', waiting_for: 'approval', approvals_needed: { quorum: 2, not_self: true } });
    const approve = (person: string, passphrase: string): Promise<unknown> => lab.runs.command(live.id, { do: 'approve', step: 'drop', person, passphrase });
    await expect(approve('olga-operator', 'olga olga olga')).rejects.toThrow('cannot approve');
    await expect(approve('nils-nobody', 'nils nils nils')).rejects.toThrow('none of the roles');
    await expect(approve('vera-vice', 'wrong wrong')).rejects.toThrow('passphrase');
    await approve('vera-vice', 'vera vera vera');
    await expect(approve('vera-vice', 'vera vera vera')).rejects.toThrow('already');
    expect(live.view().steps[0]?.state).toBe('waiting');
    await approve('Dan Data', 'dan dan dan dan');
    await live.settled();
    expect(live.view()).toMatchObject({ state: 'succeeded', steps: [{ state: 'succeeded' }] });
    expect(live.view().steps[0]?.human_s).toBeGreaterThan(0);
    const [first] = lab.events(live.id, 'step.approved');
    const signature = lab.journal.blobs.read(Blob.parse(first?.data['signature']).sha256);
    const shown = Blob.parse(first?.data['statement']).sha256;
    const note = Buffer.from(signature).toString();
    const at = /^at (.*)$/mu.exec(note)?.[1] ?? '';
    expect(approvalHolds(note, { run: live.id, step: 'drop', person: 'vera-vice', role: 'vp', shown, at }, lab.people.find('vera-vice')?.vkey ?? '')).toBe(true);
  });

  it('is followed by a checkpoint', async () => {
    const lab = openStaffed();
    const live = await waitingAt(lab, gate);
    await lab.runs.command(live.id, { do: 'approve', step: 'gate', person: 'vera-vice', passphrase: 'vera vera vera' });
    await live.settled();
    const reasons = [...lab.journal.events({ types: ['record.checkpoint'] })].map(({ data }) => data['reason']);
    expect(reasons).toEqual(expect.arrayContaining(['run.created', 'step.approved', 'run.finished']));
  });

  it('cannot be passed by: an approval is given, refused, deferred, or gone around', async () => {
    const lab = openStaffed();
    const live = await waitingAt(lab, gate);
    for (const how of ['skip', 'override', 'done'] as const) await expect(lab.runs.command(live.id, { do: how, step: 'gate', reason: 'hurry' })).rejects.toThrow('approval');
    await lab.runs.command(live.id, { do: 'refuse', step: 'gate', person: 'vera-vice', passphrase: 'vera vera vera', reason: 'not this backup' });
    await live.settled();
    expect(live.view().steps[0]).toMatchObject({ state: 'failed', reason: 'Refused by Vera Vice: not this backup' });
    await lab.runs.command(live.id, { do: 'retry', step: 'gate', reason: 'other backup' });
    expect(live.view().steps[0]).toMatchObject({ state: 'waiting', waiting_for: 'approval' });
    await lab.runs.command(live.id, { do: 'approve', step: 'gate', person: 'vera-vice', passphrase: 'vera vera vera' });
    await live.settled();
    expect(live.state()).toBe('succeeded');
  });

  it('cannot be given once the run is over', async () => {
    const lab = openStaffed();
    const live = await waitingAt(lab, gate);
    await lab.runs.command(live.id, { do: 'abort', reason: 'false alarm' });
    await live.settled();
    await expect(lab.runs.command(live.id, { do: 'approve', step: 'gate', person: 'vera-vice', passphrase: 'vera vera vera' })).rejects.toThrow('aborted');
  });

  it('from an answers file is recorded as unattended, and a live run does not take it', async () => {
    const lab = openStaffed();
      const answers = { approvals: { gate: [{ by: 'Vera Vice', credential_env: 'VERA' }] } };
    const env = { VERA: 'vera vera vera' };
    const drill = await lab.drive(gate, { front: roles, answers, env });
    expect(drill, drill.why).toMatchObject({ exit: 0 });
    expect(lab.events(drill.live.id, 'step.approved')[0]?.data).toMatchObject({ unattended: true, by: 'vera-vice' });
    const live = await lab.drive(gate, { front: roles, answers, env, mode: 'live', operator: 'olga-operator' });
    expect(live).toMatchObject({ exit: 5, state: 'waiting' });
    expect(live.why).toContain('second person');
  });

  it('by somebody enrolled after the outage does not count in a live run', async () => {
    const lab = openStaffed();
    const path = lab.write(gate, roles);
      const live = await lab.runs.start({ id: path, mode: 'live', params: {}, operator: 'olga-operator', outage_at: '2020-01-01T00:00:00Z' }, 'auto');
    await expect(lab.runs.command(live.id, { do: 'approve', step: 'gate', person: 'vera-vice', passphrase: 'vera vera vera' })).rejects.toThrow('after the outage');
  });
});

describe('a point of no return', () => {
  it('asks for the id of the step to be typed', async () => {
    const lab = openStaffed();
    const live = await waitingAt(lab, step('drop', 'kind: run\nrun: ["true"]\npoint_of_no_return: true\nmodes: { rehearsal: skip }'));
    expect(live.view().steps[0]).toMatchObject({ waiting_for: 'point-of-no-return', commands: [['true']] });
    await expect(lab.runs.command(live.id, { do: 'start', step: 'drop' })).rejects.toThrow('type its id');
    await expect(lab.runs.command(live.id, { do: 'start', step: 'drop', typed_id: 'drp' })).rejects.toThrow('type its id');
    await lab.runs.command(live.id, { do: 'start', step: 'drop', typed_id: 'drop' });
    await live.settled();
    expect(live.state()).toBe('succeeded');
  });

  it('is refused in a rehearsal that would hit production by omission', async () => {
    const done = await openLab().drive(step('drop', 'kind: run\nrun: [dropdb, "{{db}}"]\npoint_of_no_return: true'), { front: 'params:\n  db: { type: string, default: production }', answers: { point_of_no_return: { drop: 'drop' } } }).catch((thrown: unknown) => thrown);
    if (done instanceof Error) expect(done.message).toContain('rehearsal');
    else expect(done).toMatchObject({ exit: 1 });
  });
});

describe('a live run', () => {
  it('needs an enrolled operator, and a word about an unsigned or unready runbook; without it no run is made', async () => {
    const lab = openStaffed({ signature: 'unsigned', readiness: 'NOT_READY' });
    const path = lab.write(gate, roles);
    const start = (more: Record<string, string>): Promise<unknown> => lab.runs.start({ id: path, mode: 'live', params: {}, ...more }, 'auto');
    await expect(start({})).rejects.toMatchObject({ code: 'usage' });
    await expect(start({ operator: 'Olga Operator' })).rejects.toMatchObject({ code: 'waiting' });
    await expect(start({ operator: 'Olga Operator', acknowledge_unsigned: 'own copy' })).rejects.toMatchObject({ code: 'waiting' });
    await expect(start({ operator: 'Mallory', acknowledge_unsigned: 'own copy', proceed_not_ready: 'no time' })).rejects.toThrow('not enrolled');
    expect(lab.runs.list()).toEqual([]);
      await start({ operator: 'Olga Operator', acknowledge_unsigned: 'own copy', proceed_not_ready: 'no time' });
    expect(lab.runs.list()[0]?.lookout).toEqual([expect.stringContaining('own copy'), expect.stringContaining('no time')]);
  });

  it('takes the operator only with the right passphrase where one is given', async () => {
    const lab = openStaffed();
      await expect(lab.runs.start({ id: lab.write(gate, roles), mode: 'live', params: {}, operator: 'olga-operator', passphrase: 'guess guess' }, 'step')).rejects.toThrow('passphrase');
    expect(lab.runs.list()).toEqual([]);
  });
});

describe('somebody’s word in a run', () => {
  const check = '```yaml check\n{ id: sealed, title: The bag is sealed, kind: attest, statement: The seal is whole., by: [dba], severity: warning, expires: 30d }\n```\n';
  const named = `${check}${step('word', 'kind: check\ncheck: sealed')}`;
  const inline = step('word', 'kind: check\ncheck: { kind: attest, statement: The seal is whole., by: [vp] }');

  it('is asked for by name and inline alike, and taken from an operator who holds the role', async () => {
    const lab = openStaffed();
    const live = await waitingAt(lab, named);
    expect(live.view().steps[0]).toMatchObject({ waiting_for: 'attestation', asks: { kind: 'attest', statement: 'The seal is whole.' } });
    expect((await lab.runs.command(live.id, { do: 'attest', step: 'word', note: 'I looked' })).steps[0]?.state).toBe('succeeded');
  });

  it('is not taken from anybody else, on the page and from a file', async () => {
    const lab = openStaffed();
    const live = await waitingAt(lab, inline);
    const refused = 'Step word: This may be attested by vp; Olga Operator is operator, dba.';
    await expect(lab.runs.command(live.id, { do: 'attest', step: 'word', note: 'I looked' })).rejects.toThrow(refused);
    await expect(lab.runs.command(live.id, { do: 'confirm', step: 'word', note: 'I looked' })).rejects.toThrow(refused);
    const done = await finish(lab, live, { attestations: { word: { by: 'Nils Nobody', note: 'I looked' } } });
    expect(done).toMatchObject({ exit: 5 });
    expect(done.why).toContain('This may be attested by vp; Nils Nobody is operator.');
    expect(await finish(lab, await lab.runs.resume(live.id, { pace: 'auto', operator: 'olga-operator' }), { attestations: { word: { by: 'Vera Vice', note: 'I looked' } } })).toMatchObject({ exit: 0 });
    expect(lab.events(live.id, 'step.confirmed')).toHaveLength(1);
  });
});

describe('a live run of a runbook that wants so many people in a role', () => {
  const body = step('only', 'kind: run\nrun: ["true"]');
  const wants = (min: string): string => `roles:\n  operator: { min: 1 }\n  dba: { min: ${min} }\n  vp: {}`;
  const live = { mode: 'live', params: {}, operator: 'nils-nobody' } as const;

  it('begins without a word when they are enrolled', async () => {
    const lab = openStaffed();
    expect(await lab.drive(body, { ...live, front: wants('2') })).toMatchObject({ exit: 0 });
  });

  it('does not begin while they are not, and creates no run', async () => {
    const lab = openStaffed();
    const id = lab.write(body, wants('3'));
    await expect(lab.runs.start({ ...live, id }, 'auto')).rejects.toMatchObject({ code: 'waiting', message: 'The runbook wants at least 3 people as dba; 2 are enrolled.', hint: expect.stringContaining('--proceed-not-ready') });
    expect(lab.runs.ids()).toEqual([]);
    expect(lab.runs.prepare({ ...live, id })).toMatchObject({ short_of: [{ role: 'dba', wanted: 3, enrolled: 2 }], needs: ['operator', 'outage', 'not-ready'] });
  });

  it('begins with a reason, which stands in view and record', async () => {
    const lab = openStaffed();
    const done = await lab.drive(body, { ...live, front: wants('3'), proceed_not_ready: 'the third is on a plane' });
    expect(done).toMatchObject({ exit: 0 });
    expect(lab.runs.view(done.run.id).lookout).toEqual(['Started with 2 of the 3 people that the runbook wants as dba, because: the third is on a plane']);
    expect(lab.events(done.run.id, 'run.created')[0]?.data['short_of']).toEqual([{ role: 'dba', wanted: 3, enrolled: 2 }]);
    const { deviations } = readRunFacts(lab.events(done.run.id), () => null);
    expect(deviations[0]).toMatchObject({ what: 'Started with 2 of the 3 people that the runbook wants as dba', who: 'Nils Nobody: “the third is on a plane”' });
  });

  it('counts nobody whose enrolment was revoked, and whoever runs it as operator', async () => {
    const lab = openStaffed();
    await lab.people.revoke('dan-data');
    await expect(lab.runs.start({ ...live, id: lab.write(body, wants('2')) }, 'auto')).rejects.toThrow('one is enrolled');
    expect(await lab.drive(body, { ...live, operator: 'vera-vice', front: 'roles:\n  operator: { min: 3 }' })).toMatchObject({ exit: 0 });
  });

  it('asks nothing of the kind in a drill', async () => {
    expect(await openLab().drive(body, { front: wants('9') })).toMatchObject({ exit: 0 });
  });
});
