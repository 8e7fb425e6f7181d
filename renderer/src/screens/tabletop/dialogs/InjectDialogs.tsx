import { useState } from 'react';
import { exerciseMs, exerciseTime, ExerciseTime } from '../../../../../electron/contract/tabletop/plan.ts';
import { Primary } from '../../../components/Buttons.tsx';
import { DialogBox } from '../../../components/DialogBox.tsx';
import { RadioField, TextField } from '../../../components/Fields.tsx';
import { visible } from '../../../visible.ts';
import type { TableDialogProps } from './TableDialogs.tsx';
import { useAct } from './use-act.ts';

/** A new time, or by hand. */
export function MoveDialog({ table, inject: id, onClose }: TableDialogProps & { inject: string }) {
  const inject = table.exercise.injects.find((one) => one.id === id);
  const [way, setWay] = useState('at');
  const [at, setAt] = useState(inject?.due_ms == null ? '' : exerciseTime(inject.due_ms));
  const [reason, setReason] = useState('');
  const act = useAct(table, onClose);
  const right = ExerciseTime.safeParse(at).success;
  const missing = way === 'at' && !right ? 'Write the time as H+1:10.' : undefined;
  return (
    <DialogBox title={`When “${visible(inject?.title ?? id)}” comes`} error={table.run.error} onClose={onClose} actions={<Primary id={`move ${id}`} label="Move it" missing={missing} busy={table.run.busy} onPress={() => { act({ act: 'move', inject: id, to_ms: way === 'at' ? exerciseMs(at) : null, ...(reason === '' ? {} : { reason }) }); }} />}>
      <div className="stack loose">
        <RadioField legend="How" value={way} onChange={setWay} inline autoFocus options={[{ value: 'at', label: 'At a time' }, { value: 'hand', label: 'By hand' }]} />
        {way === 'at' && <TextField label="Exercise time" value={at} onChange={setAt} placeholder="H+1:10" />}
        <TextField label="Why (optional)" value={reason} onChange={setReason} />
      </div>
    </DialogBox>
  );
}

export function WithdrawDialog({ table, inject: id, onClose }: TableDialogProps & { inject: string }) {
  const inject = table.exercise.injects.find((one) => one.id === id);
  const [reason, setReason] = useState('');
  const act = useAct(table, onClose);
  return (
    <DialogBox title={`Withdraw “${visible(inject?.title ?? id)}”`} error={table.run.error} onClose={onClose} escape="leave it" actions={<Primary id={`withdraw ${id}`} label="Withdraw it" missing={reason.trim() === '' ? 'A reason is missing.' : undefined} busy={table.run.busy} onPress={() => { act({ act: 'withdraw', inject: id, reason }); }} />}>
      <p className="gap">{inject?.state === 'fired' ? 'It forces nothing any more from now on, and is not scored; what it has done stays done.' : 'It does not come, and is not scored.'}</p>
      <TextField label="Why?" value={reason} onChange={setReason} autoFocus />
    </DialogBox>
  );
}
