/** Who sits at the table, in which role, and who is simulated as not to be reached. */
import { useState } from 'react';
import { Presence } from '../../../../../electron/contract/tabletop/plan.ts';
import { Button, Primary } from '../../../components/Buttons.tsx';
import { DialogBox } from '../../../components/DialogBox.tsx';
import { SelectField, TextField } from '../../../components/Fields.tsx';
import { visible } from '../../../visible.ts';
import type { TableDialogProps } from './TableDialogs.tsx';

const PRESENCE = [{ value: 'here', label: 'at the table' }, { value: 'absent', label: 'not to be reached, simulated' }, { value: 'gone', label: 'has left' }];

export function PeopleDialog({ table, onClose }: TableDialogProps) {
  const [name, setName] = useState('');
  const [role, setRole] = useState('');
  const [presence, setPresence] = useState('here');
  const [reason, setReason] = useState('');
  const roles = [...new Set(table.view.steps.flatMap((step) => [...(step.role === null ? [] : [step.role]), ...(step.approvals_needed?.by ?? [])]))].sort();
  const missing = name.trim() === '' ? 'A name is missing.' : role.trim() === '' ? 'A role is missing.' : undefined;
  const send = async (): Promise<void> => {
    if (!(await table.act({ act: 'person', name, role, presence: Presence.parse(presence), ...(reason === '' ? {} : { reason }) }))) return;
    setName('');
    setReason('');
  };
  const take = (person: (typeof table.exercise.people)[number]): void => {
    setName(person.name);
    setRole(person.role);
    setPresence(person.presence);
    setReason(person.reason ?? '');
  };
  return (
    <DialogBox title="Around the table" wide error={table.run.error} onClose={onClose} actions={<Primary id={`person ${name}`} label="Write them down" missing={missing} busy={table.run.busy} onPress={() => { void send(); }} />}>
      <div className="stack loose">
        <div className="pair2"><TextField label="Name" value={name} onChange={setName} autoFocus /><TextField label="Role" value={role} onChange={setRole} suggestions={roles} hint={roles.length === 0 ? undefined : `The runbook names: ${roles.map(visible).join(', ')}`} /></div>
        <div className="pair2"><SelectField label="Presence" value={presence} onChange={setPresence} options={PRESENCE} /><TextField label="Why (optional)" value={reason} onChange={setReason} placeholder="on a plane" /></div>
        <table className="table"><tbody>{table.exercise.people.map((person) => <tr key={person.id}><td className="med">{visible(person.name)}</td><td>{visible(person.role)}</td><td>{PRESENCE.find(({ value }) => value === person.presence)?.label}{person.reason === null ? '' : `: ${visible(person.reason)}`}</td><td><Button look="quiet" onPress={() => { take(person); }} label={`Change ${person.name}`}>Change</Button></td></tr>)}</tbody></table>
      </div>
    </DialogBox>
  );
}
