/** The inject that the table is at: what is read aloud, what a good answer holds, what was said and done. */
import type { ReactNode } from 'react';
import { exerciseTime, type Verdict } from '../../../../electron/contract/tabletop/plan.ts';
import type { ExpectationView, InjectView } from '../../../../electron/contract/tabletop/view.ts';
import { spokenDuration } from '../../../../electron/contract/wording.ts';
import { Fault } from '../../components/Fault.tsx';
import { Glyph } from '../../components/Glyph.tsx';
import { visible } from '../../visible.ts';
import type { Exercise } from './use-exercise.ts';

const VERDICTS: readonly { verdict: Verdict; word: string; tone: string; shape: 'confirmed' | 'overridden' | 'failed' }[] = [
  { verdict: 'met', word: 'Met', tone: 'green', shape: 'confirmed' }, { verdict: 'partly', word: 'Partly', tone: 'amber', shape: 'overridden' }, { verdict: 'missed', word: 'Missed', tone: 'red', shape: 'failed' },
];

function firedWords({ fired, due_ms, state }: InjectView): string {
  if (fired === null) return state === 'withdrawn' ? 'Withdrawn; it never came' : due_ms === null ? 'To be fired by hand' : `Comes by itself at ${exerciseTime(due_ms)}`;
  const early = fired.early_ms ?? 0;
  const off = fired.timed || early === 0 ? '' : early > 0 ? `, ${spokenDuration(early / 1000)} early` : `, ${spokenDuration(-early / 1000)} late`;
  return `Fired at ${exerciseTime(fired.h_ms, 'always')}${fired.timed ? '' : ` by ${visible(fired.by)}`}${off}`;
}

function standsAt({ affects }: InjectView): string {
  const open = affects.filter(({ over }) => !over);
  if (affects.length === 0) return '';
  return open.length === 0 ? '; what it forces is over already' : `; forces ${open.map(({ title }) => `“${visible(title)}”`).join(', ')}`;
}

function dueWords({ score, due_ms, within_s, verdict, seen_ms, late, points }: ExpectationView): string {
  if (verdict !== null) return `${points} of ${score} points, ${late ? 'late' : verdict} at ${exerciseTime(seen_ms ?? 0)}`;
  return `${score} points${due_ms !== null ? `, by ${exerciseTime(due_ms)}` : within_s === null ? '' : `, within ${spokenDuration(within_s)}`}`;
}

function Expectation({ table, inject, index, row }: { table: Exercise; inject: InjectView; index: number; row: ExpectationView }) {
  const judge = (verdict: Verdict): void => { void table.act({ act: 'score', inject: inject.id, expectation: index, verdict: row.verdict === verdict ? null : verdict }); };
  const closed = inject.state !== 'fired' || table.exercise.ended !== null;
  return (
    <tr>
      <td><span className="med">{visible(row.action)}</span><div className="s12 t3">{dueWords(row)}</div></td>
      <td>
        <div className="seg" role="group" aria-label={visible(row.action)}>
          {VERDICTS.map(({ verdict, word, tone, shape }) => <button key={verdict} type="button" className={`c-${tone}`} aria-pressed={row.verdict === verdict} aria-disabled={closed} onClick={() => { if (!closed) judge(verdict); }}>{row.verdict === verdict && <Glyph shape={shape} tone="grey" />}{word}</button>)}
        </div>
      </td>
    </tr>
  );
}

function Said({ table, inject }: { table: Exercise; inject: InjectView }) {
  const notes = table.exercise.notes.filter((note) => note.inject === inject.id && note.kind !== 'lesson').reverse();
  return (
    <section>
      <h2>Said and done</h2>
      {notes.length === 0 ? <p className="s13 t3">Nothing is written down yet.</p> : <ul className="log">{notes.map((note, index) => <li key={index}><span className="t3" title={note.at}>{exerciseTime(note.h_ms, 'never')}</span><span><b>{visible(note.who)}</b> {note.kind === 'observation' && <span className="tag">observed</span>} {visible(note.text)}</span></li>)}</ul>}
    </section>
  );
}

export function InjectPanel({ table, inject, covered, children }: { table: Exercise; inject: InjectView; covered: boolean; children: ReactNode }) {
  const number = inject.fired?.order;
  return (
    <main className="now-step" tabIndex={-1}>
      <div className="scroll" tabIndex={0} role="region" aria-label="Inject">
        {table.run.error !== null && !covered && <Fault error={table.run.error} />}
        <div className="step-head"><Glyph shape={inject.state === 'withdrawn' ? 'out' : 'sim'} tone="violet" size={24} /><div className="grow"><h1>{number !== undefined && <>{number}&ensp;</>}{visible(inject.title)}</h1><span className="s13 t2">{firedWords(inject)}{inject.state === 'withdrawn' ? `: ${visible(inject.withdrawn?.reason ?? '')}` : standsAt(inject)}</span></div></div>
        {(inject.text !== null || inject.see !== null) && <div className="say"><span className="label">Read aloud</span>“{[inject.see, inject.text].filter((part) => part !== null).map(visible).join(' ')}”</div>}
        {inject.expectations.length > 0 && (
          <section>
            <h2 className="gap">What a good answer holds <span className="t3 med s12">{inject.possible} points, hidden from participants</span></h2>
            <table className="score"><tbody>{inject.expectations.map((row, index) => <Expectation key={index} table={table} inject={inject} index={index} row={row} />)}</tbody></table>
          </section>
        )}
        {inject.hints.length > 0 && <section><h2>If they are stuck</h2><ol className="hints">{inject.hints.map((hint) => <li key={hint}>“{visible(hint)}”</li>)}</ol></section>}
        <Said table={table} inject={inject} />
      </div>
      {children}
    </main>
  );
}
