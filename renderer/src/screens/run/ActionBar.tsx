/** The bar under the step: the one primary action, then what else may be done. */
import type { RunView, StepView } from '../../../../electron/contract/run.ts';
import { Button, Primary } from '../../components/Buttons.tsx';
import { type MoreItem, MoreMenu } from '../../components/MoreMenu.tsx';
import { useEngine } from '../../engine-context.ts';
import { useKeys } from '../../keys/use-keys.tsx';
import type { RunDialog } from './dialogs/RunDialogs.tsx';
import type { NextAction } from './next-action.ts';
import type { Run } from './use-run.ts';

interface ActionBarProps {
  run: Run;
  view: RunView;
  step: StepView | null;
  action: NextAction;
  answer: { label: string | null; missing: string | null } | null;
  onPress(): void;
  onDialog(dialog: RunDialog): void;
}

/** What the engine takes just now for this step. */
function choicesOf(step: StepView): { byHand: boolean; defer: boolean; skip: boolean; override: boolean; elsewhere: boolean; undo: boolean; stop: boolean; block: boolean } {
  const halted = step.state === 'failed' || step.state === 'unknown';
  const waits = step.state === 'waiting' && step.waiting_for !== 'third-party';
  return {
    byHand: halted || (waits && step.waiting_for === 'start'), defer: halted || waits, skip: halted || waits, override: halted,
    elsewhere: halted && step.gotos.length > 0, undo: step.undoable, stop: step.state === 'running', block: waits || step.state === 'running',
  };
}

export function ActionBar({ run, view, step, action, answer, onPress, onDialog }: ActionBarProps) {
  const over = view.finished_at !== null || view.state === 'interrupted';
  const can = step === null || over ? null : choicesOf(step);
  const halted = (step?.state === 'failed' || step?.state === 'unknown') && !over;
  const running = step?.state === 'running' && !over;
  const attach = useAttach(run, step);
  useKeys([
    { key: 'n', label: 'Write a note', run: () => { if (!over) onDialog({ kind: 'note' }); } },
    { key: 'a', label: 'Attach a file', run: () => { if (!over) void attach(); } },
    ...(halted && step.state === 'failed' && action.kind !== 'dialog' ? [{ key: 't', label: 'Try again', run: () => { void run.send({ do: 'retry', step: step.id }); } }] : []),
    ...(can?.byHand === true ? [{ key: 'h', label: 'It was done by hand', run: () => { onDialog({ kind: 'reason', verb: 'done' }); } }] : []),
    ...(can?.defer === true ? [{ key: 'd', label: 'Defer the step', run: () => { onDialog({ kind: 'reason', verb: 'defer' }); } }] : []),
    ...(can?.skip === true ? [{ key: 's', label: 'Skip the step', run: () => { onDialog({ kind: 'reason', verb: 'skip' }); } }] : []),
  ]);
  const dialog = (next: RunDialog) => (): void => { onDialog(next); };
  const abort = { id: 'abort', label: 'Abort run…', danger: true, run: dialog({ kind: 'abort' }) };
  const more: MoreItem[] = can === null ? [] : [
    ...(!running ? [{ id: 'note', label: 'Note…', letter: 'N', run: dialog({ kind: 'note' }) }, { id: 'attach', label: 'Attach…', letter: 'A', run: () => { void attach(); } }] : []),
    ...(can.override ? [{ id: 'override', label: 'Override…', run: dialog({ kind: 'reason', verb: 'override' }) }] : []),
    ...(can.elsewhere ? [{ id: 'goto', label: 'Go to a later step…', run: dialog({ kind: 'goto' }) }] : []),
    ...(can.undo ? [{ id: 'undo', label: 'Undo…', run: dialog({ kind: 'reason', verb: 'undo' }) }] : []),
    ...(can.block ? [{ id: 'block', label: 'Waits for a third party…', run: dialog({ kind: 'reason', verb: 'block' }) }] : []),
    ...(halted ? [] : [abort]),
  ];
  return (
    <div className="actions">
      {action.kind === 'none'
        ? <span className="s13 t2">{action.why}</span>
        : <Primary id={action.id} label={action.kind === 'answer' ? answer?.label ?? action.label : action.label} missing={action.kind === 'answer' ? answer?.missing ?? undefined : undefined} busy={run.busy} onPress={onPress} />}
      {can?.byHand === true && <Button letter="H" onPress={dialog({ kind: 'reason', verb: 'done' })}>By hand…</Button>}
      {can?.defer === true && <Button letter="D" onPress={dialog({ kind: 'reason', verb: 'defer' })}>Defer…</Button>}
      {can?.skip === true && <Button letter="S" onPress={dialog({ kind: 'reason', verb: 'skip' })}>Skip…</Button>}
      <span className="end">
        {running && <Button look="quiet" letter="N" onPress={dialog({ kind: 'note' })}>Note</Button>}
        {running && <Button look="quiet" letter="A" onPress={() => { void attach(); }}>Attach</Button>}
        {can?.stop === true && <Button look="danger" onPress={dialog({ kind: 'reason', verb: 'stop-step' })}>Stop step…</Button>}
        <MoreMenu items={more} />
        {halted && <Button look="danger" onPress={abort.run}>Abort run…</Button>}
      </span>
    </div>
  );
}

function useAttach(run: Run, step: StepView | null): () => Promise<void> {
  const { dialogs } = useEngine();
  return async () => {
    const path = await dialogs.chooseOpen({ title: 'Attach a file to the record', kinds: [] });
    if (path !== null) await run.send({ do: 'attach', step: step?.id ?? null, path });
  };
}
