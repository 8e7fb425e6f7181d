/** Where everything on the timeline lies. Pure; positions are shares of the width, 0 to 1. */
import { scaleUtc } from 'd3-scale';
import type { RunView, Span, StepView } from '../../../../electron/contract/run.ts';
import { utcTime } from '../../../../electron/contract/wording.ts';
import { hourMinute, millis } from '../../wording.ts';

export type BarKind = 'tool' | 'people' | 'blocked' | 'waiting' | 'failed' | 'plan';
export interface Bar { key: string; kind: BarKind; at: number; width: number; label: string; title: string; live: boolean }
export interface Mark { key: 'outage' | 'now' | 'no-return' | 'forecast' | 'target' | 'restored'; at: number; label: string; side: 'middle' | 'left' | 'right' | 'hidden' }
export interface Told { key: string; at: number; title: string; sent: boolean; late: boolean }
export interface TimelineLayout {
  lanes: { name: string; bars: Bar[] }[];
  told: Told[];
  ticks: { at: number; label: string }[];
  marks: Mark[];
}

const KIND: Readonly<Record<Span['what'], BarKind>> = { tool: 'tool', human: 'people', blocked: 'blocked', approval: 'waiting', halted: 'failed' };
const KIND_WORD: Readonly<Record<BarKind, string>> = { tool: 'tool', people: 'people', blocked: 'third party', waiting: 'waits for approval', failed: 'halted', plan: 'forecast' };
/** So long before a message is due it needs a person. */
const SOON_MS = 5 * 60_000;
const CHAR_PX = 6.6;
/** No wider window than this many times the known stretch, so that the first minutes are not a sliver. */
const LEAST_MS = 10 * 60_000;
/** An ended run fills the width. */
const ENDED_LEAST_MS = 5_000;
/** Ticks closer than this need their seconds. */
const MINUTE_MS = 60_000;

interface Frame { place(ms: number): number; px: number }

export function layoutTimeline(view: RunView, now: number, widthPx: number): TimelineLayout {
  const moments = view.finished_at === null ? now : Date.parse(view.finished_at);
  const from = start(view, now);
  const target = worthShowing(view, from, targetMoment(view));
  const planned = view.finished_at === null ? [millis(view.forecast_finish), ...view.steps.map((step) => millis(step.forecast?.end ?? null))] : [];
  const spent = view.spans.map((span) => Date.parse(span.to ?? span.from));
  const ends = [moments, target, millis(view.restored_at), ...planned, ...spent, ...view.messages.map((message) => millis(message.sent_at))].filter((end) => end !== null);
  const to = Math.max(from + (view.finished_at === null ? LEAST_MS : ENDED_LEAST_MS), ...ends);
  const pad = (to - from) * 0.04;
  const scale = scaleUtc().domain([from - pad, to + pad]).range([0, 1]).clamp(true);
  const frame: Frame = { place: (ms) => scale(ms), px: widthPx };
  const marks = arrange(marksOf(view, now, target, frame), widthPx);
  return {
    lanes: lanesOf(view, now, frame),
    told: toldOf(view, now, frame, from, to + pad),
    ticks: ticksOf(scale, marks, widthPx),
    marks,
  };
}

/** A target far behind the end of a short run would press all that happened into a sliver. */
function worthShowing(view: RunView, from: number, target: number | null): number | null {
  const ended = millis(view.finished_at);
  return ended !== null && target !== null && target - from > 3 * (ended - from) ? null : target;
}

function start(view: RunView, now: number): number {
  const known = [millis(view.outage_at), millis(view.declared_at), ...view.spans.map((span) => Date.parse(span.from))].filter((at) => at !== null);
  return Math.min(now, ...known); // a clock may have been set back
}

export function targetMoment(view: Pick<RunView, 'outage_at' | 'rto'>): number | null {
  const outage = millis(view.outage_at);
  return outage === null || view.rto.target_s === null ? null : outage + view.rto.target_s * 1000;
}

/** A row a lane; what runs further beside shares the last row. */
const MOST_LANES = 4;

function lanesOf(view: RunView, now: number, frame: Frame): TimelineLayout['lanes'] {
  const steps = new Map(view.steps.map((step) => [step.id, step]));
  const count = Math.min(MOST_LANES, Math.max(2, ...view.steps.map((step) => step.lane + 1)));
  const lanes = Array.from({ length: count }, (_, lane): { name: string; bars: Bar[] } => ({ name: lane === 0 ? 'Main' : count === 2 ? 'Beside' : `Beside ${lane}`, bars: [] }));
  const put = (step: StepView, bar: Bar | null): void => { if (bar !== null) lanes[Math.min(step.lane, count - 1)]?.bars.push(bar); };
  for (const span of view.spans) {
    const step = steps.get(span.step);
    if (step !== undefined) put(step, spanBar(span, step, now, frame));
  }
  if (view.finished_at === null) for (const step of view.steps) put(step, planBar(step, now, frame));
  return lanes;
}

function spanBar(span: Span, step: StepView, now: number, frame: Frame): Bar {
  const from = Date.parse(span.from);
  const to = span.to === null ? now : Date.parse(span.to);
  const kind = KIND[span.what];
  const at = frame.place(from);
  const width = Math.max(0, frame.place(Math.max(from, to)) - at);
  return {
    key: `${span.step} ${span.what} ${span.attempt} ${span.from}`, kind, at, width, live: span.to === null && kind === 'tool',
    label: fits(String(step.number), width, frame) ? String(step.number) : '',
    title: `${step.number} ${step.title}: ${KIND_WORD[kind]}, ${hourMinute(from)} to ${span.to === null ? 'now' : hourMinute(to)}`,
  };
}

function planBar(step: StepView, now: number, frame: Frame): Bar | null {
  if (step.forecast === null) return null;
  const from = Math.max(now, Date.parse(step.forecast.start));
  const to = Date.parse(step.forecast.end);
  if (to <= from) return null;
  const at = frame.place(from);
  const width = frame.place(to) - at;
  const label = step.state === 'running' ? '' : String(step.number);
  return { key: `${step.id} plan`, kind: 'plan', at, width, live: false, label: fits(label, width, frame) ? label : '', title: `${step.number} ${step.title}: expected ${hourMinute(from)} to ${hourMinute(to)}` };
}

function fits(label: string, width: number, frame: Frame): boolean {
  return width * frame.px >= label.length * CHAR_PX + 6;
}

function toldOf(view: RunView, now: number, frame: Frame, from: number, to: number): Told[] {
  return view.messages.flatMap((message, index): Told[] => {
    const sent = millis(message.sent_at);
    const at = sent ?? Date.parse(message.due_at);
    if (at < from || at > to) return [];
    const late = sent === null && at < now + SOON_MS;
    return [{ key: `${message.audience} ${index}`, at: frame.place(at), sent: sent !== null, late, title: `${message.audience} ${sent === null ? 'due' : 'told'} ${hourMinute(at)}` }];
  });
}

function marksOf(view: RunView, now: number, target: number | null, frame: Frame): Mark[] {
  const marks: Mark[] = [];
  const mark = (key: Mark['key'], at: number | null, label: string): void => {
    if (at !== null) marks.push({ key, at: frame.place(at), label: label === '' ? hourMinute(at) : `${label} ${hourMinute(at)}`, side: 'middle' });
  };
  const ended = millis(view.finished_at);
  mark('now', ended ?? now, ended === null ? 'Now' : 'End');
  mark('target', target, 'Target');
  if (ended === null) mark('forecast', millis(view.forecast_finish), 'Forecast');
  mark('restored', millis(view.restored_at), 'Back');
  mark('outage', millis(view.outage_at), 'Outage');
  const gate = view.steps.find((step) => step.point_of_no_return && step.state === 'pending' && step.forecast !== null);
  if (gate?.forecast) marks.push({ key: 'no-return', at: frame.place(Date.parse(gate.forecast.start)), label: `No return ${gate.number}`, side: 'middle' });
  return marks;
}

/** Labels never overlap: the first come first; a later one moves to a side, or leaves only its line. */
function arrange(marks: readonly Mark[], widthPx: number): Mark[] {
  const taken: [number, number][] = [];
  return marks.map((mark) => {
    for (const side of ['middle', 'left', 'right'] as const) {
      const [from, to] = extent(mark.at, mark.label, side, widthPx);
      if (from < 0 || to > widthPx || taken.some(([a, b]) => from < b && to > a)) continue;
      taken.push([from, to]);
      return { ...mark, side };
    }
    return { ...mark, side: 'hidden' };
  });
}

function extent(at: number, label: string, side: 'middle' | 'left' | 'right', widthPx: number): [number, number] {
  const wide = label.length * CHAR_PX + 12;
  const x = at * widthPx;
  if (side === 'middle') return [x - wide / 2, x + wide / 2];
  return side === 'left' ? [x - 6, x + wide] : [x - wide, x];
}

function ticksOf(scale: ReturnType<typeof scaleUtc<number>>, marks: readonly Mark[], widthPx: number): TimelineLayout['ticks'] {
  const busy = marks.filter((mark) => mark.side !== 'hidden').map((mark) => extent(mark.at, mark.label, mark.side === 'hidden' ? 'middle' : mark.side, widthPx));
  const ticks = scale.ticks(Math.max(2, Math.floor(widthPx / 160)));
  const [first, second] = ticks;
  const name = first !== undefined && second !== undefined && second.getTime() - first.getTime() < MINUTE_MS ? (at: number) => utcTime(new Date(at).toISOString()) : hourMinute;
  return ticks.flatMap((tick) => {
    const at = scale(tick);
    const label = name(tick.getTime());
    const [from, to] = extent(at, label, 'middle', widthPx);
    return from < 0 || to > widthPx || busy.some(([a, b]) => from < b && to > a) ? [] : [{ at, label }];
  });
}
