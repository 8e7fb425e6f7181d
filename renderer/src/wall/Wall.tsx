/** What the table looks at: what is new, what is dead, how long it has been, which step they are at. No answers, no notes. */
import { type CSSProperties, useEffect, useState } from 'react';
import type { EngineState, WallBridge } from '../../../electron/contract/bridge.ts';
import { EventBatch } from '../../../electron/contract/rpc.ts';
import { exerciseTime } from '../../../electron/contract/tabletop/plan.ts';
import { ParticipantsView } from '../../../electron/contract/tabletop/view.ts';
import { runningClock, spokenDuration, utcTime } from '../../../electron/contract/wording.ts';
import { ThemeSwitch } from '../app/Bar.tsx';
import { Glyph, type Shape, type Tone } from '../components/Glyph.tsx';
import { exerciseNow } from '../exercise-clock.ts';
import { useNow } from '../use-now.ts';
import { visible } from '../visible.ts';
import { longDay, systemName } from '../wording.ts';

interface Seen { view: ParticipantsView; received: number }

function useSeen(bridge: WallBridge): { seen: Seen | null; engine: EngineState } {
  const [seen, setSeen] = useState<Seen | null>(null);
  const [engine, setEngine] = useState<EngineState>('starting');
  useEffect(() => {
    bridge.onFrame((frame) => {
      const batch = EventBatch.safeParse(frame);
      const view = ParticipantsView.safeParse(batch.data?.events.at(-1));
      if (view.success) setSeen({ view: view.data, received: Date.now() });
    });
    bridge.onEngine(setEngine);
  }, [bridge]);
  return { seen, engine };
}

export function Wall({ bridge }: { bridge: WallBridge }) {
  const { seen, engine } = useSeen(bridge);
  return (
    <>
      <header className="bar">
        <span className="mode">{seen?.view.ended?.why === 'real-emergency' ? 'Exercise stopped' : 'Exercise, nothing runs'}</span>
        <b className="semi cut">{seen === null ? '' : visible(seen.view.title)}</b>
        <span className="grow" />
        {engine === 'lost' && <span className="st c-amber"><Glyph shape="unknown" tone="amber" />From before; the console is coming back</span>}
        {seen !== null && <span className="t2">A drill, {longDay(Date.parse(seen.view.day))}</span>}
        <ThemeSwitch />
      </header>
      {seen === null ? <main className="stage"><section className="inject"><h1>The exercise is about to begin</h1></section></main> : <Situation seen={seen} />}
    </>
  );
}

function Situation({ seen: { view, received } }: { seen: Seen }) {
  const now = useNow();
  const h_ms = exerciseNow(view.clock, received, now);
  // What was dead in the exercise, and how late it was there, must not be taken for real.
  if (view.ended?.why === 'real-emergency') return <main className="stage alone"><section className="inject" aria-live="assertive"><Ended ended={view.ended} /></section></main>;
  return (
    <>
      <main className="stage">
        <section className="inject" aria-live="polite">{view.ended === null ? <Newest view={view} /> : <Ended ended={view.ended} />}</section>
        <Known view={view} />
      </main>
      <footer className="floor">
        <div><div className="label">{view.clock.state === 'held' ? 'Since the outage, held' : 'Since the outage'}</div><div className="v">{exerciseTime(h_ms, 'always')}</div></div>
        <Walk view={view} />
        <Left view={view} h_ms={h_ms} />
      </footer>
    </>
  );
}

function Newest({ view }: { view: ParticipantsView }) {
  const shown = view.injects.findLast(({ withdrawn }) => !withdrawn);
  const taken = view.injects.at(-1)?.withdrawn === true ? view.injects.at(-1) : undefined;
  if (shown === undefined) {
    return (
      <>
        <div className="kicker"><Glyph shape="sim" tone="violet" size={24} />{view.clock.state === 'planned' ? 'Before the exercise' : 'The situation'}</div>
        <h1>{visible(view.exercise)}</h1>
        <p>{visible(view.scenario)}</p>
      </>
    );
  }
  return (
    <>
      <div className="kicker"><Glyph shape="sim" tone="violet" size={24} />New at {exerciseTime(shown.h_ms)}</div>
      <h1>{visible(shown.heading)}</h1>
      <p>{shown.text !== null && <>{visible(shown.text)} </>}<span className="ask">What do you do next, and whom do you tell?</span></p>
      {taken !== undefined && <p className="ask">Taken back: {visible(taken.heading)}</p>}
    </>
  );
}

function Ended({ ended }: { ended: NonNullable<ParticipantsView['ended']> }) {
  if (ended.why === 'over') {
    return (
      <>
        <div className="kicker"><Glyph shape="sim" tone="violet" size={24} />{exerciseTime(ended.h_ms)}</div>
        <h1>The exercise is over</h1>
        <p>Stay for a moment: what went well, what did not?</p>
      </>
    );
  }
  return (
    <div className="emergency c-red">
      <div className="kicker"><Glyph shape="failed" tone="red" size={24} />Stopped at {utcTime(ended.at)} UTC</div>
      <h1>Real emergency. This is no exercise.</h1>
      <p>The exercise is over. From now on everything is real.</p>
    </div>
  );
}

function List({ title, names, shape, tone }: { title: string; names: readonly string[]; shape: Shape; tone: Tone }) {
  if (names.length === 0) return null;
  return <section><h2>{title}</h2><ul>{names.map((name) => <li key={name}><Glyph shape={shape} tone={tone} />{visible(shape === 'dead' || shape === 'alive' ? systemName(name) : name)}</li>)}</ul></section>;
}

function Known({ view }: { view: ParticipantsView }) {
  const earlier = view.injects.filter(({ withdrawn }) => !withdrawn).slice(0, -1).slice(-4).reverse();
  return (
    <aside className="known" tabIndex={0} aria-label="What is known">
      <List title="Known to be dead" names={view.dead} shape="dead" tone="red" />
      <List title="Still alive" names={view.alive.slice(0, 8)} shape="alive" tone="green" />
      <List title="Not known" names={view.unknown} shape="unknown" tone="amber" />
      <List title="Not to be reached" names={view.absent} shape="skipped" tone="grey" />
      {earlier.length > 0 && <section><h2>Before that</h2><ul>{earlier.map(({ heading, h_ms }) => <li key={heading} className="before"><span className="t3 tn">{exerciseTime(h_ms, 'never')}</span>{visible(heading)}</li>)}</ul></section>}
    </aside>
  );
}

type Share = CSSProperties & Record<'--done', string>;

/** A phase is as wide as it has steps, and filled as far as they are over. */
function share(steps: number, done: number): Share {
  return { flexGrow: Math.max(1, steps), '--done': `${(done / Math.max(1, steps)) * 100}%` };
}

function Walk({ view }: { view: ParticipantsView }) {
  return (
    <div className="walk">
      <span>{view.step === null ? <b>Every step is over</b> : <><b>Step {view.step.number} of {view.step.total}</b>&ensp;{visible(view.step.title)}</>}</span>
      <ol aria-label="Phases">
        {view.phases.map(({ title, steps, done, current }) => <li key={title} className={done === steps ? 'done' : current ? 'cur' : ''} style={share(steps, done)} title={visible(title)}><span className="sr">{visible(title)}: {done} of {steps}</span></li>)}
      </ol>
    </div>
  );
}

function Left({ view, h_ms }: { view: ParticipantsView; h_ms: number }) {
  if (view.target_ms === null) return <div />;
  const left = (view.target_ms - h_ms) / 1000;
  return <div className={`left${left < 0 ? ' c-red' : ''}`}><div className="label">{left < 0 ? 'Past' : 'Left of'} {spokenDuration(view.target_ms / 1000)}</div><div className={`v${left < 0 ? ' tx' : ''}`}>{runningClock(Math.abs(left))}</div></div>;
}
