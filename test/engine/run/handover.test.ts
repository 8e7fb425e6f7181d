import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { handoverHolds } from '../../../electron/engine/people/people.ts';
import { readRunFacts } from '../../../electron/engine/report/run-facts.ts';
import { buildHandovers } from '../../../electron/engine/report/build-handovers.ts';
import { HandoverWords } from '../../../electron/contract/run/events.ts';
import type { RunCommand } from '../../../electron/contract/run.ts';
import { openLab, step, type RunLab } from '../../support/run-lab.ts';

const JONAS = { person: 'jonas-weidmann', passphrase: 'four words at night' };
const RUTH = { person: 'ruth-adeyemi', passphrase: 'other words at dawn' };
const HELENA = { person: 'helena-brandt', passphrase: 'third words at noon' };
const WORDS = { done: 'The vault is open.', running: 'The restore runs.', worries: 'The disk sounds odd.' };
const TURN: RunCommand & { do: 'handover' } = { do: 'handover', outgoing: JONAS, incoming: RUTH, ...WORDS };

const Handed = z.object({ from: z.object({ id: z.string() }), to: z.object({ id: z.string() }), statement: z.object({ sha256: z.string() }), note: z.object({ sha256: z.string() }) });

const BODY = `${step('restore', 'kind: run\nrun: [sh, -c, "while [ ! -e go ]; do sleep 0.05; done"]\nneeds: []')}${step('gate', 'kind: approve\nby: [vp]\nneeds: []')}${step('ask', 'kind: manual\nconfirm: Is it so?')}`;

async function begin(operator = JONAS.person): Promise<{ lab: RunLab; run: string; send(command: RunCommand): Promise<unknown>; end(): Promise<void> }> {
  const lab = openLab();
  await lab.people.enroll({ name: 'Jonas Weidmann', roles: ['operator'], passphrase: JONAS.passphrase });
  await lab.people.enroll({ name: 'Ruth Adeyemi', roles: ['operator', 'vp'], passphrase: RUTH.passphrase });
  await lab.people.enroll({ name: 'Helena Brandt', roles: ['vp'], passphrase: HELENA.passphrase });
  const live = await lab.runs.start({ id: lab.write(BODY, 'roles:\n  vp: { approves: true }'), mode: 'rehearsal', params: {}, ...(operator === '' ? {} : { operator }) }, 'auto');
  return { lab, run: live.id, send: async (command) => lab.runs.command(live.id, command), end: async () => { await lab.runs.command(live.id, { do: 'abort', reason: 'over' }); await live.settled(); } };
}

describe('a handover', () => {
  it('makes the other the operator, while a step runs, signed by both over the same words', async () => {
    const { lab, run, send, end } = await begin();
    await expect.poll(() => lab.runs.view(run).steps[0]?.pid, { timeout: 10_000 }).not.toBeNull();
    await send(TURN);
    const view = lab.runs.view(run);
    expect(view.operator).toEqual({ id: 'ruth-adeyemi', name: 'Ruth Adeyemi' });
    expect(view.steps[0]).toMatchObject({ state: 'running', attempts: 1 });
    expect(view.present.map(({ id }) => id)).toEqual(['jonas-weidmann', 'ruth-adeyemi']);
    expect(view.handovers).toEqual([{ at: expect.any(String), from: 'Jonas Weidmann', to: 'Ruth Adeyemi', ...WORDS }]);
    const [event] = lab.events(run, 'run.handed-over');
    const read = (digest: unknown): string => Buffer.from(lab.journal.blobs.read(String(digest))).toString('utf8');
    const { from, to, statement, note } = Handed.parse(event?.data);
    expect(HandoverWords.parse(JSON.parse(read(statement.sha256)))).toEqual(WORDS);
    const text = read(note.sha256);
    const said = { run, outgoing: from.id, incoming: to.id, statement: statement.sha256, at: /^at (\S+)$/mu.exec(text)?.[1] ?? '' };
    const keys = [lab.people.find('jonas-weidmann')?.vkey ?? '', lab.people.find('ruth-adeyemi')?.vkey ?? ''] as const;
    expect(handoverHolds(text, said, keys)).toBe(true);
    expect(handoverHolds(text, { ...said, incoming: 'helena-brandt' }, keys)).toBe(false);
    expect(handoverHolds(text, said, [keys[0], lab.people.find('helena-brandt')?.vkey ?? ''])).toBe(false);
    expect(JSON.stringify([...lab.journal.events()])).not.toMatch(/words at (?:night|dawn)/u);
    await end();
  });

  it('counts from then on: what the new operator does is theirs, they cannot approve, whoever left can', async () => {
    const { lab, run, send, end } = await begin();
    await send(TURN);
    await expect(send({ do: 'approve', step: 'gate', ...RUTH })).rejects.toThrow(/Ruth Adeyemi runs this recovery and cannot approve/u);
    await send({ do: 'note', step: null, text: 'On it' });
    expect(lab.events(run, 'run.noted').at(-1)).toMatchObject({ actor: 'person/ruth-adeyemi', data: { by: 'Ruth Adeyemi' } });
    await end();
  });

  it('goes back, and each is in the report of group 4 with whether the signatures hold', async () => {
    const { lab, run, send, end } = await begin();
    await send(TURN);
    await send({ ...TURN, outgoing: RUTH, incoming: JONAS, worries: 'nothing' });
    await end();
    const readText = (sha256: string): string => Buffer.from(lab.journal.blobs.read(sha256)).toString('utf8');
    const facts = readRunFacts(lab.events(run), readText);
    expect(facts.operators).toEqual(['jonas-weidmann', 'ruth-adeyemi']);
    expect(buildHandovers(run, facts, lab.people.list(), readText).handovers?.map(({ from, to, worries, signed }) => [from, to, worries, signed])).toEqual([['Jonas Weidmann', 'Ruth Adeyemi', 'The disk sounds odd.', true], ['Ruth Adeyemi', 'Jonas Weidmann', 'nothing', true]]);
    const forged = (sha256: string): string => readText(sha256).replace('incoming ruth-adeyemi', 'incoming helena-brandt');
    expect(buildHandovers(run, facts, lab.people.list(), forged).handovers?.map(({ signed }) => signed)).toEqual([false, true]);
    expect(buildHandovers(run, facts, [], () => null).handovers?.[0]).toMatchObject({ signed: false, done: 'not in the record any more' });
    expect(buildHandovers('x', { ...facts, handovers: [] }, [], () => null)).toEqual({});
  });

  it('outlives the process: who resumes without a name finds the new operator', async () => {
    const { lab, run, send } = await begin();
    await send(TURN);
    const live = lab.runs.live(run);
    await live?.park('closed', 'asleep');
    expect(lab.runs.view(run)).toMatchObject({ operator: { id: 'ruth-adeyemi' }, handovers: [{ to: 'Ruth Adeyemi', worries: 'The disk sounds odd.' }] });
  });
});

describe('a handover that may not be', () => {
  const refused: [string, Partial<typeof TURN>, RegExp][] = [
    ['to themselves', { incoming: JONAS }, /cannot hand the run over to themselves/u],
    ['from somebody who does not lead it', { outgoing: HELENA }, /Jonas Weidmann leads this run; Helena Brandt cannot hand it over/u],
    ['with a wrong passphrase of who leaves', { outgoing: { ...JONAS, passphrase: 'wrong' } }, /not the passphrase of Jonas Weidmann/u],
    ['with a wrong passphrase of who comes', { incoming: { ...RUTH, passphrase: 'wrong' } }, /not the passphrase of Ruth Adeyemi/u],
    ['to a stranger', { incoming: { person: 'nobody', passphrase: 'x' } }, /Nobody is enrolled as "nobody"/u],
    ['without saying what worries', { worries: '  ' }, /Say what worries/u],
  ];
  it('is refused with the reason, and leaves no trace: the wrong people, passphrases, words', async () => {
    const { lab, run, send, end } = await begin();
    for (const [name, change, why] of refused) await expect(send({ ...TURN, ...change }), name).rejects.toThrow(why);
    await lab.people.revoke(RUTH.person);
    await expect(send(TURN)).rejects.toThrow(/The enrolment of Ruth Adeyemi was revoked/u);
    expect(lab.events(run, 'run.handed-over')).toEqual([]);
    expect(lab.runs.view(run).operator?.id).toBe('jonas-weidmann');
    await end();
  });

  it('to somebody who approved a step that is not over is refused', async () => {
    const { lab, run, send, end } = await begin();
    await expect.poll(() => lab.runs.view(run).steps[1]?.waiting_for).toBe('approval');
    const live = lab.runs.live(run);
    live?.append([{ type: 'step.approved', data: { step: 'restore', by: 'ruth-adeyemi', name: 'Ruth Adeyemi', role: 'vp', unattended: false, statement: null, signature: null } }]);
    await expect(send(TURN)).rejects.toThrow(/Ruth Adeyemi has approved step restore, which is not over/u);
    await end();
  });

  it('of a run that nobody leads by name, or that is over, is refused', async () => {
    const nameless = await begin('');
    await expect(nameless.send(TURN)).rejects.toThrow(/Nobody leads this run by name/u);
    await nameless.end();
    await expect(nameless.send(TURN)).rejects.toThrow(/This run is over|is over/u);
  });
});
