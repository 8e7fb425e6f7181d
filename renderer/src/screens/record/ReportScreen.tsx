/** The report of a run, exactly as it is saved and printed; nothing in it runs. */
import { FileText } from 'lucide-react';
import { useRef, useState } from 'react';
import { counted } from '../../../../electron/contract/wording.ts';
import { useNavigation } from '../../app/navigation.ts';
import { Page } from '../../app/Page.tsx';
import { Button, Primary } from '../../components/Buttons.tsx';
import { Fault } from '../../components/Fault.tsx';
import { MoreMenu } from '../../components/MoreMenu.tsx';
import { Notice, runState, StateWord } from '../../components/States.tsx';
import { useAction, useEngine, useQuery } from '../../engine-context.ts';
import { visible } from '../../visible.ts';
import { AfterAction } from './AfterAction.tsx';
import { ReportParts } from './ReportParts.tsx';
import { Signatures } from './Signatures.tsx';
import { useExport } from './use-export.ts';
import './record.css';

const FORMATS = { html: 'HTML document', json: 'JSON', csv: 'CSV of the steps', md: 'Markdown' } as const;
const WHOLE = { word: 'Record verified', shape: 'sensed', tone: 'green' } as const;
const ALTERED = { word: 'The record was altered', shape: 'failed', tone: 'red' } as const;
const ELSEWHERE = { word: 'From another laptop', shape: 'confirmed', tone: 'grey' } as const;
type Format = keyof typeof FORMATS;

export function ReportScreen({ run, asked }: { run: string; asked: boolean }) {
  const { client, dialogs } = useEngine();
  const { go } = useNavigation();
  const report = useQuery('report.html', { run });
  const runs = useQuery('run.list', {});
  const verified = useQuery('record.verify', { run });
  const own = runs.result?.runs.find((candidate) => candidate.id === run) ?? null;
  const isOther = runs.result !== null && own === null;
  const imported = useQuery('record.imported', isOther ? {} : null);
  const from = imported.result?.runs.find((candidate) => candidate.run === run) ?? null;
  const summary = own ?? from?.summary ?? null;
  const status = useQuery('report.status', own === null ? null : { run });
  const changed = (): void => { status.reload(); report.reload(); verified.reload(); };
  const [written, setWritten] = useState<string | null>(null);
  const sheet = useRef<HTMLIFrameElement>(null);
  const bundle = useExport();
  const name = `report-${run.slice(0, 13)}`;
  const save = useAction(async (format: Format) => {
    const path = await dialogs.chooseSave({ title: `Save the report as ${FORMATS[format]}`, name: `${name}.${format}`, kinds: [{ name: FORMATS[format], extensions: [format] }] });
    if (path !== null) setWritten((await client.call('report.write', { run, format, path })).path);
  });
  const pdf = useAction(async () => {
    if (report.result !== null) setWritten((await dialogs.printPdf({ html: report.result.html, name: `${name}.pdf` })) ?? null);
  });
  const error = report.error ?? save.error ?? pdf.error ?? bundle.error;
  const done = bundle.done?.path ?? written;
  return (
    <Page className="reportpage">
      <div className="tools no-print">
        <h1 className="cut">Report{summary === null ? '' : `, ${visible(summary.title)}`}</h1>
        {summary !== null && <StateWord state={runState(summary.state)} badge />}
        {from !== null && <StateWord state={ELSEWHERE} badge>{`From ${visible(from.device)}, to read only`}</StateWord>}
        {verified.result !== null && <StateWord state={verified.result.ok ? WHOLE : ALTERED} badge>{verified.result.ok ? `Record verified, ${counted(verified.result.entries, 'entry', 'entries')}` : undefined}</StateWord>}
        <span className="grow" />
        <MoreMenu below label="Save as" items={(['html', 'json', 'csv', 'md'] as const).map((format) => ({ id: format, label: `${FORMATS[format]}…`, run: () => { void save.run(format); } }))} />
        <Button tall onPress={() => { void pdf.run(); }}><FileText size={16} strokeWidth={1.75} aria-hidden="true" />PDF…</Button>
        {own?.finished_at === null ? <Primary id={`back ${run}`} label="Back to the run" onPress={() => { go({ screen: 'run', run }); }} /> : own === null ? <Primary id={`record ${run}`} label="Back to the record" onPress={() => { go({ screen: 'record' }); }} /> : <Primary id={`bundle ${run}`} label="Save evidence bundle" busy={bundle.busy} onPress={() => { void bundle.write(run); }} />}
      </div>
      {(error !== null || done !== null) && <div className="toolnote">{error !== null && <Fault error={error} />}{done !== null && <Notice tone="green" shape="confirmed">Written: <span className="mono s12">{visible(done)}</span></Notice>}</div>}
      <div className="deskrow">
        <div className="desk">
          {report.result === null ? <p className="t2">{report.error === null ? 'The report is being made.' : ''}</p> : <iframe ref={sheet} className="sheet" title="Report" sandbox="" srcDoc={report.result.html} />}
        </div>
        {report.result !== null && <ReportParts html={report.result.html} sheet={sheet}>{status.result !== null && <Signatures status={status.result} onChanged={changed} />}{own !== null && own.finished_at !== null && <AfterAction run={run} asked={asked} onChanged={changed} />}</ReportParts>}
      </div>
    </Page>
  );
}
