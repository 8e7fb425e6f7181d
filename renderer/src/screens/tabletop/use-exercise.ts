/** An exercise as its facilitator's screen sees it: the view, the clock between views, and acts. */
import { useEffect, useState } from 'react';
import type { RunView } from '../../../../electron/contract/run.ts';
import type { ExerciseAct } from '../../../../electron/contract/tabletop/plan.ts';
import type { ExerciseView, InjectView } from '../../../../electron/contract/tabletop/view.ts';
import { useEngine } from '../../engine-context.ts';
import { exerciseNow } from '../../exercise-clock.ts';
import { useNow } from '../../use-now.ts';
import type { Run } from '../run/use-run.ts';

export interface Exercise {
  run: Run;
  view: RunView;
  exercise: ExerciseView;
  /** Answers whether the engine took it. */
  act(act: ExerciseAct): Promise<boolean>;
}

export function exerciseOf(run: Run, view: RunView, exercise: ExerciseView): Exercise {
  return { run, view, exercise, act: (act) => run.send({ do: 'exercise', act }) };
}

/** What the exercise clock shows now, in milliseconds. */
export function useExerciseClock({ exercise, run }: Exercise): number {
  const now = useNow();
  return exerciseNow(exercise.clock, run.received, now);
}

/** The run on the participants' window, or null. */
export function useWall(): string | null {
  const { dialogs } = useEngine();
  const [run, setRun] = useState<string | null>(null);
  useEffect(() => { dialogs.onParticipants((state) => { setRun(state.run); }); }, [dialogs]);
  return run;
}

/** Those that come by themselves, in order of time; then those by hand. Fired ones stay where they were planned. */
export function timedOf({ injects }: ExerciseView): InjectView[] {
  return injects.filter(({ due_ms, fired }) => due_ms !== null || fired?.timed === true).sort((a, b) => (a.fired?.h_ms ?? a.due_ms ?? 0) - (b.fired?.h_ms ?? b.due_ms ?? 0));
}

export function handOf({ injects }: ExerciseView): InjectView[] {
  return injects.filter(({ due_ms, fired }) => due_ms === null && fired?.timed !== true);
}

/** The next that would come by itself. */
export function nextInject(exercise: ExerciseView): InjectView | undefined {
  return exercise.ended !== null ? undefined : timedOf(exercise).find(({ state, due_ms }) => state === 'to-come' && due_ms !== null);
}

/** Those that number keys fire: by hand, still to come. */
export function keyed(exercise: ExerciseView): InjectView[] {
  return handOf(exercise).filter(({ state }) => state === 'to-come').slice(0, 9);
}

/** The newest that came and was not withdrawn. */
export function newestInject({ injects }: ExerciseView): InjectView | undefined {
  return injects.filter(({ state }) => state === 'fired').sort((a, b) => (b.fired?.order ?? 0) - (a.fired?.order ?? 0))[0];
}
