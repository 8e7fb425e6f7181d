/** Drills: which are owed and what each would prove, and what the earlier ones achieved. */
import type { DrillCalendar, EventDrill, OwedDrill } from '../../../../electron/contract/drill.ts';
import { counted, spokenDuration } from '../../../../electron/contract/wording.ts';
import type { DrillKind, Mode } from '../../../../electron/contract/vocabulary.ts';
import { useNavigation } from '../../app/navigation.ts';
import { Page, PageHead } from '../../app/Page.tsx';
import { Button, Primary } from '../../components/Buttons.tsx';
import { Fault } from '../../components/Fault.tsx';
import { type State, StateWord } from '../../components/States.tsx';
import { useEngineEvents, useQuery } from '../../engine-context.ts';
import { useNow } from '../../use-now.ts';
import { visible } from '../../visible.ts';
import { shortDay } from '../../wording.ts';
import { Results } from './Results.tsx';
import './drills.css';

const DAY_MS = 86_400_000;
const KIND: Readonly<Record<DrillKind, { word: string; mode: Mode | null }>> = {
  rehearsal: { word: 'Rehearsal', mode: 'rehearsal' },
  'restore-test': { word: 'Restore test', mode: 'rehearsal' },
  tabletop: { word: 'Tabletop', mode: 'tabletop' },
  escrow: { word: 'Key check', mode: null }, // no run: custodians' shares are checked
};

function inDays(at: string, now: number): string {
  const days = Math.max(0, Math.ceil((Date.parse(at) - now) / DAY_MS));
  return days === 0 ? 'today' : `in ${counted(days, 'day', 'days')}`;
}

function dueState({ overdue_days, at }: OwedDrill, now: number): State {
  if (overdue_days > 0) return { word: `${counted(overdue_days, 'day', 'days')} late`, shape: 'failed', tone: 'red' };
  return Date.parse(at) - now < 14 * DAY_MS ? { word: 'Soon', shape: 'needs', tone: 'amber' } : { word: 'Not yet', shape: 'pending', tone: 'grey' };
}

function headline(drills: readonly OwedDrill[], now: number): { title: string; detail: string } {
  const late = drills.filter(({ overdue_days }) => overdue_days > 0).length;
  const next = drills[0];
  if (next === undefined) return { title: 'No drill is on the calendar', detail: 'A runbook asks for drills in its front matter, under “drills”.' };
  if (late > 0) return { title: `${counted(late, 'drill is', 'drills are')} late`, detail: `What is not practised is not known to work. “${visible(next.title)}” has waited longest.` };
  return { title: 'No drill is late', detail: `Next: “${visible(next.title)}”, ${inDays(next.at, now)}.` };
}

/** One click from the calendar to the question how to begin. */
function useBegin(): (drill: OwedDrill | EventDrill) => void {
  const { go, start } = useNavigation();
  return ({ runbook, kind }) => {
    const { mode } = KIND[kind];
    if (mode === null) go({ screen: 'escrow', key: null });
    else start({ runbook, mode });
  };
}

function Proves({ drill }: { drill: OwedDrill }) {
  const parts = [drill.objective, drill.scope === null ? null : `Scope: ${drill.scope}`].flatMap((text) => (text === null ? [] : [visible(text)]));
  return (
    <>
      <div className="med">{visible(drill.title)}</div>
      <div className="sub wrap t2">{KIND[drill.kind].word} of “{visible(drill.runbook_title)}”{drill.duration_s === null ? '' : `, ${spokenDuration(drill.duration_s)}`}</div>
      {parts.map((text) => <div key={text} className="sub wrap t2">{text}</div>)}
      {drill.success.length > 0 && <ul className="success s12 t2">{drill.success.map((text) => <li key={text}>{visible(text)}</li>)}</ul>}
    </>
  );
}

function Calendar({ drills, now }: { drills: readonly OwedDrill[]; now: number }) {
  const begin = useBegin();
  return (
    <section className="card scroll-x" aria-label="Drills to come">
      <table className="table drills">
        <thead><tr><th>State</th><th>Due</th><th>Drill, and what it proves</th><th>Last held</th><th><span className="sr">Action</span></th></tr></thead>
        <tbody>
          {drills.map((drill) => (
            <tr key={`${drill.runbook} ${drill.title}`}>
              <td className="nw"><StateWord state={dueState(drill, now)} /></td>
              <td className="nw tn">{shortDay(drill.at, now)}<div className="sub">{drill.overdue_days > 0 ? `every ${drill.every}` : `${inDays(drill.at, now)}, every ${drill.every}`}</div></td>
              <td><Proves drill={drill} /></td>
              <td className="nw tn">{drill.last === null ? <span className="t3">never</span> : shortDay(drill.last, now)}</td>
              <td className="num"><Button label={`Start: ${drill.title}`} onPress={() => { begin(drill); }}>{KIND[drill.kind].mode === null ? 'Check…' : 'Start…'}</Button></td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function AfterEvents({ drills, now }: { drills: readonly EventDrill[]; now: number }) {
  const begin = useBegin();
  if (drills.length === 0) return null;
  return (
    <section className="card" aria-label="Drills that an event asks for">
      <header><h2>When something happens</h2></header>
      <ul className="body after-events">
        {drills.map((drill) => (
          <li key={`${drill.runbook} ${drill.title}`}>
            <span><b className="med">{visible(drill.title)}</b> <span className="t2">after {visible(drill.after)}, “{visible(drill.runbook_title)}”</span></span>
            <span className="t3">{drill.last === null ? 'never held' : `last ${shortDay(drill.last, now)}`}</span>
            <Button look="quiet" label={`Start: ${drill.title}`} onPress={() => { begin(drill); }}>Start…</Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Head({ calendar, now }: { calendar: DrillCalendar; now: number }) {
  const begin = useBegin();
  const { title, detail } = headline(calendar.drills, now);
  const first = calendar.drills[0];
  return (
    <PageHead title={title} detail={detail}>
      {first !== undefined && <Primary id={`drill ${first.runbook} ${first.title}`} label={first.overdue_days > 0 ? 'Start the latest one' : 'Start the next one'} onPress={() => { begin(first); }} />}
    </PageHead>
  );
}

export function DrillsScreen() {
  const { result, error, reload } = useQuery('drill.calendar', {});
  const now = useNow();
  useEngineEvents((event) => { if (event.event === 'home.changed') reload(); });
  if (result === null) return <Page><PageHead title="Drills" detail={error === null ? 'Reading the calendar.' : ''} />{error !== null && <Fault error={error} />}</Page>;
  return (
    <Page className="drillpage" head={<Head calendar={result} now={now} />}>
      {result.drills.length > 0 && <Calendar drills={result.drills} now={now} />}
      <AfterEvents drills={result.after_events} now={now} />
      <Results results={result.results} now={now} />
    </Page>
  );
}
