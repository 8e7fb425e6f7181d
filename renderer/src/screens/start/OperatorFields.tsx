import { type RefObject, useRef, useState } from 'react';
import type { Person } from '../../../../electron/contract/record.ts';
import { useNavigation } from '../../app/navigation.ts';
import { Button } from '../../components/Buttons.tsx';
import { PassphraseField, SelectField } from '../../components/Fields.tsx';
import { Notice } from '../../components/States.tsx';
import { visible } from '../../visible.ts';

export interface Operator {
  person: string;
  present: boolean;
  passphrase: RefObject<HTMLInputElement | null>;
  choose(person: string): void;
  setPresent(present: boolean): void;
}

/** Who operates, and the field that holds the passphrase until it is sent. The one who did so before, or the only candidate, is chosen by itself. */
export function useOperator(people: readonly Person[], before: string | null = null): Operator {
  const [chosen, choose] = useState<string | null>(null);
  const [present, setPresent] = useState(false);
  const passphrase = useRef<HTMLInputElement>(null);
  const likely = people.find((person) => person.id === before) ?? (people.length === 1 ? people[0] : undefined);
  return { person: chosen ?? likely?.id ?? '', present, passphrase, choose, setPresent };
}

export function OperatorFields({ operator, people, required }: { operator: Operator; people: readonly Person[]; required: boolean }) {
  const { go } = useNavigation();
  if (people.length === 0) {
    return required ? <Notice tone="amber" shape="needs"><div className="row"><span className="grow">Nobody is enrolled as operator on this laptop.</span><Button onPress={() => { go({ screen: 'people' }); }}>Enrol people…</Button></div></Notice> : null;
  }
  return (
    <div className="pair2">
      <SelectField
        label="Operator" value={operator.person} onChange={operator.choose}
        options={[...(required && operator.person !== '' ? [] : [{ value: '', label: required ? 'Choose' : 'Nobody in particular' }]), ...people.map((person) => ({ value: person.id, label: `${visible(person.name)}, ${person.roles.join(', ')}` }))]}
      />
      {operator.person !== '' && <PassphraseField label="Passphrase, checked on this laptop" source={operator.passphrase} onPresence={operator.setPresent} />}
    </div>
  );
}
