/** The dialogs of a run, by what they ask. */
import type { RunView, StepView } from '../../../../../electron/contract/run.ts';
import type { Run } from '../use-run.ts';
import { AbortDialog } from './AbortDialog.tsx';
import { ApprovalDialog } from './ApprovalDialog.tsx';
import { DeadDialog } from './DeadDialog.tsx';
import { GotoDialog } from './GotoDialog.tsx';
import { InjectDialog } from './InjectDialog.tsx';
import { NoReturnDialog } from './NoReturnDialog.tsx';
import { NoteDialog } from './NoteDialog.tsx';
import { OutcomeDialog } from './OutcomeDialog.tsx';
import { OutputDialog } from './OutputDialog.tsx';
import { type ReasonVerb, ReasonDialog } from './ReasonDialog.tsx';
import { ResumeDialog } from './ResumeDialog.tsx';

export type RunDialog =
  | { kind: 'reason'; verb: ReasonVerb }
  | { kind: 'dead' | 'goto' | 'inject' | 'note' | 'abort' | 'output' | 'no-return' | 'approve' | 'outcome' | 'resume' };

interface RunDialogsProps {
  run: Run;
  view: RunView;
  step: StepView | null;
  dialog: RunDialog;
  onClose(): void;
  onSwitch(dialog: RunDialog): void;
}

export function RunDialogs({ run, view, step, dialog, onClose, onSwitch }: RunDialogsProps) {
  switch (dialog.kind) {
    case 'resume': return <ResumeDialog run={run} view={view} onClose={onClose} />;
    case 'abort': return <AbortDialog run={run} view={view} onClose={onClose} />;
    case 'dead': return <DeadDialog run={run} view={view} onClose={onClose} />;
    case 'inject': return <InjectDialog run={run} view={view} onClose={onClose} />;
    case 'note': return <NoteDialog run={run} step={step} onClose={onClose} />;
    case 'reason': return step === null ? null : <ReasonDialog run={run} step={step} verb={dialog.verb} onClose={onClose} />;
    case 'goto': return step === null ? null : <GotoDialog run={run} view={view} step={step} onClose={onClose} />;
    case 'output': return step === null ? null : <OutputDialog view={view} step={step} onClose={onClose} />;
    case 'no-return': return step === null ? null : <NoReturnDialog run={run} step={step} onClose={onClose} onApprove={() => { onSwitch({ kind: 'approve' }); }} />;
    case 'approve': return step === null ? null : <ApprovalDialog run={run} view={view} step={step} onClose={onClose} />;
    case 'outcome': return step === null ? null : <OutcomeDialog run={run} view={view} step={step} onClose={onClose} />;
  }
}
