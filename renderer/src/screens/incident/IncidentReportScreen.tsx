/** The short report of an incident, exactly as it is saved and printed; nothing in it runs. */
import { FileText } from 'lucide-react';
import { useState } from 'react';
import { useNavigation } from '../../app/navigation.ts';
import { Page } from '../../app/Page.tsx';
import { Button, Primary } from '../../components/Buttons.tsx';
import { Fault } from '../../components/Fault.tsx';
import { MoreMenu } from '../../components/MoreMenu.tsx';
import { Notice } from '../../components/States.tsx';
import { useAction, useEngine, useQuery } from '../../engine-context.ts';
import { visible } from '../../visible.ts';
import '../record/record.css';

const FORMATS = { html: 'HTML document', json: 'JSON' } as const;
type Format = keyof typeof FORMATS;

export function IncidentReportScreen({ id }: { id: string }) {
  const { client, dialogs } = useEngine();
  const { go } = useNavigation();
  const report = useQuery('incident.report', { id });
  const incident = useQuery('incident.view', { id });
  const [written, setWritten] = useState<string | null>(null);
  const name = `incident-${id.slice(0, 13)}`;
  const save = useAction(async (format: Format) => {
    const path = await dialogs.chooseSave({ title: `Save the report as ${FORMATS[format]}`, name: `${name}.${format}`, kinds: [{ name: FORMATS[format], extensions: [format] }] });
    if (path !== null) setWritten((await client.call('incident.write', { id, format, path })).path);
  });
  const pdf = useAction(async () => {
    if (report.result !== null) setWritten((await dialogs.printPdf({ html: report.result.html, name: `${name}.pdf` })) ?? null);
  });
  const error = report.error ?? save.error ?? pdf.error;
  return (
    <Page className="reportpage">
      <div className="tools no-print">
        <h1 className="cut">Report{incident.result === null ? '' : `, ${visible(incident.result.title)}`}</h1>
        <span className="grow" />
        <MoreMenu below label="Save as" items={(['html', 'json'] as const).map((format) => ({ id: format, label: `${FORMATS[format]}…`, run: () => { void save.run(format); } }))} />
        <Button tall onPress={() => { void pdf.run(); }}><FileText size={16} strokeWidth={1.75} aria-hidden="true" />PDF…</Button>
        <Primary id={`incident ${id}`} label="Back to the incident" onPress={() => { go({ screen: 'incident', id }); }} />
      </div>
      {(error !== null || written !== null) && <div className="toolnote">{error !== null && <Fault error={error} />}{written !== null && <Notice tone="green" shape="confirmed">Written: <span className="mono s12">{visible(written)}</span></Notice>}</div>}
      <div className="deskrow"><div className="desk">{report.result === null ? <p className="t2">{report.error === null ? 'The report is being made.' : ''}</p> : <iframe className="sheet" title="Report" sandbox="" srcDoc={report.result.html} />}</div></div>
    </Page>
  );
}
