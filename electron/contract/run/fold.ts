/**
 * A run as its events make it. `applyEvent` is the only thing that changes a `RunFold`; the engine's rules and the page's
 * view both read it, so they cannot disagree. Folding is incremental: one event costs the same however long the run is.
 */
import { told } from './cadence.ts';
import type { EventOf, RunEvent } from './events.ts';
import { aliveAgain, applyStep, type StepEvent } from './fold-step.ts';
import type { RunPlan } from './plan.ts';
import type { ExerciseFold } from '../tabletop/state.ts';
import type { Instant, RunFold } from './state.ts';
import { instantOf, join, newStep, stepOf } from './state.ts';
import { applyExercise, type ExerciseEvent, isExerciseEvent, noteStep } from '../tabletop/fold.ts';
import { holdClock, newExercise, shownAt } from '../tabletop/state.ts';

/** @param event the run's `run.created` */
export function beginRun(id: string, plan: RunPlan, event: RunEvent & { type: 'run.created' }): RunFold {
  const { data } = event;
  const order = plan.steps.map(newStep);
  return {
    id, plan, created: data, first: event.seq, createdAt: instantOf(event), mode: data.mode, pace: data.pace, engine: data.engine, operator: data.operator, seq: event.seq, last: instantOf(event), before: instantOf(event),
    steps: new Map(order.map((step) => [step.plan.path, step])), order, stretches: [],
    parked: null, aborted: null, teardown: false, finished: null, restoredAt: null, rpos: new Map(),
    dead: [...new Set([...(plan.snapshot.root.runbook.front.lost ?? []), ...(data.dead ?? [])])], scratch: new Map(), present: data.operator === null ? [] : [data.operator],
    notes: [], attachments: [], sent: [], tried: [], handovers: [], injects: [], exercise: data.mode === 'tabletop' ? newExercise(plan.snapshot.root.runbook, instantOf(event)) : null,
    lookout: [
      ...(data.mode === 'live' || (data.dead ?? []).length === 0 ? [] : [`Played as dead in this drill: ${(data.dead ?? []).join(', ')}`]),
      ...(data.acknowledged_unsigned === null ? [] : [`Nobody trusted vouches for this runbook; accepted because: ${data.acknowledged_unsigned}`]),
      ...(data.proceeded_not_ready === null || data.readiness?.startsWith('READY') === true ? [] : [`Started although readiness did not hold (${(data.readiness ?? 'not ready').toLowerCase().replaceAll('_', ' ')}), because: ${data.proceeded_not_ready}`]),
      ...despiteWords(data),
      ...(data.short_of ?? []).map(({ role, wanted, enrolled }) => `Started with ${enrolled} of the ${wanted} people that the runbook wants as ${role}, because: ${data.proceeded_not_ready ?? 'no reason given'}`),
    ],
  };
}

function despiteWords({ incident }: EventOf<'run.created'>['data']): string[] {
  if (incident?.despite == null) return [];
  const { by, reason, lacking } = incident.despite;
  return [`Begun before ${lacking.join(' and ')} ${lacking.length === 1 ? 'was' : 'were'} back, as ${by} accepted: ${reason}`];
}

/** Changes `fold` in place. Every event of the run goes in once, in order of seq. */
export function applyEvent(fold: RunFold, event: RunEvent): void {
  if (event.seq <= fold.seq) return;
  fold.seq = event.seq;
  const at = instantOf(event);
  fold.before = fold.last;
  fold.last = at;
  if (isExerciseEvent(event)) return applyExercise(fold, event, at);
  if (isStepEvent(event)) applyStep(fold, stepOf(fold, event.data.step), event, at);
  else applyRun(fold, event, at);
  if (fold.exercise !== null) onExerciseClock(fold, fold.exercise, at);
}

/** Any step may have changed: a `goto` passes over others. A run that nobody carries holds the clock where it was last seen. */
function onExerciseClock(fold: RunFold, exercise: ExerciseFold, at: Instant): void {
  for (const step of fold.order) noteStep(exercise, step, at);
  if (fold.restoredAt !== null) exercise.restored ??= shownAt(exercise, at);
  if (fold.parked !== null || fold.finished !== null) holdClock(exercise, at);
}

function isStepEvent(event: RunEvent): event is StepEvent {
  return event.type.startsWith('step.') || event.type === 'comms.sent';
}

function applyRun(fold: RunFold, event: Exclude<RunEvent, StepEvent | ExerciseEvent>, at: Instant): void {
  switch (event.type) {
    case 'run.created':
    case 'run.evidence':
      return;
    case 'run.resumed':
      if (fold.exercise !== null) holdClock(fold.exercise, fold.before);
      return resumed(fold, event.data);
    case 'run.parked':
      fold.parked = event.data.why;
      return;
    case 'run.restored':
      fold.restoredAt ??= at;
      return;
    case 'run.aborted':
      fold.aborted = event.data.reason;
      return;
    case 'run.teardown':
      fold.teardown = true;
      return;
    case 'run.finished':
      fold.finished = { state: event.data.state, at };
      for (const stretch of fold.stretches) stretch.to ??= at;
      return;
    case 'run.noted':
      fold.notes.push({ at: event.wall, by: event.data.by, text: event.data.text, step: event.data.step });
      return;
    case 'run.attached':
      fold.attachments.push({ name: event.data.name, ...event.data.blob, at: event.wall, by: event.data.by, step: event.data.step });
      return;
    case 'run.joined':
      join(fold, event.data);
      return;
    case 'run.handed-over':
      fold.operator = { ...event.data.to, role: 'operator' };
      join(fold, fold.operator);
      fold.handovers.push({ at, from: event.data.from, to: event.data.to, statement: event.data.statement });
      return;
    case 'comms.told':
      return told(fold, event.data, at);
    case 'comms.tried':
      fold.tried.push({ audience: event.data.audience, channel: event.data.channel, whom: event.data.whom, at, seq: fold.seq });
      return;
    case 'run.fault':
      fold.lookout.push(event.data.reason);
      return;
    case 'time.attested':
      if (Math.abs(event.data.offset_ms) > 2000) fold.lookout.push(`This laptop's clock differs from ${event.data.source} by ${Math.round(event.data.offset_ms / 1000)} s`);
      return;
    case 'outage.marked':
      fold.dead = event.data.dead;
      return aliveAgain(fold, at);
    case 'rpo.measured':
      fold.rpos.set(stepOf(fold, event.data.step).plan.scope, { newestAt: event.data.newest_at, achievedMs: event.data.achieved_ms });
      return;
    case 'scratch.started':
      fold.scratch.set(event.data.name, { kind: event.data.kind, values: event.data.values, gone: false, checked: false });
      return;
    case 'scratch.gone':
      return scratchGone(fold, event.data);
  }
}

function scratchGone(fold: RunFold, { name, checked, detail }: EventOf<'scratch.gone'>['data']): void {
  const known = fold.scratch.get(name);
  if (known !== undefined) fold.scratch.set(name, { ...known, gone: true, checked, ...(checked ? {} : { left: detail }) });
  if (!checked) fold.lookout.push(`The scratch resource ${name} may still be there: ${detail}`);
}

function resumed(fold: RunFold, data: EventOf<'run.resumed'>['data']): void {
  fold.parked = null;
  fold.pace = data.pace;
  fold.engine = data.engine;
  if (data.operator !== null) {
    fold.operator = data.operator;
    join(fold, data.operator);
  }
  for (const step of fold.order) {
    // A service does not outlive the process that runs the run, unless it was adopted: it is started again.
    if (step.service === null || step.service === 'running' || step.state !== 'succeeded') continue;
    Object.assign(step, { state: 'pending', released: true, service: null, finishedAt: null });
  }
  beforeTeardown(fold);
}

/** A teardown that ran because the run was left runs again when the run ends. */
export function beforeTeardown(fold: RunFold): void {
  if (!fold.teardown || fold.aborted !== null) return;
  fold.teardown = false;
  for (const step of fold.order) {
    if (step.plan.block.teardown === true && step.state !== 'unknown') Object.assign(step, newStep(step.plan), { attempts: step.attempts });
  }
}
