import { describe, expect, it } from 'vitest';
import { RunDocument, RunView } from '../../../electron/contract/run.ts';
import { rpoOf, rtoOf } from '../../../electron/contract/run/clocks.ts';
import { RunEventBody } from '../../../electron/contract/run/events.ts';
import { elapsed, type Instant } from '../../../electron/contract/run/state.ts';
import { forecastRun } from '../../../electron/contract/run/forecast.ts';
import { runState, toRunDocument, viewRun } from '../../../electron/contract/run/view.ts';
import { paperRun, type PaperRun } from '../../support/paper-run.ts';

const run = (id: string, more: Record<string, unknown> = {}): unknown => ({ kind: 'run', id, run: ['x'], ...more });
const ask = (id: string): unknown => ({ kind: 'manual', id, confirm: 'x' });

function nowOf(paper: PaperRun): Instant {
  return { wall: paper.wall, boot: 'b', up: paper.wall - Date.parse('2026-11-21T00:00:00Z') };
}
function view(paper: PaperRun, alive = true): RunView {
  return viewRun(paper.fold, { now: nowOf(paper), alive, load: () => null });
}
function finished(paper: PaperRun): PaperRun {
  for (let launch = paper.settle(); launch.length > 0; launch = paper.settle()) for (const { step } of launch) { paper.begins(step); paper.ends(step, true); }
  return paper;
}

describe('the document of a run', () => {
  it('has exactly the fields of the command line, and unset is null', () => {
    const document = toRunDocument(view(paperRun([run('a', { budget: '5m' })])));
    expect(Object.keys(document)).toEqual(['id', 'runbook', 'mode', 'state', 'outage_at', 'declared_at', 'finished_at', 'rto', 'rpo', 'clocks', 'forecast_finish', 'steps']);
    expect(Object.keys(document.steps[0] ?? {})).toEqual(['id', 'kind', 'state', 'attempts', 'started_at', 'finished_at', 'budget_s', 'tool_s', 'human_s', 'exit_codes', 'assertions']);
    expect(document.steps[0]).toMatchObject({ state: 'pending', attempts: 0, started_at: null, finished_at: null, budget_s: 300, tool_s: 0, human_s: 0, exit_codes: [], assertions: [] });
    expect(document).toMatchObject({ declared_at: null, finished_at: null, rto: { target_s: null, achieved_s: null, met: null }, rpo: { newest_at: null } });
    expect(RunDocument.parse(document)).toEqual(document);
    expect(document.outage_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/u);
  });

  it('and the view of the page is what its schema says', () => {
    const paper = finished(paperRun([run('a'), ask('b'), run('c', { needs: [] })]));
    expect(RunView.parse(view(paper))).toMatchObject({ current: 'b' });
  });

  it('a retry that works turns the step and the run good', () => {
    const paper = paperRun([run('a')]);
    paper.settle();
    paper.begins('a');
    paper.ends('a', false);
    expect(view(paper)).toMatchObject({ state: 'failed', steps: [{ state: 'failed', attempts: 1, waiting_for: 'answer' }] });
    paper.does({ do: 'retry', step: 'a' });
    finished(paper);
    expect(view(paper)).toMatchObject({ state: 'succeeded', steps: [{ state: 'succeeded', attempts: 2, exit_codes: [0] }] });
    expect(view(paper).finished_at).not.toBeNull();
  });
});

describe('the state of a run', () => {
  it('is interrupted when the process that carried it is gone, and its step unknown', () => {
    const paper = paperRun([run('a')]);
    paper.settle();
    paper.begins('a');
    expect(view(paper)).toMatchObject({ state: 'running', steps: [{ state: 'running' }] });
    expect(view(paper, false)).toMatchObject({ state: 'interrupted', steps: [{ state: 'unknown' }] });
  });

  it('is what it was when the process left it on purpose', () => {
    const waiting = paperRun([ask('a')]);
    waiting.settle();
    waiting.take({ type: 'run.parked', data: { why: 'waiting', reason: 'nobody here' } });
    expect(runState(waiting.fold, false)).toBe('waiting');
    const failed = paperRun([run('a')]);
    failed.settle();
    failed.begins('a');
    failed.ends('a', false);
    failed.take({ type: 'run.parked', data: { why: 'failed', reason: 'nobody here' } });
    expect(runState(failed.fold, false)).toBe('failed');
  });
});

describe('the clocks', () => {
  it('keep the time of tools, of people and of third parties apart', () => {
    const paper = paperRun([ask('a'), run('b')]);
    paper.settle(); // waits from second 1
    paper.wall += 9_000;
    paper.does({ do: 'block', step: 'a', reason: 'the provider' }); // second 11
    paper.wall += 19_000;
    paper.does({ do: 'unblock', step: 'a' }); // second 31
    paper.settle();
    paper.does({ do: 'confirm', step: 'a', evidence: [] }); // second 33
    paper.settle();
    paper.begins('b');
    paper.wall += 4_000;
    paper.ends('b', true);
    paper.settle();
    expect(view(paper).clocks).toEqual({ human_s: 11, blocked_s: 20, tool_s: 5 });
    expect(view(paper).steps.map(({ tool_s, human_s }) => [tool_s, human_s])).toEqual([[0, 11], [5, 0]]);
  });

  it('count lanes that run side by side once', () => {
    const paper = paperRun([run('a'), run('b', { needs: [] })]);
    paper.settle();
    paper.begins('a'); // second 1
    paper.begins('b'); // second 2
    paper.wall += 7_000;
    paper.ends('a', true); // second 10
    paper.ends('b', true); // second 11
    expect(view(paper).clocks.tool_s).toBe(10);
    expect(view(paper).steps.map(({ tool_s }) => tool_s)).toEqual([9, 9]);
  });

  it('stand still while nobody carries the run', () => {
    const paper = paperRun([run('a')]);
    paper.settle();
    paper.begins('a');
    paper.wall += 3_600_000;
    expect(view(paper, false).clocks.tool_s).toBe(0);
  });

  it('measure by time since boot within a boot, and by the wall across boots', () => {
    expect(elapsed({ wall: 1_000, boot: 'b', up: 500 }, { wall: 999_000, boot: 'b', up: 2_500 })).toBe(2_000);
    expect(elapsed({ wall: 1_000, boot: 'b', up: 500 }, { wall: 9_000, boot: 'c', up: 10 })).toBe(8_000);
  });

  it('the RTO runs from the outage to the step that restores service', () => {
    const paper = finished(paperRun([run('a', { restores_service: true }), run('b')], { front: { targets: { rto: '1h' } }, outageAt: '2026-11-21T09:30:00.000Z' }));
    const restored = view(paper).restored_at ?? '';
    expect(rtoOf(paper.fold)).toEqual({ target_s: 3600, achieved_s: (Date.parse(restored) - Date.parse('2026-11-21T09:30:00Z')) / 1000, met: true });
    expect(restored < (view(paper).finished_at ?? '')).toBe(true);
    const late = finished(paperRun([run('a')], { front: { targets: { rto: '1h' } }, outageAt: '2026-11-21T08:00:00.000Z' }));
    expect(rtoOf(late.fold).met).toBe(false);
  });

  it('the RPO is what the newest recovered row lacks to the outage', () => {
    const paper = paperRun([run('a')], { front: { targets: { rpo: '15m' } } });
    paper.take({ type: 'rpo.measured', data: { step: 'a', newest_at: '2026-11-21T09:48:30.000Z', achieved_ms: 690_000 } });
    expect(rpoOf(paper.fold)).toEqual({ target_s: 900, achieved_s: 690, met: true, newest_at: '2026-11-21T09:48:30.000Z' });
  });
});

describe('the forecast', () => {
  const lanes = [run('a', { budget: '10m' }), run('b', { needs: ['a'], budget: '30m' }), run('c', { needs: ['a'], budget: '5m' }), run('d', { needs: ['b', 'c'], budget: '1m' })];

  it('follows the critical path over budgets', () => {
    const paper = paperRun(lanes);
    expect((forecastRun(paper.fold, nowOf(paper)).finish ?? 0) - paper.wall).toBe(41 * 60_000);
  });

  it('takes measured times of the same block before budgets', () => {
    const plain = paperRun(lanes);
    const sha = plain.fold.plan.byPath.get('b')?.sha256 ?? '';
    const paper = paperRun(lanes, { measured: { [sha]: 120_000 } });
    expect((forecastRun(paper.fold, nowOf(paper)).finish ?? 0) - paper.wall).toBe(16 * 60_000);
  });

  it('moves on with the clock once a step takes longer than expected, and knows what is over', () => {
    const paper = paperRun(lanes);
    paper.settle();
    paper.begins('a');
    paper.wall += 20 * 60_000;
    expect((forecastRun(paper.fold, nowOf(paper)).finish ?? 0) - paper.wall).toBe(31 * 60_000);
    paper.ends('a', true);
    expect((forecastRun(paper.fold, nowOf(paper)).finish ?? 0) - paper.wall).toBe(31 * 60_000);
  });

  it('says how much is left to the target', () => {
    const paper = paperRun(lanes, { front: { targets: { rto: '1h' } } });
    expect(view(paper).slack_s).toBe(19 * 60 - (paper.wall - Date.parse('2026-11-21T10:00:00Z')) / 1000);
  });

  it('puts the teardown of a rehearsal after everything else, whatever it needs', () => {
    const steps = [run('a', { budget: '10m' }), run('clean', { needs: [], budget: '2m', teardown: true }), run('b', { needs: ['a'], budget: '30m' }), run('wipe', { needs: [], budget: '1m', teardown: true })];
    const paper = paperRun(steps);
    const { steps: windows, finish } = forecastRun(paper.fold, nowOf(paper));
    expect(['clean', 'wipe'].map((id) => (windows.get(id)?.start ?? 0) - paper.wall)).toEqual([40 * 60_000, 40 * 60_000]);
    expect((finish ?? 0) - paper.wall).toBe(42 * 60_000);
  });

  it('does not count a step that is no part of this mode', () => {
    const paper = paperRun([run('a', { budget: '10m' }), run('build', { budget: '40m', modes: { rehearsal: 'skip' } }), run('b', { budget: '5m' })]);
    expect(((forecastRun(paper.fold, nowOf(paper)).finish ?? 0) - paper.wall) / 60_000).toBe(15);
  });

  it('does not count a teardown that a live run leaves out, and counts one that it does not', () => {
    const live = (modes: object) => paperRun([run('a', { budget: '10m' }), run('clean', { budget: '5m', teardown: true, ...modes })], { mode: 'live' });
    const minutes = (paper: ReturnType<typeof live>): number => ((forecastRun(paper.fold, nowOf(paper)).finish ?? 0) - paper.wall) / 60_000;
    expect(minutes(live({}))).toBe(10);
    expect(minutes(live({ modes: { live: 'run' } }))).toBe(15);
  });

  it('puts a deferred step after the others, and before the teardown', () => {
    const paper = paperRun([run('a', { budget: '10m' }), run('b', { needs: [], budget: '30m' }), run('clean', { needs: [], budget: '2m', teardown: true })]);
    paper.settle();
    paper.begins('a');
    paper.ends('a', false);
    expect(paper.does({ do: 'defer', step: 'a', reason: 'later' }).ok).toBe(true);
    const { steps } = forecastRun(paper.fold, nowOf(paper));
    const end = steps.get('b')?.end ?? 0;
    expect(steps.get('a')).toEqual({ start: end, end: end + 10 * 60_000 });
    expect(steps.get('clean')?.start).toBe(end + 10 * 60_000);
  });

  it('does not begin a step before its window opens', () => {
    const paper = paperRun([run('a', { budget: '1m', due: { after: '30m' } })]);
    expect(forecastRun(paper.fold, nowOf(paper)).steps.get('a')?.start).toBe(Date.parse('2026-11-21T10:30:00Z'));
  });

  it('is null when the run is over', () => {
    expect(view(finished(paperRun([run('a')])))).toMatchObject({ forecast_finish: null, slack_s: null });
  });
});

describe('lanes', () => {
  it('go on where a need is the end of one, and open beside it otherwise', () => {
    const paper = paperRun([run('a'), run('b'), run('side', { needs: [] }), run('side2', { needs: ['side'] }), run('join', { needs: ['b', 'side2'] }), run('after')]);
    expect(view(paper).steps.map(({ id, lane }) => `${id} ${lane}`)).toEqual(['a 0', 'b 0', 'side 1', 'side2 1', 'join 0', 'after 0']);
  });
});

describe('lanes of ways that part', () => {
  const lanes = (steps: Parameters<typeof paperRun>[0]): string[] => view(paperRun(steps)).steps.map(({ id, lane }) => `${id} ${lane}`);

  it('keep the longest way on the main lane, whatever stands before it in the runbook', () => {
    expect(lanes([run('a'), run('tell', { needs: ['a'] }), run('tell2', { needs: ['a'] }), run('b', { needs: ['a'] }), run('c', { needs: ['b'] })])).toEqual(['a 0', 'tell 1', 'tell2 2', 'b 0', 'c 0']);
  });

  it('use a lane again for what comes after its last step', () => {
    expect(lanes([run('a'), run('tell', { needs: ['a'] }), run('b', { needs: ['a'] }), run('c', { needs: ['b'] }), run('side', { needs: ['b'] }), run('d', { needs: ['c', 'side'] })])).toEqual(['a 0', 'tell 1', 'b 0', 'c 0', 'side 1', 'd 0']);
  });

  it('use the lanes again that a later step joins', () => {
    const steps = [run('a'), run('b', { needs: ['a'] }), run('b2', { needs: ['a'] }), run('tell', { needs: ['b', 'b2'] }), run('c', { needs: ['b', 'b2'] }), run('d', { needs: ['c'] })];
    expect(lanes(steps)).toEqual(['a 0', 'b 0', 'b2 1', 'tell 1', 'c 0', 'd 0']);
  });

  it('put a teardown on the main lane, after everything', () => {
    expect(lanes([run('a'), run('b', { needs: ['a'] }), run('clean', { needs: [], teardown: true })])).toEqual(['a 0', 'b 0', 'clean 0']);
  });
});

describe('size and speed', () => {
  it('folds twenty thousand events in a second or two', () => {
    const paper = paperRun(Array.from({ length: 200 }, (_, i) => run(`s${i}`)));
    const begun = performance.now();
    for (let round = 0; round < 50; round += 1) {
      for (let i = 0; i < 200; i += 1) {
        paper.begins(`s${i}`);
        paper.ends(`s${i}`, true);
      }
    }
    expect(paper.events.length).toBeGreaterThan(20_000);
    expect(performance.now() - begun).toBeLessThan(8_000);
    expect(view(paper).steps).toHaveLength(200);
  });

  it('has no event that takes anything but integers, so that the journal can hold it', () => {
    expect(RunEventBody.safeParse({ type: 'step.quiet', data: { step: 'a', silent_ms: 1.5 } }).success).toBe(false);
    expect(RunEventBody.safeParse({ type: 'step.quiet', data: { step: '../a', silent_ms: 1 } }).success).toBe(false);
  });
});
