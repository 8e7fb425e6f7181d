/** The systems in time, and which of them decide when the last one is back. */
import type { CSSProperties } from 'react';
import { visible } from '../../visible.ts';
import { hourMinute, millis, systemName } from '../../wording.ts';
import { place } from './incident-words.ts';
import type { IncidentMember, IncidentView } from '../../../../electron/contract/incident-view.ts';

/** Wall milliseconds of a member's recovery, done or to come; null when that is not known. */
function stretch({ run, recovered_at, forecast_at, begins_at }: IncidentMember): { from: number; to: number; measured: boolean } | null {
  const to = millis(recovered_at) ?? millis(forecast_at);
  const from = begins_at === null ? millis(run?.begun_at ?? null) : millis(begins_at);
  return to === null || from === null ? null : { from, to, measured: recovered_at !== null };
}

export function CriticalPath({ view, now }: { view: IncidentView; now: number }) {
  const outage = Date.parse(view.outage_at);
  const rows = view.members.map((member) => ({ member, at: stretch(member) }));
  const targets = view.members.flatMap(({ target_s }) => (target_s === null ? [] : outage + target_s * 1000));
  const lasts = rows.flatMap(({ at }) => (at === null ? [] : at.to));
  const isOver = view.total.achieved_s !== null || view.state === 'closed';
  const known = Math.max(outage + 60_000, ...lasts, ...(isOver ? [] : [now]));
  // A target far beyond everything else would press the picture together.
  const end = Math.max(known, ...targets.filter((target) => target - outage < 2 * (known - outage)));
  const onPath = new Set(view.critical.map(({ runbook }) => runbook));
  return (
    <section className="card" aria-label="What decides the end">
      <header><h2>What decides when the last is back</h2><span className="end s12 t3">{hourMinute(outage)} to {hourMinute(end)} UTC</span></header>
      <div className="body critical">
        <div className="inc-lanes" aria-hidden="true">
          {rows.map(({ member, at }) => (
            <div key={member.runbook} className="inc-lane">
              <span className="cut s12 t2">{visible(systemName(member.system))}</span>
              <span className="inc-track">
                {at !== null && <i className={`${at.measured ? 'done' : 'to-come'}${onPath.has(member.runbook) ? ' path' : ''}`} style={bar(at.from, at.to, outage, end)} />}
                {member.target_s !== null && outage + member.target_s * 1000 <= end && <b style={bar(outage + member.target_s * 1000, outage + member.target_s * 1000, outage, end)} title="its target" />}
                {!isOver && <u style={bar(now, now, outage, end)} />}
              </span>
            </div>
          ))}
          <div className="inc-legend s12 t3"><span><i className="done path" />back, decides the end</span><span><i className="to-come path" />to come</span><span><i className="done" />beside it</span><span><b />target</span></div>
        </div>
        {view.critical.length === 0 ? <p className="t3">Not known yet: of some system nothing says how long it takes.</p> : (
          <ol className="path">
            {view.critical.map(({ runbook, system, from, to, measured, why }, index) => (
              <li key={runbook}><span className="rank on">{index + 1}</span><div><b className="med">{visible(systemName(system))}</b> <span className="tn t2">{hourMinute(from)} to {hourMinute(to)}{measured ? '' : ', forecast'}</span><p className="s13 t2">{visible(why)}</p></div></li>
            ))}
          </ol>
        )}
      </div>
    </section>
  );
}

function bar(from: number, to: number, outage: number, end: number): CSSProperties {
  const { left, width } = place(from, to, outage, end);
  return { left: `${left}%`, width: from === to ? undefined : `${width}%` };
}
