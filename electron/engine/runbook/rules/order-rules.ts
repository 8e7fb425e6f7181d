/** The order of steps: what they need, where they jump, and whether every one of them can be reached. */
import type { Finding, Step } from '../../../contract/runbook.ts';
import type { Draft } from '../draft.ts';
import { errorAt } from '../finding.ts';

/** A circle of hundreds is named by its beginning. */
const MOST_NAMED = 12;

export function knownNeeds(draft: Draft): Finding[] {
  const ids = stepIds(draft);
  return [...draft.steps].flatMap(([step, locate]) =>
    (step.block.needs ?? []).flatMap((need, index) => {
      const at = locate(['needs', index]);
      if (need === step.id) return [errorAt(at, 'needs-self', `${step.id} needs itself.`, 'Remove it from needs.')];
      if (!ids.has(need) && !draft.broken.has(need)) return [errorAt(at, 'unknown-step', `There is no step ${need}.`, 'Name a step of this file.')];
      return step.block.needs?.indexOf(need) === index ? [] : [errorAt(at, 'needs-twice', `${need} is named twice.`, 'Remove one.')];
    }),
  );
}

function stepIds(draft: Draft): Map<string, Step> {
  return new Map(draft.runbook.steps.map((step) => [step.id, step]));
}

/** One finding a cycle, at the first of its steps in the file. */
export function acyclicNeeds(draft: Draft): Finding[] {
  const ids = stepIds(draft);
  const state = new Map<string, 'open' | 'done'>();
  const findings: Finding[] = [];
  for (const start of draft.runbook.steps) {
    const trail: { step: Step; next: number }[] = state.has(start.id) ? [] : [{ step: start, next: 0 }];
    while (trail.length > 0) {
      const top = trail.at(-1);
      if (top === undefined) break;
      state.set(top.step.id, 'open');
      const need = top.step.needs[top.next];
      top.next += 1;
      const target = need === undefined ? undefined : ids.get(need);
      if (need === undefined) {
        state.set(top.step.id, 'done');
        trail.pop();
      } else if (target !== undefined && state.get(need) === 'open' && need !== top.step.id) {
        findings.push(cycle(draft, trail.slice(trail.findIndex((entry) => entry.step.id === need)).map((entry) => entry.step)));
      } else if (target !== undefined && !state.has(need)) trail.push({ step: target, next: 0 });
    }
  }
  return findings;
}

function cycle(draft: Draft, steps: readonly Step[]): Finding {
  const first = [...steps].sort((a, b) => a.line - b.line)[0];
  const locate = first === undefined ? undefined : draft.steps.get(first);
  const at = locate?.(['needs']) ?? { line: first?.line ?? 1, column: 1 };
  const ids = steps.map((step) => step.id);
  const told = ids.length <= MOST_NAMED ? ids : [...ids.slice(0, MOST_NAMED - 1), `${ids.length - MOST_NAMED + 1} more`];
  return errorAt(at, 'needs-cycle', `These steps wait for each other: ${told.join(' needs ')} needs ${steps[0]?.id ?? ''}.`, 'Remove one of the needs.');
}

export function forwardJumps(draft: Draft): Finding[] {
  const order = new Map(draft.runbook.steps.map((step, index) => [step.id, index]));
  return [...draft.steps].flatMap(([step, locate], index) =>
    jumpsOf(step).flatMap(({ target, path }) => {
      const there = order.get(target);
      if (there === undefined) return draft.broken.has(target) ? [] : [errorAt(locate(path), 'unknown-step', `There is no step ${target}.`, 'Name a step of this file.')];
      return there > index ? [] : [errorAt(locate(path), 'goto-back', `goto leads back to ${target}; it goes forward only.`, 'Name a later step, or use on_fail.retry to try again.')];
    }),
  );
}

function jumpsOf(step: Step): { target: string; path: string[] }[] {
  const { block } = step;
  const jumps = block.on_fail?.goto === undefined ? [] : [{ target: block.on_fail.goto, path: ['on_fail', 'goto'] }];
  if (block.kind !== 'decide') return jumps;
  return [...jumps, ...Object.entries(block.options).flatMap(([id, option]) => (option.goto === undefined ? [] : [{ target: option.goto, path: ['options', id, 'goto'] }]))];
}

/** When every option of a decision jumps, the steps that lie before the nearest target and wait for the decision never run. */
export function reachableSteps(draft: Draft): Finding[] {
  const { steps } = draft.runbook;
  const findings: Finding[] = [];
  steps.forEach((step, index) => {
    if (step.block.kind !== 'decide') return;
    const targets = Object.values(step.block.options).map((option) => steps.findIndex((other) => other.id === option.goto));
    if (targets.length === 0 || targets.some((target) => target <= index)) return;
    const waiting = dependants(steps, step.id);
    for (const skipped of steps.slice(index + 1, Math.min(...targets))) {
      if (!waiting.has(skipped.id)) continue;
      const at = draft.steps.get(skipped)?.(['id']) ?? { line: skipped.line, column: 1 };
      findings.push(errorAt(at, 'unreachable', `${skipped.id} never runs: every option of ${step.id} jumps over it.`, 'Let an option lead to it, or remove the step.'));
    }
  });
  return findings;
}

/** Steps that wait for `id`, directly or not. */
function dependants(steps: readonly Step[], id: string): Set<string> {
  const found = new Set<string>([id]);
  for (let grown = true; grown; ) {
    const before = found.size;
    for (const step of steps) if (step.needs.some((need) => found.has(need))) found.add(step.id);
    grown = found.size > before;
  }
  found.delete(id);
  return found;
}

/** Every step that has ended before this one starts, by `needs`. */
export function ancestorsOf(steps: readonly Step[], step: Step): Set<string> {
  const byId = new Map(steps.map((other) => [other.id, other]));
  const found = new Set<string>();
  const open = [...step.needs];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    open.push(...(byId.get(id)?.needs ?? []));
  }
  return found;
}
