/** What people say of an incident, each with their name. */
import { useState } from 'react';
import { Primary } from '../../components/Buttons.tsx';
import { DialogBox } from '../../components/DialogBox.tsx';
import { CheckField, RadioField, TextArea, TextField } from '../../components/Fields.tsx';
import { useAction, useEngine, useQuery } from '../../engine-context.ts';
import { visible } from '../../visible.ts';
import { systemName } from '../../wording.ts';
import { type Outage, OutageField } from '../start/OutageField.tsx';
import { type IncidentMember, IncidentMode, type IncidentView } from '../../../../electron/contract/incident-view.ts';

const MODES = [
  { value: 'live', label: 'Live', detail: 'Systems are really lost.' },
  { value: 'rehearsal', label: 'Rehearsal', detail: 'Real tools on scratch targets.' },
] as const;

function useNames(): string[] {
  const people = useQuery('people.list', {});
  return (people.result?.people ?? []).flatMap((person) => (person.revoked_at === null ? [person.name] : []));
}

/** Runbooks that can be read and are not in yet; the First drill keeps a record of its own. */
function useRunbooks(without: readonly string[]): { id: string; title: string; system: string }[] {
  const books = useQuery('runbook.list', {});
  return (books.result?.runbooks ?? []).filter(({ error, id }) => error === null && id !== 'first-drill' && !without.includes(id));
}

function Chooser({ legend, options, chosen, onChange }: { legend: string; options: readonly { id: string; label: string }[]; chosen: readonly string[]; onChange(chosen: string[]): void }) {
  return (
    <fieldset className="choices">
      <legend className="label">{legend}</legend>
      <div className="ticks">{options.map(({ id, label }) => <CheckField key={id} label={visible(label)} checked={chosen.includes(id)} onChange={(on) => { onChange(on ? [...chosen, id] : chosen.filter((other) => other !== id)); }} />)}</div>
      {options.length === 0 && <p className="t3 s13">None.</p>}
    </fieldset>
  );
}

export function OpenIncidentDialog({ onOpened, onClose }: { onOpened(view: IncidentView): void; onClose(): void }) {
  const { client } = useEngine();
  const names = useNames();
  const books = useRunbooks([]);
  const [title, setTitle] = useState('');
  const [mode, setMode] = useState<IncidentMode>('live');
  const [outage, setOutage] = useState<Outage>('');
  const [runbooks, setRunbooks] = useState<string[]>([]);
  const [by, setBy] = useState('');
  const open = useAction(async () => {
    onOpened(await client.call('incident.open', { title, mode, by, runbooks, ...(outage === '' || outage === null ? {} : { outage_at: outage }) }));
    onClose();
  });
  const missing = title.trim() === '' ? 'Say what happened.' : outage === null || (mode === 'live' && outage === '') ? 'Say when the outage began.' : by.trim() === '' ? 'A name is missing.' : undefined;
  return (
    <DialogBox title="Open an incident" wide error={open.error} onClose={onClose} escape="open nothing" actions={<Primary id={`incident ${mode}`} label="Open it" missing={missing} busy={open.busy} onPress={() => { void open.run(); }} />}>
      <div className="start">
        <TextField label="What happened" value={title} onChange={setTitle} autoFocus placeholder="Data centre lost" />
        <RadioField legend="How" inline value={mode} options={MODES} onChange={(value) => { setMode(IncidentMode.parse(value)); }} />
        <OutageField key={mode} drill={mode === 'rehearsal'} value={outage} onChange={setOutage} />
        <Chooser legend="What is lost, in the order in which it shall come back" options={books.map(({ id, title: words, system }) => ({ id, label: `${runbooks.includes(id) ? `${runbooks.indexOf(id) + 1}. ` : ''}${systemName(system)}: ${words}` }))} chosen={runbooks} onChange={setRunbooks} />
        <TextField label="Who opens it" value={by} onChange={setBy} suggestions={names} />
      </div>
    </DialogBox>
  );
}

interface Given { view: IncidentView; onChanged(view: IncidentView): void; onClose(): void }

/** Adds systems, or says anew what one of them waits for and where it stands. */
export function OrderDialog({ view, member, onChanged, onClose }: Given & { member: IncidentMember | null }) {
  const { client } = useEngine();
  const names = useNames();
  const books = useRunbooks(view.members.map(({ runbook }) => runbook));
  const [runbooks, setRunbooks] = useState<string[]>(member === null ? [] : [member.runbook]);
  const [after, setAfter] = useState<string[]>(member === null ? [] : [...member.after]);
  const at = view.members.findIndex(({ runbook }) => runbook === member?.runbook);
  const [place, setPlace] = useState(member === null ? '' : String(at + 1));
  const [by, setBy] = useState('');
  const add = useAction(async () => {
    onChanged(await client.call('incident.add', { id: view.id, runbooks, after, by, ...(place === '' ? {} : { place: Number(place) }) }));
    onClose();
  });
  const badPlace = place !== '' && !/^[1-9]\d?$/u.test(place);
  const missing = runbooks.length === 0 ? 'Choose what comes in.' : badPlace ? 'The place is a number from 1 on.' : by.trim() === '' ? 'A name is missing.' : undefined;
  return (
    <DialogBox title={member === null ? 'Add systems' : `Order of ${visible(systemName(member.system))}`} wide error={add.error} onClose={onClose} escape="change nothing" actions={<Primary id={`add ${runbooks.join(' ')}`} label={member === null ? 'Add them' : 'Set it so'} missing={missing} busy={add.busy} onPress={() => { void add.run(); }} />}>
      <div className="start">
        {member === null && <Chooser legend="What else is lost" options={books.map(({ id, title, system }) => ({ id, label: `${systemName(system)}: ${title}` }))} chosen={runbooks} onChange={setRunbooks} />}
        <Chooser legend={member === null ? 'What has to be back before' : 'What has to be back before it'} options={view.members.filter(({ runbook }) => runbook !== member?.runbook).map(({ runbook, system, title }) => ({ id: runbook, label: `${systemName(system)}: ${title}` }))} chosen={after} onChange={setAfter} />
        <TextField label="Place in the order" value={place} onChange={setPlace} hint="Left empty, it comes last." problem={badPlace ? 'A number from 1 on.' : null} />
        <TextField label="Who says so" value={by} onChange={setBy} suggestions={names} />
      </div>
    </DialogBox>
  );
}

export function RemoveDialog({ view, member, onChanged, onClose }: Given & { member: IncidentMember }) {
  const { client } = useEngine();
  const names = useNames();
  const [reason, setReason] = useState('');
  const [by, setBy] = useState('');
  const remove = useAction(async () => {
    onChanged(await client.call('incident.remove', { id: view.id, runbook: member.runbook, by, reason }));
    onClose();
  });
  const missing = reason.trim() === '' ? 'A reason is missing.' : by.trim() === '' ? 'A name is missing.' : undefined;
  return (
    <DialogBox title={`Leave ${visible(systemName(member.system))} out`} error={remove.error} onClose={onClose} escape="leave it in" actions={<Primary id={`remove ${member.runbook}`} label="Leave it out" missing={missing} busy={remove.busy} onPress={() => { void remove.run(); }} />}>
      <p className="gap t2">What waits for it waits no longer. It can be added again.</p>
      <TextArea label="Why is it not a part of this incident?" value={reason} onChange={setReason} autoFocus />
      <TextField label="Who says so" value={by} onChange={setBy} suggestions={names} />
    </DialogBox>
  );
}

export function CloseDialog({ view, onChanged, onClose }: Given) {
  const { client } = useEngine();
  const names = useNames();
  const [reason, setReason] = useState('');
  const [by, setBy] = useState('');
  const open = view.members.filter(({ run }) => run !== null && run.state !== 'succeeded' && run.state !== 'aborted');
  const lost = view.members.filter(({ state }) => state !== 'recovered');
  const close = useAction(async () => {
    onChanged(await client.call('incident.close', { id: view.id, by, ...(reason.trim() === '' ? {} : { reason }) }));
    onClose();
  });
  const needsReason = open.length > 0 || lost.length > 0;
  const missing = needsReason && reason.trim() === '' ? 'A reason is missing.' : by.trim() === '' ? 'A name is missing.' : undefined;
  const list = (members: readonly IncidentMember[]): string => members.map(({ system }) => visible(systemName(system))).join(', ');
  return (
    <DialogBox title="Close the incident" error={close.error} onClose={onClose} escape="leave it open" actions={<Primary id="close incident" label="Close it" missing={missing} busy={close.busy} onPress={() => { void close.run(); }} />}>
      {lost.length > 0 && <p className="gap"><b className="med">Not back:</b> {list(lost)}.</p>}
      {open.length > 0 && <p className="gap"><b className="med">Runs that are not over:</b> {list(open)}. They go on by themselves.</p>}
      {!needsReason && <p className="gap t2">Every system is back and every run is over.</p>}
      {needsReason && <TextArea label="Why is it closed all the same?" hint="For the record." value={reason} onChange={setReason} autoFocus />}
      <TextField label="Who closes it" value={by} onChange={setBy} suggestions={names} autoFocus={!needsReason} />
    </DialogBox>
  );
}
