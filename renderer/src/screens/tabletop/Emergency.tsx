import { utcTime } from '../../../../electron/contract/wording.ts';
import { exerciseTime } from '../../../../electron/contract/tabletop/plan.ts';
import { useNavigation } from '../../app/navigation.ts';
import { Button, Primary } from '../../components/Buttons.tsx';
import { Glyph } from '../../components/Glyph.tsx';
import { visible } from '../../visible.ts';
import type { Exercise } from './use-exercise.ts';

/** The exercise was stopped by something real: everybody is told so, and the real recovery is one press away. */
export function Emergency({ table, ended, onReport }: { table: Exercise; ended: NonNullable<Exercise['exercise']['ended']>; onReport(): void }) {
  const { start } = useNavigation();
  return (
    <main className="now-step" tabIndex={-1}>
      <div className="scroll" tabIndex={0} role="alert">
        <div className="stopped c-red">
          <Glyph shape="failed" tone="red" size={24} />
          <div><h1>Real emergency. This is no exercise.</h1><p>Stopped at {exerciseTime(ended.h_ms, 'always')}, really at {utcTime(ended.at)} UTC, by {visible(ended.by)}: {visible(ended.reason)}. It is recorded as stopped, not as held.</p></div>
        </div>
      </div>
      <div className="actions">
        <Primary id={`live ${table.view.id}`} label="Start recovery…" onPress={() => { start({ runbook: table.view.runbook.id, mode: 'live' }); }} />
        <Button onPress={onReport}>Open the report</Button>
      </div>
    </main>
  );
}
