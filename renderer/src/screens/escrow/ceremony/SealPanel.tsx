/** The bag as it was brought: its number, its seal, a photo; then it is opened. */
import { useRef, useState } from 'react';
import type { SealState } from '../../../../../electron/contract/escrow-register.ts';
import { Button, Primary } from '../../../components/Buttons.tsx';
import { CheckField, RadioField, TextField } from '../../../components/Fields.tsx';
import { visible } from '../../../visible.ts';
import { isWholeKey } from '../escrow-words.ts';
import { Frame } from './Frame.tsx';
import { LeaveOut } from './LeaveOut.tsx';
import { named } from './stages.ts';
import { type StageProps, useCeremonyCall } from './use-ceremony-call.ts';

const SEALS: readonly { value: SealState; label: string; detail: string }[] = [
  { value: 'whole', label: 'Whole', detail: 'Nobody opened it' },
  { value: 'broken', label: 'Broken', detail: 'Cut, torn or stuck again' },
  { value: 'missing', label: 'Missing', detail: 'No seal, or no bag' },
  { value: 'not-looked', label: 'Not looked at', detail: 'It cannot be seen' },
];
const PHOTO_BYTES = 20 * 1024 * 1024;

export function SealPanel({ ceremony, share, onView, onEnd }: StageProps) {
  const call = useCeremonyCall('escrow.ceremony.bag', onView);
  const [bag, setBag] = useState('');
  const [seal, setSeal] = useState<SealState | null>(null);
  const [seen, setSeen] = useState<readonly string[]>([]);
  const [photo, setPhoto] = useState<File | null>(null);
  const picker = useRef<HTMLInputElement>(null);
  const expected = share.custody?.bag ?? null;
  const needsNumber = seal === 'whole' || seal === 'broken';
  const unseen = ceremony.witnesses_needed > 0 ? ceremony.witnesses.filter(({ id }) => !seen.includes(id)) : [];
  const missing = seal === null ? 'Say how the seal was found.' : needsNumber && expected !== null && bag.trim() === '' ? 'Type the number on the bag.' : photo !== null && photo.size > PHOTO_BYTES ? 'The photo is larger than 20 MiB.' : unseen.length > 0 ? `${visible(unseen[0]?.name ?? '')} has to see it.` : undefined;
  const open = async (): Promise<void> => {
    if (seal === null) return;
    const bytes = photo === null ? null : new Uint8Array(await photo.arrayBuffer());
    await call.run({ ceremony: ceremony.id, x: share.x, bag: bag.trim() === '' ? null : bag.trim(), seal, photo: bytes });
  };
  const who = share.custody === null ? named(share.slot) : visible(share.custody.custodian);
  const other = expected !== null && bag.trim() !== '' && bag.trim() !== expected;
  return (
    <Frame focused title={`${who}: look at the seal`} lead="Before the bag is opened. The number is read from the bag itself, not from a list." error={call.error} onEnd={onEnd}
      actions={<>{!isWholeKey(ceremony.scheme) && <LeaveOut ceremony={ceremony} share={share} onView={onView} />}<Primary id={`seal ${ceremony.id} ${share.x}`} label="Open the bag" missing={missing} busy={call.busy} onPress={() => { void open(); }} /></>}
    >
      <div className="form">
        <TextField label="Number on the bag" value={bag} onChange={setBag} autoFocus mono problem={other ? `The register says ${visible(expected)}. If this is what the bag says, go on: it is recorded as out of order.` : null} />
        <RadioField legend="The seal is" value={seal ?? ''} onChange={(value) => { setSeal(SEALS.find((one) => one.value === value)?.value ?? null); }} options={SEALS.map((one) => ({ ...one }))} inline />
        {ceremony.witnesses_needed > 0 && ceremony.witnesses.map(({ id, name }) => <CheckField key={id} label={`${visible(name)} has seen bag and seal, and is here`} checked={seen.includes(id)} onChange={(on) => { setSeen(on ? [...seen, id] : seen.filter((one) => one !== id)); }} />)}
        <div className="row wrap">
          <input ref={picker} type="file" accept="image/*" hidden data-picker="photo" onChange={(event) => { setPhoto(event.target.files?.[0] ?? null); event.target.value = ''; }} />
          <Button onPress={() => { picker.current?.click(); }}>Add a photo of the seal…</Button>
          <span className="s13 t2">{photo === null ? `Kept with the record. Never a photo of the ${isWholeKey(ceremony.scheme) ? 'key' : 'share'}.` : visible(photo.name)}</span>
        </div>
      </div>
    </Frame>
  );
}
