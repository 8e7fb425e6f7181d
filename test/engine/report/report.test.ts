import { describe, expect, it } from 'vitest';
import { Report } from '../../../electron/contract/report.ts';
import type { RunView } from '../../../electron/contract/run.ts';
import type { JournalEvent } from '../../../electron/engine/journal/journal.ts';
import { buildReport, renderReport } from '../../../electron/engine/report/report.ts';
import { runView, smallRunbook, stepView } from '../../support/run-view.ts';

function report(view: Partial<RunView> = {}, events: JournalEvent[] = []): Report {
  return buildReport({
    view: runView(view),
    runbook: smallRunbook(),
    signature: { state: 'signed', signers: ['release/2026'] },
    readiness: null,
    events,
    people: [],
    readText: () => null,
    record: { entries: 42, head: { size: 42, hash: 'ef'.repeat(32) }, checkpoint: null, checkpoints: [], verified: true, device: 'device/kit-03' },
    version: '0.1.0',
    now: new Date('2026-09-15T02:00:00Z'),
  });
}

describe('the report says first whether the target was met', () => {
  it('names the time to spare', () => {
    expect(report({ steps: [stepView({ id: 'restore', number: 1 })] }).results.verdict).toBe('Recovered within the target, 3 h 29 min to spare.');
  });

  it('does not call a rehearsal met that left something behind', () => {
    const { results } = report({ mode: 'rehearsal', steps: [stepView({ id: 'restore', number: 1 })], left_behind: ['dir: the folder /scratch/dir is still there'] });
    expect(results).toMatchObject({ met: false, verdict: expect.stringContaining('The rehearsal left something behind, so it does not count: dir: the folder /scratch/dir is still there.') });
  });

  it('names a window that was missed among what was not as written', () => {
    const late = stepView({ id: 'dns', number: 1, title: 'Three health checks fail', due: { after: null, by: '2026-09-15T01:14:00.000Z', met: false }, finished_at: '2026-09-15T01:20:00.000Z' });
    expect(report({ mode: 'rehearsal', steps: [late] }).deviations).toContainEqual({ at: '2026-09-15T01:20:00.000Z', step: '1 Three health checks fail', what: 'Past its window, due by 01:14:00 UTC', who: 'the clock' });
    expect(renderReport(report({ mode: 'rehearsal', steps: [late] }), 'html')).not.toContain('everything was done as written');
  });

  it('counts what was not done as written', () => {
    expect(report().results.verdict).toContain('1 step was not done as written.');
  });

  it('counts what failed, was done by hand or was overridden, and says so beside the assertions that hold', () => {
    const steps = [stepView({ id: 'a', number: 1, state: 'failed' }), stepView({ id: 'b', number: 2, by_hand: true }), stepView({ id: 'c', number: 3, state: 'overridden' }), stepView({ id: 'd', number: 4, assertions: [{ ok: true, expected: '1', actual: '1' }] })];
    expect(report({ steps }).results.verdict).toContain('3 steps were not done as written.');
    expect(renderReport(report({ steps }), 'html')).toContain('× 2 steps did not succeed');
  });

  it('says of a rehearsal how much of the procedure its time is without, and nothing of the kind of a live recovery', () => {
    const steps = [stepView({ id: 'build', number: 1, simulated: true }), stepView({ id: 'agree', number: 2, kind: 'approve', simulated: true }), stepView({ id: 'restore', number: 3 })];
    expect(report({ mode: 'rehearsal', steps }).results.verdict).toContain('The time is without 1 step that a rehearsal only simulates or leaves out.');
    expect(report({ mode: 'live', steps }).results.verdict).not.toContain('without');
  });

  it('says by how much a target was missed', () => {
    expect(report({ rto: { target_s: 600, achieved_s: 660, met: false } }).results.verdict).toMatch(/^Recovered, but past the target by 1 min\./u);
  });

  it('never calls an unfinished run a success', () => {
    expect(report({ state: 'aborted' }).results.verdict).toBe('The run did not finish: it is aborted.');
  });
});

describe('the report tells a runbook that was not called as one thing', () => {
  const why = 'Not needed: damage == "cluster" is false';
  const steps = [
    stepView({ id: 'choose', number: 1 }),
    stepView({ id: 'rebuild', number: 2, kind: 'call', title: 'Rebuild the cluster', state: 'skipped', reason: why }),
    ...['install', 'restore'].map((id, index) => stepView({ id: `rebuild/${id}`, number: 3 + index, title: `Inner ${id}`, state: 'skipped', reason: `The call rebuild was skipped: ${why}` })),
  ];

  it('leaves out the call with the number of its steps, and says why once', () => {
    expect(report({ steps }).scope.exclusions).toEqual([{ what: 'Rebuild the cluster (2 steps)', reason: why }]);
    for (const format of ['html', 'md'] as const) expect(renderReport(report({ steps }), format)).not.toContain('Inner install');
  });

  it('keeps each of its steps in the record, and shows those of a call that was made', () => {
    expect(report({ steps }).execution).toHaveLength(4);
    const made = steps.map((step) => ({ ...step, state: 'succeeded' as const }));
    expect(renderReport(report({ steps: made }), 'html')).toContain('Inner install');
  });
});

describe('the report keeps what was not as written', () => {
  const created = {
    mode: 'live', runbook: { id: 'ampora-total-loss', sha256: 'cd'.repeat(32) }, title: 'Rebuild', system: 'ampora', snapshot: { sha256: 'ab'.repeat(32), size: 2 }, signature: 'unsigned',
    outage_at: null, declared_at: null, operator: { id: 'mara-okafor', name: 'Mara Okafor', role: 'operator' }, pace: 'step', engine: { pid: 1, start_time: '1', boot: 'b' },
    acknowledged_unsigned: 'read line by line', proceeded_not_ready: 'the pump is not needed', readiness: 'NOT_READY', run_dir: '/data/runs/r',
  };
  const event = (seq: number, type: string, data: JournalEvent['data']): JournalEvent => ({ v: 1, seq, id: `e${seq}`, run: 'r', actor: 'person/mara-okafor', wall: '2026-09-15T01:20:00.000Z', up: seq, boot: 'b', type, data, prev: '' });

  it('says why a run began unsigned and not ready, and who accepted it', () => {
    const { deviations, execution } = report({ steps: [stepView({ id: 'restore', number: 1 })] }, [event(1, 'run.created', created), event(2, 'step.released', { step: 'restore', typed_id: false })]);
    expect(deviations.map(({ what, who }) => [what, who])).toEqual([
      ['Started with a runbook that nobody trusted vouches for', 'Mara Okafor: “read line by line”'],
      ['Started although readiness did not hold (not ready)', 'Mara Okafor: “the pump is not needed”'],
    ]);
    expect(execution[0]?.executor).toBe('Mara Okafor');
  });

  it('calls a step that ran and was overridden a failure, not one that did not run', () => {
    const [ran, never] = report({ steps: [stepView({ id: 'a', number: 1, state: 'overridden', attempts: 1, reason: 'seen' }), stepView({ id: 'b', number: 2, state: 'overridden', attempts: 0 })] }).execution;
    expect(ran).toMatchObject({ verdict: 'fail', deviation: 'Overridden: seen' });
    expect(never?.verdict).toBe('not executed');
  });
});

describe('the formats', () => {
  it('writes JSON that its own schema reads back', () => {
    const made = report();
    expect(Report.parse(JSON.parse(renderReport(made, 'json')))).toEqual(made);
  });

  it('writes one CSV row a step, with quotes where a cell needs them', () => {
    const rows = renderReport(report(), 'csv').trim().split('\r\n');
    expect(rows).toHaveLength(3);
    expect(rows[0]?.split(',')[0]).toBe('number');
  });

  it('keeps a spreadsheet from computing a cell that begins like a formula', () => {
    const made = report({ steps: [stepView({ id: 'restore', number: 1, title: '=HYPERLINK("http://x")' })] });
    expect(renderReport(made, 'csv')).not.toMatch(/(?:^|,)"?=/mu);
  });

  it('is one HTML file without any script or outside resource', () => {
    const html = renderReport(report(), 'html');
    expect(html).not.toMatch(/<script|<link|src=|href=/u);
    expect(html.match(/url\((?!#|data:font\/woff2;base64,)/gu)).toBeNull();
    expect(html.match(/url\(data:font/gu)).toHaveLength(2);
    expect(html).toMatch(/Content-Security-Policy" content="default-src (?:'|&#x27;)none/u);
  });

  it.each(['html', 'md'] as const)('keeps markup in titles, notes and output out of the %s', (format) => {
    const attack = '<img src=x onerror=alert(1)>';
    const made = report({ title: attack, steps: [stepView({ id: 'restore', number: 1, title: attack, assertions: [{ ok: false, expected: attack, actual: attack }] })], notes: [{ at: '2026-09-15T01:20:00.000Z', by: attack, text: attack, step: null }] });
    expect(renderReport(made, format)).not.toMatch(/(?<!\\)<img/u);
  });

  it('marks everything but a live recovery as an exercise', () => {
    expect(renderReport(report(), 'html')).toContain('REHEARSAL: no production system was touched');
    expect(renderReport(report({ mode: 'tabletop' }), 'html')).toContain('EXERCISE: nothing was run');
    expect(renderReport(report({ mode: 'live' }), 'html')).not.toMatch(/REHEARSAL:|EXERCISE:/u);
  });
});
