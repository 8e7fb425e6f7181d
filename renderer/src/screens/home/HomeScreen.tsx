/** Home: would each system recover today, and what is owed. */
import { Zap } from 'lucide-react';
import { useDeferredValue } from 'react';
import { useNavigation } from '../../app/navigation.ts';
import { Page, PageHead } from '../../app/Page.tsx';
import { Button, Primary } from '../../components/Buttons.tsx';
import { Fault } from '../../components/Fault.tsx';
import { useAction, useEngine } from '../../engine-context.ts';
import { visible } from '../../visible.ts';
import { FirstSteps } from './FirstSteps.tsx';
import { OpenIncidents } from './OpenIncidents.tsx';
import { OpenRuns } from './OpenRuns.tsx';
import { Summaries } from './Summaries.tsx';
import { Systems } from './Systems.tsx';
import './home.css';
import type { HomeView } from '../../../../electron/contract/home.ts';

/** Makes the drill's material where it is missing, then asks how to start it. */
export function useFirstDrill() {
  const { client } = useEngine();
  const { start } = useNavigation();
  return useAction(async () => {
    const { runbook } = await client.call('drill.prepare', {});
    start({ runbook, mode: 'rehearsal' });
  });
}

function Head({ view }: { view: HomeView }) {
  const { start, go } = useNavigation();
  const drill = useFirstDrill();
  const resume = view.open_runs[0];
  const incident = view.incidents?.[0];
  return (
    <>
      <PageHead title={view.fresh ? 'Nothing is set up yet' : visible(view.headline)} detail={view.fresh ? 'Three things to do. The first one shows what a recovery feels like, on invented data.' : visible(view.detail)}>
        {view.fresh && <Button tall onPress={() => { start({ runbook: null, mode: 'live' }); }}>Start recovery…</Button>}
        {!view.fresh && resume !== undefined && <Button tall onPress={() => { start({ runbook: null, mode: 'live' }); }}>Start another…</Button>}
        {view.fresh && <Primary id="first-drill" label="Run the First drill (5 min)" busy={drill.busy} onPress={() => { void drill.run(); }} />}
        {incident !== undefined && <Primary id={`incident ${incident.id}`} label="Back to the incident" onPress={() => { go({ screen: 'incident', id: incident.id }); }} />}
        {!view.fresh && incident === undefined && resume !== undefined && <Primary id={`open ${resume.id}`} label="Back to the open run" onPress={() => { go({ screen: 'run', run: resume.id }); }} />}
        {!view.fresh && incident === undefined && resume === undefined && <Primary id="start" label="Start recovery" icon={<Zap size={16} strokeWidth={1.75} aria-hidden="true" />} onPress={() => { start({ runbook: null, mode: 'live' }); }} />}
      </PageHead>
      {drill.error !== null && <Fault error={drill.error} />}
    </>
  );
}

/** Open runs that no open incident on this page tells of. */
function alone({ open_runs, incidents = [] }: HomeView): HomeView['open_runs'] {
  return open_runs.filter(({ incident }) => !incidents.some(({ id }) => id === incident?.id));
}

export function HomeScreen({ view }: { view: HomeView | null }) {
  const below = useDeferredValue(true, false); // the head, with what to press, stands a moment sooner
  if (view === null) return <Page><PageHead title="Home" detail="Waiting for the engine’s first answer." /></Page>;
  return (
    <Page head={<Head view={view} />}>
      {view.fresh && <FirstSteps systems={view.systems} />}
      <OpenIncidents incidents={view.incidents ?? []} />
      {alone(view).length > 0 && <OpenRuns runs={alone(view)} />}
      {below && view.systems.length > 0 && <Systems systems={view.systems} />}
      {below && (!view.fresh || view.kit.length + view.drills.length + view.findings.length > 0) && <Summaries view={view} />}
    </Page>
  );
}
