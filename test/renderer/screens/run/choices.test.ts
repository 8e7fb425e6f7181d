import { describe, expect, it } from 'vitest';
import { choicesOf } from '../../../../renderer/src/screens/run/choices.ts';
import { waitingWords } from '../../../../renderer/src/screens/run/waiting-words.ts';
import { stepView } from '../../../support/run-view.ts';

/** The names of what is offered. */
function offered(step: Partial<Parameters<typeof stepView>[0]>): string[] {
  return Object.entries(choicesOf(stepView({ id: 'a', number: 1, ...step }))).flatMap(([name, is]) => (is ? [name] : [])).sort();
}

describe('what is offered beside the primary action', () => {
  it('is everything that settles a failure', () => {
    expect(offered({ state: 'failed', waiting_for: 'answer', gotos: ['later'] })).toEqual(['byHand', 'defer', 'elsewhere', 'override', 'skip']);
  });

  it('never passes an approval by', () => {
    expect(offered({ kind: 'approve', state: 'waiting', waiting_for: 'approval' })).toEqual(['block', 'defer']);
    expect(offered({ kind: 'approve', state: 'failed', waiting_for: 'answer' })).toEqual(['defer']);
  });

  it('leaves a step of unknown outcome to the question what happened', () => {
    expect(offered({ state: 'unknown', waiting_for: 'outcome' })).toEqual(['defer']);
  });

  it('does not put off a second time what was deferred, and does not call it halted', () => {
    const due = { kind: 'manual', state: 'waiting', waiting_for: 'answer' } as const;
    expect(offered(due)).toEqual(['block', 'byHand', 'override', 'skip']);
    expect(waitingWords(stepView({ id: 'a', number: 1, ...due }))).toBe('was deferred, is due now');
    expect(waitingWords(stepView({ id: 'a', number: 1, state: 'failed', waiting_for: 'answer' }))).toContain('halted');
  });
});
