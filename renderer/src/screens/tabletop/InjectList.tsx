/** Injects by time and by hand, and the steps under them: what was, what is, what is to come. */
import { useEffect, useRef, type ReactNode } from 'react';
import { exerciseTime } from '../../../../electron/contract/tabletop/plan.ts';
import type { ExerciseView, InjectView } from '../../../../electron/contract/tabletop/view.ts';
import type { RunView, StepView } from '../../../../electron/contract/run.ts';
import { Glyph } from '../../components/Glyph.tsx';
import { StateMark, stepState } from '../../components/States.tsx';
import { visible } from '../../visible.ts';
import { handOf, keyed, timedOf } from './use-exercise.ts';

export type Selected = { kind: 'inject' | 'step'; id: string };

/** Everything that can be selected, from top to bottom. */
export function rowsOf(view: RunView, exercise: ExerciseView): Selected[] {
  return [...[...timedOf(exercise), ...handOf(exercise)].map(({ id }): Selected => ({ kind: 'inject', id })), ...view.steps.map(({ id }): Selected => ({ kind: 'step', id }))];
}

/** What an inject did or would do, in one line. */
export function effectWords({ state, affects, outcome, dead, absent, expectations, points, possible, withdrawn }: InjectView): string {
  if (withdrawn !== null) return `withdrawn: ${withdrawn.reason}`;
  const judged = expectations.filter(({ verdict }) => verdict !== null);
  if (state === 'fired' && judged.length > 0) return `${judged.filter(({ verdict }) => verdict === 'met').length} of ${expectations.length} met, ${points} of ${possible} points`;
  const first = affects[0];
  const forces = first === undefined || outcome === null ? '' : `forces “${first.title}”${affects.length > 1 ? ` and ${affects.length - 1} more` : ''} to ${outcome === 'fail' ? 'fail' : 'be unknown'}`;
  return [forces, dead.length > 0 ? `kills ${dead.join(', ')}` : '', absent.length > 0 ? `nobody reaches ${absent[0] ?? ''}` : ''].filter((part) => part !== '').join('; ') || (possible > 0 ? `${possible} points` : 'forces nothing');
}

function Row({ current, past, onSelect, children }: { current: boolean; past: boolean; onSelect(): void; children: ReactNode }) {
  const row = useRef<HTMLButtonElement>(null);
  useEffect(() => { if (current) row.current?.scrollIntoView({ block: 'nearest' }); }, [current]);
  return <li><button ref={row} type="button" className={`row-of${current ? ' cur' : past ? ' past' : ''}`} aria-pressed={current} onClick={onSelect}>{children}</button></li>;
}

function InjectMark({ inject }: { inject: InjectView }) {
  const done = inject.state === 'fired' && inject.expectations.every(({ verdict }) => verdict !== null);
  const [shape, tone, word] = inject.state === 'withdrawn' ? (['out', 'grey', 'Withdrawn'] as const) : done && inject.expectations.length > 0 ? (['confirmed', 'green', 'Judged'] as const) : inject.state === 'fired' ? (['sim', 'violet', 'Fired'] as const) : (['pending', 'grey', 'To come'] as const);
  return <span className="mark-of" title={word}><Glyph shape={shape} tone={tone} /><span className="sr">{word}</span></span>;
}

function when({ fired, due_ms }: InjectView): string {
  return fired !== null ? exerciseTime(fired.h_ms, 'never') : due_ms === null ? '' : exerciseTime(due_ms, 'never');
}

function InjectRow({ inject, letter, selected, onSelect }: { inject: InjectView; letter: number; selected: Selected | null; onSelect(row: Selected): void }) {
  const isCurrent = selected?.kind === 'inject' && selected.id === inject.id;
  return (
    <Row current={isCurrent} past={inject.state !== 'to-come'} onSelect={() => { onSelect({ kind: 'inject', id: inject.id }); }}>
      <InjectMark inject={inject} /><span>{visible(inject.title)}</span><span className="end">{letter > 0 ? <kbd>{letter}</kbd> : when(inject)}</span>
      <span className="s12">{visible(effectWords(inject))}</span>
    </Row>
  );
}

function StepRow({ step, selected, current, onSelect }: { step: StepView; selected: Selected | null; current: boolean; onSelect(row: Selected): void }) {
  return (
    <Row current={selected?.kind === 'step' && selected.id === step.id} past={step.state === 'succeeded' || step.state === 'skipped'} onSelect={() => { onSelect({ kind: 'step', id: step.id }); }}>
      <StateMark state={stepState(step)} /><span className={current ? 'med' : ''}>{step.number} {visible(step.title)}</span><span className="end">{current ? 'they are here' : ''}</span>
    </Row>
  );
}

export function InjectList({ view, exercise, selected, onSelect }: { view: RunView; exercise: ExerciseView; selected: Selected | null; onSelect(row: Selected): void }) {
  const [timed, hand, keys] = [timedOf(exercise), handOf(exercise), keyed(exercise)];
  const fired = timed.filter(({ state }) => state === 'fired').length;
  return (
    <nav className="inj" aria-label="Injects and steps">
      <h2>Timed<span className="end">{fired} of {timed.length} fired</span></h2>
      <ul>{timed.map((inject) => <InjectRow key={inject.id} inject={inject} letter={0} selected={selected} onSelect={onSelect} />)}{timed.length === 0 && <li className="none">None comes by itself</li>}</ul>
      <h2>By hand</h2>
      <ul>{hand.map((inject) => <InjectRow key={inject.id} inject={inject} letter={keys.indexOf(inject) + 1} selected={selected} onSelect={onSelect} />)}{hand.length === 0 && <li className="none">None; I adds one</li>}</ul>
      <h2>Steps<span className="end">{view.steps.filter(({ state }) => state !== 'pending' && state !== 'waiting').length} of {view.steps.length}</span></h2>
      <ul>{view.steps.map((step) => <StepRow key={step.id} step={step} selected={selected} current={view.current === step.id} onSelect={onSelect} />)}</ul>
    </nav>
  );
}
