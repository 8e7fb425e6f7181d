
import { spokenDuration } from '../../../../electron/contract/wording.ts';
import type { RunSummary } from '../../../../electron/contract/run/summary.ts';
import { useNavigation } from '../../app/navigation.ts';
import { Button } from '../../components/Buttons.tsx';
import { runState, StateWord } from '../../components/States.tsx';
import { MODE_WORD } from '../../mode-word.ts';
import { useNow } from '../../use-now.ts';
import { visible } from '../../visible.ts';
import { millis } from '../../wording.ts';

/** Runs that nobody has ended: the first thing on Home. */
export function OpenRuns({ runs }: { runs: readonly RunSummary[] }) {
  const { go } = useNavigation();
  const now = useNow();
  return (
    <section className="card open-runs" aria-label="Open runs">
      <header><h2>Open runs</h2></header>
      <ul className="body">
        {runs.map((run) => {
          const since = millis(run.outage_at);
          return (
            <li key={run.id}>
              <StateWord state={runState(run.state)} />
              <b className="med">{visible(run.title)}</b><span className="t3">{MODE_WORD[run.mode]}</span>
              <span className="grow" />
              {since !== null && <span className="t2 tn">{spokenDuration((now - since) / 1000)} since the outage{run.rto.target_s === null ? '' : `, target ${spokenDuration(run.rto.target_s)}`}</span>}
              <Button onPress={() => { go({ screen: 'run', run: run.id }); }}>{run.state === 'interrupted' ? 'Resume…' : 'Open'}</Button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
