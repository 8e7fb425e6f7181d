/** What is next due from a person: the one primary action of the run screen. Pure. */
import type { RunCommand, RunView, StepView } from '../../../../electron/contract/run.ts';
import { isReoffered } from './waiting-words.ts';

/** What a press does: a command at once, a dialog that asks more, or a move to another place. */
export type NextAction =
  | { kind: 'command'; id: string; label: string; command: RunCommand }
  | { kind: 'dialog'; id: string; label: string; dialog: 'no-return' | 'approve' | 'outcome' | 'resume' }
  | { kind: 'answer'; id: string; label: string } // the form in the step is sent
  | { kind: 'look'; id: string; label: string; step: string }
  | { kind: 'report'; id: string; label: string }
  | { kind: 'none'; why: string };

/** A new id whenever a press would mean something else, so that a held Enter stops there. */
function identity(step: StepView): string {
  return [step.id, step.state, step.waiting_for ?? '', step.attempts, step.approvals.length].join(' ');
}

export function nextAction(view: RunView, step: StepView | null): NextAction {
  if (view.state === 'succeeded' || view.state === 'aborted') return { kind: 'report', id: `report ${view.id}`, label: 'Open the report' };
  if (view.state === 'interrupted') return { kind: 'dialog', id: `resume ${view.id}`, label: 'Resume the run…', dialog: 'resume' };
  if (step === null) return { kind: 'none', why: 'Nothing is left to do; the run is about to end.' };
  return stepAction(view, step) ?? elsewhere(view, step);
}

function stepAction(view: RunView, step: StepView): NextAction | null {
  const id = identity(step);
  switch (step.waiting_for) {
    case 'start': return startAction(step, id);
    case 'point-of-no-return': return { kind: 'dialog', id, label: 'Look at what cannot be undone…', dialog: 'no-return' };
    case 'approval': return { kind: 'dialog', id, label: `Approve step ${step.number}…`, dialog: 'approve' };
    case 'decision': return { kind: 'answer', id, label: 'Decide' };
    case 'confirmation': return { kind: 'answer', id, label: 'Confirm: done' };
    case 'attestation': return { kind: 'answer', id, label: 'Say so, with my name' };
    case 'secret': return { kind: 'answer', id, label: 'Hand it over' };
    case 'message': return { kind: 'answer', id, label: 'They have been told' };
    case 'answer': return failureAction(view, step, id);
    case 'outcome': return { kind: 'dialog', id, label: 'Say what happened…', dialog: 'outcome' };
    case 'third-party': return { kind: 'command', id, label: 'They are done, go on', command: { do: 'unblock', step: step.id } };
    case null: return step.state === 'deferred' ? laterAction(step, id) : null;
  }
}

function laterAction(step: StepView, id: string): NextAction {
  return { kind: 'command', id, label: `Do step ${step.number} now`, command: { do: 'retry', step: step.id } };
}

function startAction(step: StepView, id: string): NextAction {
  if (step.simulated) return { kind: 'command', id, label: `Go on, step ${step.number} is simulated`, command: { do: 'start', step: step.id } };
  if (step.point_of_no_return) return { kind: 'dialog', id, label: `Run step ${step.number}…`, dialog: 'no-return' };
  return { kind: 'command', id, label: `Run step ${step.number}`, command: { do: 'start', step: step.id } };
}

function failureAction(view: RunView, step: StepView, id: string): NextAction {
  if (isReoffered(step)) return laterAction(step, id);
  if (view.survivors.some((survivor) => survivor.step === step.id)) return { kind: 'dialog', id, label: 'Look at what still runs…', dialog: 'outcome' };
  return { kind: 'command', id, label: 'Try again', command: { do: 'retry', step: step.id } };
}

/** While this step needs nobody, what needs somebody elsewhere. */
function elsewhere(view: RunView, step: StepView): NextAction {
  const due = view.steps.find((other) => other.id !== step.id && other.waiting_for !== null && other.waiting_for !== 'third-party');
  if (due !== undefined) return { kind: 'look', id: `look ${due.id}`, label: `Go to step ${due.number}`, step: due.id };
  if (view.current !== null && view.current !== step.id) {
    const current = view.steps.find((other) => other.id === view.current);
    if (current !== undefined) return { kind: 'look', id: `look ${current.id}`, label: `Back to step ${current.number}`, step: current.id };
  }
  if (step.state === 'running') return { kind: 'none', why: step.budget_s === null ? 'Nothing needs you until this ends.' : 'Nothing else needs you until this ends.' };
  return { kind: 'none', why: 'Nothing needs you just now.' };
}
