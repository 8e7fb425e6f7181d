/**
 * What the rules make of a facilitator's act: events, or a plain reason why not. Pure, like `transition`; the moment is given,
 * so that every event can say when it was on the exercise clock.
 */
import type { RunEventBody } from '../../contract/run/events.ts';
import { approvalOf, approvers, type Instant, type RunFold } from '../../contract/run/state.ts';
import { expectationsOf } from '../../contract/runbook.ts';
import { SCHEDULE } from '../../contract/tabletop/fold.ts';
import { type ExerciseAct, type ExerciseInject, exerciseTime, PLAN_BYTES, type PlanHead } from '../../contract/tabletop/plan.ts';
import { type ExerciseFold, findInject, type InjectFold, openTimed, type PersonFold, shownAt } from '../../contract/tabletop/state.ts';
import { planOf } from '../../contract/tabletop/view-exercise.ts';
import { personId } from '../people/people.ts';

export type Ruling = { ok: true; events: RunEventBody[] } | { ok: false; reason: string; hint?: string };
/** What was taken from elsewhere before the rules are asked: the stock's inject, the earlier exercise. */
export type SettledAct = Exclude<ExerciseAct, { act: 'reuse' | 'stock' }> | { act: 'take-over'; from: ExerciseFold; run: string };

/** Who acts, as events name them. */
export interface Hand { name: string }

interface Table { fold: RunFold; exercise: ExerciseFold; h_ms: number; by: string }

const yes = (...events: RunEventBody[]): Ruling => ({ ok: true, events });
const no = (reason: string, hint?: string): Ruling => ({ ok: false, reason, ...(hint === undefined ? {} : { hint }) });

/** Acts that still make sense when the exercise has not begun; the others move what has. */
const BEFORE_THE_START: ReadonlySet<SettledAct['act']> = new Set(['plan', 'person', 'take-over', 'add', 'move', 'withdraw', 'start', 'fire', 'note', 'approve', 'end', 'stop']);

export function ruleExercise(fold: RunFold, act: SettledAct, hand: Hand, now: Instant): Ruling {
  const { exercise } = fold;
  if (exercise === null) return no('Injects and their clock belong to a tabletop exercise.');
  if (exercise.ended !== null) return no(`The exercise was ended at ${exerciseTime(exercise.ended.h_ms)}. Nothing about it can be changed any more.`);
  if (fold.aborted !== null) return no('The exercise is being aborted.');
  if (exercise.started === null && !BEFORE_THE_START.has(act.act)) return no('The exercise has not begun.', 'Start it first.');
  return rule({ fold, exercise, h_ms: shownAt(exercise, now), by: hand.name }, act);
}

function rule(table: Table, act: SettledAct): Ruling {
  const { exercise, h_ms, by } = table;
  switch (act.act) {
    case 'plan':
      return plan(table, act.plan);
    case 'take-over':
      return takeOver(table, act.from, act.run);
    case 'person':
      return person(table, act);
    case 'start':
    case 'hold':
    case 'go':
    case 'speed':
    case 'jump':
      return clock(table, act);
    case 'fire':
      return fire(table, act.inject);
    case 'add':
      return add(table, act.inject);
    case 'move':
      return move(table, act.inject, act.to_ms, act.reason ?? null);
    case 'withdraw':
      return withdraw(table, act.inject, act.reason);
    case 'score':
      return score(table, act);
    case 'note':
      return note(table, act);
    case 'rate':
      if (!(exercise.plan?.objectives ?? planOf(table.fold.plan.snapshot.root.runbook).objectives).some(({ id }) => id === act.objective)) return no(`The plan has no objective "${act.objective}".`);
      return yes({ type: 'exercise.rated', data: { h_ms, by, objective: act.objective, rating: act.rating, reason: act.reason ?? null } });
    case 'approve':
      return approve(table, act.step, act.person);
    case 'end':
      return yes({ type: 'exercise.ended', data: { h_ms, by, why: 'over', reason: (act.reason ?? '').trim() === '' ? 'The facilitator ended it' : (act.reason ?? '') } });
    case 'stop':
      return stop(table, act.reason);
  }
}

/** The first thing that counts is that everybody stops playing; the record says that it was no end of its own. */
function stop({ h_ms, by }: Table, given: string | undefined): Ruling {
  const reason = (given ?? '').trim() === '' ? 'A real emergency' : (given ?? '');
  return yes({ type: 'exercise.ended', data: { h_ms, by, why: 'real-emergency', reason } }, { type: 'run.aborted', data: { reason: `The exercise was stopped: ${reason}` } });
}

function plan({ h_ms, by }: Table, head: PlanHead): Ruling {
  if (Buffer.byteLength(JSON.stringify(head)) > PLAN_BYTES) return no('The plan is too long for one entry of the record.', `Keep it within ${PLAN_BYTES / 1024} KiB: shorten scope, objectives or rules.`);
  const ids = head.objectives.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) return no(`Two objectives have the id "${twice}".`);
  return yes({ type: 'exercise.planned', data: { h_ms, by, plan: head } });
}

/** Plan, people and injects of an earlier exercise; presence begins anew, since who was missing then may be here now. */
function takeOver(table: Table, from: ExerciseFold, run: string): Ruling {
  const { exercise, h_ms, by } = table;
  if (exercise.started !== null) return no('The exercise has begun; an earlier plan can be taken over only before that.');
  if (from.plan === null) return no(`The exercise ${run} had no plan of its own.`);
  const people = [...from.people.values()].map(({ id, name, role, organisation }): RunEventBody => ({ type: 'exercise.person', data: { h_ms, by, id, name, role, ...(organisation === undefined ? {} : { organisation }), presence: 'here', reason: null } }));
  const known = new Set(exercise.injects.map(({ inject }) => inject.id));
  const added = from.injects.filter(({ inject }) => !known.has(inject.id) && isOwn(inject)).map(({ inject }): RunEventBody => ({ type: 'inject.added', data: { h_ms, by, inject } }));
  const moved = from.injects.filter((one) => one.moved !== null && (known.has(one.inject.id) || isOwn(one.inject))).map(({ inject, due_ms, moved: was }): RunEventBody => ({ type: 'inject.moved', data: { h_ms, by, inject: inject.id, due_ms, reason: was?.reason ?? null } }));
  return yes({ type: 'exercise.planned', data: { h_ms, by, plan: { ...from.plan, reused_from: run } } }, ...people, ...added, ...moved);
}

/** Of the exercise, not of the runbook as it was then. */
function isOwn(inject: ExerciseInject): boolean {
  return inject.stock !== undefined || inject.id.startsWith(OWN);
}

/** Begins the ids of injects that a facilitator wrote. */
export const OWN = 'own-';

function person({ h_ms, by, exercise }: Table, act: Extract<SettledAct, { act: 'person' }>): Ruling {
  const id = personId(act.name);
  const known = exercise.people.get(id);
  if (known === undefined && exercise.people.size >= 100) return no('A hundred people are at the table already.');
  return yes({ type: 'exercise.person', data: { h_ms, by, id, name: act.name, role: act.role, ...(act.organisation === undefined ? {} : { organisation: act.organisation }), presence: act.presence, reason: act.reason ?? null } });
}

function clock(table: Table, act: Extract<SettledAct, { act: 'start' | 'hold' | 'go' | 'speed' | 'jump' }>): Ruling {
  const { exercise, h_ms, by } = table;
  const { speed } = exercise.clock;
  const set = (why: 'start' | 'hold' | 'go' | 'speed', to: number): Ruling => yes({ type: 'exercise.clock', data: { h_ms, by, speed: to, why } });
  switch (act.act) {
    case 'start':
      return exercise.started === null ? set('start', act.held === true ? 0 : 1000) : no('The exercise has begun already.');
    case 'hold':
      return speed === 0 ? no('The clock is held already.') : set('hold', 0);
    case 'go':
      return speed === 0 ? set('go', lastSpeed(exercise)) : no('The clock is running already.');
    case 'speed':
      return set('speed', act.speed);
    case 'jump':
      if (act.to_ms <= h_ms) return no(`The exercise clock stands at ${exerciseTime(h_ms)} and goes forward only.`, 'What was seen at a time stays true; jump to a later one.');
      return yes(...jumpEvents(table.fold, exercise, act.to_ms, by));
  }
}

/** Going on means at the speed from before. */
function lastSpeed({ changes }: ExerciseFold): number {
  return changes.findLast(({ speed }) => speed > 0)?.speed ?? 1000;
}

/** On the way to `to` every timed inject comes at its time. */
export function jumpEvents(fold: RunFold, exercise: ExerciseFold, to: number, by: string): RunEventBody[] {
  const { speed } = exercise.clock;
  const jump = (h_ms: number): RunEventBody => ({ type: 'exercise.clock', data: { h_ms, by, speed, why: 'jump' } });
  const due = openTimed(exercise).filter(({ due_ms }) => due_ms <= to);
  const effects = new Effects(fold, exercise);
  return [...due.flatMap((one) => [jump(one.due_ms), ...effects.of(one, one.due_ms, SCHEDULE)]), jump(to)];
}

/** Events of an inject that comes: what it marks as dead, and whom it makes unreachable. */
export function fireEvents(fold: RunFold, exercise: ExerciseFold, one: InjectFold, h_ms: number, by: string): RunEventBody[] {
  return new Effects(fold, exercise).of(one, h_ms, by);
}

/** Several may come at once; each builds on what the one before it killed. */
class Effects {
  #dead: readonly string[];
  readonly #people: readonly PersonFold[];
  readonly #gone = new Set<string>();

  constructor(fold: RunFold, exercise: ExerciseFold) {
    this.#dead = fold.dead;
    this.#people = [...exercise.people.values()];
  }

  of({ inject }: InjectFold, h_ms: number, by: string): RunEventBody[] {
    const dead = [...new Set([...this.#dead, ...(inject.dead ?? [])])].sort();
    const kills = dead.length > this.#dead.length;
    this.#dead = dead;
    const absent = this.#people.filter(({ id, role, presence }) => presence === 'here' && (inject.absent ?? []).includes(role) && !this.#gone.has(id));
    for (const { id } of absent) this.#gone.add(id);
    return [
      { type: 'inject.fired', data: { inject: inject.id, by, h_ms } },
      ...(kills ? [{ type: 'outage.marked', data: { dead, by } } satisfies RunEventBody] : []),
      ...absent.map(({ id, name, role, organisation }): RunEventBody => ({ type: 'exercise.person', data: { h_ms, by, id, name, role, ...(organisation === undefined ? {} : { organisation }), presence: 'absent', reason: inject.title } })),
    ];
  }
}

function fire({ fold, exercise, h_ms, by }: Table, id: string): Ruling {
  const one = findInject(exercise, id);
  if (one === undefined) return no(`The exercise has no inject "${id}".`);
  if (one.fired !== null) return no(`The inject "${id}" was fired already, at ${exerciseTime(one.fired.h_ms)}.`);
  if (one.withdrawn !== null) return no(`The inject "${id}" was withdrawn: ${one.withdrawn.reason}`, 'Give it a new time to put it back.');
  return yes(...fireEvents(fold, exercise, one, h_ms, by));
}

function add({ exercise, h_ms, by, fold }: Table, inject: ExerciseInject): Ruling {
  if (findInject(exercise, inject.id) !== undefined) return no(`The exercise has an inject "${inject.id}" already.`);
  if (Buffer.byteLength(JSON.stringify(inject)) > PLAN_BYTES) return no('The inject is too long for one entry of the record.', `Keep it within ${PLAN_BYTES / 1024} KiB.`);
  const { runbook } = fold.plan.snapshot.root;
  const known = new Set([...runbook.steps.map((step) => step.id), ...runbook.checks.map((check) => check.id), ...fold.plan.steps.map(({ block }) => block.id)]);
  const unknown = (inject.affects ?? []).find((target) => !known.has(target));
  if (unknown !== undefined) return no(`The inject "${inject.id}" affects "${unknown}", which is neither a step nor a check of this runbook.`);
  return yes({ type: 'inject.added', data: { h_ms, by, inject } });
}

function move({ exercise, h_ms, by }: Table, id: string, to_ms: number | null, reason: string | null): Ruling {
  const one = findInject(exercise, id);
  if (one === undefined) return no(`The exercise has no inject "${id}".`);
  if (one.fired !== null) return no(`The inject "${id}" came at ${exerciseTime(one.fired.h_ms)}; it cannot come again.`);
  if (to_ms !== null && to_ms < h_ms) return no(`The exercise clock stands at ${exerciseTime(h_ms)}; ${exerciseTime(to_ms)} is past.`, 'Fire it now, or give it a later time.');
  return yes({ type: 'inject.moved', data: { h_ms, by, inject: id, due_ms: to_ms, reason } });
}

function withdraw({ exercise, h_ms, by }: Table, id: string, reason: string): Ruling {
  const one = findInject(exercise, id);
  if (one === undefined) return no(`The exercise has no inject "${id}".`);
  if (one.withdrawn !== null) return no(`The inject "${id}" was withdrawn already.`);
  if (reason.trim() === '') return no('Say why it is withdrawn; the record keeps the reason.');
  return yes({ type: 'inject.withdrawn', data: { h_ms, by, inject: id, reason } });
}

function score({ exercise, h_ms, by }: Table, act: Extract<SettledAct, { act: 'score' }>): Ruling {
  const one = findInject(exercise, act.inject);
  if (one === undefined) return no(`The exercise has no inject "${act.inject}".`);
  if (one.withdrawn !== null) return no(`The inject "${act.inject}" was withdrawn and is not scored.`);
  if (one.fired === null) return no(`The inject "${act.inject}" has not come yet, so nothing can be expected of anybody.`);
  if (act.expectation >= expectationsOf(one.inject).length) return no(`The inject "${act.inject}" has no expectation ${act.expectation + 1}.`);
  const seen_ms = act.seen_ms ?? h_ms;
  if (seen_ms > h_ms) return no(`${exerciseTime(seen_ms)} has not come yet; the exercise clock stands at ${exerciseTime(h_ms)}.`);
  return yes({ type: 'exercise.scored', data: { h_ms, by, inject: act.inject, expectation: act.expectation, verdict: act.verdict, seen_ms, note: act.note ?? null } });
}

function note({ fold, exercise, h_ms, by }: Table, act: Extract<SettledAct, { act: 'note' }>): Ruling {
  if (act.text.trim() === '') return no('Nothing is written yet.');
  if (act.inject !== undefined && findInject(exercise, act.inject) === undefined) return no(`The exercise has no inject "${act.inject}".`);
  if (act.step !== undefined && !fold.steps.has(act.step)) return no(`This run has no step "${act.step}".`);
  return yes({ type: 'exercise.noted', data: { h_ms, by, kind: act.kind, text: act.text, who: act.who ?? by, inject: act.inject ?? null, step: act.step ?? null, owner: act.owner ?? null, due: act.due ?? null } });
}

/** Nothing runs, so no credential is asked; but who is not to be reached cannot approve here either. */
function approve({ fold, exercise }: Table, path: string, named: string): Ruling {
  const step = fold.steps.get(path);
  const wanted = step === undefined ? null : approvalOf(step.plan);
  if (step === undefined || wanted === null) return no(`Step ${path} asks for no approval.`);
  if (step.waitingFor !== 'approval') return no(`Step ${path} does not wait for an approval.`);
  const who = exercise.people.get(named) ?? exercise.people.get(personId(named));
  if (who === undefined) return no(`Nobody at the table is called "${named}".`);
  if (who.presence !== 'here') return no(`${who.name} ${who.presence === 'absent' ? 'is not to be reached in this exercise' : 'has left the table'}${who.reason === null ? '' : ` (${who.reason})`} and cannot approve ${path}.`, 'Ask for the deputy, or go another way.');
  if (!wanted.by.includes(who.role)) return no(`${who.name} is ${who.role}; ${path} is approved by: ${wanted.by.join(', ')}.`);
  if (wanted.not_self && who.id === fold.operator?.id) return no(`${who.name} runs this recovery and cannot approve ${path} as well.`, 'Somebody else has to approve.');
  if (approvers(step).includes(who.id)) return no(`${who.name} has approved ${path} already; the quorum counts different people.`);
  return yes({ type: 'step.approved', data: { step: path, by: who.id, name: who.name, role: who.role, unattended: false, statement: null, signature: null } });
}

