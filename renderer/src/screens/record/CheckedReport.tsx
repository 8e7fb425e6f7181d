/** What a check of a saved report found. */
import type { ReportVerification } from '../../../../electron/contract/report-signature.ts';
import { counted, utcInstant } from '../../../../electron/contract/wording.ts';
import { Glyph } from '../../components/Glyph.tsx';
import { Notice } from '../../components/States.tsx';
import { visible } from '../../visible.ts';

export function CheckedReport({ checked: { ok, run, revision, signatures, problems, sha256 } }: { checked: ReportVerification }) {
  return (
    <Notice tone={ok ? 'green' : 'red'} shape={ok ? 'sensed' : 'failed'}>
      <b className="med">{ok ? `The report holds: run ${visible(run)}, revision ${revision}, ${counted(signatures.length, 'signature', 'signatures')}.` : 'The report does not hold.'}</b>
      <ul className="problems">
        {problems.map((problem, index) => <li key={`p${index}`}><Glyph shape="failed" tone="red" size={12} /><span>{visible(problem.message)} <span className="mono s12 t3">{problem.kind}</span></span></li>)}
        {signatures.map(({ name, role, at, holds, known }, index) => <li key={`s${index}`}><Glyph shape={holds ? (known ? 'sensed' : 'unknown') : 'failed'} tone={holds ? (known ? 'green' : 'amber') : 'red'} size={12} /><span>{visible(name)}, {visible(role)}, {utcInstant(at)}{known ? '' : ': key not known here'}</span></li>)}
      </ul>
      {sha256 !== '' && <div className="mono s12 t2 gap-top">SHA-256 {sha256}</div>}
    </Notice>
  );
}
