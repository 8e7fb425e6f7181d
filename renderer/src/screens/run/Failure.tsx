/** A failed step: the verdict as a sentence, what held and what did not, and what it may come from. */
import type { RunView, StepView } from '../../../../electron/contract/run.ts';
import { Prose } from '../../components/Prose.tsx';
import { Notice } from '../../components/States.tsx';
import { visible } from '../../visible.ts';
import { absentPrograms, whereLooked } from './missing-programs.ts';
import { Assertions } from './Assertions.tsx';
import { rankSuspects, type Suspect } from './suspects.ts';
import { verdictOf } from './verdict.ts';

const STANCE = { for: 'for', against: 'against', 'ruled-out': 'ruled out' } as const;

function SuspectRow({ suspect, rank }: { suspect: Suspect; rank: number }) {
  return (
    <div className={`sus${rank === 1 ? ' first' : ''}${suspect.gone ? ' gone' : ''}`}>
      <span className="rank">{rank}</span><h3>{visible(suspect.cause)}</h3>
      <div className="evi">
        <span><i>seen as</i>{visible(suspect.see)}</span>
        {suspect.evidence.map((item, index) => <span key={index}><i>{STANCE[item.stance]}</i>{visible(item.text)}</span>)}
      </div>
      <div className="fix"><b>What to do</b>{visible(suspect.fix)}</div>
    </div>
  );
}

/** What to do about a program that is not here, best first. */
function MissingPrograms({ step }: { step: StepView }) {
  const { missing, other_way } = step;
  return (
    <Notice tone="amber" shape="needs">
      <b className="med">Put {missing.length === 1 ? 'it' : 'them'} into the toolbox</b> and try again, or do without:
      <ul className="ways">
        {other_way !== null && <li>{visible(other_way.words)} This is the runbook’s other way while {other_way.when_dead.map(visible).join(' or ')} is dead: say so under More, What is dead, and try again.</li>}
        <li>By hand <kbd>H</kbd>: the exact command to run on another machine, and a place for what it printed there.</li>
      </ul>
    </Notice>
  );
}

export function Failure({ view, step }: { view: RunView; step: StepView }) {
  const looked = whereLooked(step);
  const verdict = looked === null ? verdictOf(step).verdict : `${absentPrograms(step.missing)}.`;
  const suspects = rankSuspects(step.suspects);
  const alive = view.survivors.filter((survivor) => survivor.step === step.id);
  return (
    <>
      <div>
        <div className="verdict c-red" role="alert"><b>{visible(verdict)}</b></div>
        {looked !== null && <details className="again gap"><summary>Where it was looked for</summary><p className="s13 t2 mono anywhere">{visible(looked)}</p></details>}
        <Assertions step={step} />
      </div>
      {step.missing.length > 0 && <MissingPrograms step={step} />}
      {alive.length > 0 && <Notice tone="amber" shape="needs"><b className="med">{alive.length === 1 ? 'A process of this step' : `${alive.length} processes of this step`} still run{alive.length === 1 ? 's' : ''}:</b> {alive.map((survivor) => `${visible(survivor.what)} (process ${survivor.pid})`).join(', ')}.</Notice>}
      {suspects.length > 0 && <section><h2 className="suspects">Suspects, most likely first</h2>{suspects.map((suspect, index) => <SuspectRow key={suspect.symptom} suspect={suspect} rank={index + 1} />)}</section>}
      <details className="again"><summary>What this step does</summary><Prose text={step.prose} /></details>
    </>
  );
}
