/**
 * What a run leaves to be done: the hot wash at its end, and findings that live on. Each is an event of its own, by somebody
 * named; a later one corrects an earlier one and erases nothing.
 */
import { z } from 'zod';
import { inOrder } from './order.ts';
import { Severity, type ReportFinding } from './report-facts.ts';
import { Day, Id } from './scalars.ts';
import { FindingStatus, STATUS_WORDS } from './vocabulary.ts';

/** One line, as it stands in the report. */
const Line = z.string().trim().min(1).max(500).regex(/^\P{Cc}*$/u, 'one line of text without control characters');
const Words = z.string().trim().min(1).max(20_000).regex(/^(?:\P{Cc}|[\n\r\t])*$/u, 'text without control characters');

/** What is said at the end of a run, while it is fresh. At least one part. */
export const HotWash = z.strictObject({
  planned: Words.optional(), happened: Words.optional(), went_well: Words.optional(), went_badly: Words.optional(), why: Words.optional(),
});
export type HotWash = z.infer<typeof HotWash>;
export const HOT_WASH_QUESTIONS: Readonly<Record<keyof HotWash, string>> = {
  planned: 'What was planned', happened: 'What happened', went_well: 'What went well', went_badly: 'What did not', why: 'Why',
};
export const HOT_WASH_PARTS = HotWash.keyof().options;

/** As it was said last, with how often before. */
export const SaidHotWash = z.object({ said: HotWash, by: z.string(), at: z.string(), earlier: z.int() });
export type SaidHotWash = z.infer<typeof SaidHotWash>;

/** Fields that can be said of a finding and corrected; null says that it is not so any more. */
const FIELDS = {
  title: Line, description: Line.nullable(), severity: Severity, root_cause: Line.nullable(), action: Line.nullable(),
  owner: Line.nullable(), due: Day.nullable(), status: FindingStatus,
  retest_drill: Line.nullable(), // title of the runbook's drill that shall retest it
  retest_run: z.string().nullable(), // the run that did
};
export const FindingPatch = z.strictObject(FIELDS).partial();
export type FindingPatch = z.infer<typeof FindingPatch>;
export type FindingField = keyof FindingPatch;
export const FINDING_FIELDS = FindingPatch.keyof().options;

/** One word of somebody about a finding; the first is the one that raised it. */
export const FindingChange = z.object({
  at: z.string(), by: z.string(), reason: z.string().nullable(), without_retest: z.string().nullable(),
  fields: z.array(z.object({ field: z.string(), was: z.string().nullable(), now: z.string().nullable() })),
});
export type FindingChange = z.infer<typeof FindingChange>;

/** A finding as it stands. `source`: raised by itself, said in a report, or a gap that the runbook itself names. */
export const LiveFinding = z.object({
  ...FIELDS, severity: Severity.nullable(), id: Id, runbook: z.string(), run: z.string().nullable(), source: z.enum(['raised', 'report', 'runbook']),
  raised_by: z.string().nullable(), raised_at: z.string().nullable(),
  closed: z.boolean(), overdue_days: z.int(), // 0 when it is not late
  history: z.array(FindingChange),
});
export type LiveFinding = z.infer<typeof LiveFinding>;

/** By date, the most overdue first; what has no date after those that have one, what is closed at the end. */
export const ImprovementPlan = z.object({ findings: z.array(LiveFinding), open: z.int(), overdue: z.int() });
export type ImprovementPlan = z.infer<typeof ImprovementPlan>;

export const NewFinding = FindingPatch.omit({ status: true, retest_run: true }).extend({
  title: Line, severity: Severity, id: Id.optional(), runbook: z.string().optional(), run: z.string().optional(), by: z.string().min(1),
}).strict();
export type NewFinding = z.infer<typeof NewFinding>;

/** `id`: the finding's, or RUNBOOK/ID where two runbooks have one of that id. */
export const FindingCorrection = z.strictObject({ id: z.string(), by: z.string().min(1), reason: z.string(), set: FindingPatch, without_retest: z.string().optional() });
export type FindingCorrection = z.infer<typeof FindingCorrection>;

/** Words of a status that was written freely, in a runbook or in a report. */
export function readStatusWords(text: string | undefined): FindingStatus {
  const words = (text ?? '').trim().toLowerCase();
  if (/^(?:closed|done|fixed|resolved|verified)$/u.test(words)) return 'done';
  if (/^(?:risk )?accepted$/u.test(words)) return 'accepted';
  return /^(?:in[ -]?work|in[ -]?progress|started|doing)$/u.test(words) ? 'in-work' : 'open';
}

const RANK: readonly (string | null)[] = ['critical', 'high', 'medium', 'low'];

export function byDueDate(a: LiveFinding, b: LiveFinding): number {
  return Number(a.closed) - Number(b.closed) || inOrder(a.due ?? '9999', b.due ?? '9999') || RANK.indexOf(a.severity) - RANK.indexOf(b.severity) || inOrder(a.title.toLowerCase(), b.title.toLowerCase());
}

/** As group 11 of a report holds it. */
export function reportFinding({ id, title, description, severity, root_cause, action, owner, due, status, retest_run, retest_drill }: LiveFinding): ReportFinding {
  const retest = retest_run !== null ? `run ${retest_run}` : retest_drill === null ? null : `planned: ${retest_drill}`;
  return { id, title, description, severity, root_cause, action, owner, due, status: STATUS_WORDS[status], retest };
}

/** `12 days overdue`, `due today`, `due 2026-12-01`, `no date`. */
export function dueWords({ due, overdue_days, closed }: Pick<LiveFinding, 'due' | 'overdue_days' | 'closed'>): string {
  if (due === null) return 'no date';
  if (closed || overdue_days === 0) return `due ${due}`;
  return `${overdue_days} ${overdue_days === 1 ? 'day' : 'days'} overdue`;
}
