/** The state of a run and of its steps, and what can be read off it. Only the fold changes it. */
import type { AssertionResult } from '../assertion.ts';
import type { StepState, StepThere } from '../run.ts';
import type { NamedFault } from '../suspect.ts';
import type { ExerciseFold } from '../tabletop/state.ts';
import type { BlobName, EventOf, Pace, PastedOutput, Purpose } from './events.ts';
import type { PlannedStep, RunPlan } from './plan.ts';
import { within } from './plan.ts';
import type { Mode, WaitingFor } from '../vocabulary.ts';

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
  lacks: readonly string[]; // what it needs alive and is dead, while it waits for that
  released: boolean; // a person said start
  typed: boolean; // … and typed the id of a point of no return
  confirmed: boolean; // a person did their part; `verify` is left
  simulated: boolean;
  jumpedTo: boolean; // the target of a goto: its needs are waived
  bypassed: boolean; // a goto went past it: others may go on
  left: boolean; // failed, and a goto left it behind
  reoffered: boolean; // deferred, and asked again at the end
  byHand: string | null; // why a person did it instead of its program
  pasted: PastedOutput | null; // what its program printed on another machine
  unjudged: readonly string[]; // what must hold and could not be judged, since nothing was printed
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
  fault: NamedFault | null; // of the backup, as the last try found it
  assertions: Kept<AssertionResult[]> | null;
  output: BlobName | null;
  commands: Kept<string[][]> | null;
  missing: readonly string[]; // programs that this laptop did not have at the last try
  captures: Readonly<Record<string, string>>;
  approvals: Approved[];
  quietSince: Instant | null;
  survivors: readonly { pid: number; what: string }[];
  option: string | null;
  there: StepThere | null; // how it stood on the laptop from which the run was taken over
}

/** `due` and `moment`: wall milliseconds on the clock of the run, which in a tabletop is that of the exercise; `due` is null where nothing was. */
export interface Told { audience: string; channel: string; at: Instant; reached: string; seq: number; moment: number; due: number | null }

export interface RunFold {
  id: string;
  plan: RunPlan;
  created: EventOf<'run.created'>['data'];
  first: number; // seq of that event
  createdAt: Instant;
  mode: Mode;
  pace: Pace;
  engine: { pid: number; start_time: string | null; boot: string };
  operator: { id: string; name: string; role: string } | null;
  seq: number;
  last: Instant;
  before: Instant; // of the event before the last: when a process died is not known, when it last spoke is
  steps: Map<string, StepFold>;
  order: StepFold[];
  stretches: Stretch[];
  parked: 'waiting' | 'failed' | 'closed' | null;
  aborted: string | null;
  teardown: boolean;
  finished: { state: 'succeeded' | 'aborted'; at: Instant } | null;
  restoredAt: Instant | null;
  /** What was measured, by the scope whose runbook says from what: a recovery is as old as the oldest of its parts. */
  rpos: Map<string, { newestAt: string; achievedMs: number }>;
  dead: readonly string[];
  scratch: Map<string, { kind: string; values: Readonly<Record<string, string>>; gone: boolean; checked: boolean; left?: string }>; // `left`: what was still there, in words
  present: { id: string; name: string; role: string }[];
  notes: { at: string; by: string; text: string; step: string | null }[];
  attachments: { name: string; sha256: string; size: number; at: string; by: string; step: string | null }[];
  sent: Told[];
  tried: { audience: string; channel: string; whom: string; at: Instant; seq: number }[];
  handovers: { at: Instant; from: { id: string; name: string }; to: { id: string; name: string }; statement: BlobName }[];
  injects: string[];
  exercise: ExerciseFold | null; // of a tabletop
  lookout: string[];
}

export function newStep(plan: PlannedStep): StepFold {
  return {
    plan, state: 'pending', reason: null, waitingFor: null, waitingSince: null, waitingDetail: null, lacks: [], released: false, typed: false, confirmed: false,
    simulated: false, jumpedTo: false, bypassed: false, left: false, reoffered: false, byHand: null, pasted: null, unjudged: [], retryable: false, stopped: false, called: null, attempts: 0, automatic: 0, effect: null, retrying: null,
    undoing: null, service: null, startedAt: null, finishedAt: null, exitCodes: [], fault: null, assertions: null, output: null, commands: null, missing: [], captures: {},
    approvals: [], quietSince: null, survivors: [], option: null, there: null,
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

/** Values by name that a step of this scope can see: params, decisions, captures. Unset names are absent. */
export function namesOf(fold: RunFold, scope: string): Record<string, string> {
  const frozen = scope === '' ? fold.plan.snapshot.root.params : (stepOf(fold, scope).called ?? {});
  const captured = fold.order.filter((step) => step.plan.scope === scope).map((step) => step.captures);
  return Object.fromEntries([frozen, ...captured].flatMap((values) => Object.entries(values)));
}

/** A step as its runbook names it, for example in `goto`. */
export function sibling(step: PlannedStep, id: string): string {
  return within(step.scope, id);
}
export function join(fold: RunFold, person: { id: string; name: string; role: string }): void {
  if (!fold.present.some(({ id }) => id === person.id)) fold.present.push(person);
}
