import type { ExerciseAct } from '../../../../../electron/contract/tabletop/plan.ts';
import type { Exercise } from '../use-exercise.ts';

/** Does an act and closes when the engine took it; a refusal stays on the dialog. */
export function useAct(table: Exercise, onClose: () => void): (...acts: ExerciseAct[]) => void {
  return (...acts) => {
    void (async () => {
      for (const act of acts) if (!(await table.act(act))) return;
      onClose();
    })();
  };
}
