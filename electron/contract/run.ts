/** A run as others see it: the stable JSON document (`RUN` of the command line) and the richer view of the page. */
import { z } from 'zod';
import { AssertionResult } from './assertion.ts';
import { ChannelName } from './channel.ts';
import { RunHead } from './run/summary.ts';
import { Id, Timestamp } from './scalars.ts';
import { ExerciseAct } from './tabletop/plan.ts';
import { ExerciseView } from './tabletop/view.ts';
import { WaitingFor } from './vocabulary.ts';

export const StepState = z.enum(['pending', 'waiting', 'running', 'succeeded', 'failed', 'skipped', 'deferred', 'overridden', 'unknown', 'not_executed']);
export type StepState = z.infer<typeof StepState>;

/** Child steps of a call are `parent/child`. */
export const StepPath = z.string().regex(/^[a-z][a-z0-9-]{0,63}(?:\/[a-z][a-z0-9-]{0,63})*$/u);
const Seconds = z.number().nullable();

/** The laptop on which a step was done, of a run that was taken over. */
export const StepThere = z.object({ device: z.string(), run: z.string(), head: z.string(), state: StepState });
export type StepThere = z.infer<typeof StepThere>;

export const RunStepDocument = z.object({
  id: StepPath,
  kind: z.string(),
  state: StepState,
  attempts: z.int(),
  started_at: z.string().nullable(),
  finished_at: z.string().nullable(),
  budget_s: Seconds,
  tool_s: z.number(),
  human_s: z.number(),
  exit_codes: z.array(z.int()),
  assertions: z.array(AssertionResult),
  /** What must hold and could not be judged, in words, because the step was done by hand. Absent without any. */
  unjudged: z.array(z.string()).optional(),
  /** The window that the runbook sets, counted from the outage; `met` is null while it is open. Absent without one. */
  due: z.object({ after: z.string().nullable(), by: z.string().nullable(), met: z.boolean().nullable() }).optional(),
  reason: z.string().optional(),
  there: StepThere.optional(), // done on the laptop from which the run was taken over
});
export type RunStepDocument = z.infer<typeof RunStepDocument>;

export const RunDocument = RunHead.extend({ steps: z.array(RunStepDocument) });
export type RunDocument = z.infer<typeof RunDocument>;

/** A stretch of time for the timeline; `to` is null while it lasts. */
export const Span = z.object({ what: z.enum(['tool', 'human', 'blocked', 'approval', 'halted']), step: StepPath, attempt: z.int(), from: z.string(), to: z.string().nullable() });
export type Span = z.infer<typeof Span>;

export const ApprovalView = z.object({ by: z.string(), name: z.string(), role: z.string(), at: z.string(), verdict: z.enum(['approved', 'refused']), unattended: z.boolean(), reason: z.string().optional() });
export const AttachmentView = z.object({ name: z.string(), sha256: z.string(), size: z.int(), at: z.string(), by: z.string(), step: StepPath.nullable() });

/** A way to tell an audience, with what stands against it now. */
export const ChannelView = z.object({
  name: z.string(), // the kind, with the address where an audience has several of a kind
  kind: ChannelName,
  address: z.string().nullable(),
  dead: z.string().nullable(), // the mark of the switchboard by which it is dead
  tried: z.array(z.object({ at: z.string(), whom: z.string() })), // in vain, since somebody was reached last
  next: z.boolean(), // the one to take now
});
export type ChannelView = z.infer<typeof ChannelView>;

/** Who is to be told, how often, and what. */
export const AudienceView = z.object({
  id: Id,
  title: z.string(),
  cadence: z.string(), // in words
  condition: z.string().nullable(), // of the runbook, as written
  wanted: z.boolean().nullable(), // null: whether the condition holds is open
  /** On the clock of the run: in a tabletop the exercise's, H+0:00 being the outage. Null when nothing is due by itself. */
  due_at: z.string().nullable(),
  due_in_s: z.number().nullable(), // from the moment of the view; negative when it is late
  /** `at` by the real clock; `late_s` null where nothing was due. */
  told: z.array(z.object({ at: z.string(), h_ms: z.int().optional(), channel: z.string(), reached: z.string(), late_s: z.number().nullable() })),
  channels: z.array(ChannelView),
  draft: z.string(), // a subject stands on a line of its own before the text
  unknown: z.array(z.string()), // names in the draft that have no value
});
export type AudienceView = z.infer<typeof AudienceView>;

export const HandoverView = z.object({ at: z.string(), from: z.string(), to: z.string(), done: z.string(), running: z.string(), worries: z.string() });
export type HandoverView = z.infer<typeof HandoverView>;

/** One step as the Run screen shows it; masked. */
export const StepView = RunStepDocument.extend({
  title: z.string(),
  number: z.int(),
  phase: z.string(),
  lane: z.int(), // 0 = main
  role: z.string().nullable(),
  prose: z.string(), // Markdown, templates resolved
  needs: z.array(StepPath),
  point_of_no_return: z.boolean(),
  waiting_for: WaitingFor.nullable(),
  waiting_since: z.string().nullable(),
  /** The program as it will run or ran: one argv per stage of a pipe, secrets as `‹secret NAME, N bytes›`. */
  commands: z.array(z.array(z.string())),
  /** What the step sets in its program's environment; secrets as above. */
  env: z.record(z.string(), z.string()),
  /** Programs that this laptop did not have at the last try. */
  missing: z.array(z.string()),
  /** The step's own other way in words, and what has to be dead for it; null when it has none. */
  other_way: z.object({ when_dead: z.array(z.string()), words: z.string() }).nullable(),
  simulated: z.boolean(),
  expected: z.array(z.string()), // assertions before they are judged, in words
  output: z.object({ sha256: z.string(), size: z.int() }).nullable(),
  last_output_at: z.string().nullable(),
  quiet_since: z.string().nullable(), // set when the quiet alarm has gone off
  pid: z.int().nullable(),
  suspects: z.array(z.object({ symptom: Id, see: z.string(), cause: z.string(), fix: z.string(), evidence: z.array(z.object({ stance: z.enum(['for', 'against', 'ruled-out']), text: z.string() })) })),
  gotos: z.array(StepPath),
  approvals: z.array(ApprovalView),
  approvals_needed: z.object({ quorum: z.int(), by: z.array(z.string()), not_self: z.boolean() }).nullable(),
  captures: z.record(z.string(), z.string()),
  forecast: z.object({ start: z.string(), end: z.string() }).nullable(),
  undoable: z.boolean(),
  by_hand: z.boolean().optional(), // succeeded on a person's word, proven as far as `assertions` says
  tty: z.boolean().optional(), // the tool has a terminal of its own and takes keystrokes
  /** What the operator is asked, by kind of step. */
  asks: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('decide'), question: z.string(), options: z.array(z.object({ id: Id, label: z.string() })) }),
      z.object({ kind: z.literal('manual'), confirm: z.string(), checklist: z.array(z.string()), evidence: z.string().nullable() }),
      z.object({ kind: z.literal('secret'), secret: z.string(), sources: z.array(z.string()), prompt: z.string() }),
      z.object({ kind: z.literal('notify'), audience: z.string(), draft: z.string(), channels: z.array(z.string()), unknown: z.array(z.string()).optional(), of: z.array(ChannelView).optional() }),
      z.object({ kind: z.literal('attest'), statement: z.string() }),
    ])
    .nullable(),
});
export type StepView = z.infer<typeof StepView>;

export const NoteView = z.object({ at: z.string(), by: z.string(), text: z.string(), step: StepPath.nullable() });

/** All that the Run screen shows, recomputed from the journal's events. */
export const RunView = RunDocument.extend({
  title: z.string(),
  system: z.string(),
  seq: z.int(), // of the last event that is folded in
  signature: z.string(),
  operator: z.object({ id: z.string(), name: z.string() }).nullable(),
  present: z.array(z.object({ id: z.string(), name: z.string(), role: z.string() })),
  phases: z.array(z.object({ id: z.string(), title: z.string(), budget_s: Seconds })),
  steps: z.array(StepView),
  spans: z.array(Span),
  params: z.record(z.string(), z.string()),
  notes: z.array(NoteView),
  attachments: z.array(AttachmentView),
  dead: z.array(z.string()), // the outage switchboard
  injects: z.array(z.string()), // fired so far
  survivors: z.array(z.object({ step: StepPath, pid: z.int(), what: z.string() })),
  current: StepPath.nullable(), // the step that the operator should look at
  lookout: z.array(z.string()), // overrides, clock jumps, unattended approvals …
  begun_at: z.string().optional(),
  restored_at: z.string().nullable(),
  forecast_restored: z.string().nullable().optional(), // null once it is, or when the run is over
  slack_s: Seconds,
  messages: z.array(z.object({ audience: z.string(), due_at: z.string(), sent_at: z.string().nullable(), channel: z.string().nullable() })),
  audiences: z.array(AudienceView).default([]),
  handovers: z.array(HandoverView).default([]),
  checkpoint_words: z.string().nullable(),
  exercise: ExerciseView.optional(), // of a tabletop
});
export type RunView = z.infer<typeof RunView>;

/** Longest output that may be pasted; what is longer is attached as a file. */
export const PASTED_CHARACTERS = 1024 * 1024;

/** What a step's program printed on another machine, and the status that it ended with. */
export const Pasted = z.object({ output: z.string().max(PASTED_CHARACTERS, 'More than 1 MiB was pasted; attach it as a file instead.'), exit_code: z.int().min(0).max(255) });
export type Pasted = z.infer<typeof Pasted>;

const Words = z.string().max(4000);
const HANDOVER_WORDS = { done: Words, running: Words, worries: Words };

/** What a person does to a run; the engine answers with the new view or a rejection. */
export const RunCommand = z.discriminatedUnion('do', [
  z.object({ do: z.literal('start'), step: StepPath, typed_id: z.string().optional() }),
  z.object({ do: z.literal('confirm'), step: StepPath, note: z.string().optional(), checklist: z.array(z.boolean()).optional(), evidence: z.array(z.string()).optional() }),
  z.object({ do: z.literal('decide'), step: StepPath, option: Id }),
  z.object({ do: z.literal('approve'), step: StepPath, person: z.string(), passphrase: z.string() }),
  z.object({ do: z.literal('refuse'), step: StepPath, person: z.string(), passphrase: z.string(), reason: z.string() }),
  z.object({ do: z.literal('secret'), step: StepPath, value: z.union([z.string(), z.instanceof(Uint8Array)]) }),
  /** An escrowed key from files of its shares; the key goes into the run's memory handle alone. */
  z.object({ do: z.literal('quorum'), step: StepPath, shares: z.array(z.string()).min(1).max(255), passphrase: z.instanceof(Uint8Array).optional() }),
  z.object({ do: z.literal('sent'), step: StepPath, channel: z.string(), reached: z.string(), text: z.string() }),
  /** An audience was told by its cadence, at no step's asking. */
  z.object({ do: z.literal('tell'), audience: Id, channel: z.string().min(1), reached: z.string(), text: z.string() }),
  /** Nobody was reached by a channel: the next one of the audience is due. */
  z.object({ do: z.literal('not-reached'), audience: Id, channel: z.string().min(1), whom: z.string() }),
  /** The operator changes; both sign what one tells the other. */
  z.object({ do: z.literal('handover'), outgoing: z.object({ person: z.string(), passphrase: z.string() }), incoming: z.object({ person: z.string(), passphrase: z.string() }), ...HANDOVER_WORDS }),
  z.object({ do: z.literal('retry'), step: StepPath, reason: z.string().optional() }),
  z.object({ do: z.literal('done'), step: StepPath, reason: z.string(), pasted: Pasted.optional() }),
  z.object({ do: z.literal('skip'), step: StepPath, reason: z.string() }),
  z.object({ do: z.literal('defer'), step: StepPath, reason: z.string() }),
  z.object({ do: z.literal('override'), step: StepPath, reason: z.string() }),
  z.object({ do: z.literal('goto'), step: StepPath, to: StepPath, reason: z.string() }),
  z.object({ do: z.literal('undo'), step: StepPath, reason: z.string() }),
  z.object({ do: z.literal('stop-step'), step: StepPath, reason: z.string() }),
  z.object({ do: z.literal('block'), step: StepPath, reason: z.string() }),
  z.object({ do: z.literal('unblock'), step: StepPath }),
  /** Processes that a crash left behind: end them, or look again whether they have ended. */
  z.object({ do: z.literal('survivors'), step: StepPath, then: z.enum(['kill', 'look']) }),
  z.object({ do: z.literal('attest'), step: StepPath, note: z.string() }),
  /** The outage switchboard: the whole set of what is dead. */
  z.object({ do: z.literal('mark-dead'), names: z.array(z.string()) }),
  z.object({ do: z.literal('inject'), inject: Id }), // tabletop: fire now
  z.object({ do: z.literal('exercise'), act: ExerciseAct }), // tabletop: what its facilitator does
  z.object({ do: z.literal('note'), step: StepPath.nullable(), text: z.string() }),
  z.object({ do: z.literal('attach'), step: StepPath.nullable(), path: z.string() }),
  z.object({ do: z.literal('attest-time'), time: Timestamp, source: z.string() }),
  z.object({ do: z.literal('input'), step: StepPath, text: z.string() }), // keystrokes for a tty step; never journaled
  z.object({ do: z.literal('abort'), reason: z.string() }),
]);
export type RunCommand = z.infer<typeof RunCommand>;
