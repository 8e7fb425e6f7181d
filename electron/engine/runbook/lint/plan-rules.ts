/** Rules that look at the plan as a whole: time, review, what is lost, what is covered. */
import type { Finding, Runbook, Step } from '../../../contract/runbook.ts';
import { addPeriod, durationSeconds } from '../../../contract/scalars.ts';
import type { Draft } from '../draft.ts';
import type { EvaluatedExpression, ValueTypes } from '../expression.ts';
import { evaluateWhen, valueTypes } from '../expression.ts';
import { warningAt } from '../finding.ts';
import { ancestorsOf } from '../rules/order-rules.ts';
import { templateNames } from '../template.ts';
import { argvsOf } from '../commands.ts';
import { placeholderIn } from './command-rules.ts';
import type { DraftRule } from './subject.ts';

const MAX_WORLDS = 512;

type World = Readonly<Record<string, string>>;

/** Every combination of decisions, enums and truth values that can steer the run; empty when there are too many to try. */
function worldsOf(runbook: Runbook): World[] {
  const axes: [name: string, values: string[]][] = [];
  for (const [name, param] of Object.entries(runbook.front.params ?? {})) {
    if (param.type === 'enum') axes.push([name, param.values]);
    if (param.type === 'bool') axes.push([name, ['true', 'false']]);
  }
  for (const { block } of runbook.steps) if (block.kind === 'decide') axes.push([block.as, Object.keys(block.options)]);
  let worlds: World[] = [{}];
  for (const [name, values] of axes) {
    worlds = worlds.flatMap((world) => values.map((value) => ({ ...world, [name]: value })));
    if (worlds.length > MAX_WORLDS) return [];
  }
  return worlds;
}

/** Steps that run in one world: not skipped by `when` or by mode, not jumped over. */
function executedIn(runbook: Runbook, world: World, slow: Set<string>): Set<Step> {
  const types = valueTypes(runbook);
  const executed = new Set<Step>();
  let resumeAt = 0;
  runbook.steps.forEach((step, index) => {
    const { block } = step;
    if (index < resumeAt || block.teardown === true || block.modes?.live === 'skip') return;
    const when = block.when === undefined ? null : conditionIn(block.when, types, world, slow);
    if (when?.kind === 'value' && !when.value) return;
    executed.add(step);
    if (block.kind !== 'decide') return;
    const goto = block.options[world[block.as] ?? '']?.goto;
    const target = goto === undefined ? -1 : runbook.steps.findIndex((other) => other.id === goto);
    if (target > index) resumeAt = target;
  });
  return executed;
}

/** Only a pattern that never ends takes so long, however busy the laptop is. */
const CONDITION_MS = 400;
const MOST_SLOW = 3;

/** A condition that takes too long in one world is not asked again in the others, and after a few of them none is: the step counts as running. */
function conditionIn(text: string, types: ValueTypes, world: World, slow: Set<string>): EvaluatedExpression | null {
  if (slow.has(text) || slow.size >= MOST_SLOW) return null;
  const evaluated = evaluateWhen(text, types, world, CONDITION_MS);
  if (evaluated.kind === 'fault') slow.add(text);
  return evaluated;
}

/** Seconds from the start until service is back, when every step takes its budget. */
function recoverySeconds(steps: readonly Step[], executed: ReadonlySet<Step>): number {
  const finished = new Map<string, number>();
  let back: number | null = null;
  let last = 0;
  for (const step of inOrder(steps)) {
    const start = Math.max(0, ...step.needs.map((need) => finished.get(need) ?? 0));
    const end = start + (executed.has(step) && step.block.budget !== undefined ? durationSeconds(step.block.budget) : 0);
    finished.set(step.id, end);
    if (!executed.has(step)) continue;
    last = Math.max(last, end);
    if (step.block.restores_service === true) back = Math.max(back ?? 0, end);
  }
  return back ?? last;
}

/** Needs before those who need them; steps of a cycle come last, as they are. */
function inOrder(steps: readonly Step[]): Step[] {
  const ordered: Step[] = [];
  const known = new Set(steps.map((step) => step.id));
  const done = new Set<string>();
  let left = [...steps];
  while (left.length > 0) {
    const ready = left.filter((step) => step.needs.every((need) => done.has(need) || !known.has(need)));
    const taken = ready.length > 0 ? ready : left;
    ordered.push(...taken);
    taken.forEach((step) => done.add(step.id));
    left = left.filter((step) => !done.has(step.id));
  }
  return ordered;
}

/** The longest way through the budgets in any world, in seconds. */
export function longestRecovery(runbook: Runbook): number {
  const worlds = worldsOf(runbook);
  const slow = new Set<string>();
  const all = new Set(runbook.steps.filter((step) => step.block.teardown !== true && step.block.modes?.live !== 'skip'));
  return worlds.length === 0 ? recoverySeconds(runbook.steps, all) : Math.max(...worlds.map((world) => recoverySeconds(runbook.steps, executedIn(runbook, world, slow))));
}

function overRto(draft: Draft): Finding[] {
  const rto = draft.runbook.front.targets?.rto;
  if (rto === undefined) return [];
  const seconds = longestRecovery(draft.runbook);
  return seconds <= durationSeconds(rto) ? [] : [warningAt(draft.front(['targets', 'rto']), 'budget-over-rto', `The budgets on the longest way add up to ${formatDuration(seconds)}, and the RTO is ${rto}.`, 'Shorten budgets that were measured shorter, let steps run side by side, mark the step that restores service, or change the target.')];
}

function phaseBudgets(draft: Draft): Finding[] {
  const slow = new Set<string>();
  return draft.runbook.phases.flatMap((phase) => {
    if (phase.budget === undefined) return [];
    const steps = draft.runbook.steps.filter((step) => phase.steps.includes(step.id));
    const inside = steps.map((step) => withoutEnd({ ...step, needs: step.needs.filter((need) => phase.steps.includes(need)) }));
    const worlds = worldsOf(draft.runbook);
    const seconds = Math.max(0, ...(worlds.length === 0 ? [{}] : worlds).map((world) => recoverySeconds(inside, namesakes(inside, executedIn(draft.runbook, world, slow)))));
    return seconds <= durationSeconds(phase.budget) ? [] : [warningAt({ line: phase.line, column: 1 }, 'phase-over-budget', `The steps of "${phase.title}" add up to ${formatDuration(seconds)}, and the phase has ${phase.budget}.`, 'Make the two agree.')];
  });
}

function withoutEnd(step: Step): Step {
  return { ...step, block: { ...step.block, restores_service: false } };
}

function namesakes(steps: readonly Step[], executed: ReadonlySet<Step>): Set<Step> {
  const ids = new Set([...executed].map((step) => step.id));
  return new Set(steps.filter((step) => ids.has(step.id)));
}

export function formatDuration(seconds: number): string {
  const parts = [[86_400, 'd'], [3_600, 'h'], [60, 'm'], [1, 's']] as const;
  let left = seconds;
  const text = parts.map(([size, unit]) => {
    const count = Math.floor(left / size);
    left -= count * size;
    return count > 0 ? `${count}${unit}` : '';
  }).join('');
  return text === '' ? '0s' : text;
}

function staleReview(draft: Draft, at: Date): Finding[] {
  const { reviewed, review_every } = draft.runbook.front;
  if (review_every === undefined) return [];
  const due = addPeriod(new Date(`${reviewed}T00:00:00Z`), review_every);
  if (Number.isNaN(due.getTime()) || at.getTime() <= due.getTime()) return [];
  return [warningAt(draft.front(['reviewed']), 'review-stale', `The review was due on ${due.toISOString().slice(0, 10)}.`, 'Read the runbook against the system, then set reviewed to the day.')];
}

function lostSources(draft: Draft): Finding[] {
  const lost = new Set(draft.runbook.front.lost ?? []);
  return Object.entries(draft.runbook.front.secrets ?? {}).flatMap(([name, { sources }]) => {
    const dead = sources.filter((source) => typeof source === 'object' && (source.needs_alive ?? []).some((need) => lost.has(need)));
    return dead.length < sources.length ? [] : [warningAt(draft.front(['secrets', name]), 'lost-dependency', `Every source of ${name} needs what this scenario has lost.`, 'Add a source that is at hand: escrow, a file on the kit, or prompt.')];
  });
}

function uncovered(draft: Draft): Finding[] {
  const covered = new Set(draft.runbook.checks.flatMap(({ block }) => block.covers ?? []));
  return (draft.runbook.front.components ?? []).flatMap((component, index) =>
    component.covered_by !== undefined || covered.has(component.id) ? [] : [warningAt(draft.front(['components', index]), 'component-uncovered', `No check covers ${component.id}.`, 'Add covered_by with a check, or covers on the check.')],
  );
}

/** A value that an earlier step captures or decides may not be there yet, unless that step must have ended. */
function captureOrder(draft: Draft): Finding[] {
  const { steps } = draft.runbook;
  const producers = new Map<string, Set<string>>();
  for (const { id, block } of steps) {
    const names = [...Object.keys(block.capture ?? {}), ...(block.kind === 'decide' ? [block.as] : [])];
    for (const name of names) producers.set(name, (producers.get(name) ?? new Set()).add(id));
  }
  return [...draft.steps].flatMap(([step, locate]) => {
    if (step.block.teardown === true) return [];
    const before = ancestorsOf(steps, step);
    return argvsOf(step.block).flatMap(({ argv, path, use }) =>
      argv.flatMap((word, index) => templateNames(word).flatMap((name) => {
        const from = producers.get(name);
        const own = from?.has(step.id) === true && use !== 'run' && use !== 'pipe';
        if (from === undefined || own || [...from].some((id) => before.has(id))) return [];
        return [warningAt(locate([...path, index]), 'capture-order', `${name} comes from ${[...from].join(' or ')}, which need not have ended before this step.`, 'Add it to needs.')];
      })),
    );
  });
}

function placeholderDefaults(draft: Draft): Finding[] {
  return Object.entries(draft.runbook.front.params ?? {}).flatMap(([name, param]) => {
    const text = param.default === undefined ? '' : String(param.default);
    const found = placeholderIn(text);
    if (found !== null) return [warningAt(draft.front(['params', name, 'default']), 'placeholder', `The default of ${name} holds a placeholder: ${found}.`, 'Remove the default and say required: true.')];
    return param.type === 'datetime' && text !== '' ? [warningAt(draft.front(['params', name, 'default']), 'placeholder', `${name} has a date as its default: it is the wrong one on every other day.`, 'Remove the default and say required: true.')] : [];
  });
}

function fingerprints(draft: Draft): Finding[] {
  return Object.entries(draft.runbook.front.secrets ?? {}).flatMap(([name, { fingerprint }]) =>
    fingerprint === undefined || /^sha256:[0-9a-f]{64}$/u.test(fingerprint) ? [] : [warningAt(draft.front(['secrets', name, 'fingerprint']), 'placeholder', `The fingerprint of ${name} is not sha256: and 64 hex digits.`, 'Write the SHA-256 of the right value.')],
  );
}

const JUDGES = [overRto, phaseBudgets, staleReview, lostSources, uncovered, captureOrder, placeholderDefaults, fingerprints];

export const DRAFT_RULES: readonly DraftRule[] = JUDGES.map((judge) => ({ id: judge.name, judge }));
