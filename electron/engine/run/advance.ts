/**
 * What happens by itself: pure. From the state of a run follow events that need nobody (a `when` that is false, a gate that
 * now waits, a retry by rule, the end) and the effects that may start. The executor journals the one, starts the other, and
 * asks again until nothing is left.
 */
import type { Purpose, RunEventBody } from '../../contract/run/events.ts';
import type { RunFold, StepFold } from '../../contract/run/state.ts';
import { approvalOf, approvers, stepOf } from '../../contract/run/state.ts';
import { attestOf } from '../../contract/run/plan.ts';
import { durationSeconds } from '../../contract/scalars.ts';
import { isHeld } from '../../contract/tabletop/state.ts';
import { deadNames, deadNeeds, isSpare, modeRule, simulatedOutcome } from './modes.ts';

/** The value of a step's `when`, or why it has none; `undecided` when a decision was never taken. */
export type Condition = { value: boolean } | { problem: string; undecided: boolean };
export interface Rules {
  condition(step: StepFold): Condition;
  /** Why a step may not run as it stands, whatever people say; null when it may. */
  refusal(step: StepFold): string | null;
}

export interface Launch {
  step: string;
  purpose: Purpose | 'call';
  delayMs: number;
}
export interface Advance {
  events: RunEventBody[];
  launch: Launch[];
}

const NOTHING: Advance = { events: [], launch: [] };

/** Whether a step is over in a way that lets others go on. */
export function satisfies(step: StepFold): boolean {
  return step.state === 'succeeded' || step.state === 'skipped' || step.state === 'overridden' || step.bypassed;
}

/** Whether nothing more will happen to a step. */
export function isOver(step: StepFold): boolean {
  return satisfies(step) || step.state === 'not_executed' || step.left;
}

export function advance(fold: RunFold, rules: Rules): Advance {
  if (fold.finished !== null) return NOTHING;
  if (fold.aborted !== null && !fold.teardown) return afterAbort(fold);
  if (fold.exercise?.ended != null) return passOver(fold, 'The exercise was ended before');
  const steps = fold.order.map((step) => next(fold, step, rules));
  const merged: Advance = { events: steps.flatMap(({ events }) => events), launch: steps.flatMap(({ launch }) => launch) };
  return merged.events.length > 0 || merged.launch.length > 0 ? merged : atRest(fold);
}

/** What is under way is being ended; then the rest is passed over and the teardown begins. */
function afterAbort(fold: RunFold): Advance {
  if (fold.order.some(({ effect }) => effect !== null)) return NOTHING;
  return passOver(fold, 'The run was aborted');
}

function passOver(fold: RunFold, reason: string): Advance {
  const left = fold.order.filter((step) => !isOver(step) && step.state !== 'failed' && step.state !== 'unknown' && !tearsDown(fold, step));
  if (left.length > 0) return { events: left.map((step) => ({ type: 'step.unreached', data: { step: step.plan.path, reason } })), launch: [] };
  return begins(fold, reason);
}

/** A teardown step waits for the end, in a rehearsal. */
export function tearsDown(fold: RunFold, { plan }: StepFold): boolean {
  return fold.mode === 'rehearsal' && plan.block.teardown === true;
}

function begins(fold: RunFold, reason: string): Advance {
  const some = fold.order.some((step) => tearsDown(fold, step) && !isOver(step));
  return some && !fold.teardown ? { events: [{ type: 'run.teardown', data: { reason } }], launch: [] } : ends(fold);
}

function ends(fold: RunFold): Advance {
  return { events: [{ type: 'run.finished', data: { state: fold.aborted === null ? 'succeeded' : 'aborted' } }], launch: [] };
}

function next(fold: RunFold, step: StepFold, rules: Rules): Advance {
  if (tearsDown(fold, step) !== fold.teardown) return NOTHING;
  if (step.effect !== null) return NOTHING;
  if (step.undoing !== null) return launch(step, 'undo');
  if (step.retrying !== null) return launch(step, 'work', step.retrying.delayMs);
  if (step.state === 'failed') return retry(step);
  if (step.state === 'running' && step.plan.block.kind === 'call') return closeCall(fold, step);
  if (step.state !== 'pending') return NOTHING;
  const unmade = unmadeCall(fold, step);
  if (unmade !== null) return one({ type: 'step.unreached', data: { step: step.plan.path, reason: unmade } });
  return isReady(fold, step) ? consider(fold, step, rules) : NOTHING;
}

/** Why the call that a step belongs to is over without having been made; null when it may still be made, or was. */
function unmadeCall(fold: RunFold, { plan }: StepFold): string | null {
  const call = plan.parent === null ? null : stepOf(fold, plan.parent);
  if (call === null || call.called !== null || !isOver(call)) return null;
  if (call.state === 'skipped' || call.state === 'overridden') return `The call ${call.plan.path} was ${call.state}: ${call.reason ?? ''}`;
  return call.state === 'succeeded' ? `The call ${call.plan.path} was done by hand` : (call.reason ?? `The call ${call.plan.path} was not made`);
}

function launch(step: StepFold, purpose: Launch['purpose'], delayMs = 0): Advance {
  return { events: [], launch: [{ step: step.plan.path, purpose, delayMs }] };
}

function one(event: RunEventBody): Advance {
  return { events: [event], launch: [] };
}

function retry(step: StepFold): Advance {
  const rule = step.plan.block.on_fail;
  if (!step.retryable || step.left || step.automatic >= (rule?.retry ?? 0)) return NOTHING;
  const delay_ms = rule?.delay === undefined ? 0 : durationSeconds(rule.delay) * 1000;
  return one({ type: 'step.retrying', data: { step: step.plan.path, attempt: step.attempts + 1, delay_ms } });
}

/** A call is over when every step of the called runbook is; its teardown comes with that of the whole run. */
function closeCall(fold: RunFold, step: StepFold): Advance {
  const children = fold.order.filter((child) => child.plan.parent === step.plan.path && !tearsDown(fold, child));
  if (!children.every(isOver)) return NOTHING;
  if (step.plan.block.verify !== undefined) return launch(step, 'verify');
  return one({
    type: 'step.result',
    data: { step: step.plan.path, attempt: step.attempts, purpose: 'work', block: step.plan.sha256, ok: true, how: 'judged', exit_codes: [], output: null, judged: null, assertions: null, assertions_failed: 0, captures: {}, duration_ms: 0, survivors: [], reason: null },
  });
}

function isReady(fold: RunFold, { plan, jumpedTo }: StepFold): boolean {
  const call = plan.parent === null ? null : stepOf(fold, plan.parent);
  // By the time of the teardown the call may be over, in whatever way; what it began has to be cleared up.
  if (call !== null && (fold.teardown ? call.called === null : call.state !== 'running')) return false;
  if (jumpedTo) return true;
  const needs = plan.needs.map((need) => stepOf(fold, need));
  if (!fold.teardown) return needs.every(satisfies);
  // In the teardown what could not be done before does not hold up the rest.
  return needs.filter((need) => tearsDown(fold, need)).every((need) => isOver(need) || (fold.aborted !== null && need.state === 'failed'));
}

/** A step whose turn it is. */
function consider(fold: RunFold, step: StepFold, rules: Rules): Advance {
  if (step.confirmed) return launch(step, 'verify');
  const skip = whySkipped(fold, step);
  if (skip !== null) return one({ type: 'step.skipped', data: { step: step.plan.path, by: 'engine', ...skip } });
  if (step.plan.block.when !== undefined && !step.jumpedTo && !step.released) {
    const condition = rules.condition(step);
    // What only one way of a decision makes was not made when nobody decided.
    if ('problem' in condition && fold.teardown && condition.undecided) return one({ type: 'step.skipped', data: { step: step.plan.path, rule: 'when', by: 'engine', reason: `Not needed: ${step.plan.block.when} was never decided` } });
    if ('problem' in condition) return one({ type: 'step.halted', data: { step: step.plan.path, reason: condition.problem } });
    if (!condition.value) return one({ type: 'step.skipped', data: { step: step.plan.path, rule: 'when', by: 'engine', reason: `Not needed: ${step.plan.block.when} is false` } });
  }
  const lacks = deadNeeds(fold, step);
  if (lacks.length > 0) return one({ type: 'step.waiting', data: { step: step.plan.path, for: 'third-party', detail: `It needs ${lacks.join(' and ')}, which ${lacks.length === 1 ? 'is' : 'are'} dead`, lacks: [...lacks] } });
  if (modeRule(fold, step).do === 'simulate') return simulate(fold, step);
  const refused = rules.refusal(step);
  if (refused !== null) return one({ type: 'step.halted', data: { step: step.plan.path, reason: refused } });
  return gate(fold, step) ?? begin(fold, step);
}

function whySkipped(fold: RunFold, step: StepFold): { rule: 'mode' | 'teardown' | 'alternate'; reason: string } | null {
  const { block } = step.plan;
  const rule = modeRule(fold, step);
  if (block.teardown === true && fold.mode === 'live' && block.modes?.live !== 'run') return { rule: 'teardown', reason: 'It only cleans up after a rehearsal' };
  if (rule.do === 'skip') return { rule: 'mode', reason: `Not part of a ${fold.mode} run` };
  if (isSpare(fold, step)) return { rule: 'alternate', reason: `Not needed: ${step.plan.standsInFor ?? 'the other step'} has its own way` };
  const dead = deadNames(fold, step);
  if (block.alternate?.step === undefined || dead.length === 0) return null;
  return { rule: 'alternate', reason: `${dead.join(', ')} is dead: step ${block.alternate.step} does it instead` };
}

function simulate(fold: RunFold, step: StepFold): Advance {
  if (lacksApprovalAtTable(fold, step)) return one({ type: 'step.waiting', data: { step: step.plan.path, for: 'approval' } });
  if ((fold.pace === 'step' || fold.exercise !== null) && !step.released) return one({ type: 'step.waiting', data: { step: step.plan.path, for: 'start' } });
  return one({ type: 'step.simulated', data: { step: step.plan.path, ...simulatedOutcome(fold, step) } });
}

/** Where people sit at the table, one of them has to approve; an inject that decides the step goes before. */
function lacksApprovalAtTable(fold: RunFold, step: StepFold): boolean {
  const wanted = approvalOf(step.plan);
  return fold.exercise !== null && fold.exercise.people.size > 0 && wanted !== null && approvers(step).length < wanted.quorum && simulatedOutcome(fold, step).outcome === 'ok';
}

/** Approval and point of no return; null when the way is free. */
function gate(fold: RunFold, step: StepFold): Advance | null {
  const wanted = approvalOf(step.plan);
  const path = step.plan.path;
  if (wanted !== null && approvers(step).length < wanted.quorum) return one({ type: 'step.waiting', data: { step: path, for: 'approval' } });
  if (step.plan.block.point_of_no_return === true && wanted === null && !step.typed) return one({ type: 'step.waiting', data: { step: path, for: 'point-of-no-return' } });
  return startsByHand(fold, step) && !step.released ? one({ type: 'step.waiting', data: { step: path, for: 'start' } }) : null;
}

/** Programs wait for a person's start; what only senses or asks begins by itself. */
function startsByHand(fold: RunFold, step: StepFold): boolean {
  const { block } = step.plan;
  if (fold.pace !== 'step' || isByHand(fold, step)) return false;
  return block.kind === 'run' || (block.kind === 'secret' && block.run !== undefined);
}

function isByHand(fold: RunFold, step: StepFold): boolean {
  return step.plan.block.alternate?.manual !== undefined && deadNames(fold, step).length > 0;
}

function begin(fold: RunFold, step: StepFold): Advance {
  const ask = (what: 'decision' | 'confirmation' | 'attestation' | 'message'): Advance => one({ type: 'step.waiting', data: { step: step.plan.path, for: what } });
  const { block } = step.plan;
  if (isByHand(fold, step)) return ask('confirmation');
  switch (block.kind) {
    case 'decide':
      return ask('decision');
    case 'manual':
      return ask('confirmation');
    case 'notify':
      return ask('message');
    case 'check':
      return attestOf(fold.plan, step.plan) === null ? launch(step, 'work') : ask('attestation');
    case 'call':
      return launch(step, 'call');
    case 'approve':
      return NOTHING; // the quorum that opens its gate ends it
    case 'run':
    case 'secret':
    case 'wait':
      return launch(step, 'work');
  }
}

/** Nothing runs by itself and nothing may start: either people are asked, or the end has come. */
function atRest(fold: RunFold): Advance {
  const over = restOf(fold);
  // An exercise is over when its facilitator says so: answers are still scored, objectives rated.
  return isHeld(fold.exercise) && over.events.some(({ type }) => type === 'run.finished') ? NOTHING : over;
}

function restOf(fold: RunFold): Advance {
  const mine = fold.order.filter((step) => tearsDown(fold, step) === fold.teardown);
  const busy = (step: StepFold): boolean => step.effect !== null || step.state === 'waiting' || (step.state === 'running' && step.plan.block.kind !== 'call');
  const halted = (step: StepFold): boolean => (step.state === 'failed' || step.state === 'unknown') && !step.left && !(fold.aborted !== null && fold.teardown && step.state === 'failed');
  if (fold.order.some((step) => busy(step) || (halted(step) && fold.aborted === null)) || mine.some(halted)) return NOTHING;
  const deferred = mine.filter(({ state }) => state === 'deferred');
  if (deferred.length > 0) return { events: deferred.map((step) => ({ type: 'step.waiting', data: { step: step.plan.path, for: 'answer', detail: step.reason ?? '' } })), launch: [] };
  const unreached = mine.filter(({ state }) => state === 'pending');
  if (unreached.length > 0) return { events: unreached.map((step) => ({ type: 'step.unreached', data: { step: step.plan.path, reason: whyUnreached(fold, step) } })), launch: [] };
  return begins(fold, 'The steps are over');
}

function whyUnreached(fold: RunFold, { plan }: StepFold): string {
  const missing = plan.needs.map((need) => stepOf(fold, need)).filter((need) => !satisfies(need));
  return missing.length === 0 ? 'It was not reached' : `It needs ${missing.map((need) => need.plan.path).join(', ')}, which did not succeed`;
}
