/** The bar under the step: the one primary action, then what else may be done. */
import type { RunView, StepView } from '../../../../electron/contract/run.ts';
import { useNavigation } from '../../app/navigation.ts';
import { Button, Primary } from '../../components/Buttons.tsx';
import { type MoreItem, MoreMenu } from '../../components/MoreMenu.tsx';
import { useEngine, useEngineState } from '../../engine-context.ts';
import type { Binding } from '../../keys/key-desk.ts';
import { useKeys } from '../../keys/use-keys.tsx';
import { type Choices, choicesOf, NO_CHOICES } from './choices.ts';
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

type When = readonly [boolean, MoreItem];

/** What is seldom needed; while a tool runs, note and attach stand in the bar instead. */
function moreItems(can: Choices, view: { halted: boolean; running: boolean; over: boolean; led: boolean; telling: boolean; audience: string }, open: (dialog: RunDialog) => () => void, attach: () => void): MoreItem[] {
  if (view.over) return [];
  const all: When[] = [
    [!view.running, { id: 'note', label: 'Note…', letter: 'N', run: open({ kind: 'note' }) }],
    [!view.running, { id: 'attach', label: 'Attach…', letter: 'A', run: attach }],
    [can.override, { id: 'override', label: 'Override…', run: open({ kind: 'reason', verb: 'override' }) }],
    [can.elsewhere, { id: 'goto', label: 'Go to a later step…', run: open({ kind: 'goto' }) }],
    [can.undo, { id: 'undo', label: 'Undo…', run: open({ kind: 'reason', verb: 'undo' }) }],
    [can.block, { id: 'block', label: 'Waits for a third party…', run: open({ kind: 'reason', verb: 'block' }) }],
    [view.telling, { id: 'tell', label: 'Tell somebody…', letter: 'U', run: open({ kind: 'tell', audience: view.audience }) }],
    [view.led, { id: 'handover', label: 'Hand the run over…', letter: 'W', run: open({ kind: 'handover' }) }],
    [true, { id: 'dead', label: 'What is dead…', run: open({ kind: 'dead' }) }],
    [!view.halted, { id: 'abort', label: 'Abort run…', danger: true, run: open({ kind: 'abort' }) }],
  ];
  return all.flatMap(([when, item]) => (when ? [item] : []));
}

/** A program can be run elsewhere, and what it printed be judged; of everything else there is only a person's word. */
function handDialog(step: StepView | null): RunDialog {
  return step?.kind === 'run' && !step.simulated ? { kind: 'hand' } : { kind: 'reason', verb: 'done' };
}

function stepKeys(can: Choices, hand: RunDialog, retry: (() => void) | null, open: (dialog: RunDialog) => () => void): Binding[] {
  const all: (readonly [boolean, Binding])[] = [
    [can.byHand, { key: 'h', label: 'It was done by hand', run: open(hand) }],
    [can.defer, { key: 'd', label: 'Defer the step', run: open({ kind: 'reason', verb: 'defer' }) }],
    [can.skip, { key: 's', label: 'Skip the step', run: open({ kind: 'reason', verb: 'skip' }) }],
  ];
  return [...(retry === null ? [] : [{ key: 't', label: 'Try again', run: retry }]), ...all.flatMap(([when, binding]) => (when ? [binding] : []))];
}

function TheOne({ action, answer, busy, onPress }: { action: NextAction; answer: ActionBarProps['answer']; busy: boolean; onPress(): void }) {
  const connected = useEngineState() === 'connected' || action.kind === 'look' || action.kind === 'report';
  if (action.kind === 'none') return <span className="s13 t2">{action.why}</span>;
  const form = action.kind === 'answer' ? answer : null;
  const missing = connected ? form?.missing ?? undefined : 'Waiting for the engine.';
  return <Primary id={action.id} label={form?.label ?? action.label} missing={missing} busy={busy} onPress={onPress} />;
}

export function ActionBar({ run, view, step, action, answer, onPress, onDialog }: ActionBarProps) {
  const over = view.finished_at !== null || view.state === 'interrupted';
  const can = step === null || over ? NO_CHOICES : choicesOf(step);
  const { go } = useNavigation();
  const ended = view.finished_at !== null;
  const halted = !over && (step?.state === 'failed' || step?.state === 'unknown');
  const running = !over && step?.state === 'running';
  const attach = useAttach(run, step);
  const open = (dialog: RunDialog) => (): void => { onDialog(dialog); };
  const audience = firstDue(view);
  const led = view.operator !== null;
  const again = halted && step?.state === 'failed' && action.kind !== 'dialog' ? step.id : null;
  useKeys([
    ...(ended ? [{ key: 'w', label: 'Hot wash, while it is fresh', run: () => { go({ screen: 'report', run: view.id, ask: 'hot-wash' }); } }] : []),
    ...(over ? [] : [{ key: 'n', label: 'Write a note', run: open({ kind: 'note' }) }, { key: 'a', label: 'Attach a file', run: () => { void attach(); } }]),
    ...(over || audience === null ? [] : [{ key: 'u', label: 'Tell whoever is due next', run: open({ kind: 'tell', audience }) }]),
    ...(over || !led ? [] : [{ key: 'w', label: 'Hand the run over', run: open({ kind: 'handover' }) }]),
    ...stepKeys(can, handDialog(step), again === null ? null : () => { void run.send({ do: 'retry', step: again }); }, open),
  ]);
  return (
    <div className="actions">
      <TheOne action={action} answer={answer} busy={run.busy} onPress={onPress} />
      {ended && <Button letter="W" onPress={() => { go({ screen: 'report', run: view.id, ask: 'hot-wash' }); }}>Hot wash…</Button>}
      {can.byHand && <Button letter="H" onPress={open(handDialog(step))}>By hand…</Button>}
      {can.defer && <Button letter="D" onPress={open({ kind: 'reason', verb: 'defer' })}>Defer…</Button>}
      {can.skip && <Button letter="S" onPress={open({ kind: 'reason', verb: 'skip' })}>Skip…</Button>}
      <span className="end">
        {running && <Button look="quiet" letter="N" onPress={open({ kind: 'note' })}>Note</Button>}
        {running && <Button look="quiet" letter="A" onPress={() => { void attach(); }}>Attach</Button>}
        {can.stop && <Button look="danger" onPress={open({ kind: 'reason', verb: 'stop-step' })}>Stop step…</Button>}
        <MoreMenu items={moreItems(can, { halted, running, over, led, telling: audience !== null, audience: audience ?? '' }, open, () => { void attach(); })} />
        {halted && <Button look="danger" onPress={open({ kind: 'abort' })}>Abort run…</Button>}
      </span>
    </div>
  );
}

/** Whoever is to hear first, else the first that may be told at all. */
function firstDue({ audiences }: RunView): string | null {
  const due = audiences.filter(({ due_in_s }) => due_in_s !== null).sort((a, b) => (a.due_in_s ?? 0) - (b.due_in_s ?? 0));
  return (due[0] ?? audiences.find(({ wanted }) => wanted !== false))?.id ?? null;
}

function useAttach(run: Run, step: StepView | null): () => Promise<void> {
  const { dialogs } = useEngine();
  return async () => {
    const path = await dialogs.chooseOpen({ title: 'Attach a file to the record', kinds: [] });
    if (path !== null) await run.send({ do: 'attach', step: step?.id ?? null, path });
  };
}
