/**
 * What only a person knows about a run and the report must hold. Given after the run, journaled as `report.completed`; a
 * later word corrects an earlier one and never erases it.
 */
import { z } from 'zod';
import { Day, Id, Timestamp } from './scalars.ts';

export const Severity = z.enum(['critical', 'high', 'medium', 'low']);
export const Trigger = z.enum(['incident', 'scheduled', 'change']);
/** What a run was held as, where its mode alone does not say. */
export const ExercisedType = z.enum(['restore test', 'escrow verification']);
export const Part = z.enum(['operator', 'approver', 'witness', 'facilitator', 'participant', 'compliance officer', 'observer']);
export type Part = z.infer<typeof Part>;

/** One line, as it stands in the report. */
const Line = z.string().trim().min(1).max(500).regex(/^\P{Cc}*$/u, 'one line of text without control characters');
const Lines = z.array(Line).max(100);
const When = Timestamp;

export const ReportFinding = z.object({
  id: z.string(), title: z.string(), description: z.string().nullable(), severity: z.string().nullable(), root_cause: z.string().nullable(), action: z.string().nullable(),
  owner: z.string().nullable(), due: z.string().nullable(), status: z.string(), retest: z.string().nullable(),
});
export type ReportFinding = z.infer<typeof ReportFinding>;

const SaidFinding = z.strictObject({
  id: Id, title: Line, description: Line.optional(), severity: Severity.optional(), root_cause: Line.optional(), action: Line.optional(),
  owner: Line.optional(), due: Day.optional(), status: Line.optional(), retest: Line.optional(),
});

export const ReportFacts = z.strictObject({
  type: z.literal('restore test').optional(), // of a rehearsal
  severity: Severity.optional(),
  trigger: Trigger.optional(),
  quarter: z.string().regex(/^\d{4} Q[1-4]$/u, 'a quarter reads 2026 Q3').optional(),
  data_classes: Lines.optional(),
  third_parties: Lines.optional(),
  segregation: Line.optional(),
  exclusions: z.array(z.strictObject({ what: Line, reason: Line })).max(100).optional(),
  assumptions: Lines.optional(),
  people: z.array(z.strictObject({ name: Line, part: Part, role: Line.optional(), organisation: Line.optional(), from: When.optional(), to: When.optional() })).max(200).optional(),
  declared_by: Line.optional(),
  criterion_met: Line.optional(),
  deactivated_by: Line.optional(),
  deactivated_at: When.optional(),
  reconciliation: z.array(z.strictObject({ what: Line, ok: z.boolean(), expected: Line, actual: Line })).max(100).optional(),
  verdict_by: Line.optional(),
  regulator: z.strictObject({ authority: Line, at: When, by: Line.optional(), reference: Line.optional() }).optional(),
  findings: z.array(SaidFinding).max(200).optional(),
  author: Line.optional(),
  reviewer: Line.optional(),
  retention: Line.optional(),
  next_due: Day.optional(),
});
export type ReportFacts = z.infer<typeof ReportFacts>;
export type FactName = keyof ReportFacts;
export const FACT_NAMES = ReportFacts.keyof().options;

/** Where each fact stands in the report. */
export const FACT_FIELDS: Readonly<Record<FactName, string>> = {
  type: 'identity.type', severity: 'identity.severity', trigger: 'identity.trigger', quarter: 'identity.quarter',
  data_classes: 'scope.data_classes', third_parties: 'scope.third_parties', segregation: 'scope.segregation', exclusions: 'scope.exclusions',
  assumptions: 'objectives.assumptions', people: 'people',
  declared_by: 'activation.declared_by', criterion_met: 'activation.criterion_met', deactivated_by: 'activation.deactivated_by', deactivated_at: 'activation.deactivated_at',
  reconciliation: 'data.reconciliation', verdict_by: 'results.verdict_by', regulator: 'communications.regulator', findings: 'findings',
  author: 'approval.author', reviewer: 'approval.reviewer', retention: 'approval.retention', next_due: 'approval.next_due',
};

/** Who said it, and when. */
export const SaidBy = z.object({ by: z.string(), at: z.string() });
export type SaidBy = z.infer<typeof SaidBy>;

/** A fact that was said again: what it was before stays. */
export const Correction = z.object({ field: z.string(), was: z.string(), now: z.string(), by: z.string(), at: z.string(), reason: z.string().nullable() });
export type Correction = z.infer<typeof Correction>;
