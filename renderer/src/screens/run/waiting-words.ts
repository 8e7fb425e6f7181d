import type { StepView } from '../../../../electron/contract/run.ts';

/** Deferred before, and asked for once more at the end of the run: it has not failed. */
export function isReoffered(step: Pick<StepView, 'state' | 'waiting_for'>): boolean {
  return step.state === 'waiting' && step.waiting_for === 'answer';
}

/** What a step waits for, in words; null when it waits for nobody. */
export function waitingWords(step: Pick<StepView, 'state' | 'simulated' | 'waiting_for' | 'approvals' | 'approvals_needed'>): string | null {
  switch (step.waiting_for) {
    case null: return null;
    case 'start': return step.simulated ? 'simulated, waits for you to go on' : 'ready, waits for you to run it';
    case 'approval': {
      const given = step.approvals.filter((approval) => approval.verdict === 'approved').length;
      return `waits for ${Math.max(0, (step.approvals_needed?.quorum ?? 1) - given)} of ${step.approvals_needed?.quorum ?? 1} approvals`;
    }
    case 'decision': return 'waits for a decision';
    case 'confirmation': return 'waits until you have done it';
    case 'secret': return 'waits for a secret';
    case 'answer': return isReoffered(step) ? 'was deferred, is due now' : 'halted, waits for what you decide';
    case 'outcome': return 'its outcome is unknown';
    case 'point-of-no-return': return 'no way back after this';
    case 'attestation': return 'waits for your word';
    case 'message': return 'a message is due';
    case 'third-party': return 'waits for a third party';
  }
}
