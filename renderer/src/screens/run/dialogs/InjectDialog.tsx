/** Tabletop: what the facilitator lets happen now. */
import { useState } from 'react';
import type { RunView } from '../../../../../electron/contract/run.ts';
import { Primary } from '../../../components/Buttons.tsx';
import { DialogBox } from '../../../components/DialogBox.tsx';
import { RadioField } from '../../../components/Fields.tsx';
import { useQuery } from '../../../engine-context.ts';
import { visible } from '../../../visible.ts';
import type { Run } from '../use-run.ts';

export function InjectDialog({ run, view, onClose }: { run: Run; view: RunView; onClose(): void }) {
  const book = useQuery('runbook.get', { id: view.runbook.id });
  const [chosen, setChosen] = useState('');
  const open = (book.result?.runbook.injects ?? []).filter((inject) => !view.injects.includes(inject.id));
  const send = async (): Promise<void> => { if (await run.send({ do: 'inject', inject: chosen })) onClose(); };
  return (
    <DialogBox title="Fire an inject" error={run.error ?? book.error} onClose={onClose} escape="fire nothing" actions={<Primary id={`inject ${chosen}`} label="Fire it now" missing={chosen === '' ? 'Choose one.' : undefined} busy={run.busy} onPress={() => { void send(); }} />}>
      {book.result !== null && open.length === 0 && <p>{view.injects.length === 0 ? 'This runbook has no injects.' : 'All injects of this runbook are fired.'}</p>}
      <RadioField legend="Inject" hideLegend value={chosen} onChange={setChosen} options={open.map((inject) => ({ value: inject.id, label: `${inject.at === 'manual' ? '' : `${inject.at}  `}${visible(inject.title)}`, ...(inject.text === undefined ? {} : { detail: visible(inject.text) }) }))} />
    </DialogBox>
  );
}
