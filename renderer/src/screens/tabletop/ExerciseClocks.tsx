/** The exercise clock first, and apart from the real one: what comes next, how long the table takes, what it was worth. */
import { exerciseTime } from '../../../../electron/contract/tabletop/plan.ts';
import { spokenDuration } from '../../../../electron/contract/wording.ts';
import { Glyph } from '../../components/Glyph.tsx';
import { visible } from '../../visible.ts';
import { hourMinute, stepClock } from '../../wording.ts';
import { newestInject, nextInject, useExerciseClock, type Exercise } from './use-exercise.ts';

function speedWords({ exercise: { clock } }: Exercise): string {
  const since = clock.started_at === null ? '' : `, really since ${hourMinute(clock.started_at)} UTC`;
  switch (clock.state) {
    case 'planned': return 'not begun';
    case 'over': return `over${since}`;
    case 'held': return `held${since}`;
    case 'running': return clock.speed === 1000 ? `at real speed${since}` : `${clock.speed / 1000} times real speed${since}`;
  }
}

function NextInject({ table, now }: { table: Exercise; now: number }) {
  const next = nextInject(table.exercise);
  if (next?.due_ms == null) return <div className="clock"><span className="label">Next inject</span><span className="v t3">none</span><span className="sub">by itself</span></div>;
  return <div className="clock"><span className="label">Next inject</span><span className="v">in {stepClock((next.due_ms - now) / 1000)}</span><span className="sub cut">{exerciseTime(next.due_ms)}, {visible(next.title)}</span></div>;
}

function ThisAnswer({ table, now }: { table: Exercise; now: number }) {
  const newest = newestInject(table.exercise);
  if (newest?.fired == null) return null;
  const limit = Math.max(0, ...newest.expectations.map(({ within_s }) => within_s ?? 0));
  const open = newest.expectations.some(({ verdict }) => verdict === null);
  const spent = (now - newest.fired.h_ms) / 1000;
  const late = open && limit > 0 && spent > limit;
  return <div className={`clock${late ? ' alert c-amber' : ''}`}><span className={`label${late ? ' tx' : ''}`}>{late && <Glyph shape="needs" tone="amber" size={12} />}This answer</span><span className="v">{stepClock(spent)}</span><span className="sub">{limit > 0 ? `of ${spokenDuration(limit)}` : open ? 'without a limit' : 'judged'}</span></div>;
}

export function ExerciseClocks({ table }: { table: Exercise }) {
  const now = useExerciseClock(table);
  const { score, target_ms, forecast_ms } = table.exercise;
  const slack = target_ms === null || forecast_ms === null ? null : (target_ms - forecast_ms) / 1000;
  return (
    <section className="clocks" aria-label="Clocks">
      <div className="clock big"><span className="label">Exercise time</span><span className="v">{exerciseTime(now, 'always')}</span><span className="sub">{speedWords(table)}</span></div>
      <NextInject table={table} now={now} />
      <ThisAnswer table={table} now={now} />
      <div className="clock"><span className="label">Score</span><span className="v">{score.points} <small className="s13 t3">of {score.come} so far</small></span><span className="sub">{score.possible} in all, {score.pass} pass{score.open > 0 ? `, ${score.open} to judge` : ''}</span></div>
      <div className={`clock grow${slack !== null && slack < 0 ? ' alert c-red' : ''}`}><span className="label">Their forecast, simulated</span><span className="v">{forecast_ms === null ? '–' : exerciseTime(forecast_ms, 'never')}</span><span className="sub">{target_ms === null ? 'no target' : `target ${exerciseTime(target_ms, 'never')}${slack === null ? '' : slack < 0 ? `, ${spokenDuration(-slack)} past it` : `, slack ${spokenDuration(slack)}`}`}</span></div>
    </section>
  );
}
