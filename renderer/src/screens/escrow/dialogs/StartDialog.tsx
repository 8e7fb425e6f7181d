/** How a ceremony begins: what it proves, who is here, and whether the network is off. */
import { useState } from 'react';
import type { CeremonyView, EscrowKeyView, NetworkLook, VerificationPurpose } from '../../../../../electron/contract/escrow-register.ts';
import type { Person } from '../../../../../electron/contract/record.ts';
import { counted } from '../../../../../electron/contract/wording.ts';
import { Button, Primary } from '../../../components/Buttons.tsx';
import { DialogBox } from '../../../components/DialogBox.tsx';
import { CheckField, RadioField, SelectField, TextField } from '../../../components/Fields.tsx';
import { Notice } from '../../../components/States.tsx';
import { useAction, useEngine, useQuery } from '../../../engine-context.ts';
import { visible } from '../../../visible.ts';
import { isWholeKey, PURPOSE_WORD } from '../escrow-words.ts';

export type Goal = CeremonyView['goal'];
const PURPOSES = ['routine', 'drill', 'incident', 'transfer'] as const;
const GOALS: readonly { value: Goal; label: string; detail: string }[] = [
  { value: 'L1', label: 'L1, each share by itself', detail: 'Compared with its commitment. No key comes into being.' },
  { value: 'L3', label: 'L3, a quorum rebuilds the key', detail: 'Compared with the key’s commitment, in a short-lived process.' },
  { value: 'L4', label: 'L4, and it opens the backups', detail: 'Tried on the oldest and the newest of each set.' },
];

const WHOLE_GOALS: typeof GOALS = [
  { value: 'L3', label: 'L3, it is the committed key', detail: 'Compared with its commitment, in a short-lived process.' },
  { value: 'L4', label: 'L4, and it opens the backups', detail: 'Tried on the oldest and the newest of each set.' },
];

interface Form { purpose: VerificationPurpose; goal: Goal; operator: string; witnesses: readonly string[]; why: string }

/** Dual control: none of them runs the ceremony or holds a share. */
export function witnessesFor(people: readonly Person[], { versions }: Pick<EscrowKeyView, 'versions'>, version: number, operator: string): Person[] {
  const custodians = versions.find((one) => one.version === version)?.shares.flatMap(({ custody }) => custody?.custodian ?? []) ?? [];
  return people.filter(({ id, name, revoked_at }) => revoked_at === null && id !== operator && !custodians.includes(name));
}

export function missingToStart(form: Form, { witnesses }: Pick<EscrowKeyView, 'witnesses'>, network: NetworkLook | null): string | undefined {
  if (network === null) return 'The network is being looked at.';
  if (witnesses > 0 && form.operator === '') return 'Say who runs the ceremony.';
  if (form.witnesses.length < witnesses) return `The key is under dual control: ${counted(witnesses - form.witnesses.length, 'witness is', 'witnesses are')} missing.`;
  return !network.off && form.why.trim() === '' ? 'Say why you go on with the network on.' : undefined;
}

function Network({ look, onAgain }: { look: NetworkLook | null; onAgain(): void }) {
  if (look === null) return <p className="t2">Looking at interfaces and routes; nothing is sent.</p>;
  return (
    <Notice tone={look.off ? 'green' : 'amber'} shape={look.off ? 'sensed' : 'needs'}>
      <b className="med">{look.off ? 'The network is off.' : 'The network is on.'}</b> {visible(look.words.replace(/^The network is (?:off|ON): /u, ''))} <span className="t3">Looked at: {visible(look.how)}.</span>
      {!look.off && <div className="gap-top"><Button onPress={onAgain}>Look again</Button></div>}
    </Notice>
  );
}

interface StartProps {
  view: EscrowKeyView;
  version: number;
  goal: Goal;
  purpose?: VerificationPurpose;
  /** A run needs the key itself. */
  quorum?: boolean;
  onStarted(ceremony: CeremonyView): void;
  onClose(): void;
}

export function StartCeremonyDialog({ view, version, goal, purpose = 'routine', quorum = false, onStarted, onClose }: StartProps) {
  const { client } = useEngine();
  const network = useQuery('escrow.network', {});
  const people = useQuery('people.list', {});
  const whole = view.versions.some((one) => one.version === version && isWholeKey(one.scheme));
  const goals = whole ? WHOLE_GOALS : GOALS.filter((one) => !quorum || one.value !== 'L1');
  const [form, setForm] = useState<Form>({ purpose, goal: goals.some(({ value }) => value === goal) ? goal : 'L3', operator: '', witnesses: [], why: '' });
  const put = (change: Partial<Form>): void => { setForm((old) => ({ ...old, ...change })); };
  const active = (people.result?.people ?? []).filter(({ revoked_at }) => revoked_at === null);
  const eligible = witnessesFor(active, view, version, form.operator);
  const chosen = form.witnesses.filter((id) => eligible.some((person) => person.id === id));
  const start = useAction(async () => {
    const begun = await client.call('escrow.ceremony.start', { key: view.key, version, purpose: form.purpose, goal: form.goal, operator: form.operator === '' ? null : form.operator, witnesses: chosen });
    onStarted(form.why.trim() === '' || network.result?.off !== false ? begun : await client.call('escrow.ceremony.deviation', { ceremony: begun.id, text: `The network was on: ${form.why.trim()}`.slice(0, 400) }));
  });
  const short = view.witnesses > eligible.length;
  return (
    <DialogBox wide title={`Verify ${visible(view.title)}, v${version}`} error={start.error ?? network.error ?? people.error} onClose={onClose} escape="begin nothing" actions={<Primary id={`ceremony ${view.key} ${version}`} label="Begin the ceremony" missing={missingToStart({ ...form, witnesses: chosen }, view, network.result)} busy={start.busy} onPress={() => { void start.run(); }} />}>
      <div className="stack loose">
        <RadioField legend="What it proves" value={form.goal} onChange={(value) => { const read = GOALS.find((one) => one.value === value); if (read !== undefined) put({ goal: read.value }); }} options={goals} autoFocus />
        <RadioField inline legend="Why now" value={form.purpose} onChange={(value) => { const read = PURPOSES.find((one) => one === value); if (read !== undefined) put({ purpose: read }); }} options={PURPOSES.map((value) => ({ value, label: PURPOSE_WORD[value] }))} />
        <SelectField label="Who runs it" value={form.operator} onChange={(operator) => { put({ operator }); }} options={[{ value: '', label: active.length === 0 ? 'Nobody is enrolled yet' : 'Choose' }, ...active.map(({ id, name }) => ({ value: id, label: visible(name) }))]} />
        <div className="field">
          <span className="label">Who witnesses it and signs{view.witnesses > 0 ? `; ${view.witnesses} at least` : ''}</span>
          <div className="ticks inline">{eligible.map(({ id, name, roles }) => <CheckField key={id} label={<>{visible(name)} <span className="t3">{roles.map(visible).join(', ')}</span></>} checked={chosen.includes(id)} onChange={(on) => { put({ witnesses: on ? [...chosen, id] : chosen.filter((one) => one !== id) }); }} />)}</div>
          {short && people.result !== null && <span className="s12 tx c-amber">Under dual control, and too few are enrolled who neither run it nor hold {whole ? 'the key' : 'a share'}. Enrol them under People.</span>}
        </div>
        <Network look={network.result} onAgain={network.reload} />
        {network.result?.off === false && <TextField label="Why you go on with the network on; it stands in the record" value={form.why} onChange={(why) => { put({ why }); }} />}
      </div>
    </DialogBox>
  );
}
