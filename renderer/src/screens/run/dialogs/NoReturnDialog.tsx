import { useState } from 'react';
import type { StepView } from '../../../../../electron/contract/run.ts';
import { Button, Primary } from '../../../components/Buttons.tsx';
import { Command } from '../../../components/Command.tsx';
import { DialogBox } from '../../../components/DialogBox.tsx';
import { TextField } from '../../../components/Fields.tsx';
import { Gate } from './Gate.tsx';
import { visible } from '../../../visible.ts';
import type { Run } from '../use-run.ts';

/** A point of no return: what exactly runs, and the step's own id typed before it does. */
export function NoReturnDialog({ run, step, onClose, onApprove }: { run: Run; step: StepView; onClose(): void; onApprove(): void }) {
  const [typed, setTyped] = useState('');
  const wanted = step.id.split('/').at(-1) ?? step.id;
  const send = async (): Promise<void> => {
    if (await run.send({ do: 'start', step: step.id, typed_id: typed })) onClose();
  };
  return (
    <DialogBox
      title={`Run step ${step.number}: ${visible(step.title)}`} role="alertdialog" wide error={run.error} onClose={onClose} escape="decide later"
      actions={<>{step.waiting_for === 'approval' && <Button tall onPress={onApprove}>Approve…</Button>}<Primary id={`no-return ${step.id}`} label={`Run step ${step.number}`} missing={typed === step.id || typed === wanted ? undefined : `Type ${wanted}`} busy={run.busy} onPress={() => { void send(); }} /></>}
    >
      <Gate step={step} />
      <div className="label gap">{step.commands.length === 0 ? 'No program runs; a person does it' : 'Exactly this runs, once'}</div>
      <Command commands={step.commands} />
      <div className="gap-top"><TextField label={`Type the step’s id, ${wanted}`} value={typed} onChange={setTyped} autoFocus mono /></div>
    </DialogBox>
  );
}
