import { describe, expect, it } from 'vitest';
import { viewRun } from '../../../electron/contract/run/view.ts';
import type { RunView } from '../../../electron/contract/run.ts';
import { paperRun, type PaperRun } from '../../support/paper-run.ts';

const MINUTE = 60_000;
const steps = [{ id: 'assess', kind: 'run', run: ['true'], due: { after: '2m', by: '5m' } }, { id: 'free', kind: 'run', run: ['true'] }];

function view(paper: PaperRun): RunView {
  return viewRun(paper.fold, { now: { wall: paper.wall, boot: 'b', up: paper.wall }, alive: true, load: () => null });
}

function begun(): PaperRun {
  const paper = paperRun(steps, { outageAt: '2026-11-21T10:00:00.000Z' });
  paper.settle();
  paper.begins('assess');
  return paper;
}

describe('a window of a step', () => {
  it('is counted from the outage, and open until it is over or missed', () => {
    expect(view(paperRun(steps)).steps[0]?.due).toEqual({ after: '2026-11-21T10:02:00.000Z', by: '2026-11-21T10:05:00.000Z', met: null });
    expect(view(paperRun(steps)).steps[1]).not.toHaveProperty('due');
  });

  it('is met when the step was over in time, and stays met', () => {
    const paper = begun();
    paper.ends('assess', true);
    paper.wall += 60 * MINUTE;
    expect(view(paper).steps[0]?.due?.met).toBe(true);
    expect(view(paper).lookout).toEqual([]);
  });

  it('is missed as soon as its time is past, which stands where everybody looks', () => {
    const paper = begun();
    paper.wall += 5 * MINUTE;
    expect(view(paper).steps[0]?.due?.met).toBe(false);
    expect(view(paper).lookout).toEqual(['Step 1 assess: due by 10:05:00 UTC, and it is not over']);
    paper.ends('assess', true);
    expect(view(paper).lookout).toEqual(['Step 1 assess: due by 10:05:00 UTC, and it was over after that']);
  });

  it('counts no more for a step that was left out', () => {
    const paper = begun();
    paper.ends('assess', false);
    paper.does({ do: 'skip', step: 'assess', reason: 'known by then' });
    paper.wall += 60 * MINUTE;
    expect(view(paper).steps[0]?.due?.met).toBeNull();
  });
});
