/** What surrounds the step: what to look out for, who is here, who was told, what was noted. */
import type { ReactNode } from 'react';
import type { RunView, StepView } from '../../../../electron/contract/run.ts';
import { spokenBytes } from '../../../../electron/contract/wording.ts';
import { Audiences } from './comms/Audiences.tsx';
import { Glyph } from '../../components/Glyph.tsx';
import { visible } from '../../visible.ts';
import { hourMinute } from '../../wording.ts';

function Section({ title, end, children }: { title: string; end?: ReactNode; children: ReactNode }) {
  return <section><h2>{title}{end !== undefined && <span className="end">{end}</span>}</h2>{children}</section>;
}

function LookOut({ view }: { view: RunView }) {
  if (view.lookout.length === 0) return null;
  return (
    <Section title="Look out" end={view.lookout.length > 3 ? view.lookout.length : undefined}>
      <div className="stack">{view.lookout.slice(-3).reverse().map((line, index) => <div className="notice c-amber" key={index}><Glyph shape="overridden" tone="amber" /><div>{visible(line)}</div></div>)}</div>
    </Section>
  );
}

function Suspects({ step }: { step: StepView | null }) {
  if (step === null || step.suspects.length === 0 || step.state === 'failed' || step.state === 'succeeded') return null;
  return (
    <Section title={`If step ${step.number} fails`}>
      <ul>{step.suspects.map((suspect, index) => <li key={suspect.symptom}><span className="t3">{index + 1}</span><span>{visible(suspect.cause)}<span className="block t3 s12">{visible(suspect.see)}</span></span></li>)}</ul>
    </Section>
  );
}

function Here({ view }: { view: RunView }) {
  const people = view.present.some((person) => person.id === view.operator?.id) || view.operator === null ? view.present : [{ ...view.operator, role: 'operator' }, ...view.present];
  return (
    <Section title="Here" end={people.length}>
      <ul>
        {people.length === 0 && <li className="t3">Nobody has given a name</li>}
        {people.map((person) => <li key={`${person.id} ${person.role}`}><span className="name">{visible(person.name)}</span><span className="end">{person.role === 'operator' && view.operator !== null && person.id !== view.operator.id ? 'operator before' : visible(person.role)}{person.id === view.operator?.id && person.role !== 'operator' ? ', operates' : ''}</span></li>)}
      </ul>
    </Section>
  );
}

function HandedOver({ view }: { view: RunView }) {
  const last = view.handovers.at(-1);
  if (last === undefined) return null;
  return (
    <Section title="Handover" end={view.handovers.length > 1 ? view.handovers.length : undefined}>
      <p className="semi">{hourMinute(last.at)} {visible(last.from)} to {visible(last.to)}, both signed</p>
      <dl className="kv side-kv handed">
        {([['Worries', last.worries], ['Running then', last.running], ['Done then', last.done]] as const).map(([label, words]) => <div key={label} className="pair"><dt>{label}</dt><dd>{visible(words)}</dd></div>)}
      </dl>
    </Section>
  );
}

function Notes({ view }: { view: RunView }) {
  if (view.notes.length === 0) return null;
  return <Section title="Notes" end={view.notes.length}><ul>{view.notes.slice(-6).reverse().map((note, index) => <li key={index} title={visible(note.by)}><span className="t3 tn">{hourMinute(note.at)}</span><span>{visible(note.text)}</span></li>)}</ul></Section>;
}

function Values({ view }: { view: RunView }) {
  const rows = Object.entries(view.params);
  if (rows.length === 0) return null;
  return <Section title="Values, frozen"><dl className="kv side-kv">{rows.map(([name, value]) => <div key={name} className="pair"><dt>{name}</dt><dd className="mono s12">{visible(value)}</dd></div>)}</dl></Section>;
}

export function SidePanel({ view, received, step, onSelect, onTell }: { view: RunView; received: number; step: StepView | null; onSelect(id: string): void; onTell(audience: string): void }) {
  const deferred = view.steps.filter((candidate) => candidate.state === 'deferred');
  return (
    <aside className="side" tabIndex={0} aria-label="Context">
      <LookOut view={view} />
      {deferred.length > 0 && <Section title="Deferred" end={deferred.length}><ul>{deferred.map((candidate) => <li key={candidate.id}><Glyph shape="deferred" /><button type="button" className="plain" onClick={() => { onSelect(candidate.id); }}>{candidate.number} {visible(candidate.title)}</button></li>)}</ul></Section>}
      <Suspects step={step} />
      <Here view={view} />
      <Audiences view={view} received={received} onTell={view.finished_at === null && view.state !== 'interrupted' ? onTell : null} />
      <HandedOver view={view} />
      <Notes view={view} />
      {view.attachments.length > 0 && <Section title="Attached" end={view.attachments.length}><ul>{view.attachments.map((file) => <li key={file.sha256}><span className="cut">{visible(file.name)}</span><span className="end">{spokenBytes(file.size)}</span></li>)}</ul></Section>}
      <Values view={view} />
    </aside>
  );
}
