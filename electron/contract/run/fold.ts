/**
 * A run as its events make it. `applyEvent` is the only thing that changes a `RunFold`; the engine's rules and the page's
 * view both read it, so they cannot disagree. Folding is incremental: one event costs the same however long the run is.
 */
import type { AssertionResult } from '../assertion.ts';
import type { StepState, WaitingFor } from '../run.ts';
import type { Mode } from '../step.ts';
import type { BlobName, EventOf, Pace, Purpose, RunEvent } from './events.ts';
import type { PlannedStep, RunPlan } from './plan.ts';
import { within } from './plan.ts';

/** A moment on all three clocks. Within a boot durations use `up`, across boots the wall. */
export interface Instant { wall: number; boot: string; up: number }
export interface Stretch { what: 'tool' | 'human' | 'blocked' | 'approval' | 'halted'; step: string; attempt: number; from: Instant; to: Instant | null }
export interface Effect { attempt: number; purpose: Purpose; what: string; since: Instant; marker: string; alternate: boolean; processes: { stage: number; pid: number; startTime: string | null }[] }
export interface Approved { by: string; name: string; role: string; at: string; verdict: 'approved' | 'refused'; unattended: boolean; reason?: string }

/** A text of an event: there, or in a blob. */
export type Kept<T> = { inline: T } | { blob: BlobName };

export interface StepFold {
  plan: PlannedStep;
  state: StepState;
  reason: string | null;
  waitingFor: WaitingFor | null;
  waitingSince: Instant | null;
  waitingDetail: string | null;
  released: boolean; // a person said start
  typed: boolean; // … and typed the id of a point of no return
  confirmed: boolean; // a person did their part; `verify` is left
  simulated: boolean;
  jumpedTo: boolean; // the target of a goto: its needs are waived
  bypassed: boolean; // a goto went past it: others may go on
  left: boolean; // failed, and a goto left it behind
  reoffered: boolean; // deferred, and asked again at the end
  retryable: boolean; // it failed by itself, so that a rule may try again
  stopped: boolean; // a person ended what ran
  called: Readonly<Record<string, string>> | null; // params of a call that has begun
  attempts: number;
  automatic: number; // retries by rule since a person last decided
  effect: Effect | null;
  retrying: { since: Instant; delayMs: number } | null;
  undoing: string | null; // why, while it is being taken back
  service: 'running' | 'stopping' | 'stopped' | 'died' | null;
  startedAt: Instant | null;
  finishedAt: Instant | null;
  exitCodes: readonly number[];
  assertions: Kept<AssertionResult[]> | null;
  output: BlobName | null;
  commands: Kept<string[][]> | null;
  captures: Readonly<Record<string, string>>;
  approvals: Approved[];
  quietSince: Instant | null;
  survivors: readonly { pid: number; what: string }[];
  option: string | null;
}

export interface RunFold {
  id: string;
  plan: RunPlan;
  created: EventOf<'run.created'>['data'];
  createdAt: Instant;
  mode: Mode;
  pace: Pace;
  engine: { pid: number; start_time: string | null; boot: string };
  operator: { id: string; name: string; role: string } | null;
  seq: number;
  last: Instant;
  steps: Map<string, StepFold>;
  order: StepFold[];
  stretches: Stretch[];
  parked: 'waiting' | 'failed' | 'closed' | null;
  aborted: string | null;
  teardown: boolean;
  finished: { state: 'succeeded' | 'aborted'; at: Instant } | null;
  restoredAt: Instant | null;
  rpo: { newestAt: string; achievedMs: number } | null;
  dead: readonly string[];
  scratch: Map<string, { kind: string; values: Readonly<Record<string, string>>; gone: boolean; checked: boolean }>;
  present: { id: string; name: string; role: string }[];
  notes: { at: string; by: string; text: string; step: string | null }[];
  attachments: { name: string; sha256: string; size: number; at: string; by: string; step: string | null }[];
  sent: { audience: string; channel: string; at: Instant; reached: string }[];
  injects: string[];
  lookout: string[];
}

/** @param event the run's `run.created` */
export function beginRun(id: string, plan: RunPlan, event: RunEvent & { type: 'run.created' }): RunFold {
  const { data } = event;
  const order = plan.steps.map(newStep);
  return {
    id, plan, created: data, createdAt: instantOf(event), mode: data.mode, pace: data.pace, engine: data.engine, operator: data.operator, seq: event.seq, last: instantOf(event),
    steps: new Map(order.map((step) => [step.plan.path, step])), order, stretches: [],
    parked: null, aborted: null, teardown: false, finished: null, restoredAt: null, rpo: null,
    dead: plan.snapshot.root.runbook.front.lost ?? [], scratch: new Map(), present: data.operator === null ? [] : [data.operator],
    notes: [], attachments: [], sent: [], injects: [],
    lookout: [
      ...(data.acknowledged_unsigned === null ? [] : [`Nobody trusted vouches for this runbook; accepted because: ${data.acknowledged_unsigned}`]),
      ...(data.proceeded_not_ready === null ? [] : [`Started although it was ${data.readiness ?? 'not ready'}, because: ${data.proceeded_not_ready}`]),
    ],
  };
}

function newStep(plan: PlannedStep): StepFold {
  return {
    plan, state: 'pending', reason: null, waitingFor: null, waitingSince: null, waitingDetail: null, released: false, typed: false, confirmed: false,
    simulated: false, jumpedTo: false, bypassed: false, left: false, reoffered: false, retryable: false, stopped: false, called: null, attempts: 0, automatic: 0, effect: null, retrying: null,
    undoing: null, service: null, startedAt: null, finishedAt: null, exitCodes: [], assertions: null, output: null, commands: null, captures: {},
    approvals: [], quietSince: null, survivors: [], option: null,
  };
}

export function instantOf({ wall, boot, up }: { wall: string; boot: string; up: number }): Instant {
  return { wall: Date.parse(wall), boot, up };
}

/** Milliseconds from one instant to another. */
export function elapsed(from: Instant, to: Instant): number {
  return Math.max(0, from.boot === to.boot ? to.up - from.up : to.wall - from.wall);
}

export function stepOf(fold: RunFold, path: string): StepFold {
  const step = fold.steps.get(path);
  if (step === undefined) throw new Error(`the run has no step ${path}`);
  return step;
}

/** Changes `fold` in place. Every event of the run goes in once, in order of seq. */
export function applyEvent(fold: RunFold, event: RunEvent): void {
  if (event.seq <= fold.seq) return;
  fold.seq = event.seq;
  const at = instantOf(event);
  fold.last = at;
  if (isStepEvent(event)) applyStep(fold, stepOf(fold, event.data.step), event, at);
  else applyRun(fold, event, at);
}

type StepEvent = Extract<RunEvent, { type: `step.${string}` | 'comms.sent' }>;

function isStepEvent(event: RunEvent): event is StepEvent {
  return event.type.startsWith('step.') || event.type === 'comms.sent';
}

function applyRun(fold: RunFold, event: Exclude<RunEvent, StepEvent>, at: Instant): void {
  switch (event.type) {
    case 'run.created':
      return;
    case 'run.resumed':
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
    case 'run.fault':
      fold.lookout.push(event.data.reason);
      return;
    case 'time.attested':
      if (Math.abs(event.data.offset_ms) > 2000) fold.lookout.push(`This laptop's clock differs from ${event.data.source} by ${Math.round(event.data.offset_ms / 1000)} s`);
      return;
    case 'outage.marked':
      fold.dead = event.data.dead;
      return;
    case 'inject.fired':
      fold.injects.push(event.data.inject);
      return;
    case 'rpo.measured':
      fold.rpo = { newestAt: event.data.newest_at, achievedMs: event.data.achieved_ms };
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
  if (known !== undefined) fold.scratch.set(name, { ...known, gone: true, checked });
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
  if (!fold.teardown || fold.aborted !== null) return;
  fold.teardown = false; // it ran because the run was left; it runs again when the run ends
  for (const step of fold.order) {
    if (step.plan.block.teardown === true && step.state !== 'unknown') Object.assign(step, newStep(step.plan), { attempts: step.attempts });
  }
}

function join(fold: RunFold, person: { id: string; name: string; role: string }): void {
  if (!fold.present.some(({ id }) => id === person.id)) fold.present.push(person);
}

function applyStep(fold: RunFold, step: StepFold, event: StepEvent, at: Instant): void {
  switch (event.type) {
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
      return halts(fold, step, 'failed', event.data.reason, at);
    case 'step.unknown':
      step.survivors = event.data.survivors;
      return halts(fold, step, 'unknown', event.data.reason, at);
    case 'step.survivors':
      if (event.data.gone) step.survivors = [];
      return;
    case 'step.simulated':
      begin(fold, step, at);
      step.simulated = true;
      if (event.data.outcome === 'ok') finish(fold, step, 'succeeded', event.data.reason, at);
      else halts(fold, step, event.data.outcome === 'fail' ? 'failed' : 'unknown', event.data.reason, at);
      return;
    case 'step.confirmed':
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
      fold.lookout.push(`Step ${step.plan.number} ${step.plan.title}: done by hand, not proven by the console`);
      return finish(fold, step, 'succeeded', `Done by hand: ${event.data.reason}`, at);
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
      fold.sent.push({ audience: event.data.audience, channel: event.data.channel, at, reached: event.data.reached });
      return personDid(fold, step, at);
  }
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
  open(fold, step, data.for === 'approval' ? 'approval' : data.for === 'third-party' ? 'blocked' : 'human', at);
}

function intends(fold: RunFold, step: StepFold, data: EventOf<'step.intent'>['data'], at: Instant): void {
  begin(fold, step, at);
  rest(fold, step, 'running', at);
  if (data.purpose === 'work') {
    step.attempts = Math.max(step.attempts, data.attempt);
    Object.assign(step, { exitCodes: [], assertions: null, output: null, captures: {}, stopped: false });
  }
  if (data.purpose === 'work') step.commands = kept(data.argv, data.commands) ?? step.commands;
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
  step.assertions = kept(data.judged, data.assertions) ?? step.assertions;
  step.captures = { ...step.captures, ...data.captures };
  if (data.purpose === 'work') {
    step.exitCodes = data.exit_codes;
    step.output = data.output;
  }
  step.survivors = data.survivors.map((pid) => ({ pid, what: 'it outlived being killed' }));
  if (!data.ok) {
    halts(fold, step, 'failed', step.stopped ? `Stopped: ${step.reason ?? ''}` : (data.reason ?? 'It did not succeed'), at);
    step.retryable = data.purpose === 'work' && !step.stopped && data.how !== 'refused' && data.how !== 'killed' && data.survivors.length === 0;
    return;
  }
  finish(fold, step, 'succeeded', null, at);
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
  open(fold, step, 'halted', at);
}

function finish(fold: RunFold, step: StepFold, state: StepState, reason: string | null, at: Instant): void {
  rest(fold, step, state, at);
  step.reason = reason;
  step.finishedAt = at;
  if (state === 'succeeded' && step.plan.block.restores_service === true) fold.restoredAt ??= at;
}

/** A person's part is over; when the step has something to verify, that is left. */
function personDid(fold: RunFold, step: StepFold, at: Instant): void {
  if (step.attempts === 0 || step.confirmed === false) step.attempts += 1;
  if (step.plan.block.verify === undefined || step.simulated) return finish(fold, step, 'succeeded', null, at);
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

/** What a step's gate asks for, or null when it has none. */
export function approvalOf({ block }: PlannedStep): { by: readonly string[]; quorum: number; not_self: boolean } | null {
  if (block.kind === 'approve') return { by: block.by, quorum: block.quorum, not_self: block.not_self };
  return block.approve ?? null;
}

/** Distinct people who approved and whom no refusal followed. */
export function approvers(step: StepFold): string[] {
  const refusal = step.approvals.findLastIndex(({ verdict }) => verdict === 'refused');
  return [...new Set(step.approvals.slice(refusal + 1).map(({ by }) => by))];
}

function retried(fold: RunFold, step: StepFold, at: Instant): void {
  rest(fold, step, 'pending', at);
  step.released = true;
  step.automatic = 0;
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

/** Values by name that a step of this scope can see: params, decisions, captures. Unset names are absent. */
export function namesOf(fold: RunFold, scope: string): Record<string, string> {
  const frozen = scope === '' ? fold.plan.snapshot.root.params : (stepOf(fold, scope).called ?? {});
  const captured = fold.order.filter((step) => step.plan.scope === scope).map((step) => step.captures);
  return Object.assign({}, frozen, ...captured);
}

/** A step as its runbook names it, for example in `goto`. */
export function sibling(step: PlannedStep, id: string): string {
  return within(step.scope, id);
}
