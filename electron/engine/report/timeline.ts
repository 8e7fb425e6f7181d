/**
 * The picture of a run as SVG: steps as bars in lanes, tool and human time in different hatching, with the lines of the
 * outage, the restored service, the target and the points of no return. Readable in black and white.
 */
import { scaleUtc } from 'd3-scale';
import type { Element } from 'hast';
import { s } from 'hastscript';
import type { Report } from '../../contract/report.ts';
import { utcTime } from '../../contract/wording.ts';

const WIDTH = 1000;
const LEFT = 76; // room for the lanes' names
const TOP = 34; // room for the lines' labels
const LANE = 26;
const LABEL_WIDTH = 96; // of a line's label at this type size, so that two never overlap

type Axis = (instant: string) => number;

/** Runs shorter than this are labelled to the second. */
const SHORT_RUN_MS = 15 * 60_000;

interface Mark {
  at: string;
  label: string;
  kind: 'outage' | 'back' | 'target' | 'no-return';
}

export function timelinePicture(report: Report): Element {
  const { axis, marks } = layOut(report);
  const lanes = Math.max(1, ...report.timeline.lanes.map(({ lane }) => lane + 1));
  const told = TOP + lanes * LANE;
  const height = told + LANE + 24;
  return s('svg', { viewBox: `0 0 ${WIDTH} ${height}`, role: 'img', 'aria-label': 'Timeline of the run, UTC', class: 'timeline' }, [
    patterns(),
    ...laneNames(lanes, told),
    ...bars(report, axis),
    ...messages(report, axis, told),
    ...lines(marks, axis, told + LANE),
    ...ticks(report, axis, height),
  ]);
}

function instants(report: Report): string[] {
  const { activation, timeline, generated_at } = report;
  const ends = timeline.spans.flatMap(({ from, to }) => [from, to ?? generated_at]);
  return [activation.outage_at, activation.declared_at, activation.finished_at, activation.restored_at, ...ends].filter((at): at is string => at !== null);
}

function layOut(report: Report): { axis: Axis; marks: Mark[] } {
  const marks = lineMarks(report);
  const all = [...instants(report), ...marks.map(({ at }) => at)].map((at) => Date.parse(at));
  const first = all.length === 0 ? Date.parse(report.generated_at) : Math.min(...all);
  const last = Math.max(first + 1000, ...all);
  const scale = scaleUtc([new Date(first), new Date(last)], [LEFT, WIDTH - 14]);
  return { axis: (instant) => Math.round(scale(new Date(instant)) * 10) / 10, marks };
}

/** The target is drawn only when it lies near the run: an RTO of 4 h would squeeze a drill of three minutes to a dot. */
function lineMarks(report: Report): Mark[] {
  const { activation, results, execution } = report;
  const marks: Mark[] = [];
  if (activation.outage_at !== null) marks.push({ at: activation.outage_at, label: 'Outage', kind: 'outage' });
  for (const step of execution) {
    if (step.point_of_no_return && step.started_at !== null) marks.push({ at: step.started_at, label: `No return ${step.number}`, kind: 'no-return' });
  }
  const back = activation.restored_at ?? activation.finished_at;
  if (back !== null) marks.push({ at: back, label: 'Back', kind: 'back' });
  const { target_s: target, achieved_s: achieved } = results.rto;
  if (activation.outage_at !== null && target !== null && (achieved === null || target <= achieved * 3)) {
    marks.push({ at: new Date(Date.parse(activation.outage_at) + target * 1000).toISOString(), label: 'Target', kind: 'target' });
  }
  return marks.sort((a, b) => a.at.localeCompare(b.at));
}

function patterns(): Element {
  const stroke = (d: string, width: number): Element => s('path', { d, stroke: '#3f4852', 'stroke-width': width, fill: 'none' });
  return s('defs', [
    s('pattern', { id: 'human', width: 6, height: 6, patternUnits: 'userSpaceOnUse' }, [stroke('M-1 7 7 -1M-1 1 1 -1M5 7 7 5', 1.6)]),
    s('pattern', { id: 'blocked', width: 5, height: 5, patternUnits: 'userSpaceOnUse' }, [s('circle', { cx: 2.5, cy: 2.5, r: 1.2, fill: '#3f4852' })]),
    s('pattern', { id: 'approval', width: 6, height: 5, patternUnits: 'userSpaceOnUse' }, [s('path', { d: 'M0 2.5H6', stroke: '#855100', 'stroke-width': 1.8 })]),
    s('pattern', { id: 'halted', width: 6, height: 6, patternUnits: 'userSpaceOnUse' }, [s('path', { d: 'M-1 7 7 -1M-1 -1 7 7', stroke: '#b3261e', 'stroke-width': 1.3 })]),
  ]);
}

function laneNames(lanes: number, told: number): Element[] {
  const name = (y: number, label: string): Element => s('text', { x: 0, y: y + 17, class: 'lane' }, label);
  const rows = Array.from({ length: lanes }, (_, lane) => name(TOP + lane * LANE, lane === 0 ? 'Main' : `Beside ${lane}`));
  return [...rows, name(told, 'Told')];
}

function bars(report: Report, axis: Axis): Element[] {
  const places = new Map(report.timeline.lanes.map(({ step, lane, number }) => [step, { lane, number }]));
  const labelled = new Set<string>();
  return report.timeline.spans.flatMap(({ what, step, from, to }) => {
    const place = places.get(step) ?? { lane: 0, number: 0 };
    const x = axis(from);
    const width = Math.max(1.5, axis(to ?? report.generated_at) - x);
    const y = TOP + place.lane * LANE + 5;
    const bar = s('rect', { x, y, width, height: 16, rx: 2, class: `bar ${what}`, ...(what === 'tool' ? {} : { fill: `url(#${what})` }) });
    if (width < 16 || labelled.has(step)) return [bar];
    labelled.add(step);
    return [bar, s('text', { x: x + width / 2, y: y + 12, class: what === 'tool' ? 'number on-tool' : 'number' }, String(place.number))];
  });
}

function messages(report: Report, axis: Axis, told: number): Element[] {
  return report.communications.flatMap(({ sent_at }) => {
    if (sent_at === null) return [];
    const x = axis(sent_at);
    return [s('rect', { x: x - 5, y: told + 8, width: 10, height: 10, rx: 2, class: 'told' }), s('path', { d: `M${x - 2.5} ${told + 13}l2 2 3.5-4`, class: 'tick' })];
  });
}

/** Labels that would overlap go without: the line stays, and the tables say the time. */
function lines(marks: readonly Mark[], axis: Axis, bottom: number): Element[] {
  let free = -Infinity;
  return marks.flatMap(({ at, label, kind }) => {
    const x = axis(at);
    const anchor = x > WIDTH - LABEL_WIDTH ? 'end' : 'start';
    const left = anchor === 'end' ? x - LABEL_WIDTH : x;
    const line = s('line', { x1: x, x2: x, y1: TOP - 8, y2: bottom, class: `line ${kind}` });
    if (left < free) return [line];
    free = left + LABEL_WIDTH;
    return [line, s('text', { x, y: TOP - 14, 'text-anchor': anchor, class: `label ${kind}` }, `${label} ${utcTime(at).slice(0, 5)}`)];
  });
}

function ticks(report: Report, axis: Axis, height: number): Element[] {
  const all = instants(report).map((at) => Date.parse(at));
  if (all.length === 0) return [];
  const scale = scaleUtc([new Date(Math.min(...all)), new Date(Math.max(...all))], [LEFT, WIDTH - 14]);
  const [first = 0, last = 0] = [Math.min(...all), Math.max(...all)];
  const digits = last - first < SHORT_RUN_MS ? 8 : 5; // minutes alone would repeat in a run of seconds
  return scale.ticks(4).map((tick) => s('text', { x: axis(tick.toISOString()), y: height - 6, 'text-anchor': 'middle', class: 'tick-label' }, utcTime(tick.toISOString()).slice(0, digits)));
}
