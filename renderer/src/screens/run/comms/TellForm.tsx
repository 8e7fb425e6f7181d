/** The words, the channels in their order, the people with their numbers, and the ways to take the words along. */
import { useRef, useState } from 'react';
import type { ContactCard } from '../../../../../electron/contract/comms.ts';
import { joinDraft, smsUri, telUri } from '../../../../../electron/contract/comms.ts';
import { leaving } from '../../../../../electron/contract/tabletop/mask-contacts.ts';
import type { ChannelView } from '../../../../../electron/contract/run.ts';
import { Button } from '../../../components/Buttons.tsx';
import { Fault } from '../../../components/Fault.tsx';
import { CheckField, RadioField, SelectField, TextArea, TextField } from '../../../components/Fields.tsx';
import { Glyph } from '../../../components/Glyph.tsx';
import { QrCode } from '../../../components/QrCode.tsx';
import { Notice } from '../../../components/States.tsx';
import { useAction, useEngine } from '../../../engine-context.ts';
import { visible } from '../../../visible.ts';
import { hourMinute } from '../../../wording.ts';
import { kindOf, type Telling, waysOf } from './telling.ts';
import './comms.css';

export function TellForm({ telling, lead }: { telling: Telling; lead: boolean }) {
  return (
    <div className="tell">
      <Words telling={telling} lead={lead} />
      <div className="stack loose">
        <Channels telling={telling} />
        <Way telling={telling} />
        <Reached telling={telling} />
      </div>
    </div>
  );
}

function Words({ telling, lead }: { telling: Telling; lead: boolean }) {
  const { view, subject, text, isOld } = telling;
  const unknown = telling.unknown.filter((name) => `${subject} ${text}`.includes(`‹${name}: not known›`));
  return (
    <div className="stack loose">
      {view.mode !== 'live' && <Notice tone="violet" shape="sim">{view.mode === 'tabletop' ? 'An exercise: nobody outside the room is told, and no number is shown.' : 'A rehearsal: whoever is told must know that it is one. What is saved is marked EXERCISE.'}</Notice>}
      {unknown.length > 0 && <Notice tone="amber" shape="unknown">Not known, and not made up: {unknown.map(visible).join(', ')}. Write it in, or leave it out.</Notice>}
      {subject !== '' && <TextField label="Subject" value={subject} onChange={telling.setSubject} />}
      <TextArea label="What you say; change it where it is wrong" rows={lead ? 9 : 5} value={text} onChange={telling.setText} autoFocus={lead} />
      <TakeAlong telling={telling} />
      {isOld && <p className="s13 t2 row">The run has moved on since. <Button look="quiet" onPress={telling.refresh}>Fill it anew</Button></p>}
    </div>
  );
}

/** Copying, or a file for a mail program or an editor. */
function TakeAlong({ telling }: { telling: Telling }) {
  const { client, dialogs } = useEngine();
  const [done, setDone] = useState<string | null>(null);
  const { view, audience, step, subject, text, channel, channels } = telling;
  const save = useAction(async (format: 'eml' | 'txt') => {
    const path = await dialogs.chooseSave({ title: 'Save the message', name: `${audience}-${view.id.slice(0, 13)}.${format}`, kinds: [{ name: format === 'eml' ? 'Mail, unsent' : 'Text', extensions: [format] }] });
    if (path === null) return;
    const { left } = await client.call('comms.write', { run: view.id, audience, step, format, subject, text, path });
    setDone(`Written: ${path}${left.length === 0 ? '' : `. Without an address: ${left.join(', ')}`}`);
  });
  const out = leaving(view.mode, subject, text);
  const words = joinDraft(out.subject, out.text);
  return (
    <>
      <div className="row wrap">
        <CopyButton text={words} onCopied={() => { setDone('Copied.'); }} />
        {channel !== null && kindOf(channels, channel) === 'email' && <Button onPress={() => { void save.run('eml'); }}>Save as mail (.eml)…</Button>}
        <Button onPress={() => { void save.run('txt'); }}>Save as text…</Button>
      </div>
      {save.error !== null && <Fault error={save.error} />}
      {done !== null && <p className="s13 t2 anywhere" role="status">{visible(done)}</p>}
    </>
  );
}

/** The page may not write to the clipboard by itself: the text is selected in a field of its own and copied as Ctrl C would. */
function CopyButton({ text, onCopied }: { text: string; onCopied(): void }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const copy = (): void => {
    const back = document.activeElement;
    field.current?.select();
    if (document.execCommand('copy')) onCopied();
    if (back instanceof HTMLElement) back.focus();
  };
  return <><Button onPress={copy}>Copy</Button><textarea ref={field} className="sr" aria-hidden="true" tabIndex={-1} readOnly value={text} /></>;
}

function Channels({ telling }: { telling: Telling }) {
  const { channels, channel } = telling;
  const living = channels.filter(({ dead }) => dead === null);
  const dead = channels.filter((one) => one.dead !== null);
  return (
    <div className="stack">
      {dead.map((one) => <p className="s13 t2 row" key={one.name}><Glyph shape="dead" tone="red" size={12} /><span>{visible(one.name)} is marked as dead{one.dead === one.kind ? '' : ` (${visible(one.dead ?? '')})`} and passed over</span></p>)}
      {living.length > 0 && <RadioField inline legend="By, in this order" value={channel ?? ''} onChange={telling.setChannel} options={living.map((one) => ({ value: one.name, label: visible(one.name), ...triedOf(one) }))} />}
      {living.length === 0 && <Notice tone="red" shape="dead">No channel of this audience lives. Send somebody, and mark a channel alive again when it is.</Notice>}
    </div>
  );
}

function triedOf({ tried }: ChannelView): { detail?: string } {
  const last = tried.at(-1);
  return last === undefined ? {} : { detail: `not reached ${hourMinute(last.at)}${tried.length > 1 ? `, ${tried.length} times` : ''}` };
}

/** Where the words go: a number to dial or to scan, addresses, or the name of a place. */
function Way({ telling }: { telling: Telling }) {
  const { channels, contacts } = telling;
  const channel = telling.channel === null ? null : kindOf(channels, telling.channel);
  if (channel === null) return null;
  const people = waysOf(contacts.result?.people ?? [], channel);
  const address = channels.find(({ name }) => name === telling.channel)?.address ?? null;
  return (
    <div className="stack">
      {contacts.error !== null && <Fault error={contacts.error} />}
      {contacts.result?.problem != null && <Notice tone="amber" shape="unknown">{visible(contacts.result.problem)}</Notice>}
      {address !== null && <p>{visible(channel)}: <b className="med anywhere">{telling.view.mode === 'tabletop' ? '‹not in an exercise›' : visible(address)}</b></p>}
      {(channel === 'phone' || channel === 'sms') && people.length > 0 && <Dial key={channel} telling={telling} people={people} channel={channel} />}
      {channel === 'email' && people.length > 0 && <ul className="ways-to">{people.map((card) => <li key={card.name}><b className="med">{visible(card.name)}</b> <span className="anywhere">{visible(card.email ?? '')}</span> <Verified card={card} /></li>)}</ul>}
      {contacts.result !== null && contacts.result.people.length > 0 && people.length === 0 && <Notice tone="amber" shape="unknown">Nobody of this audience has a way by {visible(channel)} in the contacts file.</Notice>}
    </div>
  );
}

function Dial({ telling, people, channel }: { telling: Telling; people: readonly ContactCard[]; channel: 'phone' | 'sms' }) {
  const [chosen, setChosen] = useState(people[0]?.name ?? '');
  const card = people.find(({ name }) => name === chosen) ?? people[0];
  if (card === undefined) return null;
  const number = (channel === 'phone' ? card.phone : card.sms) ?? '';
  const uri = telling.view.mode === 'tabletop' ? null : channel === 'phone' ? telUri(number) : smsUri(number, leaving(telling.view.mode, '', telling.text).text);
  return (
    <div className="dial">
      <div className="stack grow">
        {people.length > 1 && <SelectField label={channel === 'phone' ? 'Whom you call' : 'Whom you write to'} value={card.name} onChange={setChosen} options={people.map(({ name, role }) => ({ value: name, label: `${visible(name)}${role === null ? '' : `, ${visible(role)}`}` }))} />}
        {people.length === 1 && <b className="med">{visible(card.name)}{card.role === null ? '' : `, ${visible(card.role)}`}</b>}
        <span className="number">{visible(number)}</span>
        <Verified card={card} />
        {card.problem !== null && <span className="s13 tx c-red">{visible(card.problem)}</span>}
        {uri !== null && <span className="s12 t3">{channel === 'phone' ? 'Scan it with a telephone to dial; then read the words out.' : uri.includes('body=') ? 'Scan it with a telephone: number and words are in it.' : 'Scan it for the number; the words are too long for a code.'}</span>}
      </div>
      {uri !== null && <QrCode text={uri} label={`${channel === 'phone' ? 'Call' : 'Message to'} ${visible(card.name)}`} />}
    </div>
  );
}

export function Verified({ card }: { card: ContactCard }) {
  if (card.verified === null) return <span className="s12 tx c-amber">never verified</span>;
  if (card.age_days !== null && card.age_days < 0) return <span className="s12 tx c-amber">verified on {card.verified}, a day to come</span>;
  return card.stale ? <span className="s12 tx c-amber">verified on {card.verified}, {card.age_days} days ago: stale</span> : <span className="s12 t3">verified on {card.verified}</span>;
}

function Reached({ telling }: { telling: Telling }) {
  const { contacts, channel, channels, ticked } = telling;
  const people = channel === null ? [] : waysOf(contacts.result?.people ?? [], kindOf(channels, channel));
  return (
    <fieldset className="reached">
      <legend className="label">Who was reached</legend>
      {people.map(({ name }) => <CheckField key={name} label={visible(name)} checked={ticked.includes(name)} onChange={(is) => { telling.tick(name, is); }} />)}
      <TextField label={people.length === 0 ? 'Names' : 'Somebody else (optional)'} value={telling.others} onChange={telling.setOthers} />
    </fieldset>
  );
}
