/** The dialogs of a run, by what they ask. */
import type { RunView, StepView } from '../../../../../electron/contract/run.ts';
import type { Run } from '../use-run.ts';
import { AbortDialog } from './AbortDialog.tsx';
import { ApprovalDialog } from './ApprovalDialog.tsx';
import { DeadDialog } from './DeadDialog.tsx';
import { GotoDialog } from './GotoDialog.tsx';
import { TellDialog } from '../comms/TellDialog.tsx';
import { HandDialog } from './HandDialog.tsx';
import { HandoverDialog } from './HandoverDialog.tsx';
import { NoReturnDialog } from './NoReturnDialog.tsx';
import { NoteDialog } from './NoteDialog.tsx';
import { OutcomeDialog } from './OutcomeDialog.tsx';
import { OutputDialog } from './OutputDialog.tsx';
import { type ReasonVerb, ReasonDialog } from './ReasonDialog.tsx';
import { ResumeDialog } from './ResumeDialog.tsx';

export type RunDialog =
  | { kind: 'reason'; verb: ReasonVerb }
  | { kind: 'tell'; audience: string }
  | { kind: 'dead' | 'goto' | 'note' | 'abort' | 'output' | 'no-return' | 'approve' | 'outcome' | 'resume' | 'hand' | 'handover' };

/** A dialog speaks of the step for which it was opened, wherever the run has gone since. */
export type OpenDialog = RunDialog & { step: string | null };

function stepOf(view: RunView, dialog: OpenDialog): StepView | null {
  return view.steps.find(({ id }) => id === dialog.step) ?? null;
}

/** Whether what the dialog asks has been answered meanwhile, or its step waits for something else by now. */
export function isOver(dialog: OpenDialog, view: RunView): boolean {
  const waits = stepOf(view, dialog)?.waiting_for ?? null;
  switch (dialog.kind) {
    case 'approve': return waits !== 'approval';
    case 'no-return': return waits !== 'approval' && waits !== 'point-of-no-return' && waits !== 'start';
    case 'resume': return view.state !== 'interrupted';
    case 'tell': case 'handover': return view.finished_at !== null;
    default: return false;
  }
}

interface RunDialogsProps {
  run: Run;
  view: RunView;
  dialog: OpenDialog;
  onClose(): void;
  onSwitch(dialog: RunDialog): void;
}

export function RunDialogs({ run, view, dialog, onClose, onSwitch }: RunDialogsProps) {
  const step = stepOf(view, dialog);
  switch (dialog.kind) {
    case 'resume': return <ResumeDialog run={run} view={view} onClose={onClose} />;
    case 'handover': return <HandoverDialog run={run} view={view} onClose={onClose} />;
    case 'tell': {
      const audience = view.audiences.find(({ id }) => id === dialog.audience);
      return audience === undefined ? null : <TellDialog run={run} view={view} audience={audience} onClose={onClose} />;
    }
    case 'abort': return <AbortDialog run={run} view={view} onClose={onClose} />;
    case 'dead': return <DeadDialog run={run} view={view} onClose={onClose} />;
    case 'note': return <NoteDialog run={run} step={step} onClose={onClose} />;
    case 'reason': return step === null ? null : <ReasonDialog run={run} step={step} verb={dialog.verb} onClose={onClose} />;
    case 'hand': return step === null ? null : <HandDialog run={run} step={step} onClose={onClose} />;
    case 'goto': return step === null ? null : <GotoDialog run={run} view={view} step={step} onClose={onClose} />;
    case 'output': return step === null ? null : <OutputDialog view={view} step={step} onClose={onClose} />;
    case 'no-return': return step === null ? null : <NoReturnDialog run={run} step={step} onClose={onClose} onApprove={() => { onSwitch({ kind: 'approve' }); }} />;
    case 'approve': return step === null ? null : <ApprovalDialog run={run} view={view} step={step} onClose={onClose} />;
    case 'outcome': return step === null ? null : <OutcomeDialog run={run} view={view} step={step} onClose={onClose} />;
  }
}
