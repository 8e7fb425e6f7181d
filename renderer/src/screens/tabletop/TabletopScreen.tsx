/** The facilitator's screen: the inject or the step that the table is at, what comes next, what it was worth. */
import { useState } from 'react';
import type { RunView } from '../../../../electron/contract/run.ts';
import type { ExerciseView } from '../../../../electron/contract/tabletop/view.ts';
import { useNavigation } from '../../app/navigation.ts';
import { useBody } from '../../app/use-body.ts';
import { useEngine } from '../../engine-context.ts';
import type { Run } from '../run/use-run.ts';
import { Emergency } from './Emergency.tsx';
import { ExerciseBar } from './ExerciseBar.tsx';
import { ExerciseClocks } from './ExerciseClocks.tsx';
import { ExerciseTimeline } from './ExerciseTimeline.tsx';
import { FacilitatorBar } from './FacilitatorBar.tsx';
import { InjectList, rowsOf, type Selected } from './InjectList.tsx';
import { InjectPanel } from './InjectPanel.tsx';
import { StepPanel } from './StepPanel.tsx';
import { TableSide } from './TableSide.tsx';
import { TableDialogs, type TableDialog } from './dialogs/TableDialogs.tsx';
import { useTableKeys } from './table-keys.ts';
import { exerciseOf, newestInject, useWall } from './use-exercise.ts';
import './tabletop.css';
import '../start/start.css';

/** What the table is at: the newest inject until it is judged, else the step. */
function atHand(view: RunView, exercise: ExerciseView): Selected | null {
  const newest = newestInject(exercise);
  if (newest !== undefined && (view.current === null || newest.expectations.some(({ verdict }) => verdict === null))) return { kind: 'inject', id: newest.id };
  const step = view.current ?? view.steps.at(-1)?.id;
  return step === undefined ? null : { kind: 'step', id: step };
}

export function TabletopScreen({ run, view, exercise }: { run: Run; view: RunView; exercise: ExerciseView }) {
  useBody('tt', 'tabletop');
  const { go } = useNavigation();
  const { dialogs } = useEngine();
  const wall = useWall();
  const table = exerciseOf(run, view, exercise);
  const [looked, setLooked] = useState<{ at: Selected | null; from: string } | null>(null);
  const [dialog, setDialog] = useState<TableDialog | null>(null);
  const newest = newestInject(exercise);
  // What is shown stays until something new has come or the table has moved on; judging the last answer is neither.
  const from = `${newest?.id ?? ''} ${view.current ?? ''}`;
  const selected = looked?.from === from ? looked.at : atHand(view, exercise);
  if (looked?.from !== from) setLooked({ at: selected, from });
  const look = (at: Selected): void => { setLooked({ at, from }); };
  const open = (next: TableDialog | null): void => {
    run.clear();
    setDialog(next);
  };
  const showWall = (): void => { void dialogs.openParticipants({ run: view.id }); };
  useTableKeys({ table, selected, rows: rowsOf(view, exercise), look, open, showWall, home: () => { go({ screen: 'home' }); } });
  const inject = selected?.kind === 'inject' ? exercise.injects.find(({ id }) => id === selected.id) : undefined;
  const step = selected?.kind === 'step' ? (view.steps.find(({ id }) => id === selected.id) ?? null) : null;
  const bar = <FacilitatorBar table={table} inject={inject ?? null} onDialog={open} onWall={showWall} onReport={() => { go({ screen: 'report', run: view.id }); }} />;
  return (
    <>
      <ExerciseBar table={table} wall={wall} />
      <ExerciseClocks table={table} />
      <InjectList view={view} exercise={exercise} selected={selected} onSelect={look} />
      {exercise.ended?.why === 'real-emergency'
        ? <Emergency table={table} ended={exercise.ended} onReport={() => { go({ screen: 'report', run: view.id }); }} />
        : inject !== undefined ? <InjectPanel table={table} inject={inject} covered={dialog !== null}>{bar}</InjectPanel> : <StepPanel table={table} step={step} covered={dialog !== null} onDialog={open}>{bar}</StepPanel>}
      <TableSide table={table} onTell={(audience) => { open({ kind: 'tell', audience }); }} />
      <ExerciseTimeline table={table} />
      {dialog !== null && <TableDialogs table={table} dialog={dialog} onClose={() => { open(null); }} />}
    </>
  );
}
