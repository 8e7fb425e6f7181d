/** The whole output as plain text, page by page: it can be searched, selected and read aloud. */
import { useState } from 'react';
import type { RunView, StepView } from '../../../../../electron/contract/run.ts';
import { spokenBytes } from '../../../../../electron/contract/wording.ts';
import { Button } from '../../../components/Buttons.tsx';
import { DialogBox } from '../../../components/DialogBox.tsx';
import { Fault } from '../../../components/Fault.tsx';
import { useQuery } from '../../../engine-context.ts';
import { plainOutput, visible } from '../../../visible.ts';

const PAGE_BYTES = 128 * 1024;

export function OutputDialog({ view, step, onClose }: { view: RunView; step: StepView; onClose(): void }) {
  const [offset, setOffset] = useState<number | null>(null);
  const size = useQuery('run.output', { run: view.id, step: step.id, offset: 0, length: 0 });
  const total = size.result?.size ?? 0;
  const at = offset ?? Math.max(0, total - PAGE_BYTES);
  const page = useQuery('run.output', size.result === null ? null : { run: view.id, step: step.id, offset: at, length: PAGE_BYTES });
  const bytes = page.result?.bytes ?? new Uint8Array();
  const error = size.error ?? page.error;
  return (
    <DialogBox
      title={`Output of step ${step.number}: ${visible(step.title)}`} wide onClose={onClose}
      actions={<><Button disabled={at === 0} onPress={() => { setOffset(Math.max(0, at - PAGE_BYTES)); }}>Earlier</Button><Button disabled={at + bytes.length >= total} onPress={() => { setOffset(at + PAGE_BYTES); }}>Later</Button><Button onPress={() => { size.reload(); setOffset(null); }}>Newest</Button></>}
    >
      {error !== null && <Fault error={error} />}
      <p className="s12 t3 gap">{total === 0 ? 'Nothing was printed.' : `Bytes ${at.toLocaleString('en')} to ${(at + bytes.length).toLocaleString('en')} of ${total.toLocaleString('en')} (${spokenBytes(total)}). Secrets are masked.`}{step.output === null ? '' : ` SHA-256 ${step.output.sha256}`}</p>
      <pre className="fulloutput" tabIndex={0} aria-label="Output">{plainOutput(new TextDecoder().decode(bytes))}</pre>
    </DialogBox>
  );
}
