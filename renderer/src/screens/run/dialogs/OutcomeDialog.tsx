/** After a crash nobody knows what a step has done. The person looks, and says; the console never repeats it by itself. */
import { useState } from 'react';
import type { RunCommand, RunView, StepView } from '../../../../../electron/contract/run.ts';
import { Button, Primary } from '../../../components/Buttons.tsx';
import { Command } from '../../../components/Command.tsx';
import { DialogBox } from '../../../components/DialogBox.tsx';
import { RadioField, TextArea } from '../../../components/Fields.tsx';
import { Notice } from '../../../components/States.tsx';
import { useDraft } from '../../../drafts.ts';
import { visible } from '../../../visible.ts';
import type { Run } from '../use-run.ts';

const CHOICES = [
  { value: 'done', label: 'It did its work', detail: 'It counts as done by hand; the console proves only what it can without the step’s own output.' },
  { value: 'retry', label: 'It did nothing, or may be repeated', detail: 'The step runs again.' },
  { value: 'skip', label: 'It is not needed any more', detail: 'The run goes on without it.' },
  { value: 'override', label: 'Unknown, and the run goes on all the same', detail: 'It stays on the look-out list and in the report.' },
] as const;
type Choice = (typeof CHOICES)[number]['value'];

function commandOf(choice: Choice, step: string, reason: string): RunCommand {
  switch (choice) {
    case 'done': return { do: 'done', step, reason };
    case 'retry': return { do: 'retry', step, reason };
    case 'skip': return { do: 'skip', step, reason };
    case 'override': return { do: 'override', step, reason };
  }
}

export function OutcomeDialog({ run, view, step, onClose }: { run: Run; view: RunView; step: StepView; onClose(): void }) {
  const [choice, setChoice] = useState<Choice | ''>('');
  const [reason, setReason, forget] = useDraft(`outcome ${step.id}`);
  const alive = view.survivors.filter((survivor) => survivor.step === step.id);
  const missing = alive.length > 0 ? 'Something of it still runs.' : choice === '' ? 'Choose one.' : reason.trim() === '' ? 'Say how you know.' : undefined;
  const send = async (): Promise<void> => {
    if (choice === '' || !(await run.send(commandOf(choice, step.id, reason)))) return;
    forget();
    onClose();
  };
  const settle = (then: 'kill' | 'look'): void => { void run.send({ do: 'survivors', step: step.id, then }); };
  return (
    <DialogBox title={`What happened in step ${step.number}?`} wide error={run.error} onClose={onClose} escape="look first" actions={<Primary id={`outcome ${step.id} ${choice}`} label="That is what happened" missing={missing} busy={run.busy} onPress={() => { void send(); }} />}>
      <div className="stack loose">
        <p>{step.reason === undefined ? 'It was under way when the engine stopped' : visible(step.reason)}. Look at the target itself before you answer.</p>
        <Command commands={step.commands} />
        {alive.length > 0 && (
          <Notice tone="amber" shape="needs">
            <b className="med">Still running:</b> {alive.map((survivor) => `${visible(survivor.what)} (process ${survivor.pid})`).join(', ')}. No second copy starts while it lives.
            <div className="row gap-top"><Button disabled={run.busy} onPress={() => { settle('look'); }}>Look again</Button><Button look="danger" disabled={run.busy} onPress={() => { settle('kill'); }}>End it</Button></div>
          </Notice>
        )}
        <RadioField legend="What did you find?" value={choice} onChange={(value) => { const found = CHOICES.find((candidate) => candidate.value === value); if (found !== undefined) setChoice(found.value); }} options={CHOICES} />
        <TextArea label="How do you know?" hint="For the record. Ctrl Enter sends it." value={reason} onChange={setReason} />
      </div>
    </DialogBox>
  );
}
