/** The exercise on its own clock: injects, steps, now, the target. */
import type { CSSProperties } from 'react';
import { exerciseTime } from '../../../../electron/contract/tabletop/plan.ts';
import { Glyph } from '../../components/Glyph.tsx';
import { visible } from '../../visible.ts';
import { nextInject, useExerciseClock, type Exercise } from './use-exercise.ts';

type Placed = CSSProperties & Record<'--s' | '--d' | '--span', number>;
const MINUTE = 60_000;

function at(start: number, length = 0, span = 0): Placed {
  return { '--s': start / MINUTE, '--d': length / MINUTE, '--span': span / MINUTE };
}

/** Whole parts of an hour, so that no more than eight stand on the axis; labels that would touch a mark are left out. */
function ticks(span: number, marks: readonly number[]): number[] {
  const step = [5, 10, 15, 30, 60, 120, 240, 480].find((minutes) => span / (minutes * MINUTE) <= 9) ?? 960;
  const all = Array.from({ length: Math.floor(span / (step * MINUTE)) }, (_, index) => (index + 1) * step * MINUTE);
  return all.filter((tick) => span - tick > span * 0.04 && marks.every((mark) => Math.abs(mark - tick) > span * 0.09));
}

export function ExerciseTimeline({ table }: { table: Exercise }) {
  const now = useExerciseClock(table);
  const { injects, steps, target_ms } = table.exercise;
  const next = nextInject(table.exercise);
  const last = Math.max(now, target_ms ?? 0, ...injects.map(({ due_ms, fired }) => fired?.h_ms ?? due_ms ?? 0), 10 * MINUTE);
  const span = last * 1.06;
  const close = next?.due_ms != null && Math.abs(next.due_ms - now) < span * 0.12;
  const marks = [now, ...(next?.due_ms == null || close ? [] : [next.due_ms]), ...(target_ms === null ? [] : [target_ms])];
  return (
    <section className="tl-panel" aria-label="Timeline">
      <div className="tl-head legend"><b className="s12 semi t1">Exercise time</b><span className="grow" /><span><Glyph shape="sim" tone="violet" size={12} />fired</span><span><Glyph shape="pending" size={12} />to come</span><span><i className="p-people" />steps</span></div>
      <div className="tl" style={at(0, 0, span)} role="img" aria-label={`Now ${exerciseTime(now, 'never')}; ${injects.filter(({ state }) => state === 'fired').length} injects fired`}>
        <span /><div className="axis">{ticks(span, marks).map((tick) => <span key={tick} style={at(tick, 0, span)}>{exerciseTime(tick, 'never')}</span>)}</div>
        <span className="name">Injects</span>
        <div className="lane">{injects.filter(({ fired, due_ms, state }) => fired !== null || (due_ms !== null && state === 'to-come')).map(({ id, title, fired, due_ms }) => <span key={id} className="ev" style={at(fired?.h_ms ?? due_ms ?? 0, 0, span)} title={visible(title)}><Glyph shape={fired === null ? 'pending' : 'sim'} tone={fired === null ? 'grey' : 'violet'} /></span>)}</div>
        <span className="name">Steps</span>
        <div className="lane">{steps.map(({ id, from_ms, to_ms }) => <span key={id} className="bar-i p-people" style={at(from_ms, Math.max(0, (to_ms ?? now) - from_ms), span)} title={id} />)}</div>
        <div className="over">
          <span className="mark now" style={at(now, 0, span)}><b className={now < span * 0.06 ? 'l' : ''}>Now {exerciseTime(now, 'never')}</b></span>
          {next?.due_ms != null && <span className="mark c-violet" style={at(next.due_ms, 0, span)}>{!close && <b className="l">Next {exerciseTime(next.due_ms, 'never')}</b>}</span>}
          {target_ms !== null && <span className="mark target c-red" style={at(target_ms, 0, span)}><b className="r">Target {exerciseTime(target_ms, 'never')}</b></span>}
        </div>
      </div>
    </section>
  );
}
