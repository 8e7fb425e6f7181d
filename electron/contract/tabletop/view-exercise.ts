/** From the fold of an exercise to what its facilitator and its participants see. */
import type { RunView } from '../run.ts';
import type { Runbook } from '../runbook.ts';
import { durationSeconds } from '../scalars.ts';
import type { PlannedStep } from '../run/plan.ts';
import type { Instant, RunFold } from '../run/state.ts';
import { maskContacts } from './mask-contacts.ts';
import { exerciseMs, type PlanHead } from './plan.ts';
import { scoresOf, totalOf, type Scored } from './score.ts';
import { type ExerciseFold, type InjectFold, shownAt, type Twice } from './state.ts';
import type { ClockView, ExerciseView, ExpectationView, InjectView, ParticipantsView } from './view.ts';

/** @param restored wall milliseconds at which service is expected back, when it is known */
export function viewExercise(fold: RunFold, exercise: ExerciseFold, now: Instant, restored: number | null): ExerciseView {
  const { runbook } = fold.plan.snapshot.root;
  const rto = runbook.front.targets?.rto;
  const clock = viewClock(fold, exercise, now);
  const plan = exercise.plan ?? planOf(runbook);
  return {
    plan, scenario: maskContacts(runbook.front.scenario), is_planned: exercise.plan !== null, clock,
    changes: exercise.changes.map((change) => ({ ...told(change), speed: change.speed, why: change.why })),
    target_ms: rto === undefined ? null : durationSeconds(rto) * 1000,
    forecast_ms: exercise.restored ?? (restored === null ? null : clock.h_ms + Math.max(0, Math.round(restored - now.wall))),
    injects: exercise.injects.map((one) => viewInject(fold, exercise, one)),
    people: [...exercise.people.values()].map(({ id, name, role, organisation, presence, reason, changed }) => ({ id, name, role, organisation: organisation ?? null, presence, reason, since_ms: changed.at(-1)?.h_ms ?? 0 })),
    notes: exercise.notes.map((note) => ({ ...told(note), kind: note.kind, text: note.text, who: note.who, inject: note.inject, step: note.step, owner: note.owner, due: note.due })),
    objectives: plan.objectives.map(({ id, text }) => ({ id, text, rating: exercise.ratings.get(id)?.rating ?? null, reason: exercise.ratings.get(id)?.reason ?? null })),
    score: totalOf(exercise, fold.finished !== null || exercise.ended !== null),
    steps: [...exercise.steps].map(([id, { from, to }]) => ({ id, from_ms: from, to_ms: to })),
    alive: lifelines(fold).filter((name) => !fold.dead.includes(name)),
    ended: exercise.ended === null ? null : { ...told(exercise.ended), why: exercise.ended.why, reason: exercise.ended.reason },
  };
}

/** A plan before anybody wrote one: what the runbook says of its tabletops. */
export function planOf({ front }: Runbook): PlanHead {
  const drill = front.drills?.find(({ kind }) => kind === 'tabletop');
  const texts = [...(drill?.objective === undefined ? [] : [drill.objective]), ...(drill?.success ?? [])];
  return {
    title: drill?.title ?? `Tabletop: ${front.title}`.slice(0, 200), scope: drill?.scope ?? front.scenario.slice(0, 2000), excluded: [],
    objectives: texts.slice(0, 20).map((text, index) => ({ id: `objective-${index + 1}`, text: text.slice(0, 1000) })),
    rules: ['Nothing is run and nobody outside the room is called.', 'Say what you would do; the facilitator says what comes of it.', 'In a real emergency the exercise is over at once.'],
    end: { ...(drill?.duration === undefined ? {} : { at: endAt(durationSeconds(drill.duration)) }), when: 'The service is back, or the facilitator ends it.' }, pass_percent: 75, observers: [],
  };
}

function endAt(seconds: number): string {
  return `H+${Math.floor(seconds / 3600)}:${String(Math.floor((seconds % 3600) / 60)).padStart(2, '0')}`;
}

function told({ h_ms, at, by }: Twice): { h_ms: number; at: string; by: string } {
  return { h_ms, at: new Date(at.wall).toISOString(), by };
}

function viewClock({ finished }: RunFold, exercise: ExerciseFold, now: Instant): ClockView {
  const { started, ended, clock } = exercise;
  const state = finished !== null || ended !== null ? 'over' : started === null ? 'planned' : clock.speed === 0 ? 'held' : 'running';
  const started_at = started === null ? null : new Date(started.at.wall).toISOString();
  return { h_ms: shownAt(exercise, now), at: new Date(now.wall).toISOString(), speed: state === 'running' ? clock.speed : 0, state, started_at };
}

function viewInject(fold: RunFold, exercise: ExerciseFold, one: InjectFold): InjectView {
  const { inject, fired, withdrawn, due_ms } = one;
  const planned_ms = one.moved === null ? due_ms : exerciseMs(inject.at);
  const expectations = scoresOf(one).map(viewExpectation);
  return {
    id: inject.id, title: maskContacts(inject.title), see: inject.see === undefined ? null : maskContacts(inject.see), text: inject.text === undefined ? null : maskContacts(inject.text), hints: (inject.hints ?? []).map(maskContacts), stock: inject.stock ?? null,
    state: withdrawn !== null ? 'withdrawn' : fired !== null ? 'fired' : 'to-come',
    due_ms, planned_ms,
    fired: fired === null ? null : { ...told(fired), timed: fired.timed, order: fired.order, early_ms: due_ms === null ? null : due_ms - fired.h_ms },
    withdrawn: withdrawn === null ? null : { ...told(withdrawn), reason: withdrawn.reason },
    outcome: inject.outcome ?? null,
    affects: affectedBy(fold, one).map(({ id, title, steps }) => ({ id, title, over: steps.length > 0 && steps.every(({ path }) => isOverBefore(exercise, path, fired?.h_ms ?? shownAt(exercise, fold.last))) })),
    dead: inject.dead ?? [], absent: inject.absent ?? [],
    expectations, points: expectations.reduce((sum, { points }) => sum + points, 0), possible: expectations.reduce((sum, { score }) => sum + score, 0),
  };
}

function isOverBefore({ steps }: ExerciseFold, path: string, h_ms: number): boolean {
  const to = steps.get(path)?.to ?? null;
  return to !== null && to <= h_ms;
}

/** What an inject forces: steps by their id, and the steps of a check by its id or its kind. */
export function affectedBy({ plan }: RunFold, { inject }: InjectFold): { id: string; title: string; steps: readonly PlannedStep[] }[] {
  const { checks, steps } = plan.snapshot.root.runbook;
  const kinds: readonly string[] = inject.affects_kinds ?? [];
  const ofKinds = [
    ...checks.filter(({ block }) => kinds.includes(block.kind)).map(({ id }) => id),
    ...steps.filter(({ block }) => block.kind === 'check' && typeof block.check !== 'string' && kinds.includes(block.check.kind)).map(({ id }) => id),
  ];
  return [...new Set([...(inject.affects ?? []), ...ofKinds])].map((id) => {
    const check = checks.find((known) => known.id === id);
    const touched = plan.steps.filter((step) => names(step).includes(id));
    return { id, title: check?.block.title ?? touched[0]?.title ?? id, steps: touched };
  });
}

/** The names under which an inject can mean a step. */
export function names({ block }: PlannedStep): string[] {
  return [block.id, ...(block.kind === 'check' && typeof block.check === 'string' ? [block.check] : [])];
}

function viewExpectation({ expectation, due_ms, given, late, points, possible }: Scored): ExpectationView {
  const within_s = expectation.within === undefined ? null : durationSeconds(expectation.within);
  return { action: expectation.action, within_s, score: possible, due_ms, verdict: given?.verdict ?? null, late, seen_ms: given?.seen_ms ?? null, points, note: given?.note ?? null, by: given?.by ?? null };
}

/** Everything that the runbooks of a run name as needed alive, as replaced while dead, or as lost. */
function lifelines({ plan }: RunFold): string[] {
  const { snapshot } = plan;
  const runbooks = [snapshot.root, ...Object.values(snapshot.calls)].map(({ runbook }) => runbook);
  const all = [
    ...plan.steps.flatMap(({ block }) => [...(block.needs_alive ?? []), ...(block.alternate?.when_dead ?? [])]),
    ...runbooks.flatMap(({ checks, front }) => [...checks.flatMap(({ block }) => block.needs_alive ?? []), ...(front.lost ?? [])]),
  ];
  return [...new Set(all)].sort();
}

/** Of the facilitator's view only what participants may know. */
export function viewParticipants(view: RunView, exercise: ExerciseView): ParticipantsView {
  const current = view.steps.find(({ id }) => id === view.current);
  const isDone = ({ state }: RunView['steps'][number]): boolean => state === 'succeeded' || state === 'skipped' || state === 'overridden' || state === 'not_executed';
  return {
    run: view.id, title: view.title, exercise: exercise.plan.title, scenario: exercise.scenario, day: exercise.clock.started_at ?? exercise.clock.at,
    clock: exercise.clock, target_ms: exercise.target_ms,
    step: current === undefined ? null : { number: current.number, total: view.steps.length, title: current.title },
    phases: view.phases.map(({ id, title }) => {
      const steps = view.steps.filter(({ phase }) => phase === id);
      return { title, steps: steps.length, done: steps.filter(isDone).length, current: current?.phase === id };
    }),
    injects: exercise.injects.flatMap((one) => (one.fired === null ? [] : [{ order: one.fired.order, heading: one.see ?? one.title, text: one.text, h_ms: one.fired.h_ms, withdrawn: one.withdrawn !== null }])).sort((a, b) => a.order - b.order).map(({ order: _order, ...shown }) => shown),
    dead: view.dead, alive: exercise.alive,
    unknown: view.steps.filter(({ state }) => state === 'unknown').map(({ number, title }) => `Step ${number}, ${title}`),
    absent: exercise.people.filter(({ presence }) => presence === 'absent').map(({ name }) => name),
    ended: exercise.ended === null ? null : { why: exercise.ended.why, h_ms: exercise.ended.h_ms, at: exercise.ended.at },
  };
}
