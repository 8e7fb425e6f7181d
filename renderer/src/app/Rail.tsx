/** The rail: only what exists, and the runs that are open. */
import { BookOpen, Briefcase, CalendarClock, House, KeyRound, Layers, ListChecks, ScrollText, ShieldCheck, Unplug, Users } from 'lucide-react';
import type { ReactNode } from 'react';
import { Glyph } from '../components/Glyph.tsx';
import { runState, StateMark } from '../components/States.tsx';
import { useEscrow } from '../screens/escrow/use-escrow.ts';
import { visible } from '../visible.ts';
import { useNavigation } from './navigation.ts';
import type { Route } from './route.ts';
import type { IncidentView } from '../../../electron/contract/incident-view.ts';
import type { HomeView } from '../../../electron/contract/home.ts';

const ICON = { size: 16, strokeWidth: 1.75, 'aria-hidden': true } as const;

function Entry({ to, current, icon, children, count }: { to: Route; current: boolean; icon: ReactNode; children: ReactNode; count?: ReactNode }) {
  const { go } = useNavigation();
  return <button type="button" aria-current={current ? 'page' : undefined} onClick={() => { go(to); }}>{icon}{children}{count}</button>;
}

/** How many systems would not recover just now, in the shape of the worst. */
function NotReady({ systems }: { systems: HomeView['systems'] }) {
  const bad = systems.filter((system) => system.state === 'NOT_READY').length;
  const open = systems.filter((system) => system.state !== 'READY').length;
  if (open === 0) return null;
  const tone = bad > 0 ? 'red' : 'amber';
  const words = bad > 0 ? `${bad} not ready, ${open} in all need you` : `${open} need you`;
  return <span className={`n st c-${tone}`} title={words}><Glyph shape={bad > 0 ? 'failed' : 'needs'} tone={tone} size={12} /><span aria-hidden="true">{open}</span><span className="sr">{words}</span></span>;
}

function Dead({ names }: { names: readonly string[] }) {
  if (names.length === 0) return null;
  const words = `${names.map(visible).join(', ')} marked as dead`;
  return <span className="n st c-red" title={words}><Glyph shape="dead" tone="red" size={12} /><span aria-hidden="true">{names.length}</span><span className="sr">{words}</span></span>;
}

function OpenIncidents({ incidents }: { incidents: readonly IncidentView[] }) {
  if (incidents.length === 0) return null;
  const words = `${incidents.length} open`;
  return <span className="n st c-amber" title={words}><Glyph shape="needs" tone="amber" size={12} /><span aria-hidden="true">{incidents.length}</span><span className="sr">{words}</span></span>;
}

function Late({ drills }: { drills: HomeView['drills'] }) {
  const late = drills.filter((drill) => drill.overdue_days > 0).length;
  if (late === 0) return null;
  const words = `${late} late`;
  return <span className="n st c-amber" title={words}><Glyph shape="needs" tone="amber" size={12} /><span aria-hidden="true">{late}</span><span className="sr">{words}</span></span>;
}

function Overdue({ findings }: { findings: HomeView['findings'] }) {
  const late = findings.filter((finding) => finding.overdue_days > 0).length;
  if (late === 0) return null;
  const words = `${late} overdue`;
  return <span className="n st c-red" title={words}><Glyph shape="failed" tone="red" size={12} /><span aria-hidden="true">{late}</span><span className="sr">{words}</span></span>;
}

/** How many escrowed keys need somebody, in the shape of the worst. */
function KeysToLookAt({ asked }: { asked: boolean }) {
  const { view } = useEscrow(asked);
  const open = (view?.keys ?? []).filter(({ state }) => state !== 'good');
  if (open.length === 0) return null;
  const bad = open.some(({ state }) => state === 'bad');
  const tone = bad ? 'red' : 'amber';
  const words = `${open.length} ${open.length === 1 ? 'key needs' : 'keys need'} you`;
  return <span className={`n st c-${tone}`} title={words}><Glyph shape={bad ? 'failed' : 'needs'} tone={tone} size={12} /><span aria-hidden="true">{open.length}</span><span className="sr">{words}</span></span>;
}

/** @param settled whether what Home does not need may be asked for */
export function Rail({ route, home, settled, onPalette, onKeys }: { route: Route; home: HomeView | null; settled: boolean; onPalette(): void; onKeys(): void }) {
  const { go } = useNavigation();
  return (
    <nav className="rail" aria-label="Main">
      <Entry to={{ screen: 'home' }} current={route.screen === 'home'} icon={<House {...ICON} />}>Home</Entry>
      <Entry to={{ screen: 'runbooks' }} current={route.screen === 'runbooks' || route.screen === 'runbook'} icon={<BookOpen {...ICON} />}>Runbooks</Entry>
      <Entry to={{ screen: 'readiness', id: null }} current={route.screen === 'readiness'} icon={<ShieldCheck {...ICON} />} count={<NotReady systems={home?.systems ?? []} />}>Readiness</Entry>
      <Entry to={{ screen: 'outage' }} current={route.screen === 'outage'} icon={<Unplug {...ICON} />} count={<Dead names={home?.dead ?? []} />}>Outage</Entry>
      <Entry to={{ screen: 'incident', id: null }} current={route.screen === 'incident' || route.screen === 'incident-report'} icon={<Layers {...ICON} />} count={<OpenIncidents incidents={home?.incidents ?? []} />}>Incident</Entry>
      <Entry to={{ screen: 'drills' }} current={route.screen === 'drills'} icon={<CalendarClock {...ICON} />} count={<Late drills={home?.drills ?? []} />}>Drills</Entry>
      <Entry to={{ screen: 'findings' }} current={route.screen === 'findings'} icon={<ListChecks {...ICON} />} count={<Overdue findings={home?.findings ?? []} />}>Findings</Entry>
      <Entry to={{ screen: 'escrow', key: null }} current={route.screen === 'escrow'} icon={<KeyRound {...ICON} />} count={<KeysToLookAt asked={settled} />}>Escrow</Entry>
      <hr />
      <Entry to={{ screen: 'record' }} current={route.screen === 'record' || route.screen === 'report'} icon={<ScrollText {...ICON} />}>Record</Entry>
      <Entry to={{ screen: 'people' }} current={route.screen === 'people'} icon={<Users {...ICON} />}>People</Entry>
      <Entry to={{ screen: 'kit' }} current={route.screen === 'kit'} icon={<Briefcase {...ICON} />}>Kit</Entry>
      {home !== null && home.open_runs.length > 0 && (
        <>
          <hr />
          <h2 className="label rail-head">Open runs</h2>
          {home.open_runs.map((run) => (
            <button key={run.id} type="button" className="rail-run" title={run.title} onClick={() => { go({ screen: 'run', run: run.id }); }}>
              <StateMark state={runState(run.state)} /><span className="cut">{visible(run.title)}</span>
            </button>
          ))}
        </>
      )}
      <div className="foot">
        <button type="button" className="row" onClick={onPalette}><span>Go anywhere</span><kbd>Ctrl K</kbd></button>
        <button type="button" className="row" onClick={onKeys}><span>Keys</span><kbd>?</kbd></button>
      </div>
    </nav>
  );
}
