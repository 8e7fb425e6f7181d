import { useState } from 'react';
import { exerciseMs, exerciseTime, ExerciseTime } from '../../../../../electron/contract/tabletop/plan.ts';
import { Primary } from '../../../components/Buttons.tsx';
import { DialogBox } from '../../../components/DialogBox.tsx';
import { SelectField, TextField } from '../../../components/Fields.tsx';
import { nextInject, useExerciseClock } from '../use-exercise.ts';
import type { TableDialogProps } from './TableDialogs.tsx';
import { useAct } from './use-act.ts';

const SPEEDS = [500, 1000, 2000, 4000, 10_000, 60_000];

/** Speed and jump: forward only, and every timed inject on the way comes at its time. */
export function ClockDialog({ table, onClose }: TableDialogProps) {
  const now = useExerciseClock(table);
  const next = nextInject(table.exercise);
  const { speed } = table.exercise.clock;
  const [to, setTo] = useState('');
  const [pace, setPace] = useState('');
  const act = useAct(table, onClose);
  const target = ExerciseTime.safeParse(to).success ? exerciseMs(to) : null;
  const problem = to === '' || (target !== null && target > now) ? null : target === null ? 'Write it as H+1:10.' : `The clock stands at ${exerciseTime(now)} and goes forward only.`;
  const missing = to === '' && pace === '' ? 'Choose a time or a speed.' : problem ?? undefined;
  const send = (): void => { act(...(target === null ? [] : [{ act: 'jump', to_ms: target } as const]), ...(pace === '' ? [] : [{ act: 'speed', speed: Number(pace) } as const])); };
  return (
    <DialogBox title="The exercise clock" error={table.run.error} onClose={onClose} actions={<Primary id="clock" label={target === null ? 'Set the speed' : `Jump to ${to}`} missing={missing} busy={table.run.busy} onPress={send} />}>
      <div className="stack loose">
        <TextField label="Jump to" value={to} onChange={setTo} autoFocus problem={problem} placeholder="H+1:10" hint={`It shows ${exerciseTime(now, 'always')}.${next?.due_ms == null ? '' : ` The next inject comes at ${exerciseTime(next.due_ms)}.`} The real clock goes on as it is.`} suggestions={next?.due_ms == null ? [] : [exerciseTime(next.due_ms)]} />
        <SelectField label="Speed" value={pace} onChange={setPace} options={[{ value: '', label: speed === 0 ? 'Stays held' : `Stays at ${speed / 1000} times real speed` }, ...SPEEDS.map((each) => ({ value: String(each), label: each === 1000 ? 'Real speed' : `${each / 1000} times real speed` }))]} />
      </div>
    </DialogBox>
  );
}
