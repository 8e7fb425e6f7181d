/** Beside the report: who signed it, who may, and what nobody has said yet. */
import { useState } from 'react';
import type { ReportStatus } from '../../../../electron/contract/report-signature.ts';
import { counted } from '../../../../electron/contract/wording.ts';
import { Button } from '../../components/Buttons.tsx';
import { Glyph } from '../../components/Glyph.tsx';
import { visible } from '../../visible.ts';
import { CompleteDialog } from './CompleteDialog.tsx';
import { openRoles, SignDialog } from './SignDialog.tsx';

function standing({ issued, over }: ReportStatus): string {
  if (!over) return 'The run is under way: its report is signed when it is over.';
  if (issued === null) return 'A draft: nobody has signed it yet.';
  return issued.current ? `Revision ${issued.number}.` : `Something was recorded after revision ${issued.number}: this is a draft of the next one.`;
}

export function Signatures({ status, onChanged }: { status: ReportStatus; onChanged(): void }) {
  const [dialog, setDialog] = useState<'sign' | 'complete' | null>(null);
  const close = (changed: boolean): void => {
    setDialog(null);
    if (changed) onChanged();
  };
  const maySign = status.over && openRoles(status).length > 0;
  return (
    <>
      <h2 className="label">Signed</h2>
      <ul className="signed">
        {status.roles.map(({ role, title, signed }) => (
          <li key={role}><Glyph shape={signed === null ? 'pending' : 'confirmed'} tone={signed === null ? 'grey' : 'green'} size={16} /><span>{signed === null ? <span className="t2 nw">Not signed</span> : visible(signed)}</span><span className="end t3 s12">{title}</span></li>
        ))}
      </ul>
      <p className="s13 t2">{standing(status)}</p>
      {status.open.length > 0 && <p className="s13 t2">{counted(status.open.length, 'field is', 'fields are')} not recorded.</p>}
      {status.over && !maySign && status.roles.some(({ signed }) => signed === null) && <p className="s13 t2">Nobody else here may sign: enrol whoever is missing under People.</p>}
      <div className="stack tight">
        {maySign && <Button onPress={() => { setDialog('sign'); }}>Sign…</Button>}
        <Button onPress={() => { setDialog('complete'); }}>Complete the report…</Button>
      </div>
      {dialog === 'sign' && <SignDialog status={status} onClose={close} />}
      {dialog === 'complete' && <CompleteDialog status={status} onClose={close} />}
    </>
  );
}
