/** What the step asks of a person, by what it waits for. */
import type { RunView, StepView } from '../../../../../electron/contract/run.ts';
import type { Run } from '../use-run.ts';
import { AttestAsk } from './AttestAsk.tsx';
import { DecideAsk } from './DecideAsk.tsx';
import { ManualAsk } from './ManualAsk.tsx';
import { NotifyAsk } from './NotifyAsk.tsx';
import { SecretAsk } from './SecretAsk.tsx';
import { ApprovalsGiven } from './ApprovalsGiven.tsx';

export function Ask({ run, view, step }: { run: Run; view: RunView; step: StepView }) {
  const { asks } = step;
  switch (step.waiting_for) {
    case 'decision': return asks?.kind === 'decide' ? <DecideAsk run={run} step={step.id} asks={asks} /> : null;
    case 'confirmation': return asks?.kind === 'manual' ? <ManualAsk run={run} step={step.id} asks={asks} /> : null;
    case 'attestation': return asks?.kind === 'attest' ? <AttestAsk run={run} step={step.id} asks={asks} /> : null;
    case 'secret': return asks?.kind === 'secret' ? <SecretAsk run={run} step={step.id} asks={asks} /> : null;
    case 'message': return asks?.kind === 'notify' ? <NotifyAsk run={run} view={view} step={step.id} asks={asks} /> : null;
    case 'approval':
    case 'point-of-no-return': return <ApprovalsGiven step={step} />;
    case 'start':
    case 'answer':
    case 'outcome':
    case 'third-party':
    case null: return asks?.kind === 'decide' && step.state === 'pending' ? <p className="prose t2">Will ask: {asks.question}</p> : null;
  }
}
