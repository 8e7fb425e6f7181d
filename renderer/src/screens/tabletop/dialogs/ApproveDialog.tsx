import { useState } from 'react';
import { Primary } from '../../../components/Buttons.tsx';
import { DialogBox } from '../../../components/DialogBox.tsx';
import { RadioField } from '../../../components/Fields.tsx';
import { visible } from '../../../visible.ts';
import type { TableDialogProps } from './TableDialogs.tsx';
import { useAct } from './use-act.ts';

/** Who at the table approves. Nothing runs, so nobody types a passphrase; who is not to be reached cannot be chosen. */
export function ApproveDialog({ table, step: id, onClose }: TableDialogProps & { step: string }) {
  const [person, setPerson] = useState('');
  const act = useAct(table, onClose);
  const step = table.view.steps.find((one) => one.id === id);
  const roles = step?.approvals_needed?.by ?? [];
  const able = table.exercise.people.filter(({ role, presence }) => roles.includes(role) && presence === 'here');
  const away = table.exercise.people.filter(({ role, presence }) => roles.includes(role) && presence !== 'here');
  return (
    <DialogBox title={`Who approves step ${step?.number ?? ''}`} error={table.run.error} onClose={onClose} escape="decide later" actions={<Primary id={`approve ${id} ${person}`} label="They approve" missing={person === '' ? 'Choose who approves.' : undefined} busy={table.run.busy} onPress={() => { act({ act: 'approve', step: id, person }); }} />}>
      <p className="gap">Asked of: {roles.map(visible).join(', ')}. Nothing runs, so no passphrase is asked.</p>
      {able.length === 0 ? <p>Nobody of them is at the table and can be reached.</p> : <RadioField legend="Approves" value={person} onChange={setPerson} autoFocus options={able.map(({ id: who, name, role }) => ({ value: who, label: visible(name), detail: visible(role) }))} />}
      {away.length > 0 && <p className="s13 t2 gap-top">Not to be reached: {away.map(({ name, reason }) => `${visible(name)}${reason === null ? '' : ` (${visible(reason)})`}`).join(', ')}</p>}
    </DialogBox>
  );
}
