/** What the events of a step make of it. */
import type { StepState } from '../run.ts';
import { told } from './cadence.ts';
import type { BlobName, EventOf, RunEvent } from './events.ts';
import { restoresService } from './plan.ts';
import type { Instant, Kept, RunFold, StepFold, Stretch } from './state.ts';
import { approvalOf, approvers, join, stepOf } from './state.ts';

export type StepEvent = Extract<RunEvent, { type: `step.${string}` | 'comms.sent' }>;

export function applyStep(fold: RunFold, step: StepFold, event: StepEvent, at: Instant): void {
  switch (event.type) {
    case 'step.inherited':
      step.there = stoodThere(event.data);
      return;
    case 'step.called':
      step.called = event.data.params;
      begin(fold, step, at);
      step.attempts += 1;
      step.state = 'running';
      return;
    case 'step.waiting':
      return waits(fold, step, event.data, at);
    case 'step.released':
      rest(fold, step, 'pending', at);
      step.released = true;
      step.typed ||= event.data.typed_id;
      return;
    case 'step.intent':
      return intends(fold, step, event.data, at);
    case 'step.process':
      step.effect?.processes.push({ stage: event.data.stage, pid: event.data.pid, startTime: event.data.start_time });
      return;
    case 'step.quiet':
      step.quietSince = at;
      return;
    case 'step.result':
      return results(fold, step, event.data, at);
    case 'step.retrying':
      rest(fold, step, 'running', at);
      step.automatic += 1;
      step.retrying = { since: at, delayMs: event.data.delay_ms };
      return;
    case 'step.halted':
      step.survivors = event.data.survivors ?? [];
      step.undoing = null;
      return halts(fold, step, 'failed', event.data.reason, at);
    case 'step.unknown':
      close(fold, step, fold.before); // nobody knows how long it went on
      step.survivors = event.data.survivors;
      return halts(fold, step, 'unknown', event.data.reason, at);
    case 'step.survivors':
      if (!event.data.gone) return;
      if (step.state === 'unknown' && step.survivors.length > 0) step.reason = 'Interrupted: its outcome is unknown; nothing of it runs any more';
      step.survivors = [];
      return;
    case 'step.simulated':
      begin(fold, step, at);
      step.simulated = true;
      if (event.data.outcome === 'ok') finish(fold, step, 'succeeded', event.data.reason, at);
      else halts(fold, step, event.data.outcome === 'fail' ? 'failed' : 'unknown', event.data.reason, at);
      return;
    case 'step.confirmed':
      if (step.waitingFor === 'confirmation' && step.plan.block.kind !== 'manual') step.byHand = `Done by hand, as ${dead(fold, step)}`;
      return personDid(fold, step, at);
    case 'step.decided':
      step.option = event.data.option;
      step.captures = { ...step.captures, [event.data.as]: event.data.option };
      personDid(fold, step, at);
      if (event.data.goto !== null) jump(fold, step, event.data.goto, at);
      return;
    case 'step.approved':
      return approves(fold, step, event, at);
    case 'step.refused':
      step.approvals.push({ ...event.data, at: event.wall, verdict: 'refused', unattended: false });
      return halts(fold, step, 'failed', `Refused by ${event.data.name}: ${event.data.reason}`, at);
    case 'step.secret':
      if (step.plan.block.kind === 'secret' && step.effect === null && step.undoing === null) {
        begin(fold, step, at);
        personDid(fold, step, at);
      } else if (step.state === 'waiting') {
        rest(fold, step, 'pending', at);
        step.released = true;
      }
      return;
    case 'step.done':
      return doneByHand(fold, step, event.data, at);
    case 'step.skipped':
      return finish(fold, step, 'skipped', event.data.reason, at);
    case 'step.deferred':
      return finish(fold, step, 'deferred', event.data.reason, at);
    case 'step.overridden':
      fold.lookout.push(`Step ${step.plan.number} ${step.plan.title}: overridden because ${event.data.reason}`);
      return finish(fold, step, 'overridden', event.data.reason, at);
    case 'step.goto':
      step.left = true;
      rest(fold, step, step.state === 'unknown' ? 'unknown' : 'failed', at);
      step.finishedAt = at;
      step.reason = `${step.reason ?? 'It failed'}; went on at ${event.data.to}: ${event.data.reason}`;
      return jump(fold, step, event.data.to, at);
    case 'step.retried':
      return retried(fold, step, at);
    case 'step.unreached':
      return finish(fold, step, 'not_executed', event.data.reason, at);
    case 'step.undone':
      rest(fold, step, 'running', at);
      step.undoing = event.data.reason;
      return;
    case 'step.stopped':
      step.stopped = true;
      step.reason = event.data.reason;
      return;
    case 'step.blocked':
      close(fold, step, at);
      step.waitingFor = 'third-party';
      step.waitingSince = at;
      step.waitingDetail = event.data.reason;
      open(fold, step, 'blocked', at);
      return;
    case 'step.unblocked':
      return unblocked(fold, step, at);
    case 'step.service':
      step.service = event.data.state;
      if (event.data.state === 'died') fold.lookout.push(`The service of step ${step.plan.number} ${step.plan.title} has ended by itself: ${event.data.detail}`);
      return;
    case 'comms.sent':
      told(fold, event.data, at);
      return personDid(fold, step, at);
  }
}

function stoodThere({ device, run, head, state }: EventOf<'step.inherited'>['data']): StepFold['there'] {
  return { device, run, head, state };
}

/** What the outage had taken lives again: who waited for nothing else goes on. */
export function aliveAgain(fold: RunFold, at: Instant): void {
  for (const step of fold.order) if (step.lacks.length > 0 && !step.lacks.some((name) => fold.dead.includes(name))) rest(fold, step, 'pending', at);
}

function open(fold: RunFold, step: StepFold, what: Stretch['what'], at: Instant): void {
  fold.stretches.push({ what, step: step.plan.path, attempt: step.attempts, from: at, to: null });
}

function close(fold: RunFold, step: StepFold, at: Instant): void {
  for (let i = fold.stretches.length - 1; i >= 0; i -= 1) {
    const stretch = fold.stretches[i];
    if (stretch !== undefined && stretch.step === step.plan.path) {
      if (stretch.to !== null) return; // a step has one open stretch at most
      stretch.to = at;
    }
  }
}

function begin(fold: RunFold, step: StepFold, at: Instant): void {
  close(fold, step, at);
  step.startedAt ??= at;
  step.finishedAt = null;
  step.reason = null;
}

/** Nothing is asked and nothing runs; the step is in `state`. */
function rest(fold: RunFold, step: StepFold, state: StepState, at: Instant): void {
  close(fold, step, at);
  step.state = state;
  step.waitingFor = null;
  step.waitingSince = null;
  step.waitingDetail = null;
  step.lacks = [];
  step.retrying = null;
  step.quietSince = null;
  step.effect = null;
}

function waits(fold: RunFold, step: StepFold, data: EventOf<'step.waiting'>['data'], at: Instant): void {
  if (step.state === 'deferred') step.reoffered = true;
  rest(fold, step, 'waiting', at);
  step.startedAt ??= at;
  step.finishedAt = null;
  step.waitingFor = data.for;
  step.waitingSince = at;
  step.waitingDetail = data.detail ?? null;
  step.lacks = data.lacks ?? [];
  open(fold, step, data.for === 'approval' ? 'approval' : data.for === 'third-party' ? 'blocked' : 'human', at);
}

function intends(fold: RunFold, step: StepFold, data: EventOf<'step.intent'>['data'], at: Instant): void {
  begin(fold, step, at);
  rest(fold, step, 'running', at);
  if (data.purpose === 'work') {
    step.attempts = Math.max(step.attempts, data.attempt);
    Object.assign(step, { exitCodes: [], fault: null, assertions: null, output: null, captures: {}, stopped: false });
  }
  if (data.purpose === 'work') {
    step.commands = kept(data.argv, data.commands) ?? step.commands;
    const names = data.what.split(' | ');
    step.missing = data.tools.flatMap(({ program }, stage) => (program === null ? (names[stage] ?? []) : []));
  }
  step.effect = { attempt: data.attempt, purpose: data.purpose, what: data.what, since: at, marker: data.marker, alternate: data.alternate, processes: [] };
  open(fold, step, 'tool', at);
}

function results(fold: RunFold, step: StepFold, data: EventOf<'step.result'>['data'], at: Instant): void {
  step.effect = null;
  if (data.purpose === 'undo') {
    const why = step.undoing ?? '';
    step.undoing = null;
    return halts(fold, step, 'failed', data.ok ? `Undone: ${why}` : `The undo failed: ${data.reason ?? 'no reason given'}`, at);
  }
  step.assertions = kept(data.judged, data.assertions) ?? (data.purpose === 'verify' ? null : step.assertions);
  step.unjudged = data.unjudged ?? [];
  step.captures = { ...step.captures, ...data.captures };
  if (data.purpose === 'work' || step.pasted !== null) {
    step.exitCodes = data.exit_codes;
    step.output = data.output;
  }
  step.fault = data.fault ?? null;
  step.survivors = data.survivors.map((pid) => ({ pid, what: 'it outlived being killed' }));
  if (!data.ok && step.byHand !== null) return halts(fold, step, 'failed', `${step.byHand}; but ${data.reason ?? 'it did not succeed'}`, at);
  if (!data.ok) {
    halts(fold, step, 'failed', step.stopped ? `Stopped: ${step.reason ?? ''}` : (data.reason ?? 'It did not succeed'), at);
    step.retryable = data.purpose === 'work' && !step.stopped && data.how !== 'refused' && data.how !== 'killed' && data.survivors.length === 0;
    return;
  }
  if (step.byHand !== null) fold.lookout.push(handWords(step));
  finish(fold, step, 'succeeded', step.byHand, at);
}

/** A person's word, and how much of it was proven. */
function handWords(step: StepFold): string {
  const open = step.unjudged.length === 0 ? '' : `; not judged, as its program did not run: ${step.unjudged.join('; ')}`;
  if (step.pasted !== null) return `${spoken(step)}: run on another machine; judged on the output that was pasted`;
  return `${spoken(step)}: done by hand, ${step.assertions === null ? 'not proven by the console' : 'and what could be judged holds'}${open}`;
}

function spoken({ plan: { number, title } }: StepFold): string {
  return `Step ${number} ${title}`;
}

function dead(fold: RunFold, { plan: { block } }: StepFold): string {
  const names = (block.alternate?.when_dead ?? []).filter((name) => fold.dead.includes(name));
  return `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} dead`;
}

function kept<T>(inline: T | null, blob: BlobName | null): Kept<T> | null {
  if (inline !== null) return { inline };
  return blob === null ? null : { blob };
}

function halts(fold: RunFold, step: StepFold, state: 'failed' | 'unknown', reason: string, at: Instant): void {
  rest(fold, step, state, at);
  step.startedAt ??= at;
  step.finishedAt = at;
  step.reason = reason;
  step.retryable = false;
  step.released = false;
  step.confirmed = false;
  step.byHand = null;
  step.pasted = null;
  open(fold, step, 'halted', at);
}

function finish(fold: RunFold, step: StepFold, state: StepState, reason: string | null, at: Instant): void {
  rest(fold, step, state, at);
  step.reason = reason;
  step.finishedAt = at;
  if (state === 'succeeded' && restoresService(fold.plan, step.plan)) fold.restoredAt ??= at;
}

/** A person's part is over; when the step has something to verify, that is left. */
function personDid(fold: RunFold, step: StepFold, at: Instant): void {
  if (step.attempts === 0 || step.confirmed === false) step.attempts += 1;
  if (step.plan.block.verify === undefined || step.simulated) return finish(fold, step, 'succeeded', step.byHand, at);
  toVerify(fold, step, at);
}

function doneByHand(fold: RunFold, step: StepFold, { reason, pasted, verify }: EventOf<'step.done'>['data'], at: Instant): void {
  step.byHand = `Done by hand: ${reason}`;
  step.pasted = pasted ?? null;
  if (verify === true) return toVerify(fold, step, at);
  fold.lookout.push(`${spoken(step)}: done by hand, not proven by the console`);
  finish(fold, step, 'succeeded', step.byHand, at);
}

function toVerify(fold: RunFold, step: StepFold, at: Instant): void {
  rest(fold, step, 'pending', at);
  step.confirmed = true;
}

function approves(fold: RunFold, step: StepFold, event: RunEvent & { type: 'step.approved' }, at: Instant): void {
  const { by, name, role, unattended } = event.data;
  step.approvals.push({ by, name, role, unattended, at: event.wall, verdict: 'approved' });
  join(fold, { id: by, name, role });
  if (unattended) fold.lookout.push(`Step ${step.plan.number} ${step.plan.title}: approved unattended in the name of ${name}`);
  const wanted = approvalOf(step.plan);
  if (wanted === null || approvers(step).length < wanted.quorum) return;
  if (step.plan.block.kind === 'approve') personDid(fold, step, at);
  else rest(fold, step, 'pending', at);
}

function retried(fold: RunFold, step: StepFold, at: Instant): void {
  rest(fold, step, 'pending', at);
  step.released = true;
  step.reason = null;
  step.automatic = 0;
  step.byHand = null;
  step.pasted = null;
  step.unjudged = [];
  step.finishedAt = null;
  step.left = false;
  step.survivors = [];
}

function unblocked(fold: RunFold, step: StepFold, at: Instant): void {
  close(fold, step, at);
  step.waitingFor = null;
  step.waitingDetail = null;
  step.waitingSince = null;
  if (step.state === 'failed' || step.state === 'unknown') open(fold, step, 'halted', at);
  else if (step.effect !== null) open(fold, step, 'tool', at);
  else if (step.state === 'waiting') rest(fold, step, 'pending', at); // it is asked anew
}

/** Goes forward to `target`; what lies between and has not begun is not executed. */
function jump(fold: RunFold, from: StepFold, target: string, at: Instant): void {
  const to = stepOf(fold, target);
  to.jumpedTo = true;
  for (const step of fold.order.slice(from.plan.index + 1, to.plan.index)) {
    const open = step.state === 'pending' || step.state === 'waiting' || step.state === 'deferred';
    if (!open || step.plan.parent === from.plan.path) continue;
    finish(fold, step, 'not_executed', `passed over: ${from.plan.path} went on at ${target}`, at);
    step.bypassed = true;
  }
}
