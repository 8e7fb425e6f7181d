/** The people that the runbooks would tell, by their contacts files: cards with the day on which somebody last got through. */
import { Printer } from 'lucide-react';
import { useState } from 'react';
import type { ContactBook, ContactCard } from '../../../../electron/contract/comms.ts';
import { counted } from '../../../../electron/contract/wording.ts';
import { Button } from '../../components/Buttons.tsx';
import { Fault } from '../../components/Fault.tsx';
import { Glyph } from '../../components/Glyph.tsx';
import { Notice } from '../../components/States.tsx';
import { useAction, useEngine, useQuery } from '../../engine-context.ts';
import { visible } from '../../visible.ts';
import { systemName } from '../../wording.ts';
import { Verified } from '../run/comms/TellForm.tsx';
import './contacts.css';

function staleOf(books: readonly ContactBook[]): ContactCard[] {
  return books.flatMap(({ groups }) => groups.flatMap(({ people }) => people.filter(({ stale, problem }) => stale || problem !== null)));
}

export function ContactBooks() {
  const { client, dialogs } = useEngine();
  const view = useQuery('contacts.view', {});
  const [printed, setPrinted] = useState<string | null>(null);
  const print = useAction(async () => {
    const { html } = await client.call('contacts.tree', {});
    setPrinted(await dialogs.printPdf({ html, name: 'call-tree.pdf' }));
  });
  const books = view.result?.books ?? [];
  const old = staleOf(books).length;
  if (view.result !== null && books.length === 0) return null;
  return (
    <section className="contacts" aria-label="Contacts">
      <div className="row wrap head"><h2>Contacts of the runbooks</h2><span className="t2">{old === 0 ? 'Everybody was verified lately.' : `${counted(old, 'person has', 'people have')} to be verified again.`}</span><span className="grow" /><Button onPress={() => { void print.run(); }}><Printer size={16} strokeWidth={1.75} aria-hidden="true" />Print the call tree…</Button></div>
      {view.error !== null && <Fault error={view.error} />}
      {print.error !== null && <Fault error={print.error} />}
      {printed !== null && <Notice tone="green" shape="confirmed">Written: <span className="mono s12">{visible(printed)}</span></Notice>}
      {books.map((book) => <Book key={book.path} book={book} />)}
    </section>
  );
}

function Book({ book }: { book: ContactBook }) {
  return (
    <section className="card book">
      <h3>{visible(systemName(book.system))} <span className="s12 t3 anywhere">{visible(book.path)}, for {counted(book.runbooks.length, 'runbook', 'runbooks')}; a verification holds {book.max_age_days} days</span></h3>
      {book.problem !== null && <Notice tone="red" shape="failed">{visible(book.problem)}</Notice>}
      {book.groups.map((group) => (
        <div key={group.id} className="group">
          <h4>{[...new Set(group.audiences.map(({ title }) => visible(title)))].join(', ') || visible(group.id)} <span className="s12 t3">{[...new Set(group.audiences.map(({ cadence, channels }) => `${cadence}, by ${channels.map(({ kind }) => kind).join(', else ')}`))].join('; ') || 'no audience of a runbook'}</span></h4>
          <ul className="cards">{group.people.map((card) => <Card key={card.name} card={card} />)}{group.people.length === 0 && <li className="t2">Nobody is named here.</li>}</ul>
        </div>
      ))}
    </section>
  );
}

function Card({ card }: { card: ContactCard }) {
  const bad = card.stale || card.problem !== null;
  const ways = [['Phone', card.phone], ['SMS', card.sms === card.phone ? null : card.sms], ['Mail', card.email]] as const;
  return (
    <li className="person">
      <div className="row"><b className="semi">{visible(card.name)}</b>{bad && <Glyph shape={card.problem === null ? 'stale' : 'failed'} tone={card.problem === null ? 'amber' : 'red'} />}</div>
      <div className="s12 t2">{[card.role, card.organisation].filter((part) => part !== null).map(visible).join(', ')}</div>
      <dl className="kv">{ways.flatMap(([label, way]) => (way === null ? [] : [<div key={label} className="pair"><dt>{label}{label === 'Phone' && card.sms === card.phone ? ', SMS' : ''}</dt><dd className="anywhere">{visible(way)}</dd></div>]))}</dl>
      {card.problem !== null && <div className="s12 tx c-red">{visible(card.problem)}</div>}
      <Verified card={card} />
    </li>
  );
}
