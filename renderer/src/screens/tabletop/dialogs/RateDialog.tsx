import { useState } from 'react';
import { Rating, RATING_WORDS } from '../../../../../electron/contract/tabletop/plan.ts';
import { Primary } from '../../../components/Buttons.tsx';
import { DialogBox } from '../../../components/DialogBox.tsx';
import { SelectField, TextField } from '../../../components/Fields.tsx';
import { visible } from '../../../visible.ts';
import type { TableDialogProps } from './TableDialogs.tsx';
import { useAct } from './use-act.ts';

/** P, S, M or U for each objective, with a word on why. */
export function RateDialog({ table, onClose }: TableDialogProps) {
  const { objectives } = table.exercise;
  const [ratings, setRatings] = useState<Readonly<Record<string, string>>>(() => Object.fromEntries(objectives.map(({ id, rating }) => [id, rating ?? ''])));
  const [reasons, setReasons] = useState<Readonly<Record<string, string>>>(() => Object.fromEntries(objectives.map(({ id, reason }) => [id, reason ?? ''])));
  const act = useAct(table, onClose);
  const given = objectives.flatMap(({ id }) => { const read = Rating.safeParse(ratings[id]); return read.success ? [{ act: 'rate', objective: id, rating: read.data, ...((reasons[id] ?? '') === '' ? {} : { reason: reasons[id] ?? '' }) } as const] : []; });
  const missing = objectives.length === 0 ? 'The plan names no objectives.' : given.length === 0 ? 'Rate at least one.' : undefined;
  return (
    <DialogBox title="How far the objectives were met" wide error={table.run.error} onClose={onClose} actions={<Primary id="rate" label="Keep the ratings" missing={missing} busy={table.run.busy} onPress={() => { act(...given); }} />}>
      <div className="stack loose">
        {objectives.map(({ id, text }, index) => (
          <div key={id} className="stack">
            <b className="med">{visible(text)}</b>
            <div className="pair2">
              <SelectField label={`Rating ${index + 1}`} value={ratings[id] ?? ''} onChange={(rating) => { setRatings((old) => ({ ...old, [id]: rating })); }} options={[{ value: '', label: 'Not rated' }, ...Rating.options.map((rating) => ({ value: rating, label: `${rating}: ${RATING_WORDS[rating]}` }))]} />
              <TextField label={`Why ${index + 1} (optional)`} value={reasons[id] ?? ''} onChange={(reason) => { setReasons((old) => ({ ...old, [id]: reason })); }} />
            </div>
          </div>
        ))}
      </div>
    </DialogBox>
  );
}
