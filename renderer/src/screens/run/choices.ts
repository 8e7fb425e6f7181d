/** What a person may do with a step just now, beside its one primary action: what the engine would take, no more. Pure. */
import type { StepView } from '../../../../electron/contract/run.ts';
import { isReoffered } from './waiting-words.ts';

export interface Choices {
  byHand: boolean;
  defer: boolean;
  skip: boolean;
  override: boolean;
  elsewhere: boolean;
  undo: boolean;
  stop: boolean;
  block: boolean;
}

export const NO_CHOICES: Choices = { byHand: false, defer: false, skip: false, override: false, elsewhere: false, undo: false, stop: false, block: false };

type Judged = Pick<StepView, 'kind' | 'state' | 'waiting_for' | 'gotos' | 'undoable'>;

export function choicesOf(step: Judged): Choices {
  const failed = step.state === 'failed';
  const halted = failed || step.state === 'unknown';
  const waits = step.state === 'waiting' && step.waiting_for !== 'third-party';
  const last = isReoffered(step);
  // An approval is given, refused or put off; nobody passes it by.
  const passable = step.kind !== 'approve';
  return {
    // What became of an unknown step is asked in a dialog of its own, which looks for what still runs first.
    byHand: passable && (failed || last || (waits && step.waiting_for === 'start')),
    skip: passable && (failed || waits),
    override: passable && (failed || last),
    defer: (halted || waits) && !last,
    elsewhere: halted && step.gotos.length > 0, undo: step.undoable, stop: step.state === 'running', block: waits || step.state === 'running',
  };
}
