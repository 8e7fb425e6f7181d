import { useState } from 'react';
import { counted } from '../../../../../electron/contract/wording.ts';
import { Primary } from '../../../components/Buttons.tsx';
import { DialogBox } from '../../../components/DialogBox.tsx';
import { TextField } from '../../../components/Fields.tsx';
import { Notice } from '../../../components/States.tsx';
import type { TableDialogProps } from './TableDialogs.tsx';
import { useAct } from './use-act.ts';

/** The end of an exercise. The word is typed, so that no single key does it; afterwards nothing is judged any more. */
export function EndDialog({ table, onClose }: TableDialogProps) {
  const [typed, setTyped] = useState('');
  const [reason, setReason] = useState('');
  const act = useAct(table, onClose);
  const { score, objectives } = table.exercise;
  const unrated = objectives.filter(({ rating }) => rating === null).length;
  const left = table.view.steps.filter(({ state }) => state === 'pending' || state === 'waiting').length;
  return (
    <DialogBox title="End the exercise" role="alertdialog" error={table.run.error} onClose={onClose} escape="go on with the exercise" actions={<Primary id="end" label="End the exercise" missing={typed === 'end' ? undefined : 'Type the word end.'} busy={table.run.busy} onPress={() => { act({ act: 'end', ...(reason === '' ? {} : { reason }) }); }} />}>
      <div className="stack loose">
        {(score.open > 0 || unrated > 0 || left > 0) && <Notice tone="amber" shape="needs">{[score.open > 0 ? `${counted(score.open, 'expectation is not judged and counts', 'expectations are not judged and count')} as missed` : '', unrated > 0 ? counted(unrated, 'objective is not rated', 'objectives are not rated') : '', left > 0 ? counted(left, 'step was not reached', 'steps were not reached') : ''].filter((part) => part !== '').join('; ')}.</Notice>}
        <p>{score.points} of {score.come} points so far. After this nothing about the exercise can be changed; its report is the next thing.</p>
        <TextField label="Type the word end" value={typed} onChange={setTyped} autoFocus mono />
        <TextField label="Why now (optional)" value={reason} onChange={setReason} />
      </div>
    </DialogBox>
  );
}
