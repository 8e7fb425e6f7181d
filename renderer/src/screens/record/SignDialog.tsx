/** A signature under the report, with a passphrase that is checked at this laptop. */
import { useRef, useState } from 'react';
import type { ReportStatus } from '../../../../electron/contract/report-signature.ts';
import { Primary } from '../../components/Buttons.tsx';
import { DialogBox } from '../../components/DialogBox.tsx';
import { PassphraseField, SelectField, takeText } from '../../components/Fields.tsx';
import { useAction, useEngine } from '../../engine-context.ts';
import { visible } from '../../visible.ts';

/** Roles that nobody has signed in yet and somebody here may. */
export function openRoles({ roles }: ReportStatus): ReportStatus['roles'] {
  return roles.filter(({ signed, may }) => signed === null && may.length > 0);
}

export function SignDialog({ status, onClose }: { status: ReportStatus; onClose(signed: boolean): void }) {
  const { client } = useEngine();
  const roles = openRoles(status);
  const [role, setRole] = useState(roles[0]?.role ?? '');
  const may = roles.find((one) => one.role === role)?.may ?? [];
  const [chosen, setPerson] = useState('');
  const person = may.some(({ id }) => id === chosen) ? chosen : (may[0]?.id ?? '');
  const [present, setPresent] = useState(false);
  const passphrase = useRef<HTMLInputElement>(null);
  const sign = useAction(async () => {
    const secret = takeText(passphrase);
    setPresent(false);
    await client.call('report.sign', { run: status.run, person, role, passphrase: secret });
    onClose(true);
  });
  const missing = person === '' ? 'Nobody here may sign in this role.' : present ? undefined : 'The passphrase is missing.';
  const fresh = status.issued?.current !== true;
  return (
    <DialogBox title="Sign the report" error={sign.error} onClose={() => { onClose(false); }} escape="sign nothing" actions={<Primary id={`sign ${status.run} ${role} ${person}`} label="Sign" missing={missing} busy={sign.busy} onPress={() => { void sign.run(); }} />}>
      <div className="stack loose">
        <p>{fresh ? 'The report is frozen as it stands now, and your signature goes under it. What is recorded later makes a new revision.' : `Your signature goes under revision ${status.issued?.number ?? ''}, as the others saw it.`}</p>
        <SelectField label="As" value={role} onChange={setRole} options={roles.map((one) => ({ value: one.role, label: one.title }))} />
        <SelectField label="Who signs" value={person} onChange={setPerson} options={may.map(({ id, name }) => ({ value: id, label: visible(name) }))} />
        <PassphraseField key={`${role} ${person}`} label="Their passphrase, checked on this laptop" source={passphrase} onPresence={setPresent} />
      </div>
    </DialogBox>
  );
}
