
import { useNavigation } from '../../app/navigation.ts';
import { Button } from '../../components/Buttons.tsx';
import { Fault } from '../../components/Fault.tsx';
import { Notice, runState, StateWord } from '../../components/States.tsx';
import { MODE_WORD } from '../../mode-word.ts';
import { useNow } from '../../use-now.ts';
import { visible } from '../../visible.ts';
import { against, dayTime } from '../../wording.ts';
import { useExport } from './use-export.ts';
import type { RunSummary } from '../../../../electron/contract/run/summary.ts';

function Figure({ figure }: { figure: { target_s: number | null; achieved_s: number | null; met: boolean | null } }) {
  const text = against(figure.achieved_s, figure.target_s);
  return figure.met === false ? <span className="tx c-red">{text}, missed</span> : <span className={figure.achieved_s === null ? 't3' : undefined}>{text}</span>;
}

export function RunsTable({ runs }: { runs: readonly RunSummary[] }) {
  const { go } = useNavigation();
  const now = useNow();
  const bundle = useExport();
  return (
    <>
      {bundle.error !== null && <Fault error={bundle.error} />}
      {bundle.done !== null && <Notice tone="green" shape="confirmed"><b className="med">Evidence bundle written:</b> <span className="mono s12">{visible(bundle.done.path)}</span><div className="mono s12 t2 gap-top">SHA-256 {bundle.done.sha256}</div></Notice>}
      <section className="card scroll-x">
        <table className="table runs">
          <thead><tr><th>Run</th><th>State</th><th>Began, UTC</th><th>RTO</th><th>RPO</th><th><span className="sr">Actions</span></th></tr></thead>
          <tbody>
            {runs.map((run) => {
              const since = run.outage_at ?? run.declared_at ?? run.finished_at;
              return (
                <tr key={run.id}>
                  <td><button type="button" className="plain semi" onClick={() => { go({ screen: 'run', run: run.id }); }}>{visible(run.title)}</button><div className="t3 s12">{MODE_WORD[run.mode]}, <span className="mono">{run.id.slice(0, 13)}</span></div></td>
                  <td><StateWord state={runState(run.state)} /></td><td className="nw tn">{since === null ? '–' : dayTime(since, now)}</td>
                  <td><Figure figure={run.rto} /></td><td><Figure figure={run.rpo} /></td>
                  <td className="num nw"><span className="row end"><Button label={`Report of ${run.title}, ${run.id}`} onPress={() => { go({ screen: 'report', run: run.id }); }}>Report</Button><Button label={`Evidence bundle of ${run.title}, ${run.id}`} onPress={() => { void bundle.write(run.id); }}>Bundle…</Button></span></td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
    </>
  );
}
