/** A message on its way: its words, the channel, and who was reached. */
import { useState } from 'react';
import type { AudienceContacts, ContactCard } from '../../../../../electron/contract/comms.ts';
import { joinDraft, splitDraft } from '../../../../../electron/contract/comms.ts';
import type { ChannelView, RunView } from '../../../../../electron/contract/run.ts';
import { type Query, useQuery } from '../../../engine-context.ts';
import type { Run } from '../use-run.ts';

export interface Telling {
  run: Run;
  view: RunView;
  audience: string;
  title: string;
  /** The step that asks for it; null when the cadence does. */
  step: string | null;
  channels: readonly ChannelView[];
  unknown: readonly string[];
  contacts: Query<AudienceContacts>;
  subject: string;
  setSubject(subject: string): void;
  text: string;
  setText(text: string): void;
  /** The draft has changed with the run since it was taken. */
  isOld: boolean;
  refresh(): void;
  channel: string | null;
  setChannel(channel: string): void;
  /** Names that are ticked, and who else was reached. */
  ticked: readonly string[];
  tick(name: string, is: boolean): void;
  others: string;
  setOthers(words: string): void;
  missing: string | null;
  /** Writes down who was reached. Answers whether the engine took it. */
  told(): Promise<boolean>;
  /** Nobody was: the next channel of the audience is due. */
  notReached(): Promise<boolean>;
}

export interface Subject { audience: string; title: string; step: string | null; draft: string; unknown: readonly string[]; channels: readonly ChannelView[] }

/** A clock in the draft makes it another one each time: old is what says something else apart from its times. */
function timeless(draft: string): string {
  return draft.replace(/\d+/gu, '0');
}

export function useTelling(run: Run, view: RunView, { audience, title, step, draft, unknown, channels }: Subject): Telling {
  const contacts = useQuery('comms.contacts', { run: view.id, audience, ...(step === null ? {} : { step }) });
  const [taken, setTaken] = useState(draft);
  const [words, setWords] = useState(() => splitDraft(draft));
  const [chosen, setChosen] = useState<string | null>(null);
  const [ticked, setTicked] = useState<readonly string[]>([]);
  const [others, setOthers] = useState('');
  // Until a person chooses, the next living channel is it: one that was tried in vain gives way by itself.
  const channel = chosen ?? channels.find(({ next }) => next)?.name ?? null;
  const reached = [...ticked, ...(others.trim() === '' ? [] : [others.trim()])].join(', ');
  const message = joinDraft(words.subject ?? '', words.text);
  const missing = channel === null ? 'Every channel is marked as dead.' : words.text.trim() === '' ? 'The message is empty.' : reached === '' ? 'Say who was reached.' : null;
  return {
    run, view, audience, title, step, channels, unknown, contacts,
    subject: words.subject ?? '', setSubject: (subject) => { setWords({ ...words, subject }); },
    text: words.text, setText: (text) => { setWords({ ...words, text }); },
    isOld: timeless(draft) !== timeless(taken), refresh: () => { setTaken(draft); setWords(splitDraft(draft)); },
    channel, setChannel: setChosen, ticked,
    tick: (name, is) => { setTicked(is ? [...ticked, name] : ticked.filter((one) => one !== name)); },
    others, setOthers, missing,
    told: async () => channel !== null && run.send(step === null ? { do: 'tell', audience, channel, reached, text: message } : { do: 'sent', step, channel, reached, text: message }),
    notReached: async () => {
      if (channel === null || !(await run.send({ do: 'not-reached', audience, channel, whom: waysOf(contacts.result?.people ?? [], kindOf(channels, channel)).map(({ name }) => name).join(', ') }))) return false;
      setChosen(null);
      setTicked([]);
      return true;
    },
  };
}

/** How a channel reaches people. */
export function kindOf(channels: readonly ChannelView[], name: string): ChannelView['kind'] | null {
  return channels.find((one) => one.name === name)?.kind ?? null;
}

/** Who can be reached by a channel. A group that reads along (chat, status page) is everybody. */
export function waysOf(people: readonly ContactCard[], channel: ChannelView['kind'] | null): ContactCard[] {
  return people.filter((card) => (channel === 'phone' ? card.phone !== null : channel === 'sms' ? card.sms !== null : channel === 'email' ? card.email !== null : true));
}
