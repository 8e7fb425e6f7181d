/** The credentials that this laptop keeps: names to see, values to set, never to read. */
import { useRef, useState } from 'react';
import { CredentialName, type Credential, type CredentialPlace, type CredentialsView } from '../../../../electron/contract/credentials.ts';
import { Button, Primary } from '../../components/Buttons.tsx';
import { DialogBox } from '../../components/DialogBox.tsx';
import { PassphraseField, SelectField, TextField, takeBytes } from '../../components/Fields.tsx';
import { SecretField, takeSecret } from '../../components/SecretField.tsx';
import { StateWord } from '../../components/States.tsx';
import { useAction, useEngine, useQuery } from '../../engine-context.ts';
import { useNow } from '../../use-now.ts';
import { visible } from '../../visible.ts';
import { shortDay } from '../../wording.ts';

const PLACES: Readonly<Record<CredentialPlace, string>> = { keyring: 'Keyring of this system', keytar: 'Keyring, by keytar', vault: 'Vault' };
const KEPT = { word: 'Kept', shape: 'sensed', tone: 'green' } as const;
const UNKNOWN = { word: 'Unknown', shape: 'unknown', tone: 'amber' } as const;
const NAMES = ['blackstart-s3/default'];

export function CredentialsDialog({ onClose }: { onClose(): void }) {
  const first = useQuery('credentials.view', {});
  const [later, setLater] = useState<CredentialsView | null>(null);
  const [adding, setAdding] = useState(false);
  const view = later ?? first.result;
  if (view !== null && adding) return <SetDialog view={view} onDone={(now) => { setLater(now); setAdding(false); }} onClose={() => { setAdding(false); }} />;
  return (
    <DialogBox title="Credentials of this laptop" wide error={first.error} onClose={onClose} actions={<Primary id="add-credential" label="Add or replace one…" missing={view === null ? 'The keyring is being asked.' : undefined} onPress={() => { setAdding(true); }} />}>
      {view !== null && <Kept view={view} onView={setLater} />}
    </DialogBox>
  );
}

function Kept({ view, onView }: { view: CredentialsView; onView(view: CredentialsView): void }) {
  const { client } = useEngine();
  const now = useNow();
  const remove = useAction(async ({ name }: Credential) => { onView(await client.call('credentials.remove', { name })); });
  return (
    <div className="stack loose">
      <dl className="kv">
        <dt>New ones go to</dt><dd>{view.place === null ? 'Nowhere yet' : PLACES[view.place]}. <span className="t2">{visible(view.why)}</span></dd>
        <dt>Vault</dt><dd>{VAULTS[view.vault.state]} <span className="mono s12 t3">{visible(view.vault.path)}</span>{view.vault.detail === null ? null : <div className="tx c-red">{visible(view.vault.detail)}</div>}</dd>
      </dl>
      {view.vault.state === 'locked' && <OpenVault onView={onView} />}
      {view.credentials.length === 0 ? <p className="t2">Nothing was set here yet. The keys of an object store are kept as <span className="mono">blackstart-s3/BUCKET</span> or <span className="mono">blackstart-s3/default</span>, written as KEY_ID:SECRET; other names are what a runbook writes after <span className="mono">keychain:</span>.</p> : (
        <table className="table">
          <thead><tr><th>Name</th><th>Where</th><th>State</th><th>Since</th><th><span className="sr">Actions</span></th></tr></thead>
          <tbody>
            {view.credentials.map((one) => (
              <tr key={`${one.place} ${one.name}`}>
                <td className="mono">{visible(one.name)}</td><td>{PLACES[one.place]}</td><td><StateWord state={one.state === 'kept' ? KEPT : UNKNOWN} /></td>
                <td>{shortDay(one.at, now)}{one.by === null ? '' : `, ${visible(one.by)}`}</td>
                <td className="num"><Button look="danger" label={`Remove ${one.name}`} disabled={remove.busy} onPress={() => { void remove.run(one); }}>Remove</Button></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {remove.error !== null && <p className="tx c-red" role="alert">{visible(remove.error.message)}</p>}
    </div>
  );
}

const VAULTS: Readonly<Record<CredentialsView['vault']['state'], string>> = { none: 'None is there yet.', locked: 'Locked.', open: 'Open.', broken: 'It cannot be used.' };

function OpenVault({ onView }: { onView(view: CredentialsView): void }) {
  const { client } = useEngine();
  const [present, setPresent] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const open = useAction(async () => {
    const passphrase = takeBytes(field);
    setPresent(false);
    try {
      onView(await client.call('credentials.unlock', { passphrase }));
    } finally {
      passphrase.fill(0);
    }
  });
  return (
    <div className="row bottom">
      <PassphraseField label="Passphrase of the vault" source={field} onPresence={setPresent} problem={open.error === null ? null : visible(open.error.message)} />
      <Button disabled={!present || open.busy} onPress={() => { void open.run(); }}>Open the vault</Button>
    </div>
  );
}

function SetDialog({ view, onDone, onClose }: { view: CredentialsView; onDone(view: CredentialsView): void; onClose(): void }) {
  const { client } = useEngine();
  const [name, setName] = useState('');
  const [by, setBy] = useState('');
  const [place, setPlace] = useState<CredentialPlace>(view.place ?? 'vault');
  const [bytes, setBytes] = useState(0);
  const [present, setPresent] = useState({ first: false, second: false });
  const [differ, setDiffer] = useState(false);
  const value = useRef<HTMLTextAreaElement>(null);
  const [first, second] = [useRef<HTMLInputElement>(null), useRef<HTMLInputElement>(null)];
  const opens = place === 'vault' && view.vault.state !== 'open';
  const isNew = opens && view.vault.state === 'none';
  const valid = CredentialName.safeParse(name).success;
  const send = useAction(async () => {
    const same = !isNew || first.current?.value === second.current?.value;
    const passphrase = takeBytes(first);
    takeBytes(second).fill(0);
    setPresent({ first: false, second: false });
    setDiffer(!same);
    if (!same) return;
    try {
      if (opens) await client.call('credentials.unlock', { passphrase });
    } finally {
      passphrase.fill(0);
    }
    // Taken only now: with a wrong passphrase it need not be typed again.
    const secret = takeSecret(value);
    setBytes(0);
    try {
      onDone(await client.call('credentials.set', { name, value: secret, place, by }));
    } finally {
      secret.fill(0);
    }
  });
  const missing = !valid ? 'Name it SERVICE/ACCOUNT.' : bytes === 0 ? 'The value is missing.' : bytes < 6 ? 'Under 6 bytes it could not be masked.' : opens && !present.first ? 'The passphrase of the vault is missing.' : isNew && !present.second ? 'The passphrase is needed twice.' : undefined;
  return (
    <DialogBox title="Add or replace a credential" error={send.error} onClose={onClose} escape="set nothing" actions={<Primary id={`set ${name}`} label="Keep it" missing={missing} busy={send.busy} onPress={() => { void send.run(); }} />}>
      <div className="stack loose">
        <TextField label="Name" mono value={name} onChange={setName} suggestions={NAMES} autoFocus hint="SERVICE/ACCOUNT. For an object store: blackstart-s3/BUCKET, or blackstart-s3/default for any." />
        <SecretField label="Value; for an object store KEY_ID:SECRET" field={value} bytes={bytes} onBytes={setBytes} />
        <SelectField label="Keep it in" value={place} onChange={(chosen) => { setPlace(chosen === 'vault' ? 'vault' : view.place === 'keytar' ? 'keytar' : 'keyring'); }} options={placesOf(view)} hint={place === 'vault' ? 'An encrypted file in the data folder; the age program opens it on any machine.' : undefined} />
        {opens && <PassphraseField label={isNew ? 'A passphrase for the new vault' : 'Passphrase of the vault'} source={first} onPresence={(is) => { setPresent((old) => ({ ...old, first: is })); setDiffer(false); }} hint={isNew ? 'At least eight characters. Without it nobody opens the vault again.' : undefined} />}
        {isNew && <PassphraseField label="The same once more" source={second} onPresence={(is) => { setPresent((old) => ({ ...old, second: is })); }} problem={differ ? 'They differed. Type both again.' : null} />}
        <TextField label="Your name, for the record" value={by} onChange={setBy} />
      </div>
    </DialogBox>
  );
}

function placesOf({ keyring, place }: CredentialsView): { value: CredentialPlace; label: string }[] {
  const system: CredentialPlace = place === 'keytar' ? 'keytar' : 'keyring';
  return [...(keyring.state === 'unavailable' ? [] : [{ value: system, label: PLACES[system] }]), { value: 'vault', label: PLACES.vault }];
}
