import type { StepView } from '../../../../electron/contract/run.ts';
import { Glyph } from '../../components/Glyph.tsx';
import { visible } from '../../visible.ts';

/** A few lines of it; the whole is in the report and under the pointer. */
function Cut({ text }: { text: string }) {
  return <span className="few-lines" title={visible(text)}>{visible(text)}</span>;
}

const UNDECIDED: ReadonlySet<StepView['state']> = new Set(['pending', 'waiting', 'running']);

/** What must hold; the ones that do not come first and alone are bold. Before they are judged: what is expected. */
export function Assertions({ step }: { step: Pick<StepView, 'assertions' | 'unjudged' | 'expected' | 'state'> }) {
  if (step.assertions.length === 0 && step.expected.length === 0) return null;
  const judged = [...step.assertions].sort((a, b) => Number(a.ok) - Number(b.ok));
  return (
    <table className="asserts">
      <thead><tr><th><span className="sr">State</span></th><th colSpan={judged.length === 0 ? 2 : 1}>Done when</th>{judged.length > 0 && <th>Expected</th>}<th>Measured</th></tr></thead>
      <tbody>
        {judged.map((assertion, index) => (
          <tr key={index} className={assertion.ok ? 't2' : undefined}>
            <td><Glyph shape={assertion.ok ? 'sensed' : 'failed'} tone={assertion.ok ? 'green' : 'red'} /><span className="sr">{assertion.ok ? 'holds' : 'does not hold'}</span></td>
            <td className={assertion.ok ? undefined : 'semi'}><Cut text={assertion.title ?? 'Asserted'} /></td><td><Cut text={assertion.expected} /></td>
            <td className={assertion.ok ? undefined : 'semi tx c-red'}><Cut text={assertion.actual} /></td>
          </tr>
        ))}
        {judged.length > 0 && step.unjudged?.map((expected, index) => (
          <tr key={`open ${index}`}><td><Glyph shape="pending" /><span className="sr">not judged</span></td><td colSpan={2}>{visible(expected)}</td><td className="t3">not judged: done by hand</td></tr>
        ))}
        {judged.length === 0 && step.expected.map((expected, index) => (
          <tr key={index}><td><Glyph shape="pending" /><span className="sr">not judged yet</span></td><td colSpan={2}>{visible(expected)}</td><td className="t3">{UNDECIDED.has(step.state) ? 'after the step' : 'not measured'}</td></tr>
        ))}
      </tbody>
    </table>
  );
}
