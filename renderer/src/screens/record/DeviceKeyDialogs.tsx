/** Choosing what guards the key of this laptop, and unlocking it. */
import { useRef, useState } from 'react';
import type { DeviceKeyView } from '../../../../electron/contract/credentials.ts';
import { Button, Primary } from '../../components/Buttons.tsx';
import { DialogBox } from '../../components/DialogBox.tsx';
import { PassphraseField, RadioField, TextField, takeBytes } from '../../components/Fields.tsx';
import { useAction, useEngine } from '../../engine-context.ts';
import { visible } from '../../visible.ts';

const CHOICES = [
  { value: 'both', label: 'The keyring of this system, and a passphrase for the day when it is lost', detail: 'Nobody types anything while the keyring is open; the passphrase opens the key without it.' },
  { value: 'passphrase', label: 'A passphrase', detail: 'It is typed after each start. Until then runs go on and are signed later.' },
  { value: 'keyring', label: 'The keyring alone', detail: 'Were the keyring lost, the key would be too, and a new data folder would be needed.' },
  { value: 'none', label: 'Nothing but the rights of its file', detail: 'Whoever can read this account’s files can copy it.' },
] as const;
type Choice = (typeof CHOICES)[number]['value'];

export function ProtectDialog({ view, onClose }: { view: DeviceKeyView; onClose(): void }) {
  const { client } = useEngine();
  const [choice, setChoice] = useState<Choice>('both');
  const [by, setBy] = useState('');
  const [present, setPresent] = useState({ first: false, second: false, current: false });
  const [differ, setDiffer] = useState(false);
  const [first, second, current] = [useRef<HTMLInputElement>(null), useRef<HTMLInputElement>(null), useRef<HTMLInputElement>(null)];
  const hasNew = choice === 'both' || choice === 'passphrase';
  const needsCurrent = view.guards.includes('passphrase') && (view.locked !== null || !view.guards.includes('keyring'));
  const protect = useAction(async () => {
    const same = first.current?.value === second.current?.value;
    const [passphrase, again, now] = [takeBytes(first), takeBytes(second), takeBytes(current)];
    again.fill(0);
    setPresent({ first: false, second: false, current: false });
    setDiffer(hasNew && !same);
    try {
      if (hasNew && !same) return;
      await client.call('device.protect', { keyring: choice === 'both' || choice === 'keyring', ...(hasNew ? { passphrase } : {}), ...(needsCurrent ? { current: now } : {}), by });
      onClose();
    } finally {
      for (const bytes of [passphrase, now]) bytes.fill(0);
    }
  });
  const missing = hasNew && !(present.first && present.second) ? 'The passphrase is needed twice.' : needsCurrent && !present.current ? 'The passphrase of now is needed.' : undefined;
  const choices = view.guards.length === 0 ? CHOICES.filter(({ value }) => value !== 'none') : CHOICES;
  return (
    <DialogBox title="What guards the key of this laptop" error={protect.error} onClose={onClose} escape="leave it as it is" actions={<Primary id={`protect ${choice}`} label={choice === 'none' ? 'Unwrap it' : 'Protect it'} missing={missing} busy={protect.busy} onPress={() => { void protect.run(); }} />}>
      <div className="stack loose">
        <p className="t2">It signs every checkpoint and report. Whoever has it can write another record in this laptop’s name.</p>
        <RadioField legend="From now on it is guarded by" value={choice} onChange={(value) => { setChoice(CHOICES.find((one) => one.value === value)?.value ?? 'both'); }} options={choices} />
        {needsCurrent && <PassphraseField label="The passphrase that opens it now" source={current} onPresence={(is) => { setPresent((old) => ({ ...old, current: is })); }} />}
        {hasNew && <PassphraseField label="New passphrase" source={first} onPresence={(is) => { setPresent((old) => ({ ...old, first: is })); setDiffer(false); }} hint="At least eight characters; four words are easiest at 03:00. It cannot be shown again." />}
        {hasNew && <PassphraseField label="The same once more" source={second} onPresence={(is) => { setPresent((old) => ({ ...old, second: is })); }} problem={differ ? 'They differed. Type both again.' : null} />}
        <TextField label="Your name, for the record" value={by} onChange={setBy} />
      </div>
    </DialogBox>
  );
}

export function UnlockDialog({ view, onClose }: { view: DeviceKeyView; onClose(): void }) {
  const { client } = useEngine();
  const [present, setPresent] = useState(false);
  const [still, setStill] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const hasPassphrase = view.guards.includes('passphrase');
  const unlock = useAction(async (how: 'keyring' | 'passphrase') => {
    const passphrase = takeBytes(field);
    setPresent(false);
    try {
      const { locked } = await client.call('device.unlock', how === 'passphrase' ? { passphrase } : {});
      if (locked === null) onClose();
      else setStill(locked);
      field.current?.focus();
    } finally {
      passphrase.fill(0);
    }
  });
  const byKeyring = view.guards.includes('keyring');
  return (
    <DialogBox
      title="Unlock the key of this laptop" error={unlock.error} onClose={onClose} escape="leave it locked"
      actions={<>
        {byKeyring && hasPassphrase && <Button onPress={() => { void unlock.run('keyring'); }}>Ask the keyring again</Button>}
        {hasPassphrase
          ? <Primary id="unlock passphrase" label="Unlock" missing={present ? undefined : 'The passphrase is missing.'} busy={unlock.busy} onPress={() => { void unlock.run('passphrase'); }} />
          : <Primary id="unlock keyring" label="Ask the keyring again" busy={unlock.busy} onPress={() => { void unlock.run('keyring'); }} />}
      </>}
    >
      <div className="stack loose">
        <p className="t2">Runs go on while it is locked. What they record is chained at once, and signed as soon as the key is open.</p>
        {hasPassphrase && <PassphraseField label="Its passphrase" source={field} onPresence={setPresent} autoFocus problem={still === null ? null : `It stays locked: ${visible(still)}.`} />}
        {!hasPassphrase && <p role="status">{visible(`It is locked: ${still ?? view.locked ?? ''}.`)}</p>}
      </div>
    </DialogBox>
  );
}
