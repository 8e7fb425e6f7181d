/** What a facilitator does next; over an inject the one primary action is to write down what the table says. */
import type { InjectView } from '../../../../electron/contract/tabletop/view.ts';
import { Button, Primary } from '../../components/Buttons.tsx';
import { type MoreItem, MoreMenu } from '../../components/MoreMenu.tsx';
import type { TableDialog } from './dialogs/TableDialogs.tsx';
import { nextInject, type Exercise } from './use-exercise.ts';

interface FacilitatorBarProps { table: Exercise; inject: InjectView | null; onDialog(dialog: TableDialog): void; onWall(): void; onReport(): void }

function moreItems({ table, inject, onDialog, onWall }: FacilitatorBarProps): MoreItem[] {
  const open = (dialog: TableDialog) => (): void => { onDialog(dialog); };
  return [
    { id: 'plan', label: 'Plan…', letter: 'G', run: open({ kind: 'plan' }) }, { id: 'people', label: 'People…', letter: 'R', run: open({ kind: 'people' }) }, { id: 'wall', label: 'Participants’ window', letter: 'W', run: onWall },
    { id: 'add', label: 'Add an inject…', letter: 'I', run: open({ kind: 'add' }) },
    ...(inject !== null && inject.state !== 'fired' ? [{ id: 'move', label: 'Move it…', letter: 'V', run: open({ kind: 'move', inject: inject.id }) }] : []),
    ...(inject !== null && inject.state !== 'withdrawn' ? [{ id: 'withdraw', label: 'Withdraw it…', letter: 'Z', run: open({ kind: 'withdraw', inject: inject.id }) }] : []),
    { id: 'observe', label: 'Observation…', letter: 'O', run: open({ kind: 'note', note: 'observation', inject: inject?.id ?? null, step: null }) }, { id: 'lesson', label: 'Lesson…', letter: 'L', run: open({ kind: 'note', note: 'lesson', inject: null, step: null }) },
    ...(table.exercise.clock.state === 'planned' ? [] : [{ id: 'clock', label: 'Clock…', letter: 'C', run: open({ kind: 'clock' }) }]), { id: 'rate', label: 'Rate the objectives…', letter: 'B', run: open({ kind: 'rate' }) },
    { id: 'stop', label: 'Real emergency, stop', letter: 'Ctrl E', danger: true, run: () => { void table.act({ act: 'stop' }); } },
  ];
}

export function FacilitatorBar(props: FacilitatorBarProps) {
  const { table, inject, onDialog, onReport } = props;
  const { clock, ended } = table.exercise;
  if (ended !== null || table.view.finished_at !== null) return <div className="actions"><Primary id={`report ${table.view.id}`} label="Open the report" onPress={onReport} /></div>;
  const next = nextInject(table.exercise);
  const answer = (): void => { onDialog({ kind: 'note', note: 'answer', inject: inject?.id ?? null, step: inject === null ? table.view.current : null }); };
  return (
    <div className="actions">
      {clock.state === 'planned' ? <Primary id="begin" label="Start the exercise" busy={table.run.busy} onPress={() => { void table.act({ act: 'start' }); }} /> : inject !== null ? <Primary id={`answer ${inject.id}`} label="Write down an answer" onPress={answer} /> : <Button letter="N" onPress={answer}>Answer…</Button>}
      {clock.state === 'planned' && <><Button letter="G" onPress={() => { onDialog({ kind: 'plan' }); }}>Plan…</Button><Button letter="R" onPress={() => { onDialog({ kind: 'people' }); }}>People…</Button><Button letter="W" onPress={props.onWall}>Second window</Button></>}
      {clock.state !== 'planned' && next !== undefined && <Button letter="F" onPress={() => { void table.act({ act: 'fire', inject: next.id }); }}>Fire next now</Button>}
      {clock.state !== 'planned' && <Button letter="P" onPress={() => { void table.act({ act: clock.state === 'held' ? 'go' : 'hold' }); }}>{clock.state === 'held' ? 'Let the clock go' : 'Hold the clock'}</Button>}
      <span className="end"><MoreMenu items={moreItems(props)} />{clock.state !== 'planned' && <Button look="quiet" onPress={() => { onDialog({ kind: 'end' }); }}>End exercise…</Button>}</span>
    </div>
  );
}
