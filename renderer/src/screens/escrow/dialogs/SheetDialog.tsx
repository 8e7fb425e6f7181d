/** A paper on screen, exactly as it is printed: a verification's report, or the cards of custodians. Nothing in it runs. */
import { useState } from 'react';
import type { ErrorEnvelope } from '../../../../../electron/contract/errors.ts';
import { Button, Primary } from '../../../components/Buttons.tsx';
import { DialogBox } from '../../../components/DialogBox.tsx';
import { Notice } from '../../../components/States.tsx';
import { useAction, useEngine, useQuery } from '../../../engine-context.ts';
import { useKeys } from '../../../keys/use-keys.tsx';
import { visible } from '../../../visible.ts';

interface SheetProps { title: string; html: string | null; error: ErrorEnvelope | null; name: string; data?: { label: string; write(): Promise<string | null> }; onClose(): void }

/** Also when the focus is nowhere, as after a click into the paper. */
function EscapeCloses({ onClose }: { onClose(): void }) {
  useKeys([{ key: 'Escape', label: 'Close', run: onClose }]);
  return null;
}

function Sheet({ title, html, error, name, data, onClose }: SheetProps) {
  const { dialogs } = useEngine();
  const [written, setWritten] = useState<string | null>(null);
  const pdf = useAction(async () => { if (html !== null) setWritten((await dialogs.printPdf({ html, name: `${name}.pdf` })) ?? null); });
  const save = useAction(async () => { if (data !== undefined) setWritten(await data.write()); });
  return (
    <DialogBox
      wide title={title} error={error ?? pdf.error ?? save.error} onClose={onClose}
      actions={<>{data !== undefined && <Button tall onPress={() => { void save.run(); }}>{data.label}</Button>}<Primary id={`print ${name}`} label="Save as PDF to print" missing={html === null ? 'It is being made.' : undefined} busy={pdf.busy} onPress={() => { void pdf.run(); }} /></>}
    >
      <EscapeCloses onClose={onClose} />
      {written !== null && <Notice tone="green" shape="confirmed">Written: <span className="mono s12">{visible(written)}</span></Notice>}
      {html !== null && <iframe className="escrow-sheet" title={title} sandbox="" srcDoc={html} />}
    </DialogBox>
  );
}

/** The file's ending says the format; anything else is JSON, of which the others are made. */
const FORMATS = ['html', 'md', 'csv'] as const;
const KINDS = [{ name: 'JSON', extensions: ['json'] }, { name: 'HTML', extensions: ['html'] }, { name: 'Markdown', extensions: ['md'] }, { name: 'CSV', extensions: ['csv'] }];

export function ReportDialog({ id, onClose }: { id: string; onClose(): void }) {
  const { client, dialogs } = useEngine();
  const report = useQuery('escrow.report', { id });
  const write = async (): Promise<string | null> => {
    const path = await dialogs.chooseSave({ title: 'Save the record of this verification', name: `verification-${id}.json`, kinds: KINDS });
    if (path === null) return null;
    const format = FORMATS.find((one) => path.toLowerCase().endsWith(`.${one}`));
    return (await client.call('escrow.write', format === undefined ? { what: 'record', id, path } : { what: 'report', id, path, format })).path;
  };
  return <Sheet title="Record of the verification" html={report.result?.html ?? null} error={report.error} name={`verification-${id}`} data={{ label: 'Save as…', write }} onClose={onClose} />;
}

/** @param x of one share; null for the cards of all custodians */
export function CardDialog({ keyId, version, x, onClose }: { keyId: string; version: number; x: number | null; onClose(): void }) {
  const card = useQuery('escrow.card', { key: keyId, version, ...(x === null ? {} : { x }) });
  return <Sheet title={x === null ? 'Cards of the custodians' : 'Card of the custodian'} html={card.result?.html ?? null} error={card.error} name={`cards-${keyId}-v${version}${x === null ? '' : `-${x}`}`} onClose={onClose} />;
}
