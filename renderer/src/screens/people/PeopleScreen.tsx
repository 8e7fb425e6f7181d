/** People: who may operate and approve at this laptop. */
import { useRef, useState } from 'react';
import type { Person } from '../../../../electron/contract/record.ts';
import { Page, PageHead } from '../../app/Page.tsx';
import { Button, Primary } from '../../components/Buttons.tsx';
import { DialogBox } from '../../components/DialogBox.tsx';
import { Fault } from '../../components/Fault.tsx';
import { PassphraseField, TextField, takeText } from '../../components/Fields.tsx';
import { Notice, StateWord } from '../../components/States.tsx';
import { type Query, useAction, useEngine, useQuery } from '../../engine-context.ts';
import { useNow } from '../../use-now.ts';
import { visible } from '../../visible.ts';
import { shortDay } from '../../wording.ts';
import { ContactBooks } from './ContactBooks.tsx';
import { readRoles } from './read-roles.ts';
import { VouchDialog, vouchersFor } from './VouchDialog.tsx';

const ENROLLED = { word: 'Enrolled', shape: 'confirmed', tone: 'green' } as const;
const REVOKED = { word: 'Revoked', shape: 'out', tone: 'grey' } as const;

export function PeopleScreen() {
  const people = useQuery('people.list', {});
  const [adding, setAdding] = useState(false);
  const [leaving, setLeaving] = useState<Person | null>(null);
  const [vouching, setVouching] = useState<Person | null>(null);
  const [vouched, setVouched] = useState<Person | null>(null);
  const all = people.result?.people ?? [];
  const active = all.filter((person) => person.revoked_at === null);
  return (
    <Page head={
      <PageHead title={people.result === null ? 'People' : active.length === 0 ? 'Nobody is enrolled yet' : `${active.length} ${active.length === 1 ? 'person is' : 'people are'} enrolled on this laptop`} detail="Each has a passphrase that is checked here, with no network. It unlocks the key that signs what they approve.">
        <Primary id="enrol" label="Enrol a person…" onPress={() => { setAdding(true); }} />
      </PageHead>
    }>
      {people.error !== null && <Fault error={people.error} />}
      {vouched !== null && <Notice tone="green" shape="confirmed">{visible(vouched.name)} has been vouched for; it is in the record.</Notice>}
      {all.length > 0 && <PeopleTable people={all} onRevoke={setLeaving} onVouch={setVouching} />}
      <ContactBooks />
      {adding && <EnrolDialog people={people} onClose={() => { setAdding(false); }} />}
      {leaving !== null && <RevokeDialog person={leaving} people={people} onClose={() => { setLeaving(null); }} />}
      {vouching !== null && <VouchDialog person={vouching} people={all} onClose={(done) => { setVouched(done ? vouching : null); setVouching(null); }} />}
    </Page>
  );
}

function PeopleTable({ people, onRevoke, onVouch }: { people: readonly Person[]; onRevoke(person: Person): void; onVouch(person: Person): void }) {
  const now = useNow();
  return (
    <section className="card scroll-x">
      <table className="table">
        <thead><tr><th>Name</th><th>Roles</th><th>State</th><th>Since</th><th>Key</th><th><span className="sr">Actions</span></th></tr></thead>
        <tbody>
          {people.map((person) => (
            <tr key={person.id}>
              <td className="semi">{visible(person.name)}</td><td>{person.roles.map(visible).join(', ')}</td>
              <td><StateWord state={person.revoked_at === null ? ENROLLED : REVOKED} /></td>
              <td>{shortDay(person.enrolled_at, now)}{person.revoked_at === null ? '' : `, until ${shortDay(person.revoked_at, now)}`}</td>
              <td className="mono s12 t2 key">{visible(person.vkey)}</td>
              <td className="num">{person.revoked_at === null && vouchersFor(person, people).length > 0 && <Button look="quiet" label={`Vouch for ${person.name}`} onPress={() => { onVouch(person); }}>Vouch…</Button>}{person.revoked_at === null && <Button look="danger" label={`Revoke ${person.name}`} onPress={() => { onRevoke(person); }}>Revoke…</Button>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function EnrolDialog({ people, onClose }: { people: Query<{ people: Person[] }>; onClose(): void }) {
  const { client } = useEngine();
  const [name, setName] = useState('');
  const [roles, setRoles] = useState('operator');
  const [present, setPresent] = useState({ first: false, second: false });
  const [differ, setDiffer] = useState(false);
  const first = useRef<HTMLInputElement>(null);
  const second = useRef<HTMLInputElement>(null);
  const listed = readRoles(roles);
  const enrol = useAction(async () => {
    const same = first.current?.value === second.current?.value;
    const passphrase = takeText(first);
    takeText(second);
    setPresent({ first: false, second: false });
    setDiffer(!same);
    // Both are typed again whatever comes next, so the hand goes back to the first.
    first.current?.focus();
    if (!same) return;
    await client.call('people.enroll', { name, roles: listed.roles, passphrase });
    people.reload();
    onClose();
  });
  const missing = name.trim() === '' ? 'A name is missing.' : listed.problem ?? (listed.roles.length === 0 ? 'A role is missing.' : !present.first || !present.second ? 'The passphrase is needed twice.' : undefined);
  return (
    <DialogBox title="Enrol a person" error={enrol.error} onClose={onClose} escape="enrol nobody" actions={<Primary id="enrol-person" label={name.trim() === '' ? 'Enrol' : `Enrol ${visible(name)}`} missing={missing} busy={enrol.busy} onPress={() => { void enrol.run(); }} />}>
      <div className="stack loose">
        <TextField label="Name" value={name} onChange={setName} autoFocus />
        <TextField label="Roles, as the runbooks name them" value={roles} onChange={setRoles} problem={listed.problem} hint="For example: operator, dba, vp-engineering" />
        <PassphraseField label="Passphrase; the person types it" source={first} onPresence={(is) => { setPresent((old) => ({ ...old, first: is })); setDiffer(false); }} hint="At least eight characters; four words are easiest at 03:00. It cannot be shown again." />
        <PassphraseField label="The same once more" source={second} onPresence={(is) => { setPresent((old) => ({ ...old, second: is })); }} problem={differ ? 'They differed. Type both again.' : null} />
      </div>
    </DialogBox>
  );
}

function RevokeDialog({ person, people, onClose }: { person: Person; people: Query<{ people: Person[] }>; onClose(): void }) {
  const { client } = useEngine();
  const [typed, setTyped] = useState('');
  const revoke = useAction(async () => {
    await client.call('people.revoke', { id: person.id });
    people.reload();
    onClose();
  });
  return (
    <DialogBox title={`Revoke ${visible(person.name)}`} role="alertdialog" error={revoke.error} onClose={onClose} escape="leave it as it is" actions={<Primary id={`revoke ${person.id}`} label="Revoke" missing={typed.trim() === person.name ? undefined : 'Type the name.'} busy={revoke.busy} onPress={() => { void revoke.run(); }} />}>
      <p className="gap">From now on this person can neither operate nor approve here. What they signed stays valid.</p>
      <TextField label={`Type the name, ${visible(person.name)}`} value={typed} onChange={setTyped} autoFocus />
    </DialogBox>
  );
}
