/** The dialogs of a facilitator, by what they ask. */
import type { Exercise } from '../use-exercise.ts';
import { TellDialog } from '../../run/comms/TellDialog.tsx';
import { AddInjectDialog } from './AddInjectDialog.tsx';
import { ApproveDialog } from './ApproveDialog.tsx';
import { ClockDialog } from './ClockDialog.tsx';
import { EndDialog } from './EndDialog.tsx';
import { MoveDialog, WithdrawDialog } from './InjectDialogs.tsx';
import { NoteDialog } from './NoteDialog.tsx';
import { PeopleDialog } from './PeopleDialog.tsx';
import { PlanDialog } from './PlanDialog.tsx';
import { RateDialog } from './RateDialog.tsx';

export type TableDialog =
  | { kind: 'plan' | 'people' | 'clock' | 'add' | 'end' | 'rate' }
  | { kind: 'note'; note: 'answer' | 'observation' | 'lesson'; inject: string | null; step: string | null }
  | { kind: 'move' | 'withdraw'; inject: string }
  | { kind: 'approve'; step: string }
  | { kind: 'tell'; audience: string };

export interface TableDialogProps { table: Exercise; onClose(): void }

export function TableDialogs({ table, dialog, onClose }: TableDialogProps & { dialog: TableDialog }) {
  const given = { table, onClose };
  switch (dialog.kind) {
    case 'plan': return <PlanDialog {...given} />;
    case 'people': return <PeopleDialog {...given} />;
    case 'clock': return <ClockDialog {...given} />;
    case 'add': return <AddInjectDialog {...given} />;
    case 'end': return <EndDialog {...given} />;
    case 'rate': return <RateDialog {...given} />;
    case 'note': return <NoteDialog {...given} kind={dialog.note} inject={dialog.inject} step={dialog.step} />;
    case 'move': return <MoveDialog {...given} inject={dialog.inject} />;
    case 'withdraw': return <WithdrawDialog {...given} inject={dialog.inject} />;
    case 'tell': {
      const audience = table.view.audiences.find(({ id }) => id === dialog.audience);
      return audience === undefined ? null : <TellDialog run={table.run} view={table.view} audience={audience} onClose={onClose} />;
    }
    case 'approve': return <ApproveDialog {...given} step={dialog.step} />;
  }
}
