/**
 * The report of a run: the source of every format. Its fourteen groups are those that auditors ask for
 * (DORA Art. 11, 12, 25; ISO 22301 §8.5; NIST SP 800-34, 800-84 §6.5; HSEEP; PCI DSS 3.7; SOC 2 A1.3).
 * `null` says that the record does not hold it, an empty list that there was none; nothing is made up.
 */
import { z } from 'zod';
import { SaidHotWash } from './after-action.ts';
import { AssertionResult } from './assertion.ts';
import { CheckResult } from './readiness.ts';
import { Correction, ExercisedType, Part, ReportFinding, SaidBy, Severity, Trigger } from './report-facts.ts';
import { Approved, RevisionSignatures } from './report-signature.ts';
import { ApprovalView, AttachmentView, NoteView, Span, StepPath, StepState, StepThere } from './run.ts';
import { SignatureState } from './runbook.ts';
import { ExerciseView } from './tabletop/view.ts';
import { Mode, ReadinessState, RunState } from './vocabulary.ts';
import { TakenOver } from './run/summary.ts';

const Seconds = z.number().nullable();
const Instant = z.string().nullable();
const Text = z.string().nullable();
/** Of a person's knowledge; null when nobody said it. */
const Said = z.array(z.string()).nullable();

export const ReportStep = z.object({
  number: z.int(),
  id: StepPath,
  title: z.string(),
  phase: z.string(),
  kind: z.string(),
  state: StepState,
  verdict: z.enum(['pass', 'fail', 'not executed', 'simulated', 'open']),
  target_s: Seconds,
  measured_s: Seconds,
  /** As the plan stood when the run began: the critical path over budgets and earlier measured times. */
  planned_start: Instant,
  planned_end: Instant,
  started_at: Instant,
  finished_at: Instant,
  tool_s: z.number(),
  human_s: z.number(), // waited for people
  executor: Text,
  approvers: z.array(ApprovalView),
  commands: z.array(z.array(z.string())), // resolved and masked
  /** `version`: what readiness found of the same program; null when no check looked. */
  tools: z.array(z.object({ program: z.string(), version: Text, sha256: Text })),
  exit_codes: z.array(z.int()),
  output: z.object({ sha256: z.string(), size: z.int() }).nullable(),
  assertions: z.array(AssertionResult),
  attempts: z.int(),
  point_of_no_return: z.boolean(),
  deviation: Text, // override, skip, defer, by hand, retry …, with its reason
  there: StepThere.optional(), // on the laptop from which the run was taken over
});
export type ReportStep = z.infer<typeof ReportStep>;

/** One escrowed key that was touched: what a verification or a use of it has to say of itself (PCI DSS 3.7.6–3.7.8). */
export const EscrowedKey = z.object({
  key: z.string(),
  version: Text,
  at: Instant,
  purpose: Text,
  level: Text, // L0 … L5
  strength: Text, // of the proof: authenticated, structural, none
  commitment: z.enum(['match', 'no match']).nullable(), // of the rebuilt key
  quorum: z.object({ needed: z.int(), present: z.int(), verified: z.int().nullable() }).nullable(),
  shares: z.array(z.object({
    index: z.string(), // the share's x
    custodian: Text,
    commitment: z.enum(['match', 'no match']).nullable(),
    seal_before: Text, // number and state of the bag
    seal_after: Text,
  })),
  destruction: Text, // of the material that was rebuilt
  witnesses: z.array(z.string()),
  result: z.string(),
});
export type EscrowedKey = z.infer<typeof EscrowedKey>;

const Identity = z.object({
  run: z.string(),
  type: z.union([Mode, ExercisedType]),
  title: z.string(),
  system: z.string(),
  scenario: z.string(),
  severity: Severity,
  trigger: Trigger.nullable(),
  quarter: z.string(),
  state: RunState,
  runbook: z.object({ id: z.string(), owner: z.string(), version: z.string(), sha256: z.string(), reviewed: z.string(), signature: SignatureState }),
  /** Of the program that began the run; `bundle_sha256` of its signed package, null beside a version when it ran from its source. */
  blackstart: z.object({ version: Text, bundle_sha256: Text }),
});

const Scope = z.object({
  components: z.array(z.string()),
  data_classes: z.array(z.string()),
  third_parties: Said,
  environment: z.string(),
  segregation: z.string(),
  params: z.record(z.string(), z.string()),
  exclusions: z.array(z.object({ what: z.string(), reason: z.string() })),
  compliance: z.array(z.string()),
});

const Objectives = z.object({
  rto_s: Seconds, rpo_s: Seconds, recommended: z.boolean(), success: z.array(z.string()), assumptions: Said,
  classes: z.array(z.object({ title: z.string(), rto_s: Seconds, rpo_s: Seconds })),
});

/** `from` and `to`: first and last seen in the record, or as somebody said. */
export const ReportPerson = z.object({ id: Text, name: z.string(), part: Part, role: z.string(), organisation: Text, from: Instant, to: Instant });
export type ReportPerson = z.infer<typeof ReportPerson>;

const Activation = z.object({
  outage_at: Instant, declared_at: Instant, declared_by: Text, criterion: Text, criterion_met: Text,
  restored_at: Instant, finished_at: Instant, deactivated_at: Instant, deactivated_by: Text,
});

const ReportData = z.object({
  backups: z.array(z.object({ check: z.string(), id: z.string(), location: z.string(), taken_at: Instant, sha256: Text, size: z.number().nullable(), level: z.string(), checked_at: Instant })),
  reconciliation: z.array(z.object({ what: z.string(), ok: z.boolean(), expected: z.string(), actual: z.string() })),
  newest_row: Instant,
  keys: z.array(z.object({ secret: z.string(), source: z.string(), fingerprint: Text, length: z.int() })),
});

const Target = z.object({ target_s: Seconds, achieved_s: Seconds, met: z.boolean().nullable() });
const Results = z.object({
  rto: Target,
  rpo: Target,
  clocks: z.object({ tool_s: z.number(), human_s: z.number(), blocked_s: z.number() }),
  /** Null when no target was measured, or the run did not end well enough to be judged. */
  met: z.boolean().nullable(),
  verdict: z.string(), // one sentence, also the headline
  verdict_by: z.string(),
});

export const ReportMessage = z.object({ audience: z.string(), channel: Text, due_at: Instant, sent_at: Instant, text: z.string(), reached: z.string(), passed_over: z.array(z.string()).optional() });
export type ReportMessage = z.infer<typeof ReportMessage>;

const Integrity = z.object({
  entries: z.int(),
  head: z.object({ size: z.int(), hash: z.string() }),
  /** The newest signed checkpoint: what paper and other laptops can hold against the record. */
  checkpoint: z.object({ size: z.int(), hash: z.string(), words: z.string(), note: z.string() }).nullable(),
  /** Others who have signed a checkpoint of this record, up to so many entries. */
  witnessed: z.array(z.object({ name: z.string(), size: z.int(), at: Instant })),
  checkpoints: z.array(z.object({ seq: z.int(), at: z.string(), reason: z.string() })), // of this run
  signatures: z.array(z.object({ what: z.string(), key: z.string() })), // who signs this run's record
  verified: z.boolean().nullable(),
  device: z.string(),
  device_key: z.string().optional(), // what guards it, in words; when it was locked during the run
  clock: z.object({
    source: Text, // what a check or a person compared it with
    offset_s: z.number().nullable(),
    /** Over the run, within one boot: what the wall clock and the time since boot each say it took. */
    wall_ms: z.int().nullable(),
    monotonic_ms: z.int().nullable(),
    events: z.array(z.object({ at: z.string(), what: z.string() })),
  }),
  masked: z.array(z.string()),
  attachments: z.array(AttachmentView),
});

export const Report = z.object({
  blackstart_report: z.literal(1),
  generated_at: z.string(),
  generated_with: z.string(), // version of Blackstart: another one may draw the same report in another way
  identity: Identity,
  scope: Scope,
  objectives: Objectives,
  people: z.array(ReportPerson),
  /** The operator changed. `signed`: both signatures hold under the keys of the two. Absent where one led the run throughout. */
  handovers: z.array(z.object({ at: z.string(), from: z.string(), to: z.string(), done: z.string(), running: z.string(), worries: z.string(), signed: z.boolean() })).optional(),
  activation: Activation,
  readiness: z.object({ state: ReadinessState.nullable(), at: Instant, checks: z.array(CheckResult.extend({ age_s: Seconds })) }),
  execution: z.array(ReportStep),
  not_executed: z.array(z.object({ id: StepPath, title: z.string(), why: z.string() })),
  data: ReportData,
  results: Results,
  communications: z.object({
    messages: z.array(ReportMessage),
    /** In vain: nobody was reached. Absent where every try found somebody. */
    tried: z.array(z.object({ audience: z.string(), channel: z.string(), whom: z.string(), at: z.string(), by: z.string() })).optional(),
    regulator: z.object({ authority: z.string(), at: z.string(), by: Text, reference: Text }).nullable(),
  }),
  findings: z.array(ReportFinding),
  hot_wash: SaidHotWash.nullable().optional(),
  escrow: z.array(EscrowedKey),
  approval: z.object({
    author: z.string(),
    reviewer: Text,
    reviewed: z.string(), // the runbook, as it says
    compliance: Approved.nullable(), // the newest signature of the compliance officer
    retention: Text,
    next_due: Instant,
    revision: z.object({ number: z.int(), issued_at: Instant }), // not issued: a draft
    /** Under this revision. Its digest is taken without them: each of them names it. */
    signatures: z.array(Approved),
    earlier: z.array(RevisionSignatures),
    corrections: z.array(Correction),
  }),
  integrity: Integrity,
  deviations: z.array(z.object({ at: Instant, step: z.string(), what: z.string(), who: z.string() })),
  notes: z.array(NoteView),
  timeline: z.object({
    spans: z.array(Span),
    lanes: z.array(z.object({ step: StepPath, lane: z.int(), number: z.int() })),
    injects: z.array(z.object({ id: z.string(), title: z.string(), at: z.string(), by: z.string() })),
  }),
  /** What a person said, by field (`activation.criterion_met`): it is shown apart from what was measured. */
  said: z.record(z.string(), SaidBy),
  exercise: ExerciseView.nullable().optional(), // of a tabletop
  taken_over: TakenOver.optional(), // from another laptop
});
export type Report = z.infer<typeof Report>;
