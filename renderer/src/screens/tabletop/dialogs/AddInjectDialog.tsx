/** More injects: from the stock library, or written on the spot. */
import { useState } from 'react';
import { exerciseTime } from '../../../../../electron/contract/tabletop/plan.ts';
import { Primary } from '../../../components/Buttons.tsx';
import { DialogBox } from '../../../components/DialogBox.tsx';
import { RadioField, SelectField, TextField } from '../../../components/Fields.tsx';
import { useQuery } from '../../../engine-context.ts';
import { visible } from '../../../visible.ts';
import type { TableDialogProps } from './TableDialogs.tsx';
import { useAct } from './use-act.ts';

const TIME = /^H\+\d{1,3}:[0-5]\d$/u;

export function AddInjectDialog({ table, onClose }: TableDialogProps) {
  const stock = useQuery('tabletop.stock', {});
  const [chosen, setChosen] = useState('');
  const [at, setAt] = useState('manual');
  const [title, setTitle] = useState('');
  const [target, setTarget] = useState('');
  const [outcome, setOutcome] = useState('fail');
  const act = useAct(table, onClose);
  const known = new Set(table.exercise.injects.map(({ id }) => id));
  const open = (stock.result?.injects ?? []).filter(({ id }) => !known.has(id));
  const isOwn = chosen === 'own';
  const missing = chosen === '' ? 'Choose one.' : isOwn && title.trim() === '' ? 'It needs a title.' : at !== 'manual' && !TIME.test(at) ? 'Write the time as H+1:10, or manual.' : undefined;
  const send = (): void => {
    if (!isOwn) return act({ act: 'stock', stock: chosen, at });
    const id = `own-${table.exercise.injects.length + 1}`;
    act({ act: 'add', inject: { id, at, title, ...(target === '' ? {} : { affects: [target], outcome: outcome === 'fail' ? 'fail' : 'unknown' }) } });
  };
  return (
    <DialogBox title="Add an inject" wide error={table.run.error ?? stock.error} onClose={onClose} escape="add nothing" actions={<Primary id={`add ${chosen}`} label="Add it" missing={missing} busy={table.run.busy} onPress={send} />}>
      <div className="stack loose">
        <TextField label="Comes at" value={at} onChange={setAt} hint="H+1:10, or manual to fire it by hand" suggestions={['manual', exerciseTime(table.exercise.clock.h_ms + 15 * 60_000, 'never')]} />
        {isOwn && (
          <>
            <TextField label="What happens, as the participants read it" value={title} onChange={setTitle} autoFocus />
            <div className="pair2">
              <SelectField label="Forces (optional)" value={target} onChange={setTarget} options={[{ value: '', label: 'Nothing' }, ...table.view.steps.map(({ id, number, title: words }) => ({ value: id.split('/').at(-1) ?? id, label: `${number} ${visible(words)}` }))]} />
              <SelectField label="To" value={outcome} onChange={setOutcome} options={[{ value: 'fail', label: 'fail' }, { value: 'unknown', label: 'be unknown' }]} />
            </div>
          </>
        )}
        <RadioField legend="Which" value={chosen} onChange={setChosen} autoFocus={!isOwn} options={[{ value: 'own', label: 'Write one yourself' }, ...open.map(({ id, title: words, see }) => ({ value: id, label: visible(words), ...(see === undefined ? {} : { detail: visible(see) }) }))]} />
      </div>
    </DialogBox>
  );
}
