/** The names that a step's templates and conditions can use, and their values. */
import { EngineError } from '../../contract/errors.ts';
import type { RunFold, StepFold } from '../../contract/run/state.ts';
import { namesOf } from '../../contract/run/state.ts';
import { runbookOf } from '../../contract/run/plan.ts';
import type { Frozen } from '../../contract/run/snapshot.ts';
import { misaimedByCall, rehearsalRefusal } from '../runbook/rules/step-rules.ts';
import { evaluateWhen, valueTypes } from '../runbook/expression.ts';
import { fillTemplate, type TemplatePlace } from '../runbook/template.ts';
import { containsMask } from '../tool/create-redactor.ts';
import type { Condition } from './advance.ts';

export interface BuiltIns {
  run_dir: string;
  data_dir: string;
  blackstart: string;
}

/** Values by name, with the names that came from a tool's output. */
export interface Names {
  values: Record<string, string>;
  captures: ReadonlySet<string>;
}

export function frozenOf(fold: RunFold, scope: string): Frozen {
  const frozen = scope === '' ? fold.plan.snapshot.root : fold.plan.snapshot.calls[scope];
  if (frozen === undefined) throw new Error(`the frozen run has no runbook for the call ${scope}`);
  return frozen;
}

/** @throws EngineError `refused` when a param still needs a scratch resource that is not there */
export function namesFor(fold: RunFold, scope: string, builtIns: BuiltIns): Names {
  const frozen = frozenOf(fold, scope);
  const own = { ...builtIns, runbook_dir: frozen.folder, ...scratchNames(fold) };
  const named = namesOf(fold, scope);
  const open = Object.fromEntries(frozen.open.flatMap((name) => fillOpen(name, named[name], own)));
  const captures = new Set(fold.order.filter(({ plan }) => plan.scope === scope).flatMap((step) => Object.keys(step.captures)));
  const known = Object.fromEntries(Object.entries(named).filter(([name]) => !frozen.open.includes(name)));
  return { values: { ...own, ...known, ...open }, captures };
}

/** A param that waits for a scratch resource has no value yet; using it says so. */
function fillOpen(name: string, text: string | undefined, own: Readonly<Record<string, string>>): [string, string][] {
  if (text === undefined) return [];
  try {
    return [[name, fillTemplate(text, own, { in: 'text' })]];
  } catch {
    return [];
  }
}

/** Names of scratch resources that are gone, and params that were filled with them: to be shown, never to be used. */
export function namesEver(fold: RunFold, scope: string): Record<string, string> {
  return { ...scratchNames(fold, true), ...scratchParams(fold, scope, true) };
}

/** The params that were waiting for a scratch resource, as far as it is there. */
function scratchParams(fold: RunFold, scope: string, isGoneToo: boolean): Record<string, string> {
  const own = scratchNames(fold, isGoneToo);
  const named = namesOf(fold, scope);
  return Object.fromEntries(frozenOf(fold, scope).open.flatMap((name) => fillOpen(name, named[name], own)));
}

function scratchNames(fold: RunFold, isGoneToo = false): Record<string, string> {
  return Object.fromEntries([...fold.scratch].filter(([, { gone }]) => isGoneToo || !gone).flatMap(([name, { values }]) => Object.entries(values).map(([field, value]) => [`scratch.${name}.${field}`, value])));
}

/**
 * @param extra values of `secret_file:NAME`
 * @throws EngineError `refused` when a name has no value or a value cannot go there
 */
export function fill(text: string, names: Names, place: TemplatePlace, extra: Readonly<Record<string, string>> = {}): string {
  const filled = fillTemplate(text, { ...names.values, ...extra }, { in: place, captures: names.captures });
  if ((place === 'argv' || place === 'env') && containsMask(filled)) {
    throw new EngineError('refused', `"${text}" would be filled with a captured text in which a secret was masked.`, { hint: 'Masks are never handed to tools; let the tool read the secret from a file.' });
  }
  return filled;
}

/** Human text: what has no value yet stays as it is written. */
export function fillForPeople(text: string, names: Names): string {
  return text.replace(/\{\{(\{\{|[a-z][a-z0-9_.]*\}\})/gu, (whole, inner: string) => (inner === '{{' ? '{{' : (names.values[inner.slice(0, -2)] ?? whole)));
}

export function conditionOf(fold: RunFold, step: StepFold): Condition {
  const text = step.plan.block.when ?? 'true';
  const result = evaluateWhen(text, valueTypes(runbookOf(fold.plan, step.plan.scope)), { ...namesOf(fold, step.plan.scope), ...scratchParams(fold, step.plan.scope, false) });
  switch (result.kind) {
    case 'value':
      return { value: result.value };
    case 'unset':
      return { problem: `The condition "${text}" cannot be judged: ${result.name} has no value.`, undecided: runbookOf(fold.plan, step.plan.scope).steps.some(({ block }) => block.kind === 'decide' && block.as === result.name) };
    case 'fault':
      return { problem: `The condition "${text}" cannot be judged: ${result.message}.`, undecided: false };
  }
}

/** No drill touches production by omission: the linter's rule, asked again when it counts. */
export function drillRefusal(fold: RunFold, { plan }: StepFold): string | null {
  if (fold.mode !== 'rehearsal') return null;
  const { steps, front } = runbookOf(fold.plan, plan.scope);
  const step = steps.find(({ id }) => id === plan.block.id);
  if (step === undefined) return null;
  const misaimed = plan.block.kind === 'call' ? misaimedByCall(plan.block, front.params, runbookOf(fold.plan, plan.path).front.params) : [];
  if (misaimed.length > 0) return `A rehearsal would do this for real: ${misaimed.join(', ')} would take the place of what ${plan.block.id} calls for rehearsals. It needs a parameter with a rehearsal value.`;
  const why = rehearsalRefusal(step, front.params);
  return why === null ? null : `A rehearsal would do this for real: ${why}. It needs rehearsal values, or modes: {rehearsal: {run: …}}, simulate or skip.`;
}
