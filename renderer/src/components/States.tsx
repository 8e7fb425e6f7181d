/** States told by word, shape and colour at once. */
import type { ReactNode } from 'react';
import type { CheckResult } from '../../../electron/contract/readiness.ts';
import type { StepView } from '../../../electron/contract/run.ts';
import type { SignatureState } from '../../../electron/contract/runbook.ts';
import type { ReadinessState, RunState } from '../../../electron/contract/vocabulary.ts';
import { Glyph, type Shape, type Tone } from './Glyph.tsx';

export interface State {
  word: string;
  shape: Shape;
  tone: Tone;
}

const CONFIRMED_KINDS: ReadonlySet<string> = new Set(['manual', 'decide', 'approve', 'notify', 'attest']);

type Judged = Pick<StepView, 'kind' | 'simulated' | 'by_hand' | 'assertions' | 'unjudged'>;

function handMeasure({ assertions, unjudged }: Judged): string {
  if (assertions.length === 0) return 'not measured';
  return unjudged === undefined ? 'then measured' : 'partly measured';
}

/** A tick for a machine's measurement and a tick for a person's word never look the same. */
function done(step: Judged): State {
  if (step.simulated) return { word: 'Simulated', shape: 'sim', tone: 'violet' };
  if (step.by_hand === true) return { word: `Done by hand, ${handMeasure(step)}`, shape: 'confirmed', tone: 'green' };
  return CONFIRMED_KINDS.has(step.kind)
    ? { word: 'Done, confirmed', shape: 'confirmed', tone: 'green' }
    : { word: 'Done, measured', shape: 'sensed', tone: 'green' };
}

export function stepState(step: Judged & Pick<StepView, 'state' | 'waiting_for' | 'point_of_no_return'>): State {
  switch (step.state) {
    case 'pending': return step.point_of_no_return ? { word: 'No return', shape: 'ponr', tone: 'amber' } : { word: 'Not started', shape: 'pending', tone: 'grey' };
    case 'waiting': return step.waiting_for === 'third-party' ? { word: 'Third party', shape: 'blocked', tone: 'grey' } : { word: 'Needs you', shape: 'needs', tone: 'amber' };
    case 'running': return { word: 'Running', shape: 'running', tone: 'blue' };
    case 'succeeded': return done(step);
    case 'failed': return { word: 'Failed', shape: 'failed', tone: 'red' };
    case 'skipped': return { word: 'Skipped', shape: 'skipped', tone: 'grey' };
    case 'deferred': return { word: 'Deferred', shape: 'deferred', tone: 'grey' };
    case 'overridden': return { word: 'Overridden', shape: 'overridden', tone: 'amber' };
    case 'unknown': return { word: 'Unknown', shape: 'unknown', tone: 'amber' };
    case 'not_executed': return { word: 'Not executed', shape: 'skipped', tone: 'grey' };
  }
}

export function runState(state: RunState): State {
  switch (state) {
    case 'running': return { word: 'Under way', shape: 'running', tone: 'blue' };
    case 'waiting': return { word: 'Needs you', shape: 'needs', tone: 'amber' };
    case 'succeeded': return { word: 'Finished', shape: 'sensed', tone: 'green' };
    case 'failed': return { word: 'Halted at a failed step', shape: 'failed', tone: 'red' };
    case 'aborted': return { word: 'Aborted', shape: 'skipped', tone: 'grey' };
    case 'interrupted': return { word: 'Interrupted', shape: 'unknown', tone: 'amber' };
  }
}

export function readinessState(state: ReadinessState): State {
  switch (state) {
    case 'READY': return { word: 'Ready', shape: 'sensed', tone: 'green' };
    case 'READY_WITH_OVERRIDES': return { word: 'Ready with overrides', shape: 'overridden', tone: 'amber' };
    case 'NEEDS_VERIFICATION': return { word: 'Needs verification', shape: 'unknown', tone: 'amber' };
    case 'NOT_READY': return { word: 'Not ready', shape: 'failed', tone: 'red' };
  }
}

export function checkState(check: Pick<CheckResult, 'outcome' | 'expired' | 'kind' | 'checked_at'>): State {
  if (check.outcome === 'overridden') return { word: 'Overridden', shape: 'overridden', tone: 'amber' };
  if (check.checked_at === null) return { word: 'Not checked yet', shape: 'pending', tone: 'grey' };
  if (check.expired) return { word: 'Expired', shape: 'stale', tone: 'amber' };
  switch (check.outcome) {
    case 'pass': return check.kind === 'attest' ? { word: 'A person says so', shape: 'confirmed', tone: 'green' } : { word: 'Holds', shape: 'sensed', tone: 'green' };
    case 'warn': return { word: 'Look out', shape: 'needs', tone: 'amber' };
    case 'fail': return { word: 'Failed', shape: 'failed', tone: 'red' };
    case 'unknown': return { word: 'Unknown', shape: 'unknown', tone: 'amber' };
  }
}

export function signatureState(state: SignatureState['state']): State {
  switch (state) {
    case 'signed': return { word: 'Signed', shape: 'sensed', tone: 'green' };
    case 'unsigned': return { word: 'Unsigned', shape: 'unknown', tone: 'amber' };
    case 'untrusted': return { word: 'Signed by a stranger', shape: 'unknown', tone: 'amber' };
    case 'outdated': return { word: 'Older than one seen before', shape: 'stale', tone: 'amber' };
    case 'altered': return { word: 'Altered', shape: 'failed', tone: 'red' };
  }
}

interface StateWordProps {
  state: State;
  /** Instead of the state's own word. */
  children?: ReactNode;
  badge?: boolean;
}

export function StateWord({ state, children, badge = false }: StateWordProps) {
  return (
    <span className={`st${badge ? ' badge' : ''} c-${state.tone}`}>
      <Glyph shape={state.shape} tone={state.tone} />
      {children ?? state.word}
    </span>
  );
}

/** A shape in a table cell of its own; its word is for the screen reader and the pointer. */
export function StateMark({ state, size }: { state: State; size?: 12 | 16 | 24 }) {
  return (
    <span className="mark-of" title={state.word}>
      <Glyph shape={state.shape} tone={state.tone} size={size ?? 16} />
      <span className="sr">{state.word}</span>
    </span>
  );
}

export function Notice({ tone, shape, children }: { tone: Tone; shape: Shape; children: ReactNode }) {
  return <div className={`notice c-${tone}`}><Glyph shape={shape} tone={tone} /><div className="grow">{children}</div></div>;
}
