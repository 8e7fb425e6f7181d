/** The whole: time since the one outage, when the last system is back, how many are. */
import { runningClock, spokenDuration } from '../../../../electron/contract/wording.ts';
import type { IncidentView } from '../../../../electron/contract/incident-view.ts';
import { Glyph } from '../../components/Glyph.tsx';
import { systemName, dayTime } from '../../wording.ts';
import { visible } from '../../visible.ts';

export function IncidentClocks({ view, now }: { view: IncidentView; now: number }) {
  const { total, critical, members } = view;
  const last = critical.at(-1);
  const done = total.achieved_s;
  const missed = members.filter(({ met }) => met === false).length;
  const endangered = members.filter(({ met, slack_s }) => met === null && slack_s !== null && slack_s < 0).length;
  return (
    <section className="clocks card" aria-label="Clocks of the incident">
      <div className="clock big">
        <span className="label">{done !== null ? 'Total recovery time' : view.state === 'closed' ? 'Closed with systems not back' : 'Since the outage'}</span>
        <span className="v">{done !== null ? runningClock(done) : view.closed !== null ? runningClock((Date.parse(view.closed.at) - Date.parse(view.outage_at)) / 1000) : runningClock(Math.max(0, (now - Date.parse(view.outage_at)) / 1000))}</span>
        <span className="sub">outage {dayTime(view.outage_at, now)} UTC{total.target_s === null ? '' : `, longest target ${spokenDuration(total.target_s)}`}</span>
      </div>
      <div className="clock">
        <span className="label">Systems back</span><span className="v">{total.recovered} <small className="s13 t3">of {total.of}</small></span>
        {total.met === null ? <span className="sub">{endangered === 0 ? 'every target can be met' : `${endangered} forecast past the target`}</span> : <span className={`sub st c-${total.met ? 'green' : 'red'}`}><Glyph shape={total.met ? 'sensed' : 'failed'} tone={total.met ? 'green' : 'red'} size={12} />{total.met ? 'every target met' : missed > 0 ? `${missed} missed` : 'not met'}</span>}
      </div>
      <div className="clock grow">
        <span className="label">{done !== null ? 'The last to be back' : 'The last is expected back'}</span>
        <span className="v">{last === undefined ? '–' : <>{visible(systemName(last.system))} <small className="s13 t3">{dayTime(last.to, now)} UTC</small></>}</span>
        <span className="sub">{done !== null ? `${spokenDuration(done)} after the outage` : total.forecast_s === null ? 'not known: one of them says neither budget nor time' : `${spokenDuration(total.forecast_s)} after the outage, by budgets and measured times`}</span>
      </div>
    </section>
  );
}
