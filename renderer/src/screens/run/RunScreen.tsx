/** The run: one current step, the clocks, what is next due from a person, and where everything stands in time. */
import { useState } from 'react';
import { useNavigation } from '../../app/navigation.ts';
import { Page, PageHead } from '../../app/Page.tsx';
import { useBody } from '../../app/use-body.ts';
import { Primary } from '../../components/Buttons.tsx';
import { Fault } from '../../components/Fault.tsx';
import type { RunView, StepView } from '../../../../electron/contract/run.ts';
import { useKeys } from '../../keys/use-keys.tsx';
import { ActionBar } from './ActionBar.tsx';
import { Clocks } from './Clocks.tsx';
import { CurrentStep } from './CurrentStep.tsx';
import { isOver, type OpenDialog, RunDialogs, type RunDialog } from './dialogs/RunDialogs.tsx';
import { nextAction } from './next-action.ts';
import { RunBar } from './RunBar.tsx';
import { SidePanel } from './SidePanel.tsx';
import { StepList } from './StepList.tsx';
import { TabletopScreen } from '../tabletop/TabletopScreen.tsx';
import { Timeline } from './Timeline.tsx';
import { type Answer, AnswerContext, useAnswers } from './answer.ts';
import { type Run, useRun } from './use-run.ts';
import './run.css';

export function RunScreen({ run: id }: { run: string }) {
  const run = useRun(id);
  const { go } = useNavigation();
  const exercise = run.view?.exercise;
  if (run.view !== null && exercise !== undefined && run.view.state !== 'interrupted') return <TabletopScreen run={run} view={run.view} exercise={exercise} />;
  if (run.view !== null) return <OpenRun run={run} view={run.view} />;
  return (
    <Page head={<PageHead title="Run" detail={run.error === null ? 'Waiting for the engine’s answer.' : undefined}><Primary id="home" label="Home" onPress={() => { go({ screen: 'home' }); }} /></PageHead>}>
      {run.error !== null && <Fault error={run.error} />}
    </Page>
  );
}

/** Rows by which the selection moves. */
function neighbour(view: RunView, selected: string | null, by: 1 | -1): string | null {
  const at = view.steps.findIndex((step) => step.id === selected);
  return view.steps[Math.min(view.steps.length - 1, Math.max(0, at + by))]?.id ?? null;
}

function OpenRun({ run, view }: { run: Run; view: RunView }) {
  useBody('run', view.mode);
  const { go } = useNavigation();
  const [looked, setLooked] = useState<{ step: string; from: string | null } | null>(null);
  const [open, setOpen] = useState<OpenDialog | null>(null);
  // Looking at another step ends when the run itself moves on.
  const selected = looked !== null && looked.from === view.current ? looked.step : view.current ?? view.steps.at(-1)?.id ?? null;
  const step = view.steps.find((candidate) => candidate.id === selected) ?? null;
  const answers = useAnswers();
  const action = nextAction(view, step);
  const { incident } = view;
  // What the engine refused belongs to the dialog that asked, and is gone with it.
  const setDialog = (dialog: RunDialog | null): void => {
    run.clear();
    setOpen(dialog === null ? null : { ...dialog, step: selected });
  };
  if (open !== null && isOver(open, view)) setOpen(null);
  const look = (to: string | null): void => { if (to !== null) setLooked({ step: to, from: view.current }); };
  useKeys([
    { key: 'j', label: 'Next step', run: () => { look(neighbour(view, selected, 1)); } },
    { key: 'ArrowDown', label: 'Next step', run: () => { look(neighbour(view, selected, 1)); } },
    { key: 'k', label: 'Previous step', run: () => { look(neighbour(view, selected, -1)); } },
    { key: 'ArrowUp', label: 'Previous step', run: () => { look(neighbour(view, selected, -1)); } },
    { key: 'h', ctrl: true, label: 'Home; the run goes on', run: () => { go({ screen: 'home' }); } },
    ...(incident === undefined ? [] : [{ key: 'i', ctrl: true, label: 'The incident; the run goes on', run: () => { go({ screen: 'incident', id: incident.id }); } }]),
  ]);
  const press = (): void => { perform(action, { run, go, look, setDialog, submit: answers.submit }); };
  return (
    <AnswerContext value={answers}>
      <RunBar view={view} />
      <Clocks view={view} received={run.received} />
      <StepList view={view} selected={selected} onSelect={look} />
      <CurrentStep run={run} view={view} step={step} covered={open !== null} onDialog={setDialog}>
        <ActionBar run={run} view={view} step={step} action={action} answer={answers.current} onPress={press} onDialog={setDialog} />
      </CurrentStep>
      <SidePanel view={view} received={run.received} step={step} onSelect={look} onTell={(audience) => { setDialog({ kind: 'tell', audience }); }} />
      <Timeline view={view} />
      {open !== null && <RunDialogs run={run} view={view} dialog={open} onClose={() => { setDialog(null); }} onSwitch={(dialog) => { setOpen({ ...dialog, step: open.step }); }} />}
    </AnswerContext>
  );
}

interface Hands {
  run: Run;
  go: ReturnType<typeof useNavigation>['go'];
  look(step: string): void;
  setDialog(dialog: RunDialog): void;
  submit: Answer['submit'];
}

function perform(action: ReturnType<typeof nextAction>, hands: Hands): void {
  switch (action.kind) {
    case 'command': void hands.run.send(action.command); return;
    case 'dialog': hands.setDialog({ kind: action.dialog }); return;
    case 'answer': hands.submit(); return;
    case 'look': hands.look(action.step); return;
    case 'report': hands.go({ screen: 'report', run: hands.run.view?.id ?? '' }); return;
    case 'none': return;
  }
}

export type { StepView };
