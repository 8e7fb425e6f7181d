/** Somebody who was enrolled earlier signs that a newcomer is who they say; from then on the newcomer may approve. */
import { useRef, useState } from 'react';
import type { Person } from '../../../../electron/contract/record.ts';
import { Primary } from '../../components/Buttons.tsx';
import { DialogBox } from '../../components/DialogBox.tsx';
import { PassphraseField, SelectField, takeText } from '../../components/Fields.tsx';
import { useAction, useEngine } from '../../engine-context.ts';
import { visible } from '../../visible.ts';

/** Who was here before. */
export function vouchersFor(person: Person, people: readonly Person[]): Person[] {
  return people.filter((other) => other.revoked_at === null && Date.parse(other.enrolled_at) < Date.parse(person.enrolled_at));
}

export function VouchDialog({ person, people, onClose }: { person: Person; people: readonly Person[]; onClose(vouched: boolean): void }) {
  const { client } = useEngine();
  const [by, setBy] = useState('');
  const [present, setPresent] = useState(false);
  const passphrase = useRef<HTMLInputElement>(null);
  const name = visible(person.name);
  const vouch = useAction(async () => {
    const secret = takeText(passphrase);
    setPresent(false);
    await client.call('people.endorse', { id: person.id, by, passphrase: secret });
    onClose(true);
  });
  const missing = by === '' ? 'Choose who vouches.' : present ? undefined : 'The passphrase is missing.';
  return (
    <DialogBox title={`Vouch for ${name}`} error={vouch.error} onClose={() => { onClose(false); }} escape="vouch for nobody" actions={<Primary id={`vouch ${person.id} ${by}`} label={`Vouch for ${name}`} missing={missing} busy={vouch.busy} onPress={() => { void vouch.run(); }} />}>
      <div className="stack loose">
        <p>Whoever was enrolled after an outage began may not approve in that recovery, until somebody who was enrolled before it signs for them.</p>
        <SelectField label="Who vouches" value={by} onChange={setBy} options={[{ value: '', label: 'Choose' }, ...vouchersFor(person, people).map((other) => ({ value: other.id, label: visible(other.name) }))]} />
        <PassphraseField key={by} label="Their passphrase, checked on this laptop" source={passphrase} onPresence={setPresent} />
      </div>
    </DialogBox>
  );
}
