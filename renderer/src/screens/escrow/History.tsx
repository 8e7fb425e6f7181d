/** What has to be looked at next, and what was looked at before. */
import type { EscrowDue, EscrowKeyView, VerificationRow } from '../../../../electron/contract/escrow-register.ts';
import { Button } from '../../components/Buttons.tsx';
import { Glyph } from '../../components/Glyph.tsx';
import { StateWord } from '../../components/States.tsx';
import { useNow } from '../../use-now.ts';
import { visible } from '../../visible.ts';
import { dayTime } from '../../wording.ts';
import { dueWords, PURPOSE_WORD } from './escrow-words.ts';

const SHOWN = 8;

export function DueList({ due }: { due: readonly EscrowDue[] }) {
  const now = useNow();
  const late = due.filter(({ overdue }) => overdue).length;
  return (
    <section className="card" aria-label="What is due">
      <header><h2>What is due</h2><span className="end">{late > 0 && <span className="st s12 c-amber"><Glyph shape="needs" tone="amber" />{late} late</span>}</span></header>
      <ul className="body due">
        {due.length === 0 && <li className="t3">Nothing has to be looked at again.</li>}
        {due.slice(0, SHOWN).map((item) => (
          <li key={`${item.version} ${item.level} ${item.x ?? ''} ${item.what}`}>
            <Glyph shape={item.overdue ? 'needs' : 'pending'} tone={item.overdue ? 'amber' : 'grey'} /><span className="tag">{item.level}</span>
            <span className="grow">{visible(item.what)}</span><span className={`end tn nw${item.overdue ? ' tx c-amber' : ''}`}>{dueWords(item.at, now)}</span>
          </li>
        ))}
        {due.length > SHOWN && <li className="t3">and {due.length - SHOWN} more, later</li>}
      </ul>
    </section>
  );
}

/** Signed by everybody whose name stands under it, and by nobody else. */
function Signed({ row }: { row: VerificationRow }) {
  if (row.signatures.length === 0) return <span className="t3">by nobody</span>;
  return <>{row.signatures.map(({ person, name, role, holds }) => <span key={`${person} ${role}`} className={holds ? undefined : 'tx c-red'}>{visible(name)}{holds ? '' : ' (does not hold)'} </span>)}</>;
}

export function History({ rows, view, onOpen }: { rows: readonly VerificationRow[]; view: EscrowKeyView; onOpen(id: string): void }) {
  const now = useNow();
  const own = rows.filter(({ key }) => key === view.key);
  return (
    <section className="card scroll-x" aria-label="Verifications">
      <header><h2>Verifications</h2><span className="t3 s12">{own.length === 0 ? 'none yet' : `${own.length} on record`}</span></header>
      {own.length > 0 && (
        <table className="table history">
          <thead><tr><th>When</th><th>Level</th><th>Result</th><th>Signed</th><th><span className="sr">Actions</span></th></tr></thead>
          <tbody>
            {own.slice(0, SHOWN).map((row) => (
              <tr key={row.id}>
                <td className="nw tn">{dayTime(row.at, now)}<div className="sub">{PURPOSE_WORD[row.purpose]}, v{row.version}</div></td>
                <td className="nw"><StateWord state={row.ok ? { word: row.level ?? 'L0', shape: 'sensed', tone: 'green' } : { word: row.level ?? 'None', shape: 'failed', tone: 'red' }} /></td>
                <td>{visible(row.result)}</td>
                <td className="t2"><Signed row={row} /></td>
                <td className="num"><Button look="quiet" label={`Open the record of ${row.at}`} onPress={() => { onOpen(row.id); }}>Open</Button></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
