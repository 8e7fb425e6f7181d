/** Where the run stands in time. Labels are HTML, so that they keep their size at any width. */
import { type CSSProperties, useLayoutEffect, useRef, useState } from 'react';
import type { RunView } from '../../../../electron/contract/run.ts';
import { spokenDuration } from '../../../../electron/contract/wording.ts';
import { Glyph } from '../../components/Glyph.tsx';
import { useNow } from '../../use-now.ts';
import { visible } from '../../visible.ts';
import { hourMinute } from '../../wording.ts';
import { layoutTimeline, type Mark, type TimelineLayout } from './timeline-layout.ts';

const MARK_CLASS: Readonly<Record<Mark['key'], string>> = { outage: '', now: 'now', 'no-return': 'ponr-m c-amber', forecast: 'fc', target: 'target c-red', restored: 'c-green' };
const SIDE_CLASS = { middle: '', left: 'l', right: 'r', hidden: 'sr' } as const;

function spot(at: number, width?: number): CSSProperties & Record<'--s' | '--d' | '--span', string> {
  return { '--s': String(at), '--d': String(width ?? 0), '--span': '1' };
}

/** In pixels of the drawings, whose letters are 16 to the rem: a larger window has larger letters, which take more room. */
function useWidth(): [React.RefObject<HTMLDivElement | null>, number] {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(1000);
  useLayoutEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(([entry]) => { if (entry !== undefined) setWidth(Math.round((entry.contentRect.width * 16) / parseFloat(getComputedStyle(document.documentElement).fontSize))); });
    observer.observe(element);
    return () => { observer.disconnect(); };
  }, []);
  return [place, width];
}

/** The picture in words, for whoever cannot see it. */
function inWords(view: RunView, now: number): string {
  const done = view.steps.filter((step) => step.finished_at !== null).length;
  const forecast = view.forecast_finish === null ? '' : ` Forecast finish ${hourMinute(view.forecast_finish)} UTC.`;
  const target = view.rto.target_s === null ? '' : ` Target ${spokenDuration(view.rto.target_s)}.`;
  return `Timeline at ${hourMinute(now)} UTC: ${done} of ${view.steps.length} steps are over.${forecast}${target}`;
}

function Lane({ lane }: { lane: TimelineLayout['lanes'][number] }) {
  return (
    <>
      <span className="name">{lane.name}</span>
      <div className="lane">
        {lane.bars.map((bar) => <span key={bar.key} className={`bar-i p-${bar.kind}${bar.live ? ' live' : ''}`} style={spot(bar.at, bar.width)} title={visible(bar.title)}>{bar.label !== '' && <span>{bar.label}</span>}</span>)}
      </div>
    </>
  );
}

export function Timeline({ view }: { view: RunView }) {
  const now = useNow();
  const [place, width] = useWidth();
  const layout = layoutTimeline(view, now, width);
  const kinds = new Set(layout.lanes.flatMap((lane) => lane.bars.map((bar) => bar.kind)));
  return (
    <section className="tl-panel" aria-label="Timeline">
      <div className="tl-head legend">
        <b className="s12 semi t1">Timeline, UTC</b><span className="grow" />
        <span><i className="p-tool" />tools</span><span><i className="p-people" />people</span><span><i className="p-blocked" />third party</span>
        {kinds.has('waiting') && <span><i className="p-waiting" />waits for approval</span>}
        {kinds.has('failed') && <span><i className="p-failed" />halted</span>}
        {view.finished_at === null && <span><i className="p-plan" />forecast</span>}
      </div>
      <div className="tl" role="img" aria-label={inWords(view, now)}>
        <span /><div className="axis" ref={place}>{layout.ticks.map((tick) => <span key={tick.label} style={spot(tick.at)}>{tick.label}</span>)}</div>
        {layout.lanes.map((lane) => <Lane key={lane.name} lane={lane} />)}
        <span className="name">Told</span>
        <div className="lane">{layout.told.map((told) => <span key={told.key} className="ev" style={spot(told.at)} title={visible(told.title)}><Glyph shape={told.sent ? 'confirmed' : told.late ? 'needs' : 'pending'} tone={told.sent ? 'green' : told.late ? 'amber' : 'grey'} /></span>)}</div>
        <div className="over">{layout.marks.map((mark) => <span key={mark.key} className={`mark ${MARK_CLASS[mark.key]}`} style={spot(mark.at)}><b className={SIDE_CLASS[mark.side]}>{mark.label}</b></span>)}</div>
      </div>
    </section>
  );
}
