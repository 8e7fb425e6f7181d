import { useState } from 'react';
import type { CeremonyView, EscrowView } from '../../../../../electron/contract/escrow-register.ts';
import { Primary } from '../../../components/Buttons.tsx';
import { DialogBox } from '../../../components/DialogBox.tsx';
import { TextField } from '../../../components/Fields.tsx';
import { useAction, useEngine } from '../../../engine-context.ts';
import { unsealed } from './stages.ts';

/** Ends a ceremony without a record of it; that it was begun and given up stays in the journal. */
export function AbortDialog({ ceremony, onEnded, onClose }: { ceremony: CeremonyView; onEnded(view: EscrowView): void; onClose(): void }) {
  const { client } = useEngine();
  const [reason, setReason] = useState('');
  const open = unsealed(ceremony);
  const end = useAction(async () => { onEnded(await client.call('escrow.ceremony.abort', { ceremony: ceremony.id, reason: reason.trim() })); });
  return (
    <DialogBox role="alertdialog" title="Give the ceremony up" error={end.error} onClose={onClose} escape="go on with it" actions={<Primary id={`abort ${ceremony.id}`} label="Give it up" missing={reason.trim() === '' ? 'A reason is missing.' : undefined} busy={end.busy} onPress={() => { void end.run(); }} />}>
      <div className="stack loose">
        <p>Shares that were entered are overwritten, and no verification is recorded. That it was begun, and why it ended, stays in the journal.</p>
        {open.length > 0 && <p className="t2">Open bags: {open.map(({ slot }) => slot).join(', ')}. Seal them before anybody leaves the room.</p>}
        <TextField label="Why" value={reason} onChange={setReason} autoFocus />
      </div>
    </DialogBox>
  );
}
