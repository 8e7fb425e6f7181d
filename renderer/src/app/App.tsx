/** The window: one screen at a time, dialogs over it, and one place where the engine's state is said. */
import { Suspense, useEffect, useMemo, useState } from 'react';
import type { EngineEvent, RunbookRow } from '../../../electron/contract/methods.ts';
import type { HomeView } from '../../../electron/contract/home.ts';
import { Sprite } from '../components/Glyph.tsx';
import { useEngineEvents, useEngineState, useQuery } from '../engine-context.ts';
import { KeyDeskProvider, useKeys } from '../keys/use-keys.tsx';
import { HomeScreen } from '../screens/home/HomeScreen.tsx';
import { Boundary } from './Boundary.tsx';
import { Bar, Brand, Network, Today } from './Bar.tsx';
import type { FirstHome } from './first-home.ts';
import { NavigationContext } from './navigation.ts';
import { type NoticeLine, Notices } from './Notices.tsx';
import { Rail } from './Rail.tsx';
import { later, loadTheRest, useSettled } from './later.ts';
import { placeOf, type Route, type Start } from './route.ts';

const KeysOverlay = later(async () => (await import('./Keys.tsx')).KeysOverlay);
const Palette = later(async () => (await import('./Palette.tsx')).Palette);
const DrillsScreen = later(async () => (await import('../screens/drills/DrillsScreen.tsx')).DrillsScreen);
const CeremonyScreen = later(async () => (await import('../screens/escrow/ceremony/CeremonyScreen.tsx')).CeremonyScreen);
const EscrowScreen = later(async () => (await import('../screens/escrow/EscrowScreen.tsx')).EscrowScreen);
const FindingsScreen = later(async () => (await import('../screens/findings/FindingsScreen.tsx')).FindingsScreen);
const IncidentReportScreen = later(async () => (await import('../screens/incident/IncidentReportScreen.tsx')).IncidentReportScreen);
const IncidentScreen = later(async () => (await import('../screens/incident/IncidentScreen.tsx')).IncidentScreen);
const KitScreen = later(async () => (await import('../screens/kit/KitScreen.tsx')).KitScreen);
const OutageScreen = later(async () => (await import('../screens/outage/OutageScreen.tsx')).OutageScreen);
const PeopleScreen = later(async () => (await import('../screens/people/PeopleScreen.tsx')).PeopleScreen);
const ReadinessScreen = later(async () => (await import('../screens/readiness/ReadinessScreen.tsx')).ReadinessScreen);
const RecordScreen = later(async () => (await import('../screens/record/RecordScreen.tsx')).RecordScreen);
const ReportScreen = later(async () => (await import('../screens/record/ReportScreen.tsx')).ReportScreen);
const RunbookScreen = later(async () => (await import('../screens/runbooks/RunbookScreen.tsx')).RunbookScreen);
const RunbooksScreen = later(async () => (await import('../screens/runbooks/RunbooksScreen.tsx')).RunbooksScreen);
const RunScreen = later(async () => (await import('../screens/run/RunScreen.tsx')).RunScreen);
const StartDialog = later(async () => (await import('../screens/start/StartDialog.tsx')).StartDialog);

type Overlay = { kind: 'keys' } | { kind: 'palette' } | { kind: 'start'; what: Start };

function Screen({ route, home }: { route: Route; home: { view: HomeView | null } }) {
  switch (route.screen) {
    case 'home': return <HomeScreen view={home.view} />;
    case 'runbooks': return <RunbooksScreen />;
    case 'runbook': return <RunbookScreen key={route.id} id={route.id} />;
    case 'readiness': return <ReadinessScreen key={route.id} id={route.id} home={home.view} />;
    case 'outage': return <OutageScreen />;
    case 'incident': return <IncidentScreen key={route.id} chosen={route.id} />;
    case 'incident-report': return <IncidentReportScreen key={route.id} id={route.id} />;
    case 'drills': return <DrillsScreen />;
    case 'escrow': return <EscrowScreen key={route.key} chosen={route.key} />;
    case 'ceremony': return <CeremonyScreen />;
    case 'run': return <RunScreen key={route.run} run={route.run} />;
    case 'record': return <RecordScreen />;
    case 'findings': return <FindingsScreen />;
    case 'report': return <ReportScreen key={route.run} run={route.run} asked={route.ask === 'hot-wash'} />;
    case 'people': return <PeopleScreen />;
    case 'kit': return <KitScreen />;
  }
}

/** A window that opens during an incident or a run belongs there. */
function openingRoute(home: HomeView): Route {
  const [incident] = home.incidents ?? [];
  if (incident !== undefined) return { screen: 'incident', id: incident.id };
  const busy = home.open_runs.filter((run) => run.state !== 'interrupted');
  const only = busy.length === 1 ? busy[0] : undefined;
  return only === undefined ? { screen: 'home' } : { screen: 'run', run: only.id };
}

function useNotices(): { lines: NoticeLine[]; dismiss(id: number): void } {
  const [lines, setLines] = useState<NoticeLine[]>([]);
  useEngineEvents((event: EngineEvent) => {
    if (event.event !== 'notice') return;
    const { level, text } = event;
    setLines((old) => [...old.filter((line) => line.text !== text), { id: (old.at(-1)?.id ?? 0) + 1, level, text }].slice(-4));
  });
  return { lines, dismiss: (id) => { setLines((old) => old.filter((line) => line.id !== id)); } };
}

function Window({ firstHome }: { firstHome: FirstHome | null }) {
  const [route, setRoute] = useState<Route | null>(null);
  const [overlay, setOverlay] = useState<Overlay | null>(null);
  const state = useEngineState();
  const home = useQuery('home.view', {}, firstHome);
  const notices = useNotices();
  const { reload } = home;
  useEngineEvents((event) => { if (event.event === 'home.changed') reload(); });
  // Decided once, by the first answer; afterwards the person decides.
  if (route === null && home.result !== null) setRoute(openingRoute(home.result));
  const settled = useSettled(home.result !== null);
  useEffect(() => (settled ? loadTheRest() : undefined), [settled]);
  const runbooks = useQuery('runbook.list', settled || overlay?.kind === 'palette' ? {} : null);
  const at = route ?? { screen: 'home' };
  const navigation = useMemo(() => ({
    go: (to: Route) => { setRoute(to); setOverlay(null); },
    start: (what: Start) => { setOverlay({ kind: 'start', what }); },
  }), []);
  useKeys([
    { key: 'k', ctrl: true, label: 'Go anywhere', run: () => { setOverlay({ kind: 'palette' }); } },
    { key: '?', label: 'Show the keys of this screen', run: () => { setOverlay({ kind: 'keys' }); } },
  ]);
  const close = (): void => { setOverlay(null); };
  return (
    <NavigationContext value={navigation}>
      {at.screen !== 'run' && at.screen !== 'ceremony' && (
        <>
          <Bar lead={<><Brand onPress={() => { navigation.go({ screen: 'home' }); }} /><span className="sep" /><Today /></>} middle={<><Network /><span className="sep" /></>} />
          <Rail route={at} home={home.result} settled={settled} onPalette={() => { setOverlay({ kind: 'palette' }); }} onKeys={() => { setOverlay({ kind: 'keys' }); }} />
        </>
      )}
      <Boundary key={placeOf(at)}><Suspense><Screen route={at} home={{ view: home.result }} /></Suspense></Boundary>
      <Notices state={state} lines={notices.lines} error={home.error} onDismiss={notices.dismiss} />
      <Suspense>
        {overlay?.kind === 'keys' && <KeysOverlay onClose={close} />}
        {overlay?.kind === 'palette' && <Palette home={home.result} runbooks={runbooks.result?.runbooks ?? noRunbooks} onClose={close} />}
        {overlay?.kind === 'start' && <StartDialog what={overlay.what} onClose={close} />}
      </Suspense>
    </NavigationContext>
  );
}

const noRunbooks: RunbookRow[] = [];

/** @param firstHome Home's answer, where it is there already */
export function App({ firstHome = null }: { firstHome?: FirstHome | null }) {
  return <KeyDeskProvider><Sprite /><Boundary><Window firstHome={firstHome} /></Boundary></KeyDeskProvider>;
}
