/** `--answers FILE`: what a person would say, for runs with nobody there. Unknown ids are errors. */
import { parseDocument, visit } from 'yaml';
import { z } from 'zod';
import { EngineError } from '../../contract/errors.ts';
import type { RunPlan } from '../../contract/run/plan.ts';
import { Pasted, StepPath } from '../../contract/run.ts';
import { Id, Name } from '../../contract/scalars.ts';
import { ExerciseAnswers } from '../tabletop/exercise-answers.ts';

/** At the table nobody proves who they are, so no credential is needed there. */
const Approval = z.strictObject({ by: z.string(), credential_env: z.string().optional() });
const Failure = z.strictObject({ do: z.enum(['retry', 'skip', 'defer', 'override', 'done', 'goto', 'abort']), reason: z.string().min(1), by: z.string(), to: z.string().optional(), pasted: Pasted.optional() });
const Confirmation = z.strictObject({ note: z.string().optional(), evidence: z.union([z.string(), z.array(z.string())]).optional(), checklist: z.union([z.boolean(), z.array(z.boolean())]).optional() });

/** An escrowed key by a quorum of share files; `passphrase_env` names a variable. */
const SharesGiven = z.strictObject({ shares: z.array(z.string()).min(1).max(255), passphrase_env: z.string().optional() });

export const Answers = z.strictObject({
  decisions: z.record(StepPath, Id).optional(),
  confirmations: z.record(StepPath, Confirmation).optional(),
  approvals: z.record(StepPath, z.array(Approval)).optional(),
  failures: z.record(StepPath, z.array(Failure)).optional(),
  overrides: z.record(Id, z.strictObject({ by: z.string(), reason: z.string().min(1) })).optional(),
  secrets: z.record(Name, z.union([z.strictObject({ env: z.string() }), z.strictObject({ file: z.string() }), SharesGiven])).optional(),
  attestations: z.record(StepPath, z.strictObject({ by: z.string(), note: z.string() })).optional(),
  point_of_no_return: z.record(StepPath, z.string()).optional(),
  notes: z.record(StepPath, z.string()).optional(),
  exercise: ExerciseAnswers.optional(),
});
export type Answers = z.infer<typeof Answers>;

const LARGEST = 256 * 1024;

/** @throws EngineError `refused` when the file is not YAML or says something that answers cannot say */
export function parseAnswers(text: string, path: string): Answers {
  if (Buffer.byteLength(text) > LARGEST) throw new EngineError('refused', 'The answers file is larger than 256 KiB.', { at: { file: path } });
  const document = parseDocument(text, { version: '1.2', schema: 'core', uniqueKeys: true, merge: false, strict: true });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    const [place] = problem.linePos ?? [];
    throw new EngineError('refused', `The answers file is not valid YAML: ${problem.message.split('\n')[0] ?? ''}`, { at: { file: path, ...(place === undefined ? {} : { line: place.line, column: place.col }) } });
  }
  visit(document, { Alias: () => { throw new EngineError('refused', 'The answers file uses an alias (*name); write the text out.', { at: { file: path } }); } });
  const read = Answers.safeParse(document.toJS({ maxAliasCount: 0 }) ?? {});
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new EngineError('refused', `The answers file is not right at ${issue?.path.join('.') ?? 'its top'}: ${issue?.message ?? 'unknown'}`, { hint: 'Known: decisions, confirmations, approvals, failures, overrides, secrets, attestations, point_of_no_return, notes, exercise.', at: { file: path } });
}

/** @throws EngineError `refused` for an id that the run does not have, or that is of another kind */
export function checkAnswers(answers: Answers, plan: RunPlan): void {
  const runbooks = [plan.snapshot.root, ...Object.values(plan.snapshot.calls)].map(({ runbook }) => runbook);
  const checks = new Set(runbooks.flatMap(({ checks: all }) => all.map(({ id }) => id)));
  const secrets = new Set(runbooks.flatMap(({ front }) => Object.keys(front.secrets ?? {})));
  const isStep = (id: string): boolean => plan.byPath.has(id);
  refuseUnknown('overrides', answers.overrides, (id) => checks.has(id) || isStep(id), 'check');
  refuseUnknown('attestations', answers.attestations, (id) => checks.has(id) || isStep(id), 'check');
  refuseUnknown('secrets', answers.secrets, (id) => secrets.has(id), 'secret');
  for (const part of ['decisions', 'confirmations', 'approvals', 'failures', 'point_of_no_return', 'notes'] as const) refuseUnknown(part, answers[part], isStep, 'step');
  checkExercise(answers.exercise ?? {}, plan, isStep);
  for (const [id, option] of Object.entries(answers.decisions ?? {})) {
    const block = plan.byPath.get(id)?.block;
    if (block?.kind !== 'decide') throw new EngineError('refused', `answers: decisions.${id}: that step decides nothing.`);
    if (!Object.hasOwn(block.options, option)) throw new EngineError('refused', `answers: decisions.${id}: "${option}" is not an option.`, { hint: `Options: ${Object.keys(block.options).join(', ')}.` });
  }
}

/** What an earlier exercise brings along is known only when it is taken over. */
function checkExercise({ injects, scores, stock, reuse }: ExerciseAnswers, plan: RunPlan, isStep: (id: string) => boolean): void {
  const known = new Set([...plan.snapshot.root.runbook.injects, ...(stock ?? [])].map(({ id }) => id));
  const isInject = (id: string): boolean => reuse !== undefined || known.has(id);
  refuseUnknown('exercise.injects', injects, isInject, 'inject');
  refuseUnknown('exercise.scores', scores, isInject, 'inject');
  refuseUnknown('exercise.injects', Object.fromEntries(Object.values(injects ?? {}).flatMap((coming) => ('after' in coming ? [[coming.after, coming]] : []))), isStep, 'step');
}

function refuseUnknown(part: string, given: Readonly<Record<string, unknown>> | undefined, known: (id: string) => boolean, what: string): void {
  const unknown = Object.keys(given ?? {}).find((id) => !known(id));
  if (unknown !== undefined) throw new EngineError('refused', `answers: ${part}.${unknown}: this runbook has no ${what} "${unknown}".`, { hint: 'Answers must fit the runbook, so that none is lost by a typing mistake.' });
}
