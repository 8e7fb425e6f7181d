import { useEffect, useRef } from 'react';
import type { RunView, StepView } from '../../../../electron/contract/run.ts';
import { Glyph } from '../../components/Glyph.tsx';
import { Meter } from '../../components/Measures.tsx';
import { StateMark, stepState } from '../../components/States.tsx';
import { useNow } from '../../use-now.ts';
import { visible } from '../../visible.ts';
import { stepClock } from '../../wording.ts';
import { type PhaseRow, budgetText, phaseRows, stepSeconds, timeText } from './step-list.ts';
import { waitingWords } from './waiting-words.ts';

/** Under the current step: its time against the budget, or what it waits for. */
function Under({ step }: { step: StepView }) {
  const now = useNow();
  const spent = stepSeconds(step, now);
  const budget = step.budget_s === null ? '' : ` of ${budgetText(step.budget_s)}`;
  if (step.state === 'running' && spent !== null) return <span className="under">{step.budget_s !== null && <Meter value={spent} target={step.budget_s} tone="blue" />}<span className="tm"><b>{stepClock(spent)}</b>{budget}</span></span>;
  if (step.state === 'failed') return <span className="under">failed · attempt {step.attempts}{spent === null ? '' : ` · ${stepClock(spent)}${budget}`}</span>;
  const waits = waitingWords(step);
  return waits === null ? null : <span className="under">{waits}</span>;
}

function Row({ step, selected, current, onSelect }: { step: StepView; selected: boolean; current: boolean; onSelect(id: string): void }) {
  const state = stepState(step);
  const row = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!selected) return undefined;
    const show = (): void => { row.current?.scrollIntoView({ block: 'nearest' }); };
    show();
    window.addEventListener('resize', show);
    return () => { window.removeEventListener('resize', show); };
  }, [selected]);
  const gate = step.point_of_no_return && step.state === 'pending';
  return (
    <button ref={row} type="button" className={`step${selected ? ` cur c-${state.tone}` : ''}`} aria-current={current ? 'step' : undefined} aria-pressed={selected} onClick={() => { onSelect(step.id); }}>
      <StateMark state={state} /><span className="no">{step.number}</span>
      <span className={selected ? '' : 'cut'}>{visible(step.title)}</span>
      {selected ? <span /> : <span className="tm">{gate && <span className="over">no return</span>}{gate && step.budget_s !== null ? ' · ' : ''}{timeText(step)}</span>}
      {selected && <Under step={step} />}
    </button>
  );
}

function Phase({ phase, view, selected, onSelect }: { phase: PhaseRow; view: RunView; selected: string | null; onSelect(id: string): void }) {
  if (phase.folded) {
    const first = phase.steps[0];
    return (
      <button type="button" className="phase" onClick={() => { if (first !== undefined) onSelect(first.id); }}>
        <Glyph shape={phase.measured ? 'sensed' : 'confirmed'} tone="green" size={12} /><span className="sr">Done: </span>{visible(phase.title)}<span className="end">{phase.done} of {phase.steps.length} · {stepClock(phase.seconds)}</span>
      </button>
    );
  }
  return (
    <>
      <div className="phase">{visible(phase.title)}</div>
      {phase.steps.map((step) => <Row key={step.id} step={step} selected={step.id === selected} current={step.id === view.current} onSelect={onSelect} />)}
    </>
  );
}

export function StepList({ view, selected, onSelect }: { view: RunView; selected: string | null; onSelect(id: string): void }) {
  return (
    <nav className="steps" aria-label="Steps">
      {phaseRows(view, selected).map((phase) => <Phase key={phase.id} phase={phase} view={view} selected={selected} onSelect={onSelect} />)}
    </nav>
  );
}
