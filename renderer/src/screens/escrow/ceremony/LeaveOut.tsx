import { useState } from 'react';
import type { CeremonyShare, CeremonyView } from '../../../../../electron/contract/escrow-register.ts';
import { Button, Primary } from '../../../components/Buttons.tsx';
import { DialogBox } from '../../../components/DialogBox.tsx';
import { TextField } from '../../../components/Fields.tsx';
import { named } from './stages.ts';
import { useCeremonyCall } from './use-ceremony-call.ts';

/** A custodian is passed over only so: on purpose, with a reason, on record. */
export function LeaveOut({ ceremony, share, onView }: { ceremony: CeremonyView; share: CeremonyShare; onView(ceremony: CeremonyView): void }) {
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  const call = useCeremonyCall('escrow.ceremony.leave-out', onView);
  const close = (): void => { setAsking(false); };
  return (
    <>
      <Button look="quiet" tall onPress={() => { setAsking(true); }}>Leave it out…</Button>
      {asking && (
        <DialogBox title={`Leave ${share.slot} out`} error={call.error} onClose={close} escape="do not leave it out" actions={<Primary id={`leave ${ceremony.id} ${share.x}`} label={`Leave ${share.slot} out`} missing={reason.trim() === '' ? 'A reason is missing.' : undefined} busy={call.busy} onPress={() => { void call.run({ ceremony: ceremony.id, x: share.x, reason: reason.trim().slice(0, 400) }); }} />}>
          <div className="stack loose">
            <p>{named(share.slot)} is recorded as not looked at, with the reason. It stays due.</p>
            <TextField label="Why" value={reason} onChange={setReason} autoFocus placeholder="the custodian is travelling" />
          </div>
        </DialogBox>
      )}
    </>
  );
}
