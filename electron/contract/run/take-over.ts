/**
 * A run that goes on with one of another laptop: the other run's events make the state, then everything that only that laptop
 * could answer for (what ran there, what a person was about to do there) becomes a question here. Pure.
 */
import type { BlobName, RunEvent, RunEventBody } from './events.ts';
import { applyEvent, beforeTeardown, beginRun } from './fold.ts';
import type { RunPlan } from './plan.ts';
import type { Instant, RunFold, StepFold } from './state.ts';
import { instantOf, join } from './state.ts';

/** Between a person's role and the laptop on which they had it. */
export const THERE = ', on ';

type Created = RunEvent & { type: 'run.created' };

/**
 * @param event the run's own `run.created`
 * @param entries the events of the run that it goes on with, the first being its `run.created`
 */
export function beginAny(id: string, plan: RunPlan, event: Created, entries: (events: BlobName) => readonly RunEvent[]): RunFold {
  const taken = event.data.taken_over;
  if (taken === undefined) return beginRun(id, plan, event);
  const [first, ...rest] = entries(taken.events);
  if (first?.type !== 'run.created') throw new Error(`what was taken over with the run ${id} does not begin with its creation`);
  const fold = beginAny(id, plan, first, entries); // that one may have been taken over itself
  for (const there of rest) applyEvent(fold, there);
  return takeUp(fold, event, taken.device);
}

function takeUp(fold: RunFold, event: Created, device: string): RunFold {
  const at = instantOf(event);
  const { data } = event;
  for (const stretch of fold.stretches) stretch.to ??= fold.last;
  for (const step of fold.order) ask(fold, step, at);
  beforeTeardown(fold);
  for (const [name, resource] of fold.scratch) if (!resource.gone) fold.scratch.set(name, { ...resource, gone: true, checked: false });
  Object.assign(fold, { created: data, first: event.seq, seq: event.seq, last: at, before: at, pace: data.pace, engine: data.engine, operator: data.operator, parked: null });
  // Whoever was there is not here, unless it is the one who goes on.
  fold.present = fold.present.filter(({ id }) => id !== data.operator?.id).map((person) => ({ ...person, role: person.role.includes(THERE) ? person.role : `${person.role}${THERE}${device}` }));
  if (data.operator !== null) join(fold, data.operator);
  const left = fold.order.filter((step) => step.state === 'succeeded' && names(step, 'run_dir')).map(({ plan: { path } }) => path);
  fold.lookout.push(`Taken over from ${device}: what was done there counts as done there`);
  if (left.length > 0) fold.lookout.push(`Files that stayed in the run's folder on ${device}: of ${left.join(', ')}`);
  if ([...fold.scratch.values()].some(({ checked }) => !checked)) fold.lookout.push(`Scratch resources on ${device} may still be there`);
  return fold;
}

/** What was under way keeps its effect: that its outcome is unknown is recorded (`openOutcomes`). */
function ask(fold: RunFold, step: StepFold, at: Instant): void {
  const { state } = step;
  if (step.effect !== null) return;
  const nothingAsked = { waitingFor: null, waitingSince: null, waitingDetail: null, lacks: [], quietSince: null, survivors: [] };
  if (step.retrying !== null || step.undoing !== null) {
    const reason = step.undoing === null ? `${step.reason ?? 'It failed'}; it was about to be tried again` : `It was about to be taken back: ${step.undoing}`;
    Object.assign(step, nothingAsked, { state: 'failed', retrying: null, undoing: null, retryable: false, reason });
  }
  if ((step.state === 'failed' || state === 'unknown') && !step.left) {
    Object.assign(step, nothingAsked, { retryable: false, approvals: [], typed: false });
    fold.stretches.push({ what: 'halted', step: step.plan.path, attempt: step.attempts, from: at, to: null });
  }
  if (state === 'waiting') Object.assign(step, nothingAsked, step.waitingFor === 'answer' ? { state: 'deferred', reoffered: false } : { state: 'pending' });
  if (state === 'succeeded' && step.service !== null) Object.assign(step, { state: 'pending', service: null, finishedAt: null });
  // Whoever approved or started it saw the other laptop's command: it is asked for here again.
  if (step.state === 'pending') Object.assign(step, { released: false, typed: false, approvals: [] });
}

function names({ plan: { block } }: StepFold, what: string): boolean {
  return JSON.stringify(block).includes(`{{${what}`);
}

/** Whether a step worked in scratch places, by itself or by a param that is filled from them. */
function usedScratch(fold: RunFold, step: StepFold): boolean {
  const { root, calls } = fold.plan.snapshot;
  const frozen = step.plan.scope === '' ? root : calls[step.plan.scope];
  return fold.scratch.size > 0 && (names(step, 'scratch.') || (frozen?.open ?? []).some((name) => names(step, `${name}}}`)));
}

/** What is recorded of every step that had begun there. @param there the run as it stood on that laptop */
export function inheritedSteps(there: RunFold, taken: { run: string; device: string; head: { hash: string } }): RunEventBody[] {
  return there.order.filter(({ startedAt, finishedAt }) => startedAt !== null || finishedAt !== null).map(({ plan: { path }, state, effect }) => ({
    type: 'step.inherited', data: { step: path, state: effect === null ? state : 'running', run: taken.run, device: taken.device, head: taken.head.hash },
  }));
}

/** What only a person can say: how that ended which was under way there, and what to do about what lies in scratch places there. */
export function openOutcomes(fold: RunFold): RunEventBody[] {
  const device = fold.created.taken_over?.device ?? '';
  return fold.order.flatMap((step): RunEventBody[] => {
    const unknown = (reason: string): RunEventBody[] => [{ type: 'step.unknown', data: { step: step.plan.path, attempt: step.effect?.attempt ?? step.attempts, survivors: [], reason } }];
    if (step.effect !== null) return unknown(`It was under way on ${device}: its outcome is unknown, and processes of it may live there`);
    return step.state === 'succeeded' && step.plan.block.kind !== 'call' && usedScratch(fold, step) ? unknown(`It was done in scratch places of ${device}, which are not here: try it again, or say why it is done`) : [];
  });
}
