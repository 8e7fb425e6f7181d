/**
 * Every event of a run, as the journal holds it in `type` and `data`. Integers only (times in milliseconds); what can be
 * long (argv, assertion texts, prose) lies in a blob and the event names it, so that no event outgrows 16 KiB.
 */
import { z } from 'zod';
import { AssertionResult } from '../assertion.ts';
import { Id, Name, Sha256 } from '../scalars.ts';
import { NamedFault } from '../suspect.ts';
import { StepPath, StepState } from '../run.ts';
import { EXERCISE_EVENTS } from '../tabletop/events.ts';
import { event } from './event-shape.ts';
import { RunIncident, TakenOver } from './summary.ts';
import { Mode, WaitingFor } from '../vocabulary.ts';

const Blob = z.object({ sha256: Sha256, size: z.int() });
export type BlobName = z.infer<typeof Blob>;

/** What a program printed on another machine, masked, and the status that it ended with there. */
const PastedOutput = z.object({ output: Blob, exit_code: z.int() });
export type PastedOutput = z.infer<typeof PastedOutput>;

/** Who runs the run: a process that is gone without `run.parked` or `run.finished` was interrupted. */
const Engine = z.object({ pid: z.int(), start_time: z.string().nullable(), boot: z.string() });
export const Pace = z.enum(['step', 'auto']); // `step`: programs wait for a person's start; `auto`: they start as soon as they may
export type Pace = z.infer<typeof Pace>;

/** What an effect is for. A step's own work is `work`; `verify` follows a person's confirmation; `undo` takes a step back. */
export const Purpose = z.enum(['work', 'verify', 'undo']);
export type Purpose = z.infer<typeof Purpose>;
/** How an effect ended: a tool's outcome, or `refused` when it was never tried. */
export const How = z.enum(['exited', 'timed-out', 'killed', 'not-started', 'judged', 'refused']);

const AssertionTexts = z.array(AssertionResult);
const CommandTexts = z.array(z.array(z.string()));
/** Short texts stand in the event itself, long ones in a blob. */
export const InBlob = { assertions: AssertionTexts, commands: CommandTexts };

/** What one operator tells the next. */
export const HandoverWords = z.object({ done: z.string(), running: z.string(), worries: z.string() });
export type HandoverWords = z.infer<typeof HandoverWords>;

const Survivor = z.object({ pid: z.int(), what: z.string() });
const step = { step: StepPath };
const reason = { reason: z.string() };

export const RunEventBody = z.discriminatedUnion('type', [
  event('run.created', {
    mode: Mode,
    runbook: z.object({ id: z.string(), sha256: z.string() }),
    title: z.string(),
    system: z.string(),
    snapshot: Blob, // RunSnapshot as JSON
    signature: z.string(),
    outage_at: z.string().nullable(),
    declared_at: z.string().nullable(),
    operator: z.object({ id: z.string(), name: z.string(), role: z.string() }).nullable(),
    pace: Pace,
    engine: Engine,
    acknowledged_unsigned: z.string().nullable(),
    proceeded_not_ready: z.string().nullable(),
    readiness: z.string().nullable(), // the state when the run began
    /** Roles for which fewer people were enrolled than the runbook wants; accepted with the reason of `proceeded_not_ready`. */
    short_of: z.array(z.object({ role: Id, wanted: z.int(), enrolled: z.int() })).optional(),
    /** Whose signature vouched for the runbook, and which version of the signed set it was. */
    vouched: z.object({ signers: z.array(z.string()), version: z.int().nullable() }).optional(),
    /** The program that began the run; `bundle` is the SHA-256 of its package's manifest, null when it ran from its source. */
    blackstart: z.object({ version: z.string(), bundle: z.string().nullable() }).optional(),
    /** What was marked as dead on this laptop when a live run began, or what a drill plays as dead; beside it the runbook says what is lost. */
    dead: z.array(z.string()).optional(),
    /** What readiness had last found wrong with backups of this runbook. */
    faults: z.array(NamedFault.extend({ check: Id })).optional(),
    run_dir: z.string(),
    /** The incident that it is a part of. */
    incident: RunIncident.optional(),
    /** The run of another laptop that this one goes on with; `events`: that run's entries, byte for byte, a line each. */
    taken_over: TakenOver.extend({ events: Blob }).optional(),
  }),
  /** Outputs that came with a run that was taken over. */
  event('run.evidence', { blobs: z.array(Blob) }),
  event('run.resumed', { operator: z.object({ id: z.string(), name: z.string(), role: z.string() }).nullable(), pace: Pace, engine: Engine }),
  /** The process that runs the run left it on purpose; nothing was in effect. */
  event('run.parked', { why: z.enum(['waiting', 'failed', 'closed']), ...reason }),
  event('run.restored', { ...step }), // service restored: the RTO clock stops
  event('run.aborted', { ...reason }), // asked for; the teardown follows, then `run.finished`
  event('run.teardown', { ...reason }), // ordinary steps are over, teardown steps begin
  event('run.finished', { state: z.enum(['succeeded', 'aborted']) }),
  event('run.noted', { step: StepPath.nullable(), text: z.string(), by: z.string() }),
  event('run.attached', { step: StepPath.nullable(), name: z.string(), blob: Blob, by: z.string() }),
  /** The operator changes. `statement`: what is done, what runs, what worries (`HandoverWords`); `note`: signed by both over its digest. */
  event('run.handed-over', { from: z.object({ id: z.string(), name: z.string() }), to: z.object({ id: z.string(), name: z.string() }), statement: Blob, note: Blob }),
  event('run.joined', { id: z.string(), name: z.string(), role: z.string() }),
  event('run.fault', { ...reason }), // something of ours went wrong; the run goes on or halts, and says so
  event('time.attested', { time: z.string(), source: z.string(), offset_ms: z.int(), by: z.string() }),
  event('outage.marked', { dead: z.array(z.string()), by: z.string() }), // the whole set of names that are dead
  event('inject.fired', { inject: Id, by: z.string(), h_ms: z.int().optional() }), // by `schedule` when its time came; `h_ms` on the exercise clock
  ...EXERCISE_EVENTS,
  event('rpo.measured', { newest_at: z.string(), achieved_ms: z.int(), ...step }),
  event('scratch.started', { name: Name, kind: z.string(), values: z.record(z.string(), z.string()) }),
  event('scratch.gone', { name: Name, checked: z.boolean(), detail: z.string() }),

  /** How a step stood on the laptop from which the run was taken over; `head` is the root of that laptop's record. */
  event('step.inherited', { ...step, state: StepState, run: z.string(), device: z.string(), head: Sha256 }),
  event('step.called', { ...step, params: z.record(z.string(), z.string()) }), // a call begins: its params are frozen
  /** `lacks`: what the step needs alive and the outage has taken; it goes on by itself when all of it lives again. */
  event('step.waiting', { ...step, for: WaitingFor, detail: z.string().optional(), lacks: z.array(Id).optional() }),
  event('step.released', { ...step, typed_id: z.boolean() }), // a person said start
  event('step.intent', {
    ...step,
    attempt: z.int(),
    purpose: Purpose,
    what: z.string(), // one line: the program, the probe, the wait
    argv: CommandTexts.nullable(), // masked; null when it is long and lies in `commands`, or when nothing runs
    commands: Blob.nullable(), // JSON string[][], masked
    tools: z.array(z.object({ program: z.string().nullable(), sha256: z.string().nullable() })),
    alternate: z.boolean(),
    marker: z.string(),
  }),
  event('step.process', { ...step, attempt: z.int(), stage: z.int(), pid: z.int(), start_time: z.string().nullable() }),
  event('step.quiet', { ...step, silent_ms: z.int() }),
  event('step.result', {
    ...step,
    attempt: z.int(),
    purpose: Purpose,
    block: z.string(), // hash of the step's block: the measured time belongs to it
    ok: z.boolean(),
    how: How,
    exit_codes: z.array(z.int()),
    output: Blob.nullable(),
    judged: AssertionTexts.nullable(), // null when it is long and lies in `assertions`, or when nothing was judged
    assertions: Blob.nullable(), // JSON AssertionResult[]
    assertions_failed: z.int(),
    /** What must hold and could not be judged, in words: a step done by hand prints nothing. */
    unjudged: z.array(z.string()).optional(),
    captures: z.record(z.string(), z.string()),
    duration_ms: z.int(),
    survivors: z.array(z.int()),
    reason: z.string().nullable(), // why not, in words
    /** What the backup suffers from, where the step checked or restored one. */
    fault: NamedFault.optional(),
  }),
  event('step.retrying', { ...step, attempt: z.int(), delay_ms: z.int() }), // by rule `on_fail.retry`
  /** Failed before anything was tried; `survivors` when it is a copy of the step that stands in the way. */
  event('step.halted', { ...step, ...reason, survivors: z.array(Survivor).optional() }),
  event('step.unknown', { ...step, attempt: z.int(), survivors: z.array(Survivor), ...reason }),
  event('step.survivors', { ...step, killed: z.array(z.int()), gone: z.boolean() }),
  event('step.simulated', { ...step, outcome: z.enum(['ok', 'fail', 'unknown']), ...reason }),
  event('step.confirmed', { ...step, note: z.string().nullable(), checklist: z.array(z.boolean()), evidence: z.array(Blob.extend({ name: z.string() })), by: z.string() }),
  event('step.decided', { ...step, option: Id, as: Name, goto: StepPath.nullable(), by: z.string() }),
  event('step.approved', { ...step, by: z.string(), name: z.string(), role: z.string(), unattended: z.boolean(), statement: Blob.nullable(), signature: Blob.nullable() }),
  event('step.refused', { ...step, by: z.string(), name: z.string(), role: z.string(), ...reason }),
  event('step.secret', { ...step, name: Name, source: z.string(), length: z.int(), fingerprint: z.string().nullable() }),
  event('step.done', { ...step, by: z.string(), verify: z.boolean().optional(), pasted: PastedOutput.optional(), ...reason }), // by hand; `verify`: what must hold is judged next, on what was `pasted` as well
  event('step.skipped', { ...step, rule: z.enum(['person', 'when', 'mode', 'alternate', 'teardown']), by: z.string(), ...reason }),
  event('step.deferred', { ...step, by: z.string(), ...reason }),
  event('step.overridden', { ...step, by: z.string(), ...reason }),
  event('step.goto', { ...step, to: StepPath, by: z.string(), ...reason }),
  event('step.retried', { ...step, by: z.string(), ...reason }),
  event('step.unreached', { ...step, ...reason }), // not executed
  event('step.undone', { ...step, by: z.string(), ...reason }), // asked for; an `undo` intent and result follow
  event('step.stopped', { ...step, by: z.string(), ...reason }), // a person stops what runs
  event('step.blocked', { ...step, by: z.string(), ...reason }), // waits for a third party
  event('step.unblocked', { ...step, by: z.string() }),
  event('step.service', { ...step, state: z.enum(['running', 'stopping', 'stopped', 'died']), detail: z.string() }),
  /** A person told an audience, at no step's asking. `passed_over`: channels that stand before this one and are dead. */
  event('comms.told', { audience: Id, channel: z.string(), reached: z.string(), text: Blob, by: z.string(), unattended: z.boolean(), passed_over: z.array(z.string()).optional() }),
  event('comms.tried', { audience: Id, channel: z.string(), whom: z.string(), by: z.string() }), // nobody was reached by it
  event('comms.sent', { ...step, audience: Id, channel: z.string(), reached: z.string(), text: Blob, by: z.string(), unattended: z.boolean(), passed_over: z.array(z.string()).optional() }),
]);
export type RunEventBody = z.infer<typeof RunEventBody>;
export type RunEventType = RunEventBody['type'];
export type EventOf<T extends RunEventType> = Extract<RunEventBody, { type: T }>;

/** What the journal adds. `wall` RFC 3339 UTC; `up` milliseconds since boot. */
export type RunEvent = RunEventBody & { seq: number; wall: string; boot: string; up: number; actor: string };

export interface StoredEvent { seq: number; wall: string; boot: string; up: number; actor: string; type: string; data: unknown }

/** A journaled event of a run, or null for events that the run's fold does not read (`run.key`, `clock.jump`, …). */
export function readRunEvent(stored: StoredEvent): RunEvent | null {
  const body = RunEventBody.safeParse({ type: stored.type, data: stored.data });
  if (body.success) return { ...body.data, seq: stored.seq, wall: stored.wall, boot: stored.boot, up: stored.up, actor: stored.actor };
  if (RUN_EVENT_TYPES.has(stored.type)) throw new Error(`journal entry ${stored.seq} (${stored.type}) does not read: ${body.error.message}`);
  return null;
}

const RUN_EVENT_TYPES: ReadonlySet<string> = new Set(RunEventBody.options.map((option) => option.shape.type.value));
