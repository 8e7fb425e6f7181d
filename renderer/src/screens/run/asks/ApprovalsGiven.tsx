import type { StepView } from '../../../../../electron/contract/run.ts';
import { utcTime } from '../../../../../electron/contract/wording.ts';
import { Glyph } from '../../../components/Glyph.tsx';
import { visible } from '../../../visible.ts';

/** Who has approved or refused so far, and who may. */
export function ApprovalsGiven({ step }: { step: StepView }) {
  const needed = step.approvals_needed;
  if (needed === null && step.approvals.length === 0) return null;
  return (
    <section className="ask">
      {needed !== null && <p className="s13 t2">Needs {needed.quorum === 1 ? 'one approval' : `${needed.quorum} approvals by different people`} from: {needed.by.map(visible).join(', ')}.{needed.not_self ? ' Not by whoever runs this recovery.' : ''}</p>}
      <ul className="plainlist">
        {step.approvals.map((approval) => (
          <li key={`${approval.by} ${approval.at}`} className="row">
            <Glyph shape={approval.verdict === 'approved' ? 'confirmed' : 'failed'} tone={approval.verdict === 'approved' ? 'green' : 'red'} />
            <b className="med">{visible(approval.name)}</b><span className="t2">{visible(approval.role)}, {approval.verdict} at {utcTime(approval.at)} UTC{approval.unattended ? ', unattended' : ''}{approval.reason === undefined ? '' : `: ${visible(approval.reason)}`}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
