/** What checks name and the kit has not, and what went away with the kit before. */
import type { KitFile, KitLack } from '../../../../electron/contract/kit.ts';
import { counted, spokenBytes } from '../../../../electron/contract/wording.ts';
import { StateWord } from '../../components/States.tsx';
import { visible } from '../../visible.ts';

const BLOCKS = { word: 'Blocks', shape: 'failed', tone: 'red' } as const;
const WARNS = { word: 'Warns', shape: 'needs', tone: 'amber' } as const;

function neededBy({ needed_by }: KitLack): string {
  const books = [...new Set(needed_by.map(({ runbook }) => runbook))];
  return books.length > 3 ? `${books.slice(0, 3).join(', ')} and ${books.length - 3} more` : books.join(', ');
}

export function Lacks({ lacks, number }: { lacks: readonly KitLack[]; number: number }) {
  if (lacks.length === 0) return <p className="t2">Kit {number} lacks nothing that the checks name.</p>;
  return (
    <section aria-label={`What kit ${number} lacks`} className="lacks">
      <h2 className="s13 semi">With kit {number}, {counted(lacks.length, 'thing lacks', 'things lack')} that checks name</h2>
      <table className="table">
        <thead><tr><th>State</th><th>Kind</th><th>What</th><th>Needed by</th></tr></thead>
        <tbody>
          {lacks.map((lack) => (
            <tr key={`${lack.kind} ${lack.what}`}>
              <td className="nw"><StateWord state={lack.severity === 'blocker' ? BLOCKS : WARNS} /></td><td>{lack.kind}</td>
              <td className="mono s12 breakable">{visible(lack.what)}</td><td className="t2">{visible(neededBy(lack))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export function Gone({ gone }: { gone: readonly KitFile[] }) {
  if (gone.length === 0) return null;
  return (
    <section aria-label="Gone since the kit before" className="lacks">
      <h2 className="s13 semi">Gone since the kit before: {counted(gone.length, 'file', 'files')}</h2>
      <ul className="s13">{gone.map(({ path, kind, size }) => <li key={path}><span className="mono s12 breakable">{visible(path)}</span> <span className="t2">{kind}, {spokenBytes(size)}</span></li>)}</ul>
    </section>
  );
}
