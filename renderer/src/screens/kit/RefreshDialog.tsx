/** Refreshing the kit: what the stick holds and what it would change, then the import with its progress, then the result. */
import { type ReactNode, useState } from 'react';
import type { KitInPlace, KitPlan, KitProgress } from '../../../../electron/contract/kit.ts';
import { counted, spokenBytes, spokenDuration } from '../../../../electron/contract/wording.ts';
import { useFocusOnArrival } from '../../app/Page.tsx';
import { Button, Primary } from '../../components/Buttons.tsx';
import { DialogBox } from '../../components/DialogBox.tsx';
import { Fault } from '../../components/Fault.tsx';
import { TextField } from '../../components/Fields.tsx';
import { Meter } from '../../components/Measures.tsx';
import { Notice } from '../../components/States.tsx';
import { useAction, useEngine, useEngineEvents, useQuery } from '../../engine-context.ts';
import { useNow } from '../../use-now.ts';
import { visible } from '../../visible.ts';
import { shortDay } from '../../wording.ts';
import { Gone, Lacks } from './Lacks.tsx';

/** So many paths are named; the rest is a number. */
const NAMED = 6;

function ChangeLine({ word, paths }: { word: string; paths: readonly string[] }) {
  if (paths.length === 0) return null;
  const rest = paths.length - NAMED;
  return <><dt>{word}</dt><dd><b className="med tn">{paths.length}</b> <span className="t2 breakable">{paths.slice(0, NAMED).map(visible).join(', ')}{rest > 0 ? ` and ${rest} more` : ''}</span></dd></>;
}

function PlanFacts({ plan, folder }: { plan: KitPlan; folder: string }) {
  const { sheet, in_place, changes, room } = plan;
  const now = useNow();
  const same = changes.added.length + changes.changed.length + changes.removed.length === 0;
  return (
    <dl className="kv plan">
      <dt>This kit</dt><dd><b className="med">Number {sheet.number}</b>, of {shortDay(sheet.made_at, now)}, {counted(sheet.files, 'file', 'files')}, {spokenBytes(sheet.bytes)}</dd>
      <dt>Signed by</dt><dd>{sheet.signers.map(visible).join(', ')}</dd>
      <dt>Comes from</dt><dd className="mono s12 breakable">{visible(folder)}</dd>
      <dt>In place now</dt><dd>{in_place === null ? 'no kit' : `number ${in_place.number}, of ${shortDay(in_place.made_at, now)}`}</dd>
      <ChangeLine word="Added" paths={changes.added} />
      <ChangeLine word="Changed" paths={changes.changed} />
      <ChangeLine word="Removed" paths={changes.removed} />
      {same && <><dt>Changes</dt><dd>none; every file is copied and checked again</dd></>}
      <dt>Room</dt><dd>{spokenBytes(room.needed)} needed, {spokenBytes(room.free)} free</dd>
    </dl>
  );
}

/** Takes the focus from the field that went away: a second Enter would press whatever button came first. */
function Holder({ children }: { children: ReactNode }) {
  const place = useFocusOnArrival<HTMLDivElement>();
  return <div ref={place} tabIndex={-1} role="status" className="holder">{children}</div>;
}

function Copying({ progress }: { progress: KitProgress | null }) {
  return <Holder>{progress === null ? <p className="t2">Checking the list and the room on the disk.</p> : <HowFar progress={progress} />}</Holder>;
}

function HowFar({ progress: { doing, done, total, eta_s } }: { progress: KitProgress }) {
  return (
    <>
      <div className="tn"><b className="med">{spokenBytes(done)} of {spokenBytes(total)}</b><span className="t2">{eta_s === null ? '' : `, about ${spokenDuration(eta_s)} yet`}</span></div>
      <Meter value={done} target={total} tone="blue" />
      <div className="s12 t2 mono breakable">{visible(doing)}</div>
      <p className="t2">The kit before stays in place until every byte of this one is checked.</p>
    </>
  );
}

interface Asked {
  by: string;
  older: string;
}

function whatIsMissing(plan: KitPlan | null, { by, older }: Asked): string | undefined {
  if (plan === null) return 'The kit’s list is being read.';
  if (plan.room.free < plan.room.needed) return 'There is not enough room on the disk.';
  if (by.trim() === '') return 'A name is missing.';
  return plan.older !== null && older.trim() === '' ? 'A reason for the older kit is missing.' : undefined;
}

function Result({ kit, onClose }: { kit: KitInPlace; onClose(): void }) {
  return (
    <DialogBox wide title={`Kit ${kit.sheet.number} is in place`} onClose={onClose} actions={<Primary id="kit done" label="Done" onPress={onClose} />}>
      <div className="stack">
        <Holder><Notice tone="green" shape="sensed"><b className="med">{counted(kit.sheet.files, 'file', 'files')}, {spokenBytes(kit.sheet.bytes)}, every byte checked.</b> The record says who imported it, and its root {kit.sheet.root.slice(0, 12)}…</Notice></Holder>
        <Lacks lacks={kit.lacks} number={kit.sheet.number} />
        <Gone gone={kit.gone} />
      </div>
    </DialogBox>
  );
}

/** A signer that nobody knows here can be vouched for, by its key; nothing else that is wrong can be talked away. */
function TrustQuestion({ vkey, onChange }: { vkey: string; onChange(vkey: string): void }) {
  return (
    <>
      <p className="t2">If you have the signer’s verifier key from another way than this stick, give it here; it is kept in the record.</p>
      <TextField mono label="Verifier key of the signer" placeholder="name+keyid+base64" value={vkey} onChange={onChange} autoFocus />
    </>
  );
}

export function RefreshDialog({ folder, onClose }: { folder: string; onClose(): void }) {
  const { client } = useEngine();
  const [trust, setTrust] = useState<string | null>(null);
  const [vkey, setVkey] = useState('');
  const [asked, setAsked] = useState<Asked>({ by: '', older: '' });
  const [progress, setProgress] = useState<KitProgress | null>(null);
  const [placed, setPlaced] = useState<KitInPlace | null>(null);
  const given = { folder, ...(trust === null ? {} : { trust }) };
  const look = useQuery('kit.look', given);
  const people = useQuery('people.list', {});
  useEngineEvents((event) => { if (event.event === 'kit.progress') setProgress(event.progress); });
  const plan = look.result;
  const bring = useAction(async () => {
    setProgress(null);
    setPlaced(await client.call('kit.import', { ...given, by: asked.by, ...(plan?.older == null ? {} : { older: asked.older }) }));
  });
  if (placed !== null) return <Result kit={placed} onClose={onClose} />;
  if (bring.busy) {
    return (
      <DialogBox wide title={`Kit ${plan?.sheet.number ?? ''} is being copied`} onClose={onClose} escape="let it go on" actions={<><Button onPress={() => { void client.call('kit.cancel', {}); }}>Stop the import</Button><Primary id="kit copying" label="Copying" busy onPress={() => undefined} /></>}>
        <Copying progress={progress} />
      </DialogBox>
    );
  }
  // a key that does not read is asked for again
  const isStranger = look.error !== null && (trust !== null || /^No known key/u.test(look.error.message));
  const names = (people.result?.people ?? []).flatMap((person) => (person.revoked_at === null ? [person.name] : []));
  return (
    <DialogBox
      wide title="Refresh the kit" onClose={onClose} escape="change nothing" error={bring.error}
      actions={isStranger
        ? <Primary id={`kit trust ${folder}`} label="Look again with this key" missing={vkey.trim() === '' || vkey.trim() === trust ? 'The signer’s key is missing.' : undefined} onPress={() => { setTrust(vkey.trim()); }} />
        : look.error === null && <Primary id={`kit import ${folder}`} label={plan === null ? 'Import the kit' : `Import kit ${plan.sheet.number}`} missing={whatIsMissing(plan, asked)} onPress={() => { void bring.run(); }} />}
    >
      <div className="stack">
        {look.error !== null && <Fault error={look.error} />}
        {isStranger && <TrustQuestion vkey={vkey} onChange={setVkey} />}
        {plan === null && look.error === null && <Holder><p className="t2">Reading the kit’s list.</p></Holder>}
        {plan !== null && (
          <>
            <PlanFacts plan={plan} folder={folder} />
            {plan.older !== null && <Notice tone="amber" shape="needs"><b className="med">{visible(plan.older)}</b> Go back only with a reason; it is kept in the record.</Notice>}
            {plan.older !== null && <TextField label="Why this older kit" value={asked.older} onChange={(older) => { setAsked({ ...asked, older }); }} />}
            <TextField label="Who imports it" value={asked.by} onChange={(by) => { setAsked({ ...asked, by }); }} autoFocus suggestions={names} />
            <Lacks lacks={plan.lacks} number={plan.sheet.number} />
            <Gone gone={plan.gone} />
          </>
        )}
      </div>
    </DialogBox>
  );
}
