/** A step that a person does instead of its program: what to run elsewhere, and a place for what it printed there. */
import { useState } from 'react';
import { PASTED_CHARACTERS, type RunCommand, type StepView } from '../../../../../electron/contract/run.ts';
import { counted } from '../../../../../electron/contract/wording.ts';
import { shellText } from '../../../command-line.ts';
import { Primary } from '../../../components/Buttons.tsx';
import { DialogBox } from '../../../components/DialogBox.tsx';
import { CopyField, TextArea, TextField } from '../../../components/Fields.tsx';
import { useDraft } from '../../../drafts.ts';
import { visible } from '../../../visible.ts';
import type { Run } from '../use-run.ts';
import { absentPrograms } from '../missing-programs.ts';

interface Told { reason: string; output: string; status: string }

/** Null when the status is none that a program can end with. */
function statusOf(text: string): number | null {
  const status = /^\d{1,3}$/u.test(text.trim()) ? Number(text.trim()) : Number.NaN;
  return status <= 255 ? status : null;
}

function lacking({ reason, output, status }: Told): string | undefined {
  if (output.length > PASTED_CHARACTERS) return 'More than 1 MiB was pasted: attach it as a file instead.';
  if (output !== '' && statusOf(status) === null) return 'The exit status is a number from 0 to 255.';
  return reason.trim() === '' ? 'Who did it, and where, is missing.' : undefined;
}

function commandOf(step: string, { reason, output, status }: Told): RunCommand {
  const exit_code = statusOf(status);
  return output === '' || exit_code === null ? { do: 'done', step, reason } : { do: 'done', step, reason, pasted: { output, exit_code } };
}

export function HandDialog({ run, step, onClose }: { run: Run; step: StepView; onClose(): void }) {
  const [reason, setReason, forgetReason] = useDraft(`done ${step.id}`);
  const [output, setOutput] = useState(''); // a tool's output may hold anything, so it is no draft
  const [status, setStatus] = useState('0');
  const told = { reason, output, status };
  const text = shellText(step.commands, step.env);
  const send = async (): Promise<void> => {
    if (!(await run.send(commandOf(step.id, told)))) return;
    forgetReason();
    onClose();
  };
  return (
    <DialogBox
      title={`By hand: step ${step.number}`} wide error={run.error} onClose={onClose} escape="leave it as it is"
      actions={<Primary id={`done ${step.id} ${output === '' ? 'word' : 'output'}`} label={output === '' ? 'It is done' : 'Judge what it printed'} missing={lacking(told)} busy={run.busy} onPress={() => { void send(); }} />}
    >
      <div className="stack">
        <p><b className="med">{visible(step.title)}.</b> {step.missing.length > 0 && `${absentPrograms(step.missing)}. `}It stays on the look-out list and in the report as done by hand, with your name.</p>
        <CopyField label="Run exactly this on a machine that has it" hint="Ctrl A, Ctrl C copies it. Secrets are named, never shown." value={text} />
        <TextArea label="What it printed there" hint={`Paste all of it: ${step.expected.length + step.assertions.length === 0 ? 'it is kept with the record' : `${counted(Math.max(step.expected.length, step.assertions.length), 'expectation is', 'expectations are')} judged on it`}. Left empty, only what can be seen without it is proven.`} value={output} onChange={setOutput} rows={4} mono />
        {output !== '' && <TextField label="Exit status there" hint="What echo $? says after it; 0 is success." value={status} onChange={setStatus} mono />}
        <TextArea label="Who did it, and where?" hint="For the record. Ctrl Enter sends it." value={reason} onChange={setReason} rows={2} autoFocus />
      </div>
    </DialogBox>
  );
}
