import { useState } from 'react';
import type { RunView } from '../../../../../electron/contract/run.ts';
import { Primary } from '../../../components/Buttons.tsx';
import { DialogBox } from '../../../components/DialogBox.tsx';
import { TextArea, TextField } from '../../../components/Fields.tsx';
import { useDraft } from '../../../drafts.ts';
import { visible } from '../../../visible.ts';
import type { Run } from '../use-run.ts';

/** Ends a run before its end. The word is typed, so that no single key does it. */
export function AbortDialog({ run, view, onClose }: { run: Run; view: RunView; onClose(): void }) {
  const [reason, setReason, forget] = useDraft(`abort ${view.id}`);
  const [typed, setTyped] = useState('');
  const busy = view.steps.filter((step) => step.state === 'running');
  const missing = typed !== 'abort' ? 'Type the word abort.' : reason.trim() === '' ? 'A reason is missing.' : undefined;
  const send = async (): Promise<void> => {
    if (!(await run.send({ do: 'abort', reason }))) return;
    forget();
    onClose();
  };
  return (
    <DialogBox title="Abort the run" role="alertdialog" error={run.error} onClose={onClose} escape="go on with the run" actions={<Primary id="abort" label="Abort the run" missing={missing} busy={run.busy} onPress={() => { void send(); }} />}>
      <p className="gap">
        {busy.length > 0 && <><b className="med">{busy.map((step) => `Step ${step.number} ${visible(step.title)}`).join(', ')}</b> is ended with everything it started. </>}
        What was done stays done{view.mode === 'rehearsal' ? '; the scratch targets are taken down' : ''}. An aborted run cannot be resumed; its record stays.
      </p>
      <div className="stack loose">
        <TextField label="Type the word abort" value={typed} onChange={setTyped} autoFocus mono />
        <TextArea label="Why?" value={reason} onChange={setReason} />
      </div>
    </DialogBox>
  );
}
