import { describe, expect, it } from 'vitest';
import type { RunView, StepView } from '../../../../electron/contract/run.ts';
import { nextAction } from '../../../../renderer/src/screens/run/next-action.ts';
import { runView, stepView } from '../../../support/run-view.ts';

const at = (step: Partial<StepView>, others: StepView[] = [], run: Partial<RunView> = {}): ReturnType<typeof nextAction> => {
  const own = stepView({ id: 'restore', number: 7, ...step });
  return nextAction(runView({ state: 'waiting', finished_at: null, current: 'restore', steps: [own, ...others], ...run }), own);
};

describe('the one primary action of a run', () => {
  it('runs a step that waits for its start', () => {
    expect(at({ state: 'waiting', waiting_for: 'start' })).toMatchObject({ kind: 'command', label: 'Run step 7', command: { do: 'start', step: 'restore' } });
  });

  it('never runs a point of no return at once: its id is typed first', () => {
    expect(at({ state: 'waiting', waiting_for: 'start', point_of_no_return: true })).toMatchObject({ kind: 'dialog', dialog: 'no-return' });
    expect(at({ state: 'waiting', waiting_for: 'point-of-no-return', point_of_no_return: true })).toMatchObject({ kind: 'dialog', dialog: 'no-return' });
  });

  it('asks for no id where nothing runs', () => {
    expect(at({ state: 'waiting', waiting_for: 'start', point_of_no_return: true, simulated: true })).toMatchObject({ kind: 'command', label: 'Go on, step 7 is simulated' });
  });

  it('opens the approval, and approves nothing by itself', () => {
    expect(at({ state: 'waiting', waiting_for: 'approval' })).toMatchObject({ kind: 'dialog', dialog: 'approve' });
  });

  it.each(['decision', 'confirmation', 'attestation', 'secret', 'message'] as const)('sends the form of a %s', (waiting_for) => {
    expect(at({ state: 'waiting', waiting_for })).toMatchObject({ kind: 'answer' });
  });

  it('offers another try after a failure, and asks first when something of it still runs', () => {
    expect(at({ state: 'failed', waiting_for: 'answer' })).toMatchObject({ kind: 'command', label: 'Try again', command: { do: 'retry' } });
    expect(at({ state: 'failed', waiting_for: 'answer' }, [], { survivors: [{ step: 'restore', pid: 9, what: 'pg_restore' }] })).toMatchObject({ kind: 'dialog', dialog: 'outcome' });
  });

  it('asks for what was deferred by its number, at the end as before', () => {
    expect(at({ state: 'deferred', waiting_for: null })).toMatchObject({ label: 'Do step 7 now', command: { do: 'retry' } });
    expect(at({ state: 'waiting', waiting_for: 'answer' })).toMatchObject({ label: 'Do step 7 now', command: { do: 'retry' } });
  });

  it('asks what happened when nobody knows, and repeats nothing', () => {
    expect(at({ state: 'unknown', waiting_for: 'outcome' })).toMatchObject({ kind: 'dialog', dialog: 'outcome' });
  });

  it('names what is due elsewhere while a tool works', () => {
    const due = stepView({ id: 'key', number: 8, state: 'waiting', waiting_for: 'secret' });
    expect(at({ state: 'running', waiting_for: null }, [due])).toMatchObject({ kind: 'look', step: 'key', label: 'Go to step 8' });
    expect(at({ state: 'running', waiting_for: null })).toMatchObject({ kind: 'none' });
  });

  it('leads back from a step that is over', () => {
    const current = stepView({ id: 'now', number: 9, state: 'running' });
    expect(at({ state: 'succeeded', waiting_for: null }, [current], { current: 'now' })).toMatchObject({ kind: 'look', step: 'now' });
  });

  it('resumes an interrupted run and opens the report of a finished one', () => {
    expect(at({ state: 'waiting', waiting_for: 'start' }, [], { state: 'interrupted' })).toMatchObject({ kind: 'dialog', dialog: 'resume' });
    expect(at({ state: 'succeeded', waiting_for: null }, [], { state: 'succeeded' })).toMatchObject({ kind: 'report' });
  });

  it('changes its name with every attempt and question, so that a held key stops there', () => {
    const ids = [at({ state: 'waiting', waiting_for: 'start' }), at({ state: 'failed', waiting_for: 'answer', attempts: 1 }), at({ state: 'failed', waiting_for: 'answer', attempts: 2 })].map((action) => ('id' in action ? action.id : ''));
    expect(new Set(ids).size).toBe(3);
  });
});
