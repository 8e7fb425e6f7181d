/** The step that the table is at: its prose, what would run, and the way on. */
import { type ReactNode, useState } from 'react';
import type { StepView } from '../../../../electron/contract/run.ts';
import { Fault } from '../../components/Fault.tsx';
import { Glyph } from '../../components/Glyph.tsx';
import { Button, Primary } from '../../components/Buttons.tsx';
import { Command } from '../../components/Command.tsx';
import { Prose } from '../../components/Prose.tsx';
import { Notice, stepState } from '../../components/States.tsx';
import { useKeys } from '../../keys/use-keys.tsx';
import { visible } from '../../visible.ts';
import { AnswerContext, useAnswers } from '../run/answer.ts';
import { Ask } from '../run/asks/Ask.tsx';
import { Assertions } from '../run/Assertions.tsx';
import { choicesOf, NO_CHOICES } from '../run/choices.ts';
import { isOver, RunDialogs, type OpenDialog, type RunDialog } from '../run/dialogs/RunDialogs.tsx';
import { nextAction, type NextAction } from '../run/next-action.ts';
import { waitingWords } from '../run/waiting-words.ts';
import type { TableDialog } from './dialogs/TableDialogs.tsx';
import type { Exercise } from './use-exercise.ts';

interface StepPanelProps { table: Exercise; step: StepView | null; covered: boolean; children: ReactNode; onDialog(dialog: TableDialog): void }

function Head({ step }: { step: StepView }) {
  const state = stepState(step);
  const waits = waitingWords(step);
  return <div className="step-head"><Glyph shape={state.shape} tone={state.tone} size={24} /><div className="grow"><h1>{step.number}&ensp;{visible(step.title)}</h1><span className="s13 t2">{[step.state === 'waiting' && waits !== null ? waits : state.word, step.role === null ? '' : `for the ${visible(step.role)}`, 'nothing runs'].filter((part) => part !== '').join(' · ')}</span></div></div>;
}

export function StepPanel({ table, step, covered, children, onDialog }: StepPanelProps) {
  const { run, view } = table;
  const answers = useAnswers();
  const [open, setOpen] = useState<OpenDialog | null>(null);
  const ask = (dialog: RunDialog | null): void => {
    run.clear();
    setOpen(dialog === null ? null : { ...dialog, step: step?.id ?? null });
  };
  if (open !== null && isOver(open, view)) setOpen(null);
  const action = nextAction(view, step);
  const can = step === null || table.exercise.ended !== null ? NO_CHOICES : choicesOf(step);
  const press = (): void => {
    if (action.kind === 'command') void run.send(action.command);
    else if (action.kind === 'answer') answers.submit();
    else if (action.kind === 'dialog' && action.dialog === 'approve' && step !== null) onDialog({ kind: 'approve', step: step.id });
    else if (action.kind === 'dialog') ask({ kind: action.dialog });
  };
  useKeys([
    ...(can.skip ? [{ key: 's', label: 'Skip the step', run: () => { ask({ kind: 'reason', verb: 'skip' }); } }] : []),
    ...(can.byHand ? [{ key: 'h', label: 'They do it by hand', run: () => { ask({ kind: 'reason', verb: 'done' }); } }] : []),
    ...(can.defer ? [{ key: 'd', label: 'Defer the step', run: () => { ask({ kind: 'reason', verb: 'defer' }); } }] : []),
  ]);
  return (
    <AnswerContext value={answers}>
      <main className="now-step" tabIndex={-1}>
        <div className="scroll" tabIndex={0} role="region" aria-label="Current step">
          {run.error !== null && !covered && open === null && <Fault error={run.error} />}
          {step !== null && (
            <>
              <Head step={step} />
              {step.reason !== undefined && step.reason !== '' && <Notice tone={step.state === 'failed' ? 'red' : step.state === 'unknown' ? 'amber' : 'violet'} shape={step.state === 'failed' ? 'failed' : step.state === 'unknown' ? 'unknown' : 'sim'}>{visible(step.reason)}</Notice>}
              <Prose text={step.prose} />
              <Ask key={`${step.id} ${step.attempts}`} run={run} view={view} step={step} />
              <Command commands={step.commands} />
              <Assertions step={step} />
            </>
          )}
        </div>
        {step !== null && table.exercise.clock.state !== 'planned' && table.exercise.ended === null && <Way action={action} answer={answers.current} busy={run.busy} can={can} onPress={press} onAsk={ask} />}
        {children}
      </main>
      {open !== null && <RunDialogs run={run} view={view} dialog={open} onClose={() => { ask(null); }} onSwitch={(dialog) => { setOpen({ ...dialog, step: open.step }); }} />}
    </AnswerContext>
  );
}

function Way({ action, answer, busy, can, onPress, onAsk }: { action: NextAction; answer: { label: string | null; missing: string | null } | null; busy: boolean; can: ReturnType<typeof choicesOf>; onPress(): void; onAsk(dialog: RunDialog): void }) {
  const label = action.kind === 'none' || action.kind === 'look' || action.kind === 'report' ? null : (action.kind === 'answer' ? answer?.label : null) ?? action.label;
  return (
    <div className="actions way">
      {label === null || action.kind === 'none' ? <span className="s13 t2">{action.kind === 'none' ? action.why : 'They are at another step.'}</span> : <Primary id={action.id} label={label} missing={action.kind === 'answer' ? answer?.missing ?? undefined : undefined} busy={busy} onPress={onPress} />}
      {can.byHand && <Button letter="H" onPress={() => { onAsk({ kind: 'reason', verb: 'done' }); }}>By hand…</Button>}
      {can.defer && <Button letter="D" onPress={() => { onAsk({ kind: 'reason', verb: 'defer' }); }}>Defer…</Button>}
      {can.skip && <Button letter="S" onPress={() => { onAsk({ kind: 'reason', verb: 'skip' }); }}>Skip…</Button>}
    </div>
  );
}
