import type { StepView } from '../../../../../electron/contract/run.ts';
import { Primary } from '../../../components/Buttons.tsx';
import { DialogBox } from '../../../components/DialogBox.tsx';
import { TextArea } from '../../../components/Fields.tsx';
import { useDraft } from '../../../drafts.ts';
import { visible } from '../../../visible.ts';
import type { Run } from '../use-run.ts';

export type ReasonVerb = 'done' | 'skip' | 'defer' | 'override' | 'undo' | 'stop-step' | 'block';

interface Words { title: string; consequence: string; question: string; press: string }

function wordsOf(verb: ReasonVerb, step: StepView): Words {
  const name = `step ${step.number}`;
  switch (verb) {
    case 'done': return { title: `By hand: ${name}`, consequence: 'The console proves only what it can without the step’s own output. It stays on the look-out list and in the report as done by hand, with your name.', question: 'What was done, and by whom?', press: 'It is done' };
    case 'skip': return { title: `Skip ${name}`, consequence: 'Steps that need it go on without it. It is in the report as skipped.', question: 'Why is it not needed?', press: 'Skip it' };
    case 'defer': return { title: `Defer ${name}`, consequence: 'Steps that need it wait. It is asked again at the end of the run.', question: 'Why later?', press: 'Defer it' };
    case 'override': return { title: `Override ${name}`, consequence: 'The run goes on although its assertions do not hold. It stays on the look-out list and in the report, with your name.', question: 'Why may the run go on?', press: 'Override it' };
    case 'undo': return { title: `Undo ${name}`, consequence: 'The runbook’s own way back runs now.', question: 'Why?', press: 'Undo it' };
    case 'stop-step': return { title: `Stop ${name}`, consequence: 'The tool and everything it started is ended. What it has done so far stays done; the run halts here.', question: 'Why?', press: 'Stop the step' };
    case 'block': return { title: `${name.slice(0, 1).toUpperCase()}${name.slice(1)} waits for a third party`, consequence: 'From now on its time counts as blocked by others, until you say that they are done.', question: 'Who is waited for, and for what?', press: 'Wait for them' };
  }
}

export function ReasonDialog({ run, step, verb, onClose }: { run: Run; step: StepView; verb: ReasonVerb; onClose(): void }) {
  const words = wordsOf(verb, step);
  const [reason, setReason, forget] = useDraft(`${verb} ${step.id}`);
  const send = async (): Promise<void> => {
    if (!(await run.send({ do: verb, step: step.id, reason }))) return;
    forget();
    onClose();
  };
  return (
    <DialogBox title={words.title} error={run.error} onClose={onClose} escape="leave it as it is" actions={<Primary id={`${verb} ${step.id}`} label={words.press} missing={reason.trim() === '' ? 'A reason is missing.' : undefined} busy={run.busy} onPress={() => { void send(); }} />}>
      <p className="gap"><b className="med">{visible(step.title)}.</b> {words.consequence}</p>
      <TextArea label={words.question} hint="For the record. Ctrl Enter sends it." value={reason} onChange={setReason} autoFocus />
    </DialogBox>
  );
}
