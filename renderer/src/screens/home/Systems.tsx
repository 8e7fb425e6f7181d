
import { counted } from '../../../../electron/contract/wording.ts';
import type { SystemRow } from '../../../../electron/contract/home.ts';
import { useNavigation } from '../../app/navigation.ts';
import { Glyph } from '../../components/Glyph.tsx';
import { Ladder, Meter } from '../../components/Measures.tsx';
import { readinessState, StateWord } from '../../components/States.tsx';
import { useNow } from '../../use-now.ts';
import { visible } from '../../visible.ts';
import { age, against, dayTime, shortDay, systemName } from '../../wording.ts';

function Backup({ backup, now }: { backup: SystemRow['backup']; now: number }) {
  if (backup === null) return <span className="t3">no backup check</span>;
  return (
    <>
      <div className="row"><Ladder level={backup.level} /><span>{backup.level ?? 'not proven'}</span></div>
      <div className="sub wrap">{backup.at === null ? visible(backup.summary) : `${dayTime(backup.at, now)} · ${age(backup.at, now)}`}</div>
    </>
  );
}

function past(measured: number | null, target: number | null): boolean {
  return measured !== null && target !== null && measured > target;
}

function Figure({ label, measured, target }: { label: string; measured: number | null; target: number | null }) {
  const over = past(measured, target);
  return (
    <>
      <span className="t3">{label}</span><Meter value={measured} target={target} />
      <span className={over ? 'tx c-red' : undefined}>{against(measured, target)}</span>
    </>
  );
}

function Drill({ drill, now }: { drill: SystemRow['last_drill']; now: number }) {
  if (drill === null) return <span className="t3">none yet</span>;
  const missed = past(drill.rto_s, drill.rto_target_s) || past(drill.rpo_s, drill.rpo_target_s);
  return (
    <>
      <div className="drill">
        <Figure label="RTO" measured={drill.rto_s} target={drill.rto_target_s} />
        <Figure label="RPO" measured={drill.rpo_s} target={drill.rpo_target_s} />
      </div>
      <div className="sub wrap">{visible(drill.title)} · {shortDay(drill.at, now)}{missed ? ', missed' : ''}</div>
    </>
  );
}

function Due({ due, now }: { due: SystemRow['next_due']; now: number }) {
  if (due === null) return <span className="t3">nothing scheduled</span>;
  const days = Math.max(0, Math.round((Date.parse(due.at) - now) / 86_400_000));
  return due.overdue_days > 0 ? (
    <><span className="st c-amber"><Glyph shape="needs" tone="amber" />{counted(due.overdue_days, 'day late', 'days late')}</span><div className="sub wrap">{visible(due.title)}</div></>
  ) : (
    <><div>{shortDay(due.at, now)}</div><div className="sub wrap">{visible(due.title)}, in {counted(days, 'day', 'days')}</div></>
  );
}

export function Systems({ systems }: { systems: readonly SystemRow[] }) {
  const now = useNow();
  const { go } = useNavigation();
  return (
    <section className="card scroll-x" aria-label="Systems">
      <table className="table sys">
        <colgroup><col className="w-sys" /><col /><col className="w-backup" /><col className="w-key" /><col className="w-drill" /><col className="w-due" /></colgroup>
        <thead><tr><th>System</th><th>Would it recover?</th><th>Newest backup, proof</th><th>Key</th><th>Last drill, against target</th><th>Next due</th></tr></thead>
        <tbody>
          {systems.map((row) => {
            const runbook = row.runbooks[0];
            return (
              <tr key={row.system}>
                <td><button type="button" className="name plain" onClick={() => { go(runbook === undefined ? { screen: 'runbooks' } : { screen: 'readiness', id: runbook }); }}>{visible(systemName(row.system))}</button><div className="sub">{counted(row.runbooks.length, 'runbook', 'runbooks')}</div></td>
                <td><StateWord state={readinessState(row.state)} /><div className="why">{visible(row.why)}</div></td>
                <td><Backup backup={row.backup} now={now} /></td>
                <td>{row.key === null ? <span className="t3">no key check</span> : <><button type="button" className="plain" onClick={() => { go({ screen: 'escrow', key: null }); }}>{visible(row.key.level)}</button><div className="sub wrap">{row.key.at === null ? 'never' : shortDay(row.key.at, now)}</div></>}</td>
                <td><Drill drill={row.last_drill} now={now} /></td>
                <td><Due due={row.next_due} now={now} /></td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
