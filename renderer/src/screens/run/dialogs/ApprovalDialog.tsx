/** An approval at this laptop: what cannot be undone, the exact command, and one person's passphrase at a time. */
import { useRef, useState } from 'react';
import type { Person } from '../../../../../electron/contract/record.ts';
import type { RunView, StepView } from '../../../../../electron/contract/run.ts';
import { Button, Primary } from '../../../components/Buttons.tsx';
import { Command } from '../../../components/Command.tsx';
import { DialogBox } from '../../../components/DialogBox.tsx';
import { PassphraseField, SelectField, TextField, takeText } from '../../../components/Fields.tsx';
import { Glyph } from '../../../components/Glyph.tsx';
import { useQuery } from '../../../engine-context.ts';
import { visible } from '../../../visible.ts';
import { ApprovalsGiven } from '../asks/ApprovalsGiven.tsx';
import type { Run } from '../use-run.ts';
import { eligibleApprovers } from './approvers.ts';
import { Gate } from './Gate.tsx';

interface Form { person: Person | null; refusing: boolean; reason: string; present: boolean }

function missingOf(form: Form): string | undefined {
  if (form.person === null) return 'Choose who approves.';
  if (form.refusing && form.reason.trim() === '') return 'A refusal needs a reason.';
  return form.present ? undefined : 'The passphrase is missing.';
}

function isLate(person: Person, view: RunView): boolean {
  return view.mode === 'live' && view.outage_at !== null && Date.parse(person.enrolled_at) > Date.parse(view.outage_at);
}

export function ApprovalDialog({ run, view, step, onClose }: { run: Run; view: RunView; step: StepView; onClose(): void }) {
  const people = useQuery('people.list', { run: view.id });
  const eligible = eligibleApprovers(people.result?.people ?? [], step, view.operator?.id ?? null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [refusing, setRefusing] = useState(false);
  const [reason, setReason] = useState('');
  const [present, setPresent] = useState(false);
  const passphrase = useRef<HTMLInputElement>(null);
  const person = eligible.find((candidate) => candidate.id === chosen) ?? (eligible.length === 1 ? eligible[0] ?? null : null);
  const name = person === null ? '' : visible(person.name);
  const send = async (): Promise<void> => {
    if (person === null) return;
    const secret = takeText(passphrase);
    setPresent(false);
    const common = { step: step.id, person: person.id, passphrase: secret };
    const taken = await run.send(refusing ? { do: 'refuse', ...common, reason } : { do: 'approve', ...common });
    if (!taken) { passphrase.current?.focus(); return; }
    const given = step.approvals.filter((approval) => approval.verdict === 'approved').length + 1;
    setChosen(null);
    if (refusing || given >= (step.approvals_needed?.quorum ?? 1)) onClose();
  };
  const label = refusing ? (name === '' ? 'Refuse' : `Refuse as ${name}`) : name === '' ? 'Approve' : `Approve as ${name}`;
  return (
    <DialogBox
      title={`Approve step ${step.number}: ${visible(step.title)}`} role="alertdialog" wide error={run.error ?? people.error} onClose={onClose} escape="decide later"
      actions={<><Button look="danger" tall onPress={() => { setRefusing(!refusing); }}>{refusing ? 'Do not refuse' : 'Refuse…'}</Button><Primary id={`approve ${step.id} ${person?.id ?? ''} ${refusing} ${step.approvals.length}`} label={label} missing={missingOf({ person, refusing, reason, present })} busy={run.busy} onPress={() => { void send(); }} /></>}
    >
      <Gate step={step} />
      {step.commands.length > 0 && <div className="label gap">Exactly this runs, once</div>}
      <Command commands={step.commands} />
      <ApprovalsGiven step={step} />
      <div className="slot on">
        <div className="who"><Glyph shape="needs" tone="amber" />{name === '' ? 'Who approves' : name}<span className="end">{person?.roles.join(', ')}</span></div>
        {eligible.length > 1 && <SelectField label="Person" value={person?.id ?? ''} onChange={setChosen} options={[{ value: '', label: 'Choose' }, ...eligible.map((candidate) => ({ value: candidate.id, label: `${visible(candidate.name)}, ${candidate.roles.join(', ')}` }))]} />}
        {eligible.length === 0 && people.result !== null && <p className="t2">Nobody enrolled here may approve this step{step.approvals_needed?.not_self === true ? ', apart from whoever operates it' : ''}. Enrol someone under People.</p>}
        {person !== null && isLate(person, view) && <p className="t2">Enrolled after the outage began: this counts only once somebody enrolled before has vouched for {name}, under People.</p>}
        {refusing && <TextField label="Why is it refused?" value={reason} onChange={setReason} />}
        {person !== null && <PassphraseField key={person.id} label="Your passphrase, checked on this laptop" source={passphrase} onPresence={setPresent} autoFocus />}
      </div>
    </DialogBox>
  );
}
