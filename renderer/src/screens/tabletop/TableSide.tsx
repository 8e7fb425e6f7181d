/** Around the table: who is there, what the exercise is for, what is to be learnt. */
import { exerciseTime } from '../../../../electron/contract/tabletop/plan.ts';
import type { ExerciseView } from '../../../../electron/contract/tabletop/view.ts';
import { Audiences } from '../run/comms/Audiences.tsx';
import type { Exercise } from './use-exercise.ts';
import { Glyph } from '../../components/Glyph.tsx';
import { visible } from '../../visible.ts';

function People({ people }: Pick<ExerciseView, 'people'>) {
  return (
    <section>
      <h2>Around the table <span className="end">{people.filter(({ presence }) => presence === 'here').length}</span></h2>
      <ul>
        {people.length === 0 && <li className="t3">Nobody is named yet; R names them</li>}
        {people.map(({ id, name, role, presence, reason }) => (
          <li key={id} className={presence === 'here' ? '' : 't3'}>
            <span className="name">{visible(name)}{presence !== 'here' && <span className="block s12">{presence === 'absent' ? 'not to be reached' : 'has left'}{reason === null ? '' : `: ${visible(reason)}`}</span>}</span><span className="end">{visible(role)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Lessons({ notes }: Pick<ExerciseView, 'notes'>) {
  const lessons = notes.filter(({ kind }) => kind === 'lesson');
  return (
    <section>
      <h2>Lessons so far <span className="end">{lessons.length}</span></h2>
      <ul>{lessons.map((note, index) => <li key={index}><span className="t3">L{index + 1}</span><span>{visible(note.text)}<span className="block s12 t3">{note.owner === null ? 'no owner yet' : visible(note.owner)}{note.due === null ? '' : `, by ${note.due}`}</span></span></li>)}</ul>
    </section>
  );
}

function Notes({ notes }: Pick<ExerciseView, 'notes'>) {
  const free = notes.filter(({ kind, inject }) => kind !== 'lesson' && inject === null).slice(-5).reverse();
  if (free.length === 0) return null;
  return <section><h2>Observed</h2><ul>{free.map((note, index) => <li key={index}><span className="t3 tn">{exerciseTime(note.h_ms, 'never')}</span><span><b className="med">{visible(note.who)}</b> {visible(note.text)}</span></li>)}</ul></section>;
}

export function TableSide({ table, onTell }: { table: Exercise; onTell(audience: string): void }) {
  const { exercise, view: { dead } } = table;
  const { plan, objectives, people, notes, clock, ended } = exercise;
  return (
    <aside className="side" tabIndex={0} aria-label="People and plan">
      <People people={people} />
      <Audiences view={table.view} received={table.run.received} onTell={ended === null && clock.state !== 'planned' ? onTell : null} />
      {dead.length > 0 && <section><h2>Dead in the exercise</h2><ul>{dead.map((name) => <li key={name}><Glyph shape="dead" tone="red" size={12} />{visible(name)}</li>)}</ul></section>}
      <section>
        <h2>Objectives <span className="end">{objectives.filter(({ rating }) => rating !== null).length} of {objectives.length} rated</span></h2>
        <ul>{objectives.map(({ id, text, rating }) => <li key={id}><span className="rating">{rating ?? '–'}</span><span>{visible(text)}</span></li>)}{objectives.length === 0 && <li className="t3">The plan names none</li>}</ul>
      </section>
      <Lessons notes={notes} />
      <Notes notes={notes} />
      <section><h2>Rules</h2><ul className="plainlist">{plan.rules.map((rule) => <li key={rule}>{visible(rule)}</li>)}</ul>{(plan.end.at !== undefined || plan.end.when !== '') && <p className="s12 t3 gap-top">Ends {[plan.end.at === undefined ? '' : `at ${plan.end.at}`, plan.end.when].filter((part) => part !== '').map(visible).join(': ')}</p>}</section>
    </aside>
  );
}
