/** A clock that is set, a laptop that sleeps or starts again: the run goes on, and whoever reads its times is told. */
import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { clockEventsOf } from '../../../electron/engine/run/clock-notes.ts';
import { readRunView, readRunViews } from '../../../electron/engine/run/read-runs.ts';
import { readRunFacts } from '../../../electron/engine/report/run-facts.ts';
import { verifyRecord } from '../../../electron/engine/verify/verify-record.ts';
import { openLab, step, type RunLab } from '../../support/run-lab.ts';
import { setClock } from '../../support/set-clock.ts';

const HOUR = 3_600_000;
const body = step('call', 'kind: manual\nconfirm: The office was called') + step('soak', 'kind: run\nrun: [echo, done]\nverify: [{ stdout: { equals: done } }]');

async function begin(lab: RunLab): Promise<string> {
  return (await lab.runs.start({ id: lab.write(body, 'targets: { rto: 4h }'), mode: 'rehearsal', params: {} }, 'auto')).id;
}
async function finish(lab: RunLab, run: string): Promise<void> {
  await lab.runs.command(run, { do: 'confirm', step: 'call', note: 'called' });
  await expect.poll(() => lab.runs.view(run).state, { timeout: 20_000 }).toBe('succeeded');
}

describe('a clock that somebody sets', () => {
  it.each([[-365 * 24, 'set back by 365 d'], [-1, 'set back by 1 h'], [3, 'set forward by 3 h']])('by %i hours stops nothing, and is said on the screen, in the report and to whoever looks later', async (hours, words) => {
    const clock = setClock();
    const lab = openLab({ clock });
    const run = await begin(lab);
    clock.pass(60_000);
    clock.setWall(clock.now() + hours * HOUR);
    await finish(lab, run);
    expect(lab.runs.view(run).lookout).toEqual([expect.stringContaining(words)]);
    const events = lab.events(run);
    const facts = readRunFacts([...events, ...clockEventsOf(lab.journal, events)], () => null);
    expect(facts.clock).toEqual([{ at: expect.any(String), what: expect.stringContaining(words) }]);
    expect(readRunView(lab.journal, 'last', clock, lab.dataDir).lookout).toEqual([expect.stringContaining(words)]);
    expect(readRunViews(lab.journal, clock, lab.dataDir)[0]?.lookout).toEqual([expect.stringContaining(words)]);
    await lab.close();
    expect(await verifyRecord(lab.dataDir)).toMatchObject({ ok: true, problems: [] });
  });

  it('changes no step time: those are counted since the start of the laptop', async () => {
    const clock = setClock();
    const lab = openLab({ clock });
    const run = await begin(lab);
    clock.pass(10 * 60_000);
    clock.setWall(clock.now() - 24 * HOUR);
    await finish(lab, run);
    expect(lab.runs.view(run).steps[0]?.human_s).toBeCloseTo(600, 0);
  });

  it('before or after a run is not that run’s affair', async () => {
    const clock = setClock();
    const lab = openLab({ clock });
    clock.setWall(clock.now() - HOUR);
    const run = await begin(lab);
    await finish(lab, run);
    clock.setWall(clock.now() - HOUR);
    lab.journal.append({ type: 'run.noted', run: null, actor: 'engine', data: {} });
    expect(lab.runs.view(run).lookout).toEqual([]);
    expect(readRunView(lab.journal, run, clock, lab.dataDir).lookout).toEqual([]);
  });
});

describe('a laptop that starts again in the past', () => {
  it('resumes the run and says so', async () => {
    const clock = setClock();
    const first = openLab({ clock });
    const run = await begin(first);
    await first.close();
    clock.reboot('boot-2');
    clock.setWall(clock.now() - 2 * HOUR);
    const again = openLab({ clock, folder: first.folder });
    await again.runs.resume(run, { pace: 'auto' });
    await finish(again, run);
    expect(again.runs.view(run).lookout).toEqual([expect.stringContaining('started again with its clock 2 h behind')]);
    await again.close();
    expect(await verifyRecord(again.dataDir)).toMatchObject({ ok: true, problems: [] });
    rmSync(first.folder, { recursive: true, force: true });
  });
});

describe('a laptop that was asleep', () => {
  it('counts the hours that it slept, since the outage went on; and finds no fault with its clock', async () => {
    const clock = setClock();
    const lab = openLab({ clock });
    const run = await begin(lab);
    clock.pass(5 * HOUR); // both clocks go on in suspend
    await finish(lab, run);
    const view = lab.runs.view(run);
    expect(view.rto).toMatchObject({ met: false });
    expect(view.rto.achieved_s).toBeGreaterThanOrEqual(5 * 3600);
    expect(view.clocks.human_s).toBeGreaterThanOrEqual(5 * 3600);
    expect(view.lookout).toEqual([]);
    expect([...lab.journal.events({ types: ['clock.jump', 'clock.rollback'] })]).toEqual([]);
  });
});
