/** The clocks: time left first, since it is what decides. */
import type { CSSProperties } from 'react';
import type { RunView } from '../../../../electron/contract/run.ts';
import { runningClock, spokenDuration } from '../../../../electron/contract/wording.ts';
import { Glyph } from '../../components/Glyph.tsx';
import { useNow } from '../../use-now.ts';
import { visible } from '../../visible.ts';
import { hourMinute, millis, roughly, sumOfTime } from '../../wording.ts';
import { dueMoment, dueOnes, SOON_S } from './comms/due.ts';
import { type RunClocks, runClocks } from './run-clocks.ts';
import { targetMoment } from './timeline-layout.ts';

function Left({ view, clocks }: { view: RunView; clocks: RunClocks }) {
  const target = view.rto.target_s;
  if (view.rto.achieved_s !== null) {
    const met = view.rto.met;
    return (
      <div className="clock big">
        <span className="label">{target === null ? 'Recovered in' : `Recovered in, target ${spokenDuration(target)}`}</span><span className="v">{runningClock(view.rto.achieved_s)}</span>
        {met === null ? <span className="sub">no target to compare with</span> : <span className={`sub st c-${met ? 'green' : 'red'}`}><Glyph shape={met ? 'sensed' : 'failed'} tone={met ? 'green' : 'red'} size={12} />{met ? `met, ${spokenDuration((target ?? 0) - view.rto.achieved_s)} to spare` : `missed by ${spokenDuration(view.rto.achieved_s - (target ?? 0))}`}</span>}
      </div>
    );
  }
  if (target === null || clocks.left_s === null) return <div className="clock big"><span className="label">Elapsed, no recovery target</span><span className="v">{clocks.elapsed_s === null ? '–' : runningClock(clocks.elapsed_s)}</span><span className="sub">{clocks.since === null ? 'nothing has begun' : `since ${hourMinute(clocks.since)} UTC`}</span></div>;
  const late = clocks.left_s < 0;
  return (
    <div className={`clock big${late ? ' alert c-red' : ''}`}>
      <span className={`label${late ? ' tx' : ''}`}>{late && <Glyph shape="failed" tone="red" size={12} />}{late ? `Past the target of ${spokenDuration(target)} by` : `Time left of ${spokenDuration(target)}`}</span>
      <span className="v">{runningClock(Math.abs(clocks.left_s))}</span>
      <span className="sub">{clocks.until !== null && `until ${hourMinute(clocks.until)} UTC`}</span>
    </div>
  );
}

/** Service may be back well before the last step; the slack is that of the service, so the moment is named where the two differ. */
function serviceBack(view: RunView): string {
  const until = targetMoment(view);
  const finish = millis(view.forecast_finish);
  if (until === null || finish === null || view.slack_s === null) return '';
  const back = until - view.slack_s * 1000;
  return Math.abs(finish - back) < 60_000 ? '' : `service back ${hourMinute(back)}, `;
}

function Forecast({ view }: { view: RunView }) {
  const finish = millis(view.finished_at);
  if (finish !== null) return <div className="clock"><span className="label">Ended</span><span className="v">{hourMinute(finish)} <small className="s13 t3">UTC</small></span><span className="sub">{view.state === 'aborted' ? 'aborted' : 'all steps are settled'}</span></div>;
  const forecast = millis(view.forecast_finish);
  const slack = view.slack_s;
  const late = slack !== null && slack < 0;
  return (
    <div className={`clock${late ? ' alert c-red' : ''}`}>
      <span className={`label${late ? ' tx' : ''}`}>Forecast finish</span>
      <span className="v">{forecast === null ? '–' : <>{hourMinute(forecast)} <small className="s13 t3">UTC</small></>}</span>
      <span className="sub">{serviceBack(view)}{slack === null ? 'from budgets and earlier runs' : late ? `${spokenDuration(slack)} past the target` : `slack ${spokenDuration(slack)}`}</span>
    </div>
  );
}

function DataLost({ rpo }: { rpo: RunView['rpo'] }) {
  if (rpo.target_s === null && rpo.achieved_s === null) return null;
  if (rpo.achieved_s === null) return <div className="clock"><span className="label">Data lost</span><span className="v t3">not yet</span><span className="sub">{rpo.target_s === null ? 'measured later' : `measured later, ${spokenDuration(rpo.target_s)} allowed`}</span></div>;
  const tone = rpo.met === false ? 'red' : 'green';
  return (
    <div className="clock">
      <span className="label">Data lost, measured</span><span className="v">{spokenDuration(rpo.achieved_s)}</span>
      {rpo.target_s === null ? <span className="sub">no target</span> : <span className={`sub st c-${tone}`}><Glyph shape={rpo.met === false ? 'failed' : 'sensed'} tone={tone} size={12} />{rpo.met === false ? `past ${spokenDuration(rpo.target_s)} by ${spokenDuration(rpo.achieved_s - rpo.target_s)}` : `within ${spokenDuration(rpo.target_s)}`}</span>}
    </div>
  );
}

/** Elapsed against the target: whose time it was, where the forecast lies. */
function Split({ view, clocks }: { view: RunView; clocks: RunClocks }) {
  const target = view.rto.target_s ?? Math.max(clocks.elapsed_s ?? 0, 1);
  const share = (seconds: number): string => `${Math.min(100, (seconds / target) * 100)}%`;
  const width = (seconds: number): CSSProperties & Record<'--w', string> => ({ '--w': share(seconds) });
  const forecast = millis(view.forecast_finish);
  const at: CSSProperties & Record<'--t', string> = { '--t': forecast === null || clocks.since === null ? '0%' : share((forecast - clocks.since) / 1000) };
  return (
    <span className="split" aria-hidden="true" title="Elapsed; dashed: forecast; red: target">
      <i className="p-tool" style={width(clocks.tool_s)} /><i className="p-people" style={width(clocks.human_s)} /><i className="p-blocked" style={width(clocks.blocked_s)} />
      {forecast !== null && view.rto.target_s !== null && <b style={at} />}
      {view.rto.target_s !== null && <b className="target" />}
    </span>
  );
}

/** The alarm is quiet: words, a shape and a colour in a place that is always there while anybody is due. */
function NextMessage({ view, received, now }: { view: RunView; received: number; now: number }) {
  const due = dueOnes(view, received, now);
  const [next] = due;
  if (next === undefined || view.finished_at !== null) return null;
  const late = due.filter(({ in_s }) => in_s < 0).length;
  const soon = next.in_s < SOON_S;
  return (
    <div className={`clock told-next${soon ? ' alert c-amber' : ''}`}>
      <span className={`label${soon ? ' tx' : ''}`}>{soon && <Glyph shape="needs" tone="amber" size={12} />}{next.in_s < 0 ? 'Overdue' : 'Next update'}, {visible(next.audience.title)}</span>
      <span className="v">{next.in_s >= 0 ? `in ${roughly(next.in_s)}` : next.in_s > -60 ? 'due now' : `${roughly(-next.in_s)} late`}</span>
      <span className="sub">{next.in_s < 0 ? 'was due' : 'at'} {dueMoment(view, next, received, now)}{late > 1 ? `, ${late - 1} more overdue` : due.length > 1 ? `, ${due.length - 1} more later` : ''}</span>
    </div>
  );
}

export function Clocks({ view, received }: { view: RunView; received: number }) {
  const now = useNow();
  const clocks = runClocks(view, received, now);
  return (
    <section className="clocks" aria-label="Clocks">
      <Left view={view} clocks={clocks} />
      <Forecast view={view} />
      <DataLost rpo={view.rpo} />
      <div className="clock grow">
        <span className="label">Elapsed{clocks.since === null ? '' : view.outage_at === null ? ` since ${hourMinute(clocks.since)}` : ` since the outage at ${hourMinute(clocks.since)}`}</span>
        <span className="spent"><span className="v">{clocks.elapsed_s === null ? '0:00:00' : runningClock(clocks.elapsed_s)}</span><Split view={view} clocks={clocks} /></span>
        <div className="legend"><span><i className="p-tool" />tools {sumOfTime(clocks.tool_s)}</span><span><i className="p-people" />people {sumOfTime(clocks.human_s)}</span><span><i className="p-blocked" />third party {sumOfTime(clocks.blocked_s)}</span></div>
      </div>
      <NextMessage view={view} received={received} now={now} />
    </section>
  );
}
