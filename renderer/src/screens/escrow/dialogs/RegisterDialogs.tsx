/** What people say about custodians and versions: who holds what, who is away, who left, what is destroyed, what is retired. */
import { type ReactNode, useState } from 'react';
import type { Custody, EscrowView, GenerationRow, KeyVersionView, ShareRow } from '../../../../../electron/contract/escrow-register.ts';
import type { MethodName, Params, Result } from '../../../../../electron/contract/methods.ts';
import { Day } from '../../../../../electron/contract/scalars.ts';
import { Primary } from '../../../components/Buttons.tsx';
import { DialogBox } from '../../../components/DialogBox.tsx';
import { TextField } from '../../../components/Fields.tsx';
import { Notice } from '../../../components/States.tsx';
import { useAction, useEngine, useQuery } from '../../../engine-context.ts';
import { visible } from '../../../visible.ts';
import { named } from '../ceremony/stages.ts';

/** Names of those who are enrolled; others may be written as well. */
export function usePeopleNames(): string[] {
  const people = useQuery('people.list', {});
  return (people.result?.people ?? []).flatMap((person) => (person.revoked_at === null ? [person.name] : []));
}

export function ByField({ by, onChange, autoFocus = false }: { by: string; onChange(by: string): void; autoFocus?: boolean }) {
  return <TextField label="Who says so" value={by} onChange={onChange} autoFocus={autoFocus} suggestions={usePeopleNames()} />;
}

type Verb = Extract<MethodName, 'escrow.custody' | 'escrow.away' | 'escrow.revoke' | 'escrow.destroyed' | 'escrow.retire' | 'escrow.set' | 'escrow.set-remove'>;

interface VerbDialogProps<M extends Verb> {
  title: string;
  label: string;
  method: M;
  params: Params<M>;
  missing?: string | undefined;
  danger?: boolean;
  wide?: boolean;
  children: ReactNode;
  onDone(view: EscrowView): void;
  onClose(): void;
}

/** One statement for the record, and the button that makes it. */
export function VerbDialog<M extends Verb>({ title, label, method, params, missing, danger = false, wide = false, children, onDone, onClose }: VerbDialogProps<M>) {
  const { client } = useEngine();
  const say = useAction(async () => {
    const view: Result<Verb> = await client.call<Verb>(method, params);
    onDone(view);
    onClose();
  });
  return (
    <DialogBox title={title} wide={wide} role={danger ? 'alertdialog' : 'dialog'} error={say.error} onClose={onClose} escape="leave it as it is" actions={<Primary id={`${method} ${title}`} label={label} missing={missing} busy={say.busy} onPress={() => { void say.run(); }} />}>
      <div className="stack loose">{children}</div>
    </DialogBox>
  );
}

interface OfShare { keyId: string; version: KeyVersionView; share: ShareRow; onDone(view: EscrowView): void; onClose(): void }

const EMPTY: Custody = { custodian: '', role: null, acknowledged_on: null, deputy: null, place: null, bag: null, seal: null };
export const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());

export function CustodyDialog({ keyId, version, share, onDone, onClose }: OfShare) {
  const [held, setHeld] = useState<Custody>(share.custody ?? EMPTY);
  const [by, setBy] = useState('');
  const names = usePeopleNames();
  const day = held.acknowledged_on ?? '';
  const wrongDay = day !== '' && !Day.safeParse(day).success;
  const put = (change: Partial<Custody>): void => { setHeld({ ...held, ...change }); };
  const missing = held.custodian.trim() === '' ? 'A name is missing.' : wrongDay ? 'The day does not read.' : by.trim() === '' ? 'Say who says so.' : undefined;
  return (
    <VerbDialog title={`${named(share.slot)}: who holds it, and where`} label="Put it on record" method="escrow.custody" params={{ key: keyId, version: version.version, x: share.x, custody: { ...held, custodian: held.custodian.trim() }, by }} missing={missing} onDone={onDone} onClose={onClose}>
      <div className="two-fields">
        <TextField label="Custodian" value={held.custodian} onChange={(custodian) => { put({ custodian }); }} autoFocus suggestions={names} />
        <TextField label="Role" value={held.role ?? ''} onChange={(text) => { put({ role: orNull(text) === null ? null : text }); }} />
        <TextField label="Deputy" value={held.deputy ?? ''} onChange={(text) => { put({ deputy: orNull(text) === null ? null : text }); }} suggestions={names} />
        <TextField label="Acknowledged in writing on" placeholder="2026-04-25" value={day} problem={wrongDay ? 'A day reads 2026-04-25.' : null} onChange={(text) => { put({ acknowledged_on: orNull(text) }); }} />
        <TextField label="Place" value={held.place ?? ''} onChange={(text) => { put({ place: orNull(text) === null ? null : text }); }} />
        <TextField label="Number of the bag" value={held.bag ?? ''} onChange={(text) => { put({ bag: orNull(text) === null ? null : text }); }} />
        <TextField label="Number of its seal" value={held.seal ?? ''} onChange={(text) => { put({ seal: orNull(text) === null ? null : text }); }} />
        <ByField by={by} onChange={setBy} />
      </div>
      {share.custody !== null && held.custodian.trim() !== share.custody.custodian && <Notice tone="amber" shape="needs">A change of custodian: quorum and backups are due to be proven again within 30 days. {visible(share.custody.custodian)} may still know the share.</Notice>}
    </VerbDialog>
  );
}

export function AwayDialog({ custodian, away, onDone, onClose }: { custodian: string; away: boolean; onDone(view: EscrowView): void; onClose(): void }) {
  const [until, setUntil] = useState('');
  const [by, setBy] = useState('');
  const wrong = until.trim() !== '' && !Day.safeParse(until.trim()).success;
  const name = visible(custodian);
  return (
    <VerbDialog title={away ? `${name} is away` : `${name} is back`} label={away ? 'Mark as away' : 'Mark as back'} method="escrow.away" params={{ custodian, away, until: away ? orNull(until) : null, by }} missing={wrong ? 'The day does not read.' : by.trim() === '' ? 'Say who says so.' : undefined} onDone={onDone} onClose={onClose}>
      <p>{away ? 'The shares stay good, and are not counted among those that can be had until the custodian is back.' : 'The shares are counted again among those that can be had.'}</p>
      {away && <TextField label="Last day away (open when empty)" placeholder="2026-04-25" value={until} onChange={setUntil} autoFocus problem={wrong ? 'A day reads 2026-04-25.' : null} />}
      <ByField by={by} onChange={setBy} autoFocus={!away} />
    </VerbDialog>
  );
}

export function LeftDialog({ custodian, onDone, onClose }: { custodian: string; onDone(view: EscrowView): void; onClose(): void }) {
  const [reason, setReason] = useState('');
  const [by, setBy] = useState('');
  const name = visible(custodian);
  return (
    <VerbDialog danger title={`${name} has left`} label={`Stop counting on ${name}`} method="escrow.revoke" params={{ custodian, reason, by }} missing={reason.trim() === '' ? 'A reason is missing.' : by.trim() === '' ? 'Say who says so.' : undefined} onDone={onDone} onClose={onClose}>
      <p>From now on no share of {name} counts towards a quorum. What was known stays known: split the key anew, and put on record how the old shares were destroyed.</p>
      <TextField label="Why" value={reason} onChange={setReason} autoFocus />
      <ByField by={by} onChange={setBy} />
    </VerbDialog>
  );
}

export function RetireDialog({ keyId, version, onDone, onClose }: { keyId: string; version: KeyVersionView; onDone(view: EscrowView): void; onClose(): void }) {
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState('');
  const [by, setBy] = useState('');
  const missing = reason.trim() === '' ? 'A reason is missing.' : typed.trim() !== `v${version.version}` ? `Type v${version.version}.` : by.trim() === '' ? 'Say who says so.' : undefined;
  return (
    <VerbDialog danger title={`Retire version ${version.version}`} label={`Retire version ${version.version}`} method="escrow.retire" params={{ key: keyId, version: version.version, reason, by }} missing={missing} onDone={onDone} onClose={onClose}>
      <p>Nothing of this version is checked from then on. Backups that only it opens are lost with its shares: see the row of the matrix first.</p>
      <TextField label="Why it is not needed any more" value={reason} onChange={setReason} autoFocus />
      <TextField label={`Type v${version.version}`} value={typed} onChange={setTyped} />
      <ByField by={by} onChange={setBy} />
    </VerbDialog>
  );
}

export function DestroyedDialog({ keyId, version, generation, onDone, onClose }: { keyId: string; version: KeyVersionView; generation: GenerationRow; onDone(view: EscrowView): void; onClose(): void }) {
  const [shares, setShares] = useState<readonly number[]>(generation.outstanding);
  const [how, setHow] = useState('');
  const [by, setBy] = useState('');
  const [witness, setWitness] = useState('');
  const names = usePeopleNames();
  const missing = shares.length === 0 ? 'Choose the shares.' : how.trim() === '' ? 'Say how it was done.' : by.trim() === '' ? 'Say who says so.' : undefined;
  return (
    <VerbDialog title={`Old shares of v${version.version} are destroyed`} label={`Put ${shares.length === 1 ? 'it' : 'them'} on record as destroyed`} method="escrow.destroyed" params={{ key: keyId, version: version.version, generation: generation.generation, shares: [...shares], how, by, witness: orNull(witness) }} missing={missing} onDone={onDone} onClose={onClose}>
      <p>Shares of an earlier splitting still make the key. Tick those whose destruction somebody saw.</p>
      <div className="ticks inline">
        {generation.outstanding.map((x) => <label key={x} className="check"><input type="checkbox" checked={shares.includes(x)} onChange={(event) => { setShares(event.target.checked ? [...shares, x] : shares.filter((one) => one !== x)); }} /><span>share {x}</span></label>)}
      </div>
      <TextField label="How" placeholder="shredded, ash stirred" value={how} onChange={setHow} autoFocus />
      <ByField by={by} onChange={setBy} />
      <TextField label="Who saw it" value={witness} onChange={setWitness} suggestions={names} />
    </VerbDialog>
  );
}
