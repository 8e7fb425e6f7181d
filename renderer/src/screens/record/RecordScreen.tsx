/** The record: every run, and whether the journal is whole. */
import { useState } from 'react';
import type { ImportedRun, Verification } from '../../../../electron/contract/record.ts';
import type { ReportVerification } from '../../../../electron/contract/report-signature.ts';
import { counted } from '../../../../electron/contract/wording.ts';
import { Page, PageHead } from '../../app/Page.tsx';
import { Button, Primary } from '../../components/Buttons.tsx';
import { Fault } from '../../components/Fault.tsx';
import { Glyph } from '../../components/Glyph.tsx';
import { MoreMenu } from '../../components/MoreMenu.tsx';
import { Notice } from '../../components/States.tsx';
import { useAction, useEngine, useQuery } from '../../engine-context.ts';
import { visible } from '../../visible.ts';
import { CheckpointDialog } from './CheckpointDialog.tsx';
import { Guards } from './Guards.tsx';
import { ImportedTable } from './ImportedTable.tsx';
import { MatchDialog } from './MatchDialog.tsx';
import { CheckedReport } from './CheckedReport.tsx';
import { Replications } from './Replications.tsx';
import { RunsTable } from './RunsTable.tsx';
import './record.css';

function VerificationResult({ result }: { result: Verification }) {
  if (result.ok) {
    return (
      <Notice tone="green" shape="sensed">
        <b className="med">The record is whole.</b> {counted(result.entries, 'entry', 'entries')}, each chained to the one before; {result.checkpoints === 0 ? 'no checkpoint was made yet' : counted(result.checkpoints, 'checkpoint agrees', 'checkpoints agree')}. A rollback of the whole folder shows only against words noted elsewhere.
        <div className="s12 t2 gap-top">Head: size {result.head.size}, <span className="mono">{result.head.hash}</span></div>
      </Notice>
    );
  }
  return (
    <Notice tone="red" shape="failed">
      <b className="med">The record was altered or is damaged: {counted(result.problems.length, 'problem', 'problems')} in {counted(result.entries, 'entry', 'entries')}.</b>
      <ul className="problems">{result.problems.slice(0, 20).map((problem, index) => <li key={index}><Glyph shape="failed" tone="red" size={12} /><span>{problem.seq === null ? '' : `Entry ${problem.seq}: `}{visible(problem.message)} <span className="mono s12 t3">{problem.kind}</span></span></li>)}</ul>
    </Notice>
  );
}

export function RecordScreen() {
  const { client, dialogs } = useEngine();
  const runs = useQuery('run.list', {});
  const [result, setResult] = useState<Verification | null>(null);
  const imported = useQuery('record.imported', {});
  const [dialog, setDialog] = useState<'checkpoint' | 'match' | null>(null);
  const [taken, setTaken] = useState<ImportedRun | null>(null);
  const [checked, setChecked] = useState<ReportVerification | null>(null);
  const choose = async (title: string, extensions: string[]): Promise<string | null> => dialogs.chooseOpen({ title, kinds: extensions.length === 0 ? [] : [{ name: title, extensions }] });
  const take = useAction(async () => {
    const path = await choose('Evidence bundle of another laptop', ['zip']);
    if (path === null) return;
    setTaken(await client.call('record.import', { path }));
    imported.reload();
  });
  const check = useAction(async () => {
    const path = await choose('Report to check', ['html', 'json', 'md', 'csv']);
    if (path !== null) setChecked(await client.call('report.verify', { path }));
  });
  const verify = useAction(async (anchor: string | null) => { setResult(await client.call('record.verify', anchor === null ? {} : { anchors: [anchor] })); });
  const withAnchor = async (): Promise<void> => {
    const path = await dialogs.chooseOpen({ title: 'A checkpoint kept elsewhere', kinds: [] });
    if (path !== null) await verify.run(path);
  };
  const list = runs.result?.runs ?? [];
  return (
    <Page head={
      <PageHead title={runs.result === null ? 'Record' : list.length === 0 ? 'Nothing is recorded yet' : `${counted(list.length, 'run is', 'runs are')} on record`} detail="Every decision, start, output and result, chained and signed. It can be checked without Blackstart.">
        <MoreMenu below items={[
          { id: 'import', label: 'Import a bundle of another laptop…', run: () => { void take.run(); } },
          { id: 'check', label: 'Check a saved report…', run: () => { void check.run(); } },
          { id: 'anchor', label: 'Verify against a checkpoint…', run: () => { void withAnchor(); } },
        ]} />
        <Button tall onPress={() => { setDialog('checkpoint'); }}>Checkpoint…</Button>
        <Button tall onPress={() => { setDialog('match'); }}>Does this paper match?…</Button>
        <Primary id="verify" label={verify.busy ? 'Verifying every entry' : 'Verify the record'} busy={verify.busy} onPress={() => { void verify.run(null); }} />
      </PageHead>
    }>
      <div className="stack loose">
        {runs.error !== null && <Fault error={runs.error} />}
        {[verify.error, take.error, check.error, imported.error].map((error, index) => error !== null && <Fault key={index} error={error} />)}
        {taken !== null && <Notice tone="green" shape="confirmed"><b className="med">Imported, to read only:</b> run {taken.run} of <span className="mono s12">{visible(taken.device)}</span>{taken.known ? '.' : ', a laptop whose key is not known here: compare it with one that you got elsewhere.'}</Notice>}
        {checked !== null && <div role="status"><CheckedReport checked={checked} /></div>}
        {result !== null && <div role="status"><VerificationResult result={result} /></div>}
        <Guards />
        <Replications />
        {list.length > 0 && <RunsTable runs={list} />}
        {imported.result !== null && imported.result.runs.length > 0 && <ImportedTable runs={imported.result.runs} own={list} />}
      </div>
      {dialog === 'checkpoint' && <CheckpointDialog onClose={() => { setDialog(null); }} />}
      {dialog === 'match' && <MatchDialog onClose={() => { setDialog(null); }} />}
    </Page>
  );
}
