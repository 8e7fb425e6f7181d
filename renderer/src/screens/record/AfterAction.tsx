/** Beside the report of a run that is over: its hot wash, and the findings that it left. */
import { useState } from 'react';
import type { SaidHotWash } from '../../../../electron/contract/after-action.ts';
import { useNavigation } from '../../app/navigation.ts';
import { Button } from '../../components/Buttons.tsx';
import { StateMark } from '../../components/States.tsx';
import { useEngineEvents, useQuery } from '../../engine-context.ts';
import { visible } from '../../visible.ts';
import { findingState } from '../findings/finding-state.ts';
import { RaiseDialog } from '../findings/FindingDialogs.tsx';
import { HotWashDialog } from './HotWashDialog.tsx';

/** @param asked the hot wash is to be open at once */
export function AfterAction({ run, asked, onChanged }: { run: string; asked: boolean; onChanged(): void }) {
  const wash = useQuery('run.hot-wash', { run });
  const plan = useQuery('finding.plan', {});
  const { go } = useNavigation();
  const [dialog, setDialog] = useState<'hot-wash' | 'raise' | null>(asked ? 'hot-wash' : null);
  const { reload } = plan;
  useEngineEvents((event) => { if (event.event === 'home.changed') reload(); });
  const close = (changed: boolean): void => {
    setDialog(null);
    if (!changed) return;
    wash.reload();
    plan.reload();
    onChanged();
  };
  const found = (plan.result?.findings ?? []).filter((finding) => finding.run === run || finding.retest_run === run);
  const said: SaidHotWash | null = wash.result;
  return (
    <>
      <h2 className="label">Afterwards</h2>
      <p className="s13 t2">{said === null ? 'No hot wash was recorded yet.' : `Hot wash recorded by ${visible(said.by)}.`}</p>
      {found.length > 0 && (
        <ul className="signed">
          {found.map((finding) => (
            <li key={`${finding.runbook}/${finding.id}`}><StateMark state={findingState(finding)} /><button type="button" className="plain cut" title={visible(finding.title)} onClick={() => { go({ screen: 'findings' }); }}>{visible(finding.title)}</button>{finding.retest_run === run && <span className="end t3 s12">retested</span>}</li>
          ))}
        </ul>
      )}
      <div className="stack tight">
        <Button onPress={() => { setDialog('hot-wash'); }}>{said === null ? 'Hot wash…' : 'Correct the hot wash…'}</Button>
        <Button onPress={() => { setDialog('raise'); }}>Raise a finding…</Button>
      </div>
      {dialog === 'hot-wash' && (said !== null || wash.result === null) && <HotWashDialog key={said?.at ?? 'first'} run={run} before={said} onClose={close} />}
      {dialog === 'raise' && <RaiseDialog of={{ run }} onClose={(raised) => { close(raised !== null); }} />}
    </>
  );
}
