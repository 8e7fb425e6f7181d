/** What drills and recoveries achieved: a row each, and the trend of a runbook's times against its target. */
import type { DrillResult } from '../../../../electron/contract/drill.ts';
import { useNavigation } from '../../app/navigation.ts';
import { Button } from '../../components/Buttons.tsx';
import { type State, StateWord } from '../../components/States.tsx';
import { MODE_WORD } from '../../mode-word.ts';
import { visible } from '../../visible.ts';
import { against, shortDay } from '../../wording.ts';
import { Trend } from './Trend.tsx';

const STATUS: Readonly<Record<DrillResult['status'], State>> = {
  met: { word: 'Met', shape: 'sensed', tone: 'green' },
  missed: { word: 'Missed', shape: 'failed', tone: 'red' },
  unmeasured: { word: 'Not measured', shape: 'unknown', tone: 'grey' },
};

function byRunbook(results: readonly DrillResult[]): [string, DrillResult[]][] {
  const groups = new Map<string, DrillResult[]>();
  for (const result of results) groups.set(result.runbook, [...(groups.get(result.runbook) ?? []), result]);
  return [...groups];
}

/** The history's own verdict stands beside ours: it may have judged by other targets. */
function Verdict({ result }: { result: DrillResult }) {
  return <><StateWord state={STATUS[result.status]} />{result.said !== null && <div className="sub wrap">recorded as “{visible(result.said)}”</div>}</>;
}

function Row({ result, now }: { result: DrillResult; now: number }) {
  const { go } = useNavigation();
  const { run } = result;
  return (
    <tr>
      <td className="nw tn">{shortDay(result.at, now)}</td>
      <td><div>{visible(result.test)}</div><div className="sub wrap">{result.mode === null ? 'from the runbook’s history' : MODE_WORD[result.mode]}{result.note === null ? '' : `: ${visible(result.note)}`}</div></td>
      <td className="nw tn">{against(result.rto_s, result.rto_target_s)}</td>
      <td className="nw tn">{against(result.rpo_s, result.rpo_target_s)}</td>
      <td><Verdict result={result} /></td>
      <td className="num">{run !== null && <Button look="quiet" label={`Report: ${result.test}`} onPress={() => { go({ screen: 'report', run }); }}>Report</Button>}</td>
    </tr>
  );
}

export function Results({ results, now }: { results: readonly DrillResult[]; now: number }) {
  if (results.length === 0) return <section className="card"><header><h2>What drills achieved</h2></header><p className="body t3">Nothing yet. Finished rehearsals, recoveries and tabletops stand here, with the results that runbooks bring along.</p></section>;
  return (
    <>
      {byRunbook(results).map(([runbook, rows]) => (
        <section key={runbook} className="card scroll-x" aria-label={`Results: ${rows[0]?.runbook_title ?? runbook}`}>
          <header><h2>{visible(rows[0]?.runbook_title ?? runbook)}</h2></header>
          <div className="trends">
            <Trend title="Recovery time (RTO)" points={rows.map(({ at, rto_s, rto_target_s }) => ({ at, value: rto_s, target: rto_target_s }))} />
            <Trend title="Data loss (RPO)" points={rows.map(({ at, rpo_s, rpo_target_s }) => ({ at, value: rpo_s, target: rpo_target_s }))} />
          </div>
          <table className="table results">
            <thead><tr><th>Day</th><th>Drill</th><th>RTO</th><th>RPO</th><th>Against target</th><th><span className="sr">Action</span></th></tr></thead>
            <tbody>{rows.map((result) => <Row key={`${result.run ?? ''} ${result.at} ${result.test}`} result={result} now={now} />)}</tbody>
          </table>
        </section>
      ))}
    </>
  );
}
