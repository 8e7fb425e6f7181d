/** The current step: what it is for, what exactly runs, what came out, what must hold. */
import { type ReactNode, useEffect, useRef } from 'react';
import type { RunView, StepView } from '../../../../electron/contract/run.ts';
import { spokenDuration, utcTime } from '../../../../electron/contract/wording.ts';
import { Command } from '../../components/Command.tsx';
import { Fault } from '../../components/Fault.tsx';
import { Glyph } from '../../components/Glyph.tsx';
import { Prose } from '../../components/Prose.tsx';
import { Notice, stepState } from '../../components/States.tsx';
import { useKeys } from '../../keys/use-keys.tsx';
import { useNow } from '../../use-now.ts';
import { visible } from '../../visible.ts';
import { stepClock, untilDue } from '../../wording.ts';
import { Ask } from './asks/Ask.tsx';
import { Assertions } from './Assertions.tsx';
import type { RunDialog } from './dialogs/RunDialogs.tsx';
import { Failure } from './Failure.tsx';
import { LiveOutput } from './LiveOutput.tsx';
import { stepSeconds } from './step-list.ts';
import { verdictOf } from './verdict.ts';
import { isReoffered, waitingWords } from './waiting-words.ts';
import type { Run } from './use-run.ts';

function stateLine(step: StepView): string {
  const state = stepState(step);
  const waits = waitingWords(step);
  const parts = [step.state === 'waiting' && waits !== null ? `${waits.slice(0, 1).toUpperCase()}${waits.slice(1)}` : state.word];
  if (step.waiting_since !== null && step.state === 'waiting') parts.push(`since ${utcTime(step.waiting_since)} UTC`);
  if (step.attempts > 1) parts.push(`attempt ${step.attempts}`);
  if (step.role !== null) parts.push(`for the ${step.role}`);
  if (step.simulated) parts.push('nothing runs');
  return parts.join(' · ');
}

/** A reason alone does not say for what. */
function reasonLine(step: StepView, reason: string): string {
  if (step.state === 'deferred' || isReoffered(step)) return `Deferred: ${reason}`;
  return step.state === 'overridden' ? `Overridden: ${reason}` : step.state === 'skipped' ? `Skipped: ${reason}` : reason;
}

function Time({ step }: { step: StepView }) {
  const now = useNow();
  const spent = stepSeconds(step, now);
  if (spent === null) return step.budget_s === null ? null : <div className="end t2">budget {spokenDuration(step.budget_s)}</div>;
  const over = step.budget_s !== null && spent > step.budget_s;
  return (
    <div className="end">
      <span className={`semi tn${over ? ' tx c-amber' : ''}`}>{stepClock(spent)}</span>{step.budget_s !== null && <span className="t3"> of {spokenDuration(step.budget_s)}</span>}
      {step.state === 'running' && step.forecast !== null && <div className="s12 t2">{Date.parse(step.forecast.end) > now ? `expected to end ${untilDue(step.forecast.end, now)}` : 'longer than expected'}</div>}
    </div>
  );
}

function Head({ step }: { step: StepView }) {
  const state = stepState(step);
  return (
    <div className="step-head">
      <Glyph shape={state.shape} tone={state.tone} size={24} />
      <div className="grow"><h1>{step.number}&ensp;{visible(step.title)}</h1><span className="s13 t2">{step.state === 'failed' ? verdictOf(step).how : stateLine(step)}</span></div>
      <Time step={step} />
    </div>
  );
}

function Captures({ captures }: { captures: StepView['captures'] }) {
  const rows = Object.entries(captures);
  if (rows.length === 0) return null;
  return <dl className="kv captures">{rows.map(([name, value]) => <div className="pair" key={name}><dt>{name}</dt><dd className="mono s12">{visible(value)}</dd></div>)}</dl>;
}

function Body({ run, view, step, onDialog }: { run: Run; view: RunView; step: StepView; onDialog(dialog: RunDialog): void }) {
  const failed = step.state === 'failed';
  // Of a program that never ran there is nothing to show, and no room to give to it.
  const never = failed && step.missing.length > 0 && step.exit_codes.length === 0 && (step.output?.size ?? 0) === 0;
  const says = !never && (step.output !== null || step.pid !== null || step.state === 'running');
  return (
    <>
      <Head step={step} />
      {failed ? <Failure view={view} step={step} /> : <Prose text={step.prose} />}
      {!failed && step.reason !== undefined && step.reason !== '' && <Notice tone={step.state === 'unknown' ? 'amber' : 'grey'} shape={stepState(step).shape}>{visible(reasonLine(step, step.reason))}</Notice>}
      {step.point_of_no_return && (step.state === 'pending' || step.state === 'waiting') && <span className="ponr"><Glyph shape="ponr" tone="amber" />{step.simulated ? 'In a live run there is no way back after this step.' : 'No way back after this step.'}</span>}
      <Ask key={`${step.id} ${step.attempts}`} run={run} view={view} step={step} />
      {!failed && <Command commands={step.commands} />}
      {says && (step.kind !== 'check' || step.output !== null) && <LiveOutput key={`${step.id} ${step.attempts}`} view={view} step={step} onDialog={onDialog} />}
      {!failed && <Assertions step={step} />}
      {failed && <Command commands={step.commands} />}
      <Captures captures={step.captures} />
    </>
  );
}

interface CurrentStepProps {
  run: Run;
  view: RunView;
  step: StepView | null;
  /** A dialog lies over it, and says itself what the engine refused. */
  covered: boolean;
  /** The action bar under the step. */
  children: ReactNode;
  onDialog(dialog: RunDialog): void;
}

export function CurrentStep({ run, view, step, covered, children, onDialog }: CurrentStepProps) {
  const place = useRef<HTMLElement>(null);
  // Not to the button that opened the dialog: Enter is the primary action again, as on arrival.
  useEffect(() => { if (!covered) place.current?.focus({ preventScroll: true }); }, [covered]);
  useKeys(step === null ? [] : [{ key: 'o', label: 'Full output of the step', run: () => { onDialog({ kind: 'output' }); } }]);
  return (
    <main className="now-step" ref={place} tabIndex={-1}>
      <div className="scroll" tabIndex={0} role="region" aria-label="Current step">
        {run.error !== null && !covered && <Fault error={run.error} />}
        {step !== null && <Body run={run} view={view} step={step} onDialog={onDialog} />}
      </div>
      {children}
    </main>
  );
}
