import { useState } from 'react';
import { Primary } from '../../../components/Buttons.tsx';
import { TextField } from '../../../components/Fields.tsx';
import { visible } from '../../../visible.ts';
import { Frame } from './Frame.tsx';
import { named } from './stages.ts';
import { type StageProps, useCeremonyCall } from './use-ceremony-call.ts';

/** The share goes back into a bag that has a number of its own. */
export function NewBagPanel({ ceremony, share, onView, onEnd }: StageProps) {
  const call = useCeremonyCall('escrow.ceremony.new-bag', onView);
  const [bag, setBag] = useState('');
  const [seal, setSeal] = useState('');
  const same = bag.trim() !== '' && bag.trim() === share.bag_found;
  const missing = bag.trim() === '' ? 'Type the number of the new bag.' : same ? 'This is the old bag’s number.' : undefined;
  const send = (): void => { void call.run({ ceremony: ceremony.id, x: share.x, bag: bag.trim(), seal: seal.trim() === '' ? null : seal.trim() }); };
  return (
    <Frame focused title={`Seal ${share.slot} in a new bag`} lead={`${share.custody === null ? named(share.slot) : visible(share.custody.custodian)} puts it in, everybody here watches, and the number goes on record.`} error={call.error} onEnd={onEnd}
      actions={<Primary id={`new bag ${ceremony.id} ${share.x}`} label="It is sealed" missing={missing} busy={call.busy} onPress={send} />}
    >
      <div className="form">
        <TextField label="Number of the new bag" value={bag} onChange={setBag} autoFocus mono />
        <TextField label="Number of its seal, if it has one" value={seal} onChange={setSeal} mono />
      </div>
    </Frame>
  );
}
