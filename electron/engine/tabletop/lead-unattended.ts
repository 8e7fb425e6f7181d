/**
 * Leads an exercise with nobody there. Nobody waits: each step takes its budget on the exercise clock, which jumps from one
 * moment at which something happens to the next, so that every timed inject comes between the steps where it belongs.
 */
import { EngineError } from '../../contract/errors.ts';
import type { StepFold } from '../../contract/run/state.ts';
import { durationSeconds } from '../../contract/scalars.ts';
import { exerciseMs, type ExerciseAct } from '../../contract/tabletop/plan.ts';
import { type ExerciseFold, findInject, openTimed, shownAt } from '../../contract/tabletop/state.ts';
import { isOver } from '../run/advance.ts';
import type { LiveRun } from '../run/live-run.ts';
import type { ExerciseAnswers } from './exercise-answers.ts';
import { type Hand, ruleExercise } from './rule-exercise.ts';
import { settleAct } from './settle-act.ts';

const NOBODY: Hand = { name: 'unattended' };

export class UnattendedTable {
  readonly #live: LiveRun;
  readonly #exercise: ExerciseFold;
  readonly #answers: ExerciseAnswers;
  /** When a step was first seen to wait, by step and attempt. */
  readonly #since = new Map<string, number>();

  constructor(live: LiveRun, exercise: ExerciseFold, answers: ExerciseAnswers) {
    this.#live = live;
    this.#exercise = exercise;
    this.#answers = answers;
  }

  /** Everything that is planned before H+0:00, and the start; nothing for an exercise that is taken up again. */
  begin(): void {
    if (this.#exercise.started !== null) return;
    const { plan, reuse, participants = [], stock = [], injects = {} } = this.#answers;
    if (reuse !== undefined) this.#act({ act: 'reuse', run: reuse });
    if (plan !== undefined) this.#act({ act: 'plan', plan });
    for (const { absent, ...person } of participants) this.#act({ act: 'person', ...person, presence: absent === undefined ? 'here' : 'absent', ...(absent === undefined ? {} : { reason: absent }) });
    for (const { id, at } of stock) this.#act({ act: 'stock', stock: id, ...(at === undefined ? {} : { at }) });
    for (const [inject, coming] of Object.entries(injects)) {
      if ('withdraw' in coming) this.#act({ act: 'withdraw', inject, reason: coming.withdraw });
      else this.#act({ act: 'move', inject, to_ms: 'at' in coming ? exerciseMs(coming.at) : null });
    }
    this.#act({ act: 'start', held: true });
    this.#comeUpTo(0);
  }

  /** The steps, those first whose time is up first. */
  order(steps: readonly StepFold[]): StepFold[] {
    const now = this.#now();
    const until = new Map(steps.map((step) => [step, this.#until(step, now)]));
    return [...steps].sort((a, b) => (until.get(a) ?? 0) - (until.get(b) ?? 0) || a.plan.index - b.plan.index);
  }

  /** Lets the time of a step pass before it is answered; injects that come meanwhile count for it. */
  passTime(step: StepFold): void {
    this.#comeUpTo(this.#until(step, this.#now()));
  }

  /** An inject that comes when a step is over. True when one came. */
  afterStep(): boolean {
    for (const [inject, coming] of Object.entries(this.#answers.injects ?? {})) {
      const step = 'after' in coming ? this.#live.fold.steps.get(coming.after) : undefined;
      const known = findInject(this.#exercise, inject);
      if (step === undefined || !isOver(step) || known === undefined || known.fired !== null || known.withdrawn !== null) continue;
      this.#act({ act: 'fire', inject });
      return true;
    }
    return false;
  }

  /** When every step is over: what is still to come comes, answers are scored, and the exercise ends. True when it did. */
  finish(): boolean {
    if (this.#exercise.ended !== null || !this.#live.fold.order.every(isOver)) return false;
    const last = this.#answers.end === undefined ? (openTimed(this.#exercise).at(-1)?.due_ms ?? 0) : (exerciseMs(this.#answers.end) ?? 0);
    this.#comeUpTo(last);
    this.#judge();
    this.#act({ act: 'end', reason: 'Every step is over' });
    return true;
  }

  #judge(): void {
    for (const note of this.#answers.notes ?? []) this.#act({ act: 'note', ...note });
    for (const [inject, scores] of Object.entries(this.#answers.scores ?? {})) {
      const known = findInject(this.#exercise, inject);
      if (known?.fired == null || known.withdrawn !== null) continue; // it never came, so nothing was expected
      scores.forEach(({ verdict, at, note }, expectation) => {
        const seen_ms = at === undefined ? undefined : (exerciseMs(at) ?? undefined);
        this.#act({ act: 'score', inject, expectation, verdict, ...(seen_ms === undefined ? {} : { seen_ms }), ...(note === undefined ? {} : { note }) });
      });
    }
    for (const [objective, { rating, reason }] of Object.entries(this.#answers.ratings ?? {})) this.#act({ act: 'rate', objective, rating, ...(reason === undefined ? {} : { reason }) });
  }

  #now(): number {
    return shownAt(this.#exercise, this.#live.now());
  }

  /** When the budget of a step is spent: counted from when it was first seen to wait, or from now where it is to be tried again. */
  #until({ plan, state, attempts }: StepFold, now: number): number {
    const budget = plan.block.budget === undefined ? 0 : durationSeconds(plan.block.budget) * 1000;
    if (state !== 'waiting') return now + budget;
    const key = `${plan.path} ${attempts}`;
    const since = this.#since.get(key) ?? now;
    this.#since.set(key, since);
    return since + budget;
  }

  #comeUpTo(h_ms: number): void {
    if (h_ms > this.#now()) this.#act({ act: 'jump', to_ms: h_ms });
  }

  /** @throws EngineError `refused` when the answers ask for what the rules forbid */
  #act(act: ExerciseAct): void {
    const ruling = ruleExercise(this.#live.fold, settleAct(act, this.#live.table), NOBODY, this.#live.now());
    if (!ruling.ok) throw new EngineError('refused', `answers: exercise: ${ruling.reason}`, ruling.hint === undefined ? {} : { hint: ruling.hint });
    this.#live.append(ruling.events, 'unattended');
  }
}
