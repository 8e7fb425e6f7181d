import type { Result } from '../../../../electron/contract/methods.ts';
import { TextField } from '../../components/Fields.tsx';
import { readinessState, signatureState, StateWord } from '../../components/States.tsx';
import type { Draft } from './draft.ts';
import { visible } from '../../visible.ts';

/** What speaks against starting, each with a reason of the person's own, for the record. */
export function Acknowledge({ prepared, draft, onChange }: { prepared: Result<'run.prepare'>; draft: Draft; onChange(part: Partial<Draft>): void }) {
  const { signature, readiness, needs, short_of = [] } = prepared;
  return (
    <div className="acks">
      <div className="row wrap"><StateWord state={readinessState(readiness)} badge /><StateWord state={signatureState(signature.state)} badge>{signature.state === 'signed' ? `Signed by ${signature.signers.map(visible).join(', ')}` : undefined}</StateWord>{signature.reason !== undefined && <span className="s12 t3">{visible(signature.reason)}</span>}{(needs.includes('unsigned') || needs.includes('not-ready')) && <span className="s12 t3">Your reasons are recorded with your name.</span>}</div>
      {needs.includes('unsigned') && <TextField label="Nobody trusted has signed this runbook. Why go on?" value={draft.unsigned} onChange={(unsigned) => { onChange({ unsigned }); }} />}
      {short_of.map(({ role, wanted, enrolled }) => <p key={role} className="s12 t2">The runbook wants {wanted} as {visible(role)}; enrolled: {enrolled}.</p>)}
      {needs.includes('not-ready') && <TextField label={readiness.startsWith('READY') ? 'Too few people are enrolled. Why go on?' : 'Readiness does not hold. Why go on?'} value={draft.notReady} onChange={(notReady) => { onChange({ notReady }); }} />}
    </div>
  );
}
