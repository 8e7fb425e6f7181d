/** A program that this laptop lacks is run on another machine, and what it printed there is pasted: judged as if it had run here. */
import { describe, expect, it } from 'vitest';
import type { StepView } from '../../../electron/contract/run.ts';
import { openLab, step, type RunLab } from '../../support/run-lab.ts';

const READS = step('gauge', `kind: run
run: [read_gauge_of_nobody, --lock, "{{lock}}"]
env: { HARBOUR: east, KEY: { secret: gate } }
verify:
  - { title: The lock is full, stdout: { contains: full } }
capture: { level: { type: int, regex: "level (\\\\d+)" } }`);
const AFTER = step('after', 'kind: run\nrun: [echo, "{{level}}"]\nverify: [{ stdout: { equals: "97" } }]');
const FRONT = { front: "params: { lock: { type: string, default: north } }\nsecrets: { gate: { sources: [{ env: GATE }] } }" };
const GATE = { processEnv: { ...process.env, GATE: 'tide-table-4711' } };
const paste = (output: string, exit_code = 0): unknown => ({ failures: { gauge: [{ do: 'done', reason: 'Read on the lock keeper’s laptop', by: 'Kim', pasted: { output, exit_code } }] } });

/** The kept output of the first step, as the output panel and the report have it. */
function kept(lab: RunLab, run: string): string {
  const output = lab.runs.view(run).steps[0]?.output;
  return output === null || output === undefined ? '' : Buffer.from(lab.journal.blobs.read(output.sha256)).toString('utf8');
}

describe('a step whose program this laptop lacks', () => {
  async function lacking(): Promise<StepView | undefined> {
    const lab = openLab(GATE);
    const done = await lab.drive(READS + AFTER, FRONT);
    expect(done).toMatchObject({ state: 'failed', exit: 1 });
    return lab.runs.view(done.live.id).steps[0];
  }

  it('says which program, and what to run elsewhere, with its environment and without its secrets', async () => {
    expect(await lacking()).toMatchObject({
      state: 'failed', missing: ['read_gauge_of_nobody'],
      commands: [['read_gauge_of_nobody', '--lock', 'north']],
      env: { HARBOUR: 'east', KEY: '‹secret gate›' },
      reason: expect.stringContaining('read_gauge_of_nobody was not found'),
    });
  });

  it('names the other way that the runbook has for it, and what has to be dead for that', async () => {
    const lab = openLab();
    const done = await lab.drive(step('gauge', 'kind: run\nrun: [read_gauge_of_nobody]\nneeds_alive: [wire]\nalternate: { when_dead: [wire], manual: Read the staff at the lock. }'));
    expect(lab.runs.view(done.live.id).steps[0]?.other_way).toEqual({ when_dead: ['wire'], words: 'Read the staff at the lock.' });
  });

  it('has no other way where the runbook names none, and lacks nothing where its program is there', async () => {
    const lab = openLab();
    const done = await lab.drive(step('gauge', 'kind: run\nrun: ["false"]'));
    expect(lab.runs.view(done.live.id).steps[0]).toMatchObject({ missing: [], other_way: null });
  });
});

describe('output that was pasted', () => {
  it('is judged, captured from and kept; the record says whose word it is', async () => {
    const lab = openLab(GATE);
    const done = await lab.drive(READS + AFTER, { ...FRONT, answers: paste('the lock is full, level 97\n') });
    expect(done).toMatchObject({ state: 'succeeded', exit: 0 });
    expect(done.step('gauge')).toMatchObject({ state: 'succeeded', exit_codes: [0], assertions: [{ ok: true, title: 'The lock is full' }], reason: 'Done by hand: Read on the lock keeper’s laptop' });
    const view = lab.runs.view(done.live.id);
    expect(view.steps[0]).toMatchObject({ by_hand: true, captures: { level: '97' } });
    expect(kept(lab, done.live.id)).toBe('the lock is full, level 97\n');
    expect(view.lookout).toContain('Step 1 Step gauge: run on another machine; judged on the output that was pasted');
  });

  it('does not make a step succeed whose assertion does not hold', async () => {
    const done = await openLab(GATE).drive(READS + AFTER, { ...FRONT, answers: paste('the lock is empty, level 2\n') });
    expect(done).toMatchObject({ state: 'failed', exit: 1 });
    expect(done.step('gauge')).toMatchObject({ state: 'failed', assertions: [{ ok: false }], reason: expect.stringMatching(/^Done by hand: .*; but The lock is full: expected/u) });
    expect(done.step('after').state).toBe('pending');
  });

  it('does not make a step succeed that ended badly there', async () => {
    const done = await openLab(GATE).drive(READS + AFTER, { ...FRONT, answers: paste('full, level 97\n', 3) });
    expect(done.step('gauge')).toMatchObject({ state: 'failed', exit_codes: [3], assertions: [], reason: expect.stringContaining('it ended with exit 3 on the other machine') });
  });

  it('does not make a step succeed from whose output nothing can be taken', async () => {
    const done = await openLab(GATE).drive(READS + AFTER, { ...FRONT, answers: paste('full to the brim\n') });
    expect(done.step('gauge')).toMatchObject({ state: 'failed', reason: expect.stringContaining('level could not be taken from the output') });
  });

  it('is masked where a secret stands in it', async () => {
    const lab = openLab(GATE);
    const done = await lab.drive(READS + AFTER, { ...FRONT, answers: paste('full, level 97, opened with tide-table-4711\n') });
    expect(done.state).toBe('succeeded');
    expect(kept(lab, done.live.id)).not.toContain('tide-table-4711');
  });

  it('is refused for a step that runs no program, and the step waits as before', async () => {
    const lab = openLab();
    const live = await lab.runs.start({ id: lab.write(step('look', 'kind: manual\nconfirm: Seen.')), mode: 'rehearsal', params: {} }, 'auto');
    await live.settled();
    await expect(lab.runs.command(live.id, { do: 'done', step: 'look', reason: 'seen', pasted: { output: 'x', exit_code: 0 } })).rejects.toThrow('runs no program');
    expect(lab.runs.view(live.id).steps[0]?.state).toBe('waiting');
  });

  it('may be given again after a failure, and the last one counts', async () => {
    const lab = openLab(GATE);
    const both = [['empty, level 2\n', 'the keeper read the wrong lock'], ['full, level 97\n', 'read again']].map(([output, reason]) => ({ do: 'done', reason, by: 'Kim', pasted: { output, exit_code: 0 } }));
    const done = await lab.drive(READS + AFTER, { ...FRONT, answers: { failures: { gauge: both } } });
    expect(done).toMatchObject({ state: 'succeeded', exit: 0 });
    expect(done.step('gauge').reason).toBe('Done by hand: read again');
    expect(kept(lab, done.live.id)).toBe('full, level 97\n');
  });
});
