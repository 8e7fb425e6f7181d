import type { StepView } from '../../../../../electron/contract/run.ts';
import { Primary } from '../../../components/Buttons.tsx';
import { DialogBox } from '../../../components/DialogBox.tsx';
import { TextArea } from '../../../components/Fields.tsx';
import { useDraft } from '../../../drafts.ts';
import type { Run } from '../use-run.ts';

export function NoteDialog({ run, step, onClose }: { run: Run; step: StepView | null; onClose(): void }) {
  const [text, setText, forget] = useDraft('note');
  const send = async (): Promise<void> => {
    if (!(await run.send({ do: 'note', step: step?.id ?? null, text }))) return;
    forget();
    onClose();
  };
  return (
    <DialogBox title={step === null ? 'Note' : `Note at step ${step.number}`} error={run.error} onClose={onClose} escape="keep the draft" actions={<Primary id="note" label="Write it down" missing={text.trim() === '' ? 'Nothing is written yet.' : undefined} busy={run.busy} onPress={() => { void send(); }} />}>
      <TextArea label="What happened, what was said" hint="With the time and your name. Ctrl Enter writes it down." value={text} onChange={setText} rows={4} autoFocus />
    </DialogBox>
  );
}
