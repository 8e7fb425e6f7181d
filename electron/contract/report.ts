/**
 * The report of a run: the source of every format. Its fourteen groups are those that auditors ask for
 * (DORA Art. 11, 12, 25; ISO 22301 §8.5; NIST SP 800-34, 800-84 §6.5; HSEEP; PCI DSS 3.7; SOC 2 A1.3).
 */
import { z } from 'zod';
import { AssertionResult } from './assertion.ts';
import { CheckResult, ReadinessState } from './readiness.ts';
import { ApprovalView, AttachmentView, NoteView, RunState, Span, StepPath, StepState } from './run.ts';
import { SignatureState } from './runbook.ts';
import { Mode } from './step.ts';
import { ExerciseView } from './tabletop/view.ts';

const Seconds = z.number().nullable();
const Instant = z.string().nullable();

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
  started_at: Instant,
  finished_at: Instant,
  tool_s: z.number(),
  human_s: z.number(),
  executor: z.string().nullable(),
  approvers: z.array(ApprovalView),
  commands: z.array(z.array(z.string())), // masked
  tools: z.array(z.object({ program: z.string(), sha256: z.string().nullable() })),
  exit_codes: z.array(z.int()),
  output: z.object({ sha256: z.string(), size: z.int() }).nullable(),
  assertions: z.array(AssertionResult),
  attempts: z.int(),
  point_of_no_return: z.boolean(),
  deviation: z.string().nullable(), // override, skip, defer, by hand, retry …, with its reason
});
export type ReportStep = z.infer<typeof ReportStep>;

export const Report = z.object({
  blackstart_report: z.literal(1),
  generated_at: z.string(),
  identity: z.object({
    run: z.string(), type: Mode, title: z.string(), system: z.string(), scenario: z.string(), severity: z.string(), quarter: z.string(), state: RunState,
    runbook: z.object({ id: z.string(), sha256: z.string(), reviewed: z.string(), signature: SignatureState }),
    blackstart: z.object({ version: z.string() }),
  }),
  scope: z.object({ components: z.array(z.string()), environment: z.string(), params: z.record(z.string(), z.string()), exclusions: z.array(z.object({ what: z.string(), reason: z.string() })), compliance: z.array(z.string()) }),
  objectives: z.object({ rto_s: Seconds, rpo_s: Seconds, recommended: z.boolean(), success: z.array(z.string()), classes: z.array(z.object({ title: z.string(), rto_s: Seconds, rpo_s: Seconds })) }),
  people: z.array(z.object({ id: z.string(), name: z.string(), role: z.string(), from: Instant, to: Instant })),
  activation: z.object({ outage_at: Instant, declared_at: Instant, declared_by: z.string().nullable(), criterion: z.string().nullable(), restored_at: Instant, finished_at: Instant }),
  readiness: z.object({ state: ReadinessState.nullable(), checks: z.array(CheckResult) }),
  execution: z.array(ReportStep),
  not_executed: z.array(z.object({ id: StepPath, title: z.string(), why: z.string() })),
  data: z.object({ backups: z.array(z.object({ check: z.string(), path: z.string(), sha256: z.string().nullable(), size: z.number().nullable(), level: z.string(), at: Instant })), newest_row: Instant, keys: z.array(z.object({ secret: z.string(), source: z.string(), fingerprint: z.string().nullable(), length: z.int() })) }),
  results: z.object({
    rto: z.object({ target_s: Seconds, achieved_s: Seconds, met: z.boolean().nullable() }),
    rpo: z.object({ target_s: Seconds, achieved_s: Seconds, met: z.boolean().nullable() }),
    clocks: z.object({ tool_s: z.number(), human_s: z.number(), blocked_s: z.number() }),
    verdict: z.string(), // one sentence, also the headline
  }),
  communications: z.array(z.object({ audience: z.string(), channel: z.string().nullable(), due_at: Instant, sent_at: Instant, text: z.string(), reached: z.string() })),
  findings: z.array(z.object({ id: z.string(), title: z.string(), severity: z.string(), cause: z.string(), action: z.string(), owner: z.string(), due: z.string(), status: z.string() })),
  escrow: z.array(z.object({ key: z.string(), summary: z.string() })),
  approval: z.object({ author: z.string(), reviewed: z.string(), next_due: Instant, signatures: z.array(z.object({ name: z.string(), role: z.string(), at: z.string() })) }),
  integrity: z.object({
    entries: z.int(), head: z.object({ size: z.int(), hash: z.string() }), words: z.string().nullable(), checkpoints: z.int(), verified: z.boolean().nullable(),
    device: z.string(), clock: z.array(z.object({ at: z.string(), what: z.string() })), masked: z.array(z.string()), attachments: z.array(AttachmentView),
  }),
  deviations: z.array(z.object({ at: Instant, step: z.string(), what: z.string(), who: z.string() })),
  notes: z.array(NoteView),
  exercise: ExerciseView.nullable().optional(), // of a tabletop
  timeline: z.object({ spans: z.array(Span), lanes: z.array(z.object({ step: StepPath, lane: z.int(), number: z.int() })) }),
});
export type Report = z.infer<typeof Report>;
