import { useState } from 'react';
import type { NoteKind } from '../../../../../electron/contract/tabletop/plan.ts';
import { Primary } from '../../../components/Buttons.tsx';
import { DialogBox } from '../../../components/DialogBox.tsx';
import { SelectField, TextField } from '../../../components/Fields.tsx';
import { useDraft } from '../../../drafts.ts';
import { visible } from '../../../visible.ts';
import type { TableDialogProps } from './TableDialogs.tsx';
import { useAct } from './use-act.ts';

const TITLES: Readonly<Record<NoteKind, string>> = { answer: 'What they say they do', observation: 'What you see', lesson: 'What is to be learnt' };

/** One line, so that Enter writes it down while the table goes on talking. */
export function NoteDialog({ table, kind, inject, step, onClose }: TableDialogProps & { kind: NoteKind; inject: string | null; step: string | null }) {
  const [text, setText, forget] = useDraft(`${kind} ${table.view.id}`);
  const [who, setWho] = useState('');
  const [owner, setOwner] = useState('');
  const [due, setDue] = useState('');
  const act = useAct(table, () => { forget(); onClose(); });
  const wrongDay = due !== '' && !/^\d{4}-\d{2}-\d{2}$/u.test(due);
  const missing = text.trim() === '' ? 'Nothing is written yet.' : wrongDay ? 'A date reads 2026-12-17.' : undefined;
  const send = (): void => {
    act({ act: 'note', kind, text, ...(who === '' ? {} : { who }), ...(inject === null ? {} : { inject }), ...(step === null ? {} : { step }), ...(kind === 'lesson' && owner !== '' ? { owner } : {}), ...(kind === 'lesson' && due !== '' ? { due } : {}) });
  };
  return (
    <DialogBox title={TITLES[kind]} error={table.run.error} onClose={onClose} escape="keep the draft" actions={<Primary id={`note ${kind}`} label="Write it down" missing={missing} busy={table.run.busy} onPress={send} />}>
      <div className="stack loose">
        <TextField label="In their words" value={text} onChange={setText} autoFocus hint="With the exercise time and the real one." />
        {kind !== 'lesson' && <SelectField label="Who" value={who} onChange={setWho} options={[{ value: '', label: kind === 'answer' ? 'The table' : 'I' }, ...table.exercise.people.map(({ name, role }) => ({ value: name, label: `${visible(name)}, ${visible(role)}` }))]} />}
        {kind === 'lesson' && <div className="pair2"><TextField label="Owner (optional)" value={owner} onChange={setOwner} /><TextField label="Due (optional)" value={due} onChange={setDue} placeholder="2026-12-17" /></div>}
      </div>
    </DialogBox>
  );
}
