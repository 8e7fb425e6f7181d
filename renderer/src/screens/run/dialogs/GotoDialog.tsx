import { useState } from 'react';
import type { RunView, StepView } from '../../../../../electron/contract/run.ts';
import { Primary } from '../../../components/Buttons.tsx';
import { DialogBox } from '../../../components/DialogBox.tsx';
import { SelectField, TextArea } from '../../../components/Fields.tsx';
import { useDraft } from '../../../drafts.ts';
import { visible } from '../../../visible.ts';
import type { Run } from '../use-run.ts';

export function GotoDialog({ run, view, step, onClose }: { run: Run; view: RunView; step: StepView; onClose(): void }) {
  const [to, setTo] = useState(step.gotos[0] ?? '');
  const [reason, setReason, forget] = useDraft(`goto ${step.id}`);
  const target = view.steps.find((candidate) => candidate.id === to);
  const missing = target === undefined ? 'Choose a step.' : reason.trim() === '' ? 'A reason is missing.' : undefined;
  const between = target === undefined ? 0 : view.steps.filter((candidate) => candidate.number > step.number && candidate.number < target.number && candidate.state === 'pending').length;
  const send = async (): Promise<void> => {
    if (!(await run.send({ do: 'goto', step: step.id, to, reason }))) return;
    forget();
    onClose();
  };
  return (
    <DialogBox title={`From step ${step.number} to a later one`} error={run.error} onClose={onClose} escape="stay here" actions={<Primary id={`goto ${to}`} label={target === undefined ? 'Go there' : `Go to step ${target.number}`} missing={missing} busy={run.busy} onPress={() => { void send(); }} />}>
      <div className="stack loose">
        <SelectField label="Step" value={to} onChange={setTo} options={step.gotos.map((id) => ({ value: id, label: labelOf(view, id) }))} />
        {between > 0 && <p className="t2">{between === 1 ? 'One step between is' : `${between} steps between are`} not executed.</p>}
        <TextArea label="Why?" hint="For the record. Ctrl Enter sends it." value={reason} onChange={setReason} autoFocus />
      </div>
    </DialogBox>
  );
}

function labelOf(view: RunView, id: string): string {
  const step = view.steps.find((candidate) => candidate.id === id);
  return step === undefined ? id : `${step.number} ${visible(step.title)}`;
}
