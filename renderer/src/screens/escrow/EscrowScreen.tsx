/** Escrow: whether the keys that the custodians hold open the backups that are kept. */
import { useState } from 'react';
import type { BackupSetView, EscrowDue, EscrowKeyView, EscrowView, GenerationRow, KeyVersionView, ShareRow } from '../../../../electron/contract/escrow-register.ts';
import { useNavigation } from '../../app/navigation.ts';
import { Page, PageHead } from '../../app/Page.tsx';
import { Primary } from '../../components/Buttons.tsx';
import { Fault } from '../../components/Fault.tsx';
import { Glyph } from '../../components/Glyph.tsx';
import { MoreMenu } from '../../components/MoreMenu.tsx';
import { Notice } from '../../components/States.tsx';
import { useAction, useEngine } from '../../engine-context.ts';
import { useKeys } from '../../keys/use-keys.tsx';
import { visible } from '../../visible.ts';
import { Custodians, type ShareDeed } from './Custodians.tsx';
import { CardDialog, ReportDialog } from './dialogs/SheetDialog.tsx';
import { EnrolKeyDialog, type EnrolAs } from './dialogs/EnrolKeyDialog.tsx';
import { AwayDialog, CustodyDialog, DestroyedDialog, LeftDialog, RetireDialog } from './dialogs/RegisterDialogs.tsx';
import { StartCeremonyDialog, type Goal } from './dialogs/StartDialog.tsx';
import { RemoveSetDialog, SetDialog } from './dialogs/SetDialog.tsx';
import { isWholeKey, keyState } from './escrow-words.ts';
import { DueList, History } from './History.tsx';
import { KeyService } from './KeyService.tsx';
import { Matrix, type SetDeed } from './Matrix.tsx';
import { useShareGuard } from './share-guard.ts';
import { RefusedShare } from './RefusedShare.tsx';
import { useEscrow, type Escrow } from './use-escrow.ts';
import './escrow.css';

type Open =
  | { kind: 'enrol'; as: EnrolAs }
  | { kind: 'start'; goal: Goal; version: number }
  | { kind: 'share'; deed: ShareDeed; share: ShareRow }
  | { kind: 'destroyed'; generation: GenerationRow }
  | { kind: 'set'; deed: SetDeed; set: BackupSetView | null }
  | { kind: 'report'; id: string }
  | { kind: 'cards' | 'retire' };

/** What a ceremony has to reach for this to be off the list. */
export function goalFor(due: EscrowDue | undefined): Goal {
  return due?.level === 'L4' || due?.level === 'L3' ? due.level : 'L1';
}

export function EscrowScreen({ chosen }: { chosen: string | null }) {
  const escrow = useEscrow();
  if (escrow.view === null) return <Page><PageHead title="Escrow" detail={escrow.error === null ? 'Reading the register.' : ''} />{escrow.error !== null && <Fault error={escrow.error} />}</Page>;
  return <Register escrow={escrow} view={escrow.view} chosen={chosen} />;
}

function Register({ escrow, view, chosen }: { escrow: Escrow; view: EscrowView; chosen: string | null }) {
  const { go } = useNavigation();
  const [keyId, setKeyId] = useState(chosen);
  const [versionNo, setVersionNo] = useState<number | null>(null);
  const [open, setOpen] = useState<Open | null>(null);
  const guard = useShareGuard();
  const key = view.keys.find((one) => one.key === keyId) ?? view.keys[0] ?? null;
  const version = key?.versions.find((one) => one.version === versionNo) ?? key?.versions.find(({ state }) => state === 'current') ?? key?.versions[0] ?? null;
  const choose = (by: 1 | -1): void => {
    const at = view.keys.findIndex((one) => one === key);
    setKeyId(view.keys[(at + by + view.keys.length) % Math.max(1, view.keys.length)]?.key ?? null);
    setVersionNo(null);
  };
  useKeys([
    { key: 'j', label: 'Next key', run: () => { choose(1); } }, { key: 'ArrowDown', label: 'Next key', run: () => { choose(1); } },
    { key: 'k', label: 'Previous key', run: () => { choose(-1); } }, { key: 'ArrowUp', label: 'Previous key', run: () => { choose(-1); } },
    { key: 'e', label: 'Enrol a key', run: () => { setOpen({ kind: 'enrol', as: 'new' }); } },
    { key: 'b', label: 'Name a set of backups', run: () => { if (key !== null) setOpen({ kind: 'set', deed: 'define', set: null }); } },
  ]);
  const close = (): void => { guard.clear(); setOpen(null); };
  return (
    <Page className="escrow" head={<Head view={view} shown={key} version={version} onOpen={setOpen} />}>
      {view.keys.length > 1 && key !== null && <KeyChoice keys={view.keys} chosen={key.key} onChoose={(id) => { setKeyId(id); setVersionNo(null); }} />}
      {view.ceremony !== null && view.ceremony.state !== 'finished' && view.ceremony.state !== 'aborted' && <div className="gap"><Notice tone="amber" shape="needs"><b className="med">A ceremony is under way</b> for {visible(view.ceremony.title)}, v{view.ceremony.version}. {visible(view.ceremony.next ?? '')}</Notice></div>}
      {key === null && <Empty />}
      {key !== null && version !== null && (
        <div className="stack loose">
          <Alarms view={key} />
          <Matrix view={key} chosen={version.version} onChoose={setVersionNo} onEnroll={() => { setOpen({ kind: 'enrol', as: 'rotate' }); }} onSet={(deed, set) => { setOpen({ kind: 'set', deed, set }); }} />
          <KeyService version={version} />
          <Custodians version={version} onDeed={(deed, share) => { setOpen({ kind: 'share', deed, share }); }} />
          <div className="pair-cards"><DueList due={key.due} /><History rows={view.history} view={key} onOpen={(id) => { setOpen({ kind: 'report', id }); }} /></div>
        </div>
      )}
      {open !== null && <Dialogs open={open} view={key} version={version} escrow={escrow} onClose={close} onKey={setKeyId} onStarted={() => { go({ screen: 'ceremony' }); }} />}
      {guard.refused !== null && <RefusedShare looksLike={guard.refused} onClose={guard.clear} />}
    </Page>
  );
}

function Empty() {
  return (
    <section className="card"><div className="body stack loose">
      <p>Blackstart holds no keys. It holds what tells whether a share or a key is still the right one: enrol what your custodians have, once, and it can be checked at any time, offline.</p>
      <p className="t2">Read are shares of Vault and OpenBao, of ssss, of SLIP-39 and of Horcrux, and whole keys: age, OpenPGP, PKCS#12, PEM, JWK, raw, and passphrases.</p>
    </div></section>
  );
}

/** What the head, the matrix and the list of what is due do not say themselves. */
function Alarms({ view }: { view: EscrowKeyView }) {
  const said = view.alarms.filter(({ kind, words }) => kind !== 'silent-rotation' && kind !== 'overdue' && words !== view.why);
  if (said.length === 0) return null;
  return (
    <ul className="alarms" aria-label="What needs somebody">
      {said.map((alarm) => <li key={`${alarm.kind} ${alarm.words}`} className={`notice c-${alarm.severity === 'bad' ? 'red' : 'amber'}`}><Glyph shape={alarm.severity === 'bad' ? 'failed' : 'needs'} tone={alarm.severity === 'bad' ? 'red' : 'amber'} /><span className="grow">{visible(alarm.words)}</span></li>)}
    </ul>
  );
}

function KeyChoice({ keys, chosen, onChoose }: { keys: readonly EscrowKeyView[]; chosen: string; onChoose(id: string): void }) {
  return (
    <div className="row gap">
      <nav className="keysel" aria-label="Keys">
        {keys.map((key) => {
          const state = keyState(key);
          return <button key={key.key} type="button" aria-current={key.key === chosen ? 'true' : undefined} title={state.word} onClick={() => { onChoose(key.key); }}><Glyph shape={state.shape} tone={state.tone} size={12} /><span className="sr">{state.word}: </span>{visible(key.title)}</button>;
        })}
      </nav>
    </div>
  );
}

/** Nothing is compared with a key that a key service keeps, and nobody needs a retired one. */
const isVerifiable = ({ kms, state }: KeyVersionView): boolean => kms === null && state !== 'retired';

interface HeadProps { view: EscrowView; shown: EscrowKeyView | null; version: KeyVersionView | null; onOpen(open: Open): void }

function Head({ view, shown, version, onOpen }: HeadProps) {
  const { go } = useNavigation();
  const { written, error, write } = useWrite();
  const first = shown?.due[0];
  const ceremony = view.ceremony !== null && view.ceremony.state !== 'finished' && view.ceremony.state !== 'aborted' ? view.ceremony : null;
  const detail = shown === null ? 'Nothing says yet whether the keys that people hold are the right ones.' : `${visible(shown.title)}: ${visible(shown.why)}${/[.!?]$/u.test(shown.why) ? '' : '.'} No key is ever shown here.`;
  return (
    <>
      <PageHead title={visible(view.headline)} detail={detail}>
        {shown !== null && version !== null && <MoreMenu below label="Take along" items={[
          { id: 'commitments', label: 'Public commitments…', run: () => { void write('commitments', `commitments-${shown.key}.json`, shown.key); } },
          ...(version.shares.length === 0 ? [] : [{ id: 'cards', label: 'Cards of the custodians…', run: () => { onOpen({ kind: 'cards' }); } }]),
          { id: 'calendar', label: 'What is due, for a calendar (.ics)…', run: () => { void write('calendar', 'escrow.ics', undefined); } },
        ]} />}
        <MoreMenu below label="Change" items={changes(shown, version, onOpen)} />
        {ceremony !== null && <Primary id={`go on ${ceremony.id}`} label="Go on with the ceremony" onPress={() => { go({ screen: 'ceremony' }); }} />}
        {ceremony === null && shown !== null && version !== null && isVerifiable(version) && <Primary id={`verify ${shown.key} ${first?.version ?? version.version}`} label={first?.overdue === true ? 'Verify what is late' : isWholeKey(version.scheme) ? 'Verify the key' : 'Verify shares'} onPress={() => { onOpen({ kind: 'start', goal: goalFor(first), version: first?.version ?? version.version }); }} />}
        {ceremony === null && shown === null && <Primary id="enrol first" label="Enrol a key…" onPress={() => { onOpen({ kind: 'enrol', as: 'new' }); }} />}
      </PageHead>
      {error !== null && <div className="gap"><Fault error={error} /></div>}
      {written !== null && <div className="gap" role="status"><Notice tone="green" shape="confirmed">Written: <span className="mono s12">{visible(written)}</span></Notice></div>}
    </>
  );
}

function changes(key: EscrowKeyView | null, version: KeyVersionView | null, onOpen: (open: Open) => void) {
  const outstanding = version?.generations.find((generation) => generation.outstanding.length > 0);
  return [
    { id: 'new', label: 'Enrol another key…', letter: 'E', run: () => { onOpen({ kind: 'enrol', as: 'new' }); } },
    ...(key === null || version === null ? [] : [
      { id: 'rotate', label: 'Another key took its place…', run: () => { onOpen({ kind: 'enrol', as: 'rotate' }); } },
      { id: 'reshare', label: 'The same key was split anew…', run: () => { onOpen({ kind: 'enrol', as: 'reshare' }); } },
      ...(outstanding === undefined ? [] : [{ id: 'destroyed', label: 'Old shares are destroyed…', run: () => { onOpen({ kind: 'destroyed', generation: outstanding }); } }]),
      ...(version.state === 'retired' ? [] : [{ id: 'retire', label: `Retire v${version.version}…`, danger: true, run: () => { onOpen({ kind: 'retire' }); } }]),
    ]),
  ];
}

function useWrite() {
  const { client, dialogs } = useEngine();
  const [written, setWritten] = useState<string | null>(null);
  const action = useAction(async (what: 'commitments' | 'calendar', name: string, key: string | undefined) => {
    const path = await dialogs.chooseSave({ title: what === 'calendar' ? 'Save what is due as a calendar' : 'Save the public commitments', name, kinds: [] });
    if (path !== null) setWritten((await client.call('escrow.write', { what, ...(key === undefined ? {} : { key }), path })).path);
  });
  return { written, error: action.error, write: action.run };
}

interface DialogsProps { open: Open; view: EscrowKeyView | null; version: KeyVersionView | null; escrow: Escrow; onClose(): void; onKey(id: string): void; onStarted(): void }

function Dialogs({ open, view, version, escrow, onClose, onKey, onStarted }: DialogsProps) {
  if (open.kind === 'enrol') return <EnrolKeyDialog of={open.as === 'new' ? null : view} as={open.as} onClose={onClose} onDone={(next, id) => { escrow.show(next); onKey(id); }} />;
  if (open.kind === 'report') return <ReportDialog id={open.id} onClose={onClose} />;
  if (view === null || version === null) return null;
  const common = { keyId: view.key, version, onDone: escrow.show, onClose };
  switch (open.kind) {
    case 'set': return open.deed === 'remove' && open.set !== null ? <RemoveSetDialog keyId={view.key} set={open.set} onDone={escrow.show} onClose={onClose} /> : <SetDialog keyId={view.key} set={open.set} onDone={escrow.show} onClose={onClose} />;
    case 'start': return <StartCeremonyDialog view={view} version={open.version} goal={open.goal} onClose={onClose} onStarted={(ceremony) => { escrow.showCeremony(ceremony); onStarted(); }} />;
    case 'cards': return <CardDialog keyId={view.key} version={version.version} x={null} onClose={onClose} />;
    case 'retire': return <RetireDialog {...common} />;
    case 'destroyed': return <DestroyedDialog {...common} generation={open.generation} />;
    case 'share': return <ShareDialog {...common} deed={open.deed} share={open.share} />;
  }
}

function ShareDialog({ deed, share, keyId, version, onDone, onClose }: { deed: ShareDeed; share: ShareRow; keyId: string; version: KeyVersionView; onDone(view: EscrowView): void; onClose(): void }) {
  const custodian = share.custody?.custodian ?? '';
  switch (deed) {
    case 'custody': return <CustodyDialog keyId={keyId} version={version} share={share} onDone={onDone} onClose={onClose} />;
    case 'away':
    case 'back': return <AwayDialog custodian={custodian} away={deed === 'away'} onDone={onDone} onClose={onClose} />;
    case 'left': return <LeftDialog custodian={custodian} onDone={onDone} onClose={onClose} />;
    case 'card': return <CardDialog keyId={keyId} version={version.version} x={share.x} onClose={onClose} />;
  }
}
