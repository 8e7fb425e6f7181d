/** Runs of other laptops, from their evidence bundles: to read only, verified each time they are shown. */
import { useState } from 'react';
import type { ImportedRun } from '../../../../electron/contract/record.ts';
import type { RunSummary } from '../../../../electron/contract/run/summary.ts';
import { useNavigation } from '../../app/navigation.ts';
import { Button } from '../../components/Buttons.tsx';
import { runState, StateWord } from '../../components/States.tsx';
import { MODE_WORD } from '../../mode-word.ts';
import { useNow } from '../../use-now.ts';
import { visible } from '../../visible.ts';
import { against, dayTime } from '../../wording.ts';
import { TakeOverDialog } from './TakeOverDialog.tsx';

const BROKEN = { word: 'Does not hold', shape: 'failed', tone: 'red' } as const;
const HOLDS = { word: 'Verified', shape: 'sensed', tone: 'green' } as const;
const STRANGER = { word: 'Holds, laptop not known', shape: 'unknown', tone: 'amber' } as const;

/** @param own the runs of this laptop: one of them may go on with an imported one */
export function ImportedTable({ runs, own }: { runs: readonly ImportedRun[]; own: readonly RunSummary[] }) {
  const [taking, setTaking] = useState<ImportedRun | null>(null);
  return (
    <section className="card scroll-x">
      <table className="table runs">
        <caption className="label">From other laptops, to read only</caption>
        <thead><tr><th>Run</th><th>From</th><th>Bundle</th><th>State</th><th>RTO</th><th><span className="sr">Actions</span></th></tr></thead>
        <tbody>{runs.map((run) => <ImportedRow key={run.sha256} imported={run} here={own.find(({ taken_over }) => taken_over?.run === run.run && taken_over.device === run.device)?.id ?? null} onTake={() => { setTaking(run); }} />)}</tbody>
      </table>
      {taking !== null && <TakeOverDialog imported={taking} onClose={() => { setTaking(null); }} />}
    </section>
  );
}

function ImportedRow({ imported, here, onTake }: { imported: ImportedRun; here: string | null; onTake(): void }) {
  const { go } = useNavigation();
  const now = useNow();
  const { summary, run, device, ok, known, problems, imported_at } = imported;
  return (
    <tr>
      <td><span className="semi">{summary === null ? run : visible(summary.title)}</span><div className="t3 s12">{summary === null ? '' : `${MODE_WORD[summary.mode]}, `}<span className="mono">{run.slice(0, 13)}</span></div></td>
      <td><span className="mono s12">{visible(device)}</span><div className="t3 s12">imported {dayTime(imported_at, now)}</div></td>
      <td><StateWord state={!ok ? BROKEN : known ? HOLDS : STRANGER} />{problems[0] !== undefined && <div className="s12 t2">{visible(problems[0])}</div>}</td>
      <td>{summary === null ? '–' : <StateWord state={runState(summary.state)} />}</td>
      <td>{summary === null ? '–' : against(summary.rto.achieved_s, summary.rto.target_s)}</td>
      <td className="num nw">
        {ok && here === null && summary !== null && summary.mode !== 'tabletop' && summary.finished_at === null && <Button label={`Take over ${summary.title}, ${run}, from ${device}`} onPress={onTake}>Take over…</Button>}
        {here !== null && <Button label={`The run here that goes on with ${run}`} onPress={() => { go({ screen: 'run', run: here }); }}>Taken over</Button>} {ok && <Button label={`Report of ${summary?.title ?? run}, ${run}, from ${device}`} onPress={() => { go({ screen: 'report', run }); }}>Report</Button>}</td>
    </tr>
  );
}
