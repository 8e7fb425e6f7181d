/** One audience is told: by its cadence, or because a step asks for it. */
import type { AudienceView, RunView } from '../../../../../electron/contract/run.ts';
import { Button, Primary } from '../../../components/Buttons.tsx';
import { DialogBox } from '../../../components/DialogBox.tsx';
import { useNow } from '../../../use-now.ts';
import { visible } from '../../../visible.ts';
import type { Run } from '../use-run.ts';
import { dueIn, dueMoment, dueWords, lastTold } from './due.ts';
import { useTelling } from './telling.ts';
import { TellForm } from './TellForm.tsx';

interface TellDialogProps { run: Run; view: RunView; audience: AudienceView; onClose(): void }

/** A step that waits to tell the same people is done with it. */
function askingStep(view: RunView, audience: string): string | null {
  return view.steps.find(({ waiting_for, asks }) => waiting_for === 'message' && asks?.kind === 'notify' && asks.audience === audience)?.id ?? null;
}

function When({ run, view, audience }: Pick<TellDialogProps, 'run' | 'view' | 'audience'>) {
  const now = useNow();
  const in_s = dueIn(view, audience, run.received, now);
  const due = in_s === null ? 'nothing is due by itself' : `${dueWords(in_s)}, ${in_s < 0 ? 'was due' : 'due'} ${dueMoment(view, { audience, in_s }, run.received, now)}`;
  return <p className="gap t2">{audience.cadence}; <span className={in_s !== null && in_s < 0 ? 'tx c-amber med' : ''}>{due}</span>; {lastTold(audience)}</p>;
}

export function TellDialog({ run, view, audience, onClose }: TellDialogProps) {
  const step = askingStep(view, audience.id);
  const telling = useTelling(run, view, { audience: audience.id, title: audience.title, step, draft: audience.draft, unknown: audience.unknown, channels: audience.channels });
  const { channel, missing } = telling;
  return (
    <DialogBox
      title={`Tell: ${visible(audience.title)}`} wide error={run.error} onClose={onClose} escape="tell nobody"
      actions={<>{channel !== null && <Button tall onPress={() => { void telling.notReached(); }}>Nobody reached by {visible(channel)}</Button>}<Primary id={`tell ${audience.id} ${audience.told.length}`} label="They have been told" missing={missing ?? undefined} busy={run.busy} onPress={() => { void telling.told().then((taken) => { if (taken) onClose(); }); }} /></>}
    >
      <When run={run} view={view} audience={audience} />
      <TellForm telling={telling} lead />
    </DialogBox>
  );
}
