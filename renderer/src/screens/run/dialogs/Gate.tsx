import type { StepView } from '../../../../../electron/contract/run.ts';
import { Glyph } from '../../../components/Glyph.tsx';
import { Prose } from '../../../components/Prose.tsx';

/** What cannot be undone, in the runbook's own words. */
export function Gate({ step }: { step: StepView }) {
  return (
    <div className={`gate c-${step.point_of_no_return ? 'amber' : 'grey'}`}>
      <Glyph shape={step.point_of_no_return ? 'ponr' : 'needs'} tone="amber" size={24} />
      <div>{step.point_of_no_return && <b className="semi">No way back after this. </b>}{step.simulated && <b className="semi">Simulated: nothing runs. </b>}<Prose text={step.prose} /></div>
    </div>
  );
}
