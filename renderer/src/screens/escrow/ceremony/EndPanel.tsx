/** The end of a ceremony: the quorum's verdict, the record, the signatures. */
import type { CeremonyView, EscrowView, VerificationRow } from '../../../../../electron/contract/escrow-register.ts';
import { counted } from '../../../../../electron/contract/wording.ts';
import { useRef, useState } from 'react';
import { Button, Primary } from '../../../components/Buttons.tsx';
import { PassphraseField, TextField, takeText } from '../../../components/Fields.tsx';
import { Glyph } from '../../../components/Glyph.tsx';
import { type State, StateWord } from '../../../components/States.tsx';
import { useAction, useEngine, useQuery } from '../../../engine-context.ts';
import { visible } from '../../../visible.ts';
import { ReportDialog } from '../dialogs/SheetDialog.tsx';
import type { CeremonyPanelProps } from './CeremonyPanel.tsx';
import { isWholeKey } from '../escrow-words.ts';
import { Frame } from './Frame.tsx';
import { Proofs } from './Proofs.tsx';
import { named, shareState, unsealed, untouched, type Place } from './stages.ts';

type EndProps = Omit<CeremonyPanelProps, 'onPause'> & { onGo(place: Place): void };

export function EndPanel(props: EndProps) {
  switch (props.ceremony.state) {
    case 'open': return props.ceremony.goal === 'L1' ? <WriteRecord {...props} /> : isWholeKey(props.ceremony.scheme) ? <NotEntered {...props} /> : <Prove {...props} />;
    case 'proven': return <WriteRecord {...props} />;
    case 'signing': return <Sign {...props} />;
    case 'finished': return <Finished {...props} />;
    case 'aborted': return null;
  }
}

/** A whole key has one item, and nothing is proven before it was entered. */
function NotEntered({ ceremony, onEnd, onGo }: EndProps) {
  const [only] = ceremony.shares;
  const enter = (): void => { if (only !== undefined) onGo({ kind: 'share', x: only.x }); };
  return <Frame title="The key was not entered yet" lead="It is compared with its commitment as soon as it is entered." error={null} onEnd={onEnd} actions={<Primary id={`enter ${ceremony.id}`} label="To the key" onPress={enter} />} />;
}

function Shares({ ceremony }: { ceremony: CeremonyView }) {
  return (
    <ul className="shares-list">
      {ceremony.shares.map((share) => <li key={share.x}>{!isWholeKey(ceremony.scheme) && <span className="no tn">{share.slot.replace(/^share /u, '')}</span>}<span className="grow">{share.custody === null ? named(share.slot) : visible(share.custody.custodian)}</span><StateWord state={shareState(share)} /></li>)}
    </ul>
  );
}

function Prove({ ceremony, onView, onEnd, onGo }: EndProps) {
  const { client } = useEngine();
  const prove = useAction(async () => { onView(await client.call('escrow.ceremony.prove', { ceremony: ceremony.id })); });
  const lack = ceremony.threshold - ceremony.entered;
  const next = untouched(ceremony)[0];
  const title = lack > 0 ? `${counted(lack, 'share is', 'shares are')} missing for a quorum` : `${ceremony.entered} shares matched: enough to rebuild the key`;
  return (
    <Frame title={title} lead="The key comes into being in a process of its own, is compared, tried and overwritten. Nobody sees it." error={prove.error} onEnd={onEnd}
      actions={<>{next !== undefined && <Button tall onPress={() => { onGo({ kind: 'share', x: next.x }); }}>To {next.slot}{next.custody === null ? '' : `, ${visible(next.custody.custodian)}`}</Button>}<Primary id={`prove ${ceremony.id} ${ceremony.entered}`} label={prove.busy ? 'Rebuilding the key' : 'Rebuild the key'} missing={lack > 0 ? `${counted(lack, 'matching share', 'matching shares')} to go` : undefined} busy={prove.busy} onPress={() => { void prove.run(); }} /></>}
    >
      <Shares ceremony={ceremony} />
    </Frame>
  );
}

const QUORUM: Readonly<Record<NonNullable<CeremonyView['quorum']>['state'], State & { title: string }>> = {
  match: { word: 'Match', shape: 'sensed', tone: 'green', title: 'The quorum rebuilds the committed key' },
  'self-proven': { word: 'Opens a sample', shape: 'sensed', tone: 'green', title: 'The quorum rebuilds a key that opens a sample' },
  mismatch: { word: 'No match', shape: 'failed', tone: 'red', title: 'The quorum rebuilds another key' },
  unproven: { word: 'Not proven', shape: 'unknown', tone: 'amber', title: 'Nothing says that the rebuilt key is right' },
  none: { word: 'Not rebuilt', shape: 'failed', tone: 'red', title: 'No key could be rebuilt' },
};

function Findings({ ceremony }: { ceremony: CeremonyView }) {
  const { quorum } = ceremony;
  const agreement = ceremony.agreement?.state === 'cannot-tell' ? null : ceremony.agreement;
  const bad = ceremony.shares.filter(({ result }) => result !== null && result !== 'match' && result !== 'not-entered');
  return (
    <>
      {quorum !== null && quorum.state !== 'match' && <p className="s13 t2">{visible(quorum.detail)}</p>}
      {bad.map((share) => <p key={share.x} className="s13 with-state"><StateWord state={shareState(share)} /> <span className="t1">{named(share.slot)}{share.custody === null ? '' : `, ${visible(share.custody.custodian)}`}: {visible(share.detail ?? '')}</span></p>)}
      {agreement !== null && <p className="s13 with-state"><StateWord state={agreement.state === 'agree' ? { word: 'The shares agree', shape: 'sensed', tone: 'green' } : agreement.state === 'disagree' ? { word: 'The shares disagree', shape: 'failed', tone: 'red' } : { word: 'Agreement cannot be told', shape: 'unknown', tone: 'grey' }} /> <span className="t2">{visible(agreement.detail)}</span></p>}
      <Proofs ceremony={ceremony} />
    </>
  );
}

const WHOLE: typeof QUORUM = {
  match: { ...QUORUM.match, title: 'It is the committed key' },
  'self-proven': { ...QUORUM['self-proven'], title: 'The key opens a sample' },
  mismatch: { ...QUORUM.mismatch, title: 'It is another key' },
  unproven: { ...QUORUM.unproven, title: 'Nothing says that the key is right' },
  none: { ...QUORUM.none, word: 'Not readable', title: 'The key could not be read' },
};

/** A key that is right and does not open every backup is not good news. */
function titleOf({ quorum, shares, scheme, proofs }: CeremonyView): { title: string; state: State } {
  const shut = proofs.filter(({ verdict }) => verdict !== 'opens').length;
  if (quorum?.state === 'match' && shut > 0) return { title: `It is the committed key, and ${shut === proofs.length ? 'opens none' : `does not open ${shut}`} of ${counted(proofs.length, 'backup', 'backups')}`, state: { word: 'Does not open', shape: 'failed', tone: 'red' } };
  const words = isWholeKey(scheme) ? WHOLE : QUORUM;
  if (quorum !== null) return { title: words[quorum.state].title, state: words[quorum.state] };
  const entered = shares.filter(({ result }) => result !== null && result !== 'not-entered');
  const matched = entered.filter(({ result }) => result === 'match').length;
  const good = entered.length > 0 && matched === entered.length;
  return { title: entered.length === 0 ? 'No share was compared yet' : `${matched} of ${counted(entered.length, 'share', 'shares')} matched`, state: good ? { word: 'Match', shape: 'sensed', tone: 'green' } : { word: 'Not all', shape: entered.length === 0 ? 'pending' : 'failed', tone: entered.length === 0 ? 'grey' : 'red' } };
}

/** Nobody is passed over in silence: whoever was not come to gets a reason before the record is written. */
function WriteRecord({ ceremony, onView, onEnd, onGo }: EndProps) {
  const { client } = useEngine();
  const [reason, setReason] = useState('');
  const open = unsealed(ceremony);
  const left = untouched(ceremony);
  const touched = ceremony.shares.length - left.length;
  const write = useAction(async () => {
    for (const { x } of left) onView(await client.call('escrow.ceremony.leave-out', { ceremony: ceremony.id, x, reason: reason.trim().slice(0, 400) }));
    onView(await client.call('escrow.ceremony.finish', { ceremony: ceremony.id }));
  });
  const { title, state } = titleOf(ceremony);
  const missing = touched === 0 ? 'No share was looked at yet.' : open.length > 0 ? `${named(open[0]?.slot ?? '')} is still out of its bag.` : left.length > 0 && reason.trim() === '' ? `Say why ${counted(left.length, 'share was', 'shares were')} not looked at.` : undefined;
  const [first] = open.length > 0 ? open : left;
  return (
    <Frame title={<span className={`big-verdict tx c-${state.tone}`}><Glyph shape={state.shape} tone={state.tone} size={24} />{title}</span>} error={write.error} onEnd={onEnd}
      actions={<>{first !== undefined && <Button tall onPress={() => { onGo({ kind: 'share', x: first.x }); }}>To {first.slot}{first.custody === null ? '' : `, ${visible(first.custody.custodian)}`}</Button>}<Primary id={`record ${ceremony.id}`} label="Write the record" missing={missing} busy={write.busy} onPress={() => { void write.run(); }} /></>}
    >
      <Findings ceremony={ceremony} />
      <Shares ceremony={ceremony} />
      {left.length > 0 && <div className="form"><TextField label={`Why ${left.map(({ slot }) => slot).join(' and ')} ${left.length === 1 ? 'was' : 'were'} not looked at`} value={reason} onChange={setReason} placeholder="not needed today; due in March" /></div>}
    </Frame>
  );
}

interface Signer { id: string; name: string; role: 'operator' | 'witness'; signed: boolean }

function useSigners(ceremony: CeremonyView, history: readonly VerificationRow[]): Signer[] {
  const people = useQuery('people.list', {});
  const row = history.find(({ id }) => id === ceremony.verification);
  const signed = (id: string): boolean => row?.signatures.some(({ person }) => person === id) === true;
  const operator = ceremony.operator;
  return [
    ...(operator === null ? [] : [{ id: operator, name: people.result?.people.find(({ id }) => id === operator)?.name ?? operator, role: 'operator' as const, signed: signed(operator) }]),
    ...ceremony.witnesses.map(({ id, name, signed_at }) => ({ id, name, role: 'witness' as const, signed: signed_at !== null || signed(id) })),
  ];
}

/** One person at a time, each with their own passphrase, over exactly this record. */
function Sign({ ceremony, history, onView }: EndProps) {
  const { client } = useEngine();
  const signers = useSigners(ceremony, history);
  const [chosen, setChosen] = useState<string | null>(null);
  const [present, setPresent] = useState(false);
  const passphrase = useRef<HTMLInputElement>(null);
  const open = signers.filter(({ signed }) => !signed);
  const signer = open.find(({ id }) => id === chosen) ?? open[0] ?? null;
  const sign = useAction(async () => {
    if (signer === null) return;
    const secret = takeText(passphrase);
    setPresent(false);
    onView(await client.call('escrow.ceremony.sign', { ceremony: ceremony.id, person: signer.id, passphrase: secret, role: signer.role }));
  });
  const name = signer === null ? '' : visible(signer.name);
  return (
    <Frame focused title="The record is written; now it is signed" lead="Each signs for having seen what it says. A signature is over this record alone, and shows when a byte of it is changed." error={sign.error} onEnd={null}
      actions={<Primary id={`sign ${ceremony.id} ${signer?.id ?? ''}`} label={`Sign as ${name}`} missing={present ? undefined : 'The passphrase is missing.'} busy={sign.busy} onPress={() => { void sign.run(); }} />}
    >
      <ul className="shares-list">
        {signers.map(({ id, name: who, role, signed }) => (
          <li key={id}>
            {signed || id === signer?.id ? <span className="grow">{visible(who)} <span className="t3">{role === 'operator' ? 'runs it' : 'witness'}</span></span> : <button type="button" className="plain grow" onClick={() => { setChosen(id); }}>{visible(who)} <span className="t3">{role === 'operator' ? 'runs it' : 'witness'}</span></button>}
            <StateWord state={signed ? { word: 'Signed', shape: 'confirmed', tone: 'green' } : id === signer?.id ? { word: 'Signs now', shape: 'needs', tone: 'amber' } : { word: 'To come', shape: 'pending', tone: 'grey' }} />
          </li>
        ))}
      </ul>
      {signer !== null && <div className="form"><PassphraseField key={signer.id} label={`Passphrase of ${name}, checked on this laptop`} source={passphrase} onPresence={setPresent} autoFocus /></div>}
    </Frame>
  );
}

function Finished({ ceremony, history, onDone, deliver }: EndProps) {
  const { client } = useEngine();
  const [reading, setReading] = useState(false);
  const row = history.find(({ id }) => id === ceremony.verification);
  const done = useAction(async () => {
    if (deliver !== undefined && ceremony.delivered.length === 0) await deliver.run();
    const view: EscrowView = await client.call('escrow.ceremony.abort', { ceremony: ceremony.id, reason: 'It is over' });
    onDone(view);
  });
  const state: State = row?.ok === false ? { word: 'Not all holds', shape: 'needs', tone: 'amber' } : titleOf(ceremony).state;
  const held = ceremony.goal !== 'L1' && !isWholeKey(ceremony.scheme);
  return (
    <Frame title={<span className={`big-verdict tx c-${state.tone}`}><Glyph shape={state.shape} tone={state.tone} size={24} />{row?.ok === false ? 'Not everything holds. ' : ''}Recorded{row === undefined ? '' : row.signatures.length > 0 ? ` and signed by ${row.signatures.map((one) => visible(one.name)).join(' and ')}` : ''}</span>} error={done.error} onEnd={null} covered={reading}
      actions={<><Button tall onPress={() => { setReading(true); }}>Read the record…</Button><Primary id={`done ${ceremony.id}`} label={deliver?.label ?? (held ? 'Done; overwrite the shares' : 'Done')} busy={done.busy} onPress={() => { void done.run(); }} /></>}
    >
      {row !== undefined && <p className="said">{visible(row.result)}</p>}
      <Findings ceremony={ceremony} />
      <Shares ceremony={ceremony} />
      {reading && ceremony.verification !== null && <ReportDialog id={ceremony.verification} onClose={() => { setReading(false); }} />}
    </Frame>
  );
}
