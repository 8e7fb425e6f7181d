/**
 * The picture of a run as SVG: steps as bars in lanes, tool and human time in different hatching, with the lines of the
 * outage, the restored service, the target and the points of no return. Readable in black and white.
 */
import { scaleUtc } from 'd3-scale';
import type { Element } from 'hast';
import { s } from 'hastscript';
import type { Report } from '../../contract/report.ts';
import { utcTime } from '../../contract/wording.ts';
import { inOrder } from '../../contract/order.ts';

const WIDTH = 1000;
const LEFT = 80; // room for the lanes' names
const LABEL_ROW = 19; // labels of lines stand in two rows, so that neighbours do not hide each other
const LABEL_ROWS = 2;
const TOP = LABEL_ROW * LABEL_ROWS + 10;
const LANE = 25;
const LETTER = 8.3; // a label's letters are about so wide at its type size

type Axis = (instant: string) => number;

/** Runs shorter than this are labelled to the second. */
const SHORT_RUN_MS = 15 * 60_000;

interface Mark {
  at: string;
  label: string;
  kind: 'outage' | 'back' | 'target' | 'no-return' | 'handover';
}

export function timelinePicture(report: Report): Element {
  const { axis, marks, domain } = layOut(report);
  const rows = usedLanes(report);
  const lanes = rows.size;
  const told = TOP + lanes * LANE;
  const injected = told + (report.timeline.injects.length === 0 ? 0 : LANE);
  const bottom = injected + LANE;
  return s('svg', { viewBox: `0 0 ${WIDTH} ${bottom + 24}`, role: 'img', 'aria-label': 'Timeline of the run, UTC', class: 'timeline' }, [
    patterns(),
    ...laneNames(lanes, told, injected),
    ...bars(report, axis, rows),
    ...messages(report, axis, told),
    ...injects(report, axis, injected),
    ...lines(marks, axis, bottom),
    ...beyond(report, bottom + 18),
    ...ticks(report, axis, domain, bottom + 24),
  ]);
}

function instants(report: Report): string[] {
  const { activation, timeline, generated_at } = report;
  const ends = [...timeline.spans.flatMap(({ from, to }) => [from, to ?? generated_at]), ...timeline.injects.map(({ at }) => at)];
  return [activation.outage_at, activation.declared_at, activation.finished_at, activation.restored_at, ...ends].filter((at): at is string => at !== null);
}

function layOut(report: Report): { axis: Axis; marks: Mark[]; domain: [number, number] } {
  const marks = lineMarks(report);
  const all = [...instants(report), ...marks.map(({ at }) => at)].map((at) => Date.parse(at));
  const first = all.length === 0 ? Date.parse(report.generated_at) : Math.min(...all);
  const last = Math.max(first + 1000, ...all);
  const scale = scaleUtc([new Date(first), new Date(last)], [LEFT, WIDTH - 14]);
  return { axis: (instant) => Math.round(scale(new Date(instant)) * 10) / 10, marks, domain: [first, last] };
}

/** The target is drawn only when it lies near the run: an RTO of 4 h would squeeze a drill of three minutes to a dot. */
function lineMarks(report: Report): Mark[] {
  const { activation, results, execution } = report;
  const marks: Mark[] = [];
  if (activation.outage_at !== null) marks.push({ at: activation.outage_at, label: 'Outage', kind: 'outage' });
  for (const step of execution) {
    if (step.point_of_no_return && step.started_at !== null) marks.push({ at: step.started_at, label: `No return ${step.number}`, kind: 'no-return' });
  }
  for (const { at } of report.handovers ?? []) marks.push({ at, label: 'Handover', kind: 'handover' });
  const back = activation.restored_at ?? activation.finished_at;
  if (back !== null) marks.push({ at: back, label: 'Back', kind: 'back' });
  const target = targetAt(report);
  const { target_s: wanted, achieved_s: achieved } = results.rto;
  if (target !== null && wanted !== null && (achieved === null || wanted <= achieved * 3)) marks.push({ at: target, label: 'Target', kind: 'target' });
  return marks.sort((a, b) => inOrder(a.at, b.at));
}

function targetAt({ activation: { outage_at }, results: { rto } }: Report): string | null {
  return outage_at === null || rto.target_s === null ? null : new Date(Date.parse(outage_at) + rto.target_s * 1000).toISOString();
}

/** The words at the right that say where a far target is are about so wide. */
const FAR_LABEL = 190;

function targetIsFar(report: Report): boolean {
  return targetAt(report) !== null && !lineMarks(report).some(({ kind }) => kind === 'target');
}

/** A target that is too far away to be drawn is said. */
function beyond(report: Report, y: number): Element[] {
  const target = targetAt(report);
  if (target === null || !targetIsFar(report)) return [];
  return [s('text', { x: WIDTH - 14, y, 'text-anchor': 'end', class: 'beyond' }, `Target ${utcTime(target).slice(0, 5)} →`)];
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

function laneNames(lanes: number, told: number, injected: number): Element[] {
  const name = (y: number, label: string): Element[] => [s('line', { x1: LEFT, x2: WIDTH - 14, y1: y + LANE, y2: y + LANE, class: 'rail' }), s('text', { x: 0, y: y + 18, class: 'lane' }, label)];
  const rows = Array.from({ length: lanes }, (_, lane) => name(TOP + lane * LANE, lane === 0 ? 'Main' : `Beside ${lane}`)).flat();
  return [...rows, ...name(told, 'Told'), ...(injected === told ? [] : name(injected, 'Injects'))];
}

/** Lanes in which something happened, closed up: those of calls that were not made would stand empty. The main one is always there. */
function usedLanes({ timeline }: Report): Map<number, number> {
  const of = new Map(timeline.lanes.map(({ step, lane }) => [step, lane]));
  const used = new Set([0, ...timeline.spans.map(({ step }) => of.get(step) ?? 0)]);
  return new Map([...used].sort((a, b) => a - b).map((lane, row) => [lane, row]));
}

function bars(report: Report, axis: Axis, rows: ReadonlyMap<number, number>): Element[] {
  const places = new Map(report.timeline.lanes.map(({ step, lane, number }) => [step, { lane, number }]));
  const labelled = new Set<string>();
  return report.timeline.spans.flatMap(({ what, step, from, to }) => {
    const place = places.get(step) ?? { lane: 0, number: 0 };
    const x = axis(from);
    const width = Math.max(1.5, axis(to ?? report.generated_at) - x);
    const y = TOP + (rows.get(place.lane) ?? 0) * LANE + 3.5;
    const bar = s('rect', { x, y, width, height: 18, rx: 2, class: `bar ${what}`, ...(what === 'tool' ? {} : { fill: `url(#${what})` }) });
    if (width < 24 || labelled.has(step)) return [bar];
    labelled.add(step);
    return [bar, s('text', { x: x + width / 2, y: y + 14, class: what === 'tool' ? 'number on-tool' : 'number' }, String(place.number))];
  });
}

function messages(report: Report, axis: Axis, told: number): Element[] {
  return report.communications.messages.flatMap(({ sent_at }) => {
    if (sent_at === null) return [];
    const x = axis(sent_at);
    return [s('rect', { x: x - 6.5, y: told + 7, width: 13, height: 13, rx: 2.5, class: 'told' }), s('path', { d: `M${x - 3.5} ${told + 13.5}l2.6 2.8 4.4-5.4`, class: 'tick' })];
  });
}

function injects(report: Report, axis: Axis, y: number): Element[] {
  return report.timeline.injects.map(({ at, title }) => {
    const x = axis(at);
    return s('path', { d: `M${x} ${y + 6}l7.5 7.5-7.5 7.5-7.5-7.5z`, class: 'inject' }, [s('title', title)]);
  });
}

/** Which label goes without when there is no room: a point of no return, never the answer. */
const FIRST_LABELLED: readonly Mark['kind'][] = ['back', 'target', 'outage', 'handover', 'no-return'];

/** Each label takes the first row that is free there; where none is, the line stays and the tables say the time. */
function lines(marks: readonly Mark[], axis: Axis, bottom: number): Element[] {
  const taken = Array.from({ length: LABEL_ROWS }, (): [number, number][] => []);
  const ordered = [...marks].sort((a, b) => FIRST_LABELLED.indexOf(a.kind) - FIRST_LABELLED.indexOf(b.kind));
  const labels: Element[] = [];
  const drawn = ordered.map(({ at, label, kind }) => {
    const x = axis(at);
    const text = `${label} ${utcTime(at).slice(0, 5)}`;
    const wide = text.length * LETTER;
    const anchor = x > WIDTH - wide ? 'end' : 'start';
    const [left, right] = anchor === 'end' ? [x - wide, x] : [x, x + wide];
    const row = taken.findIndex((spans) => spans.every(([from, to]) => right < from || left > to));
    const line = s('line', { x1: x, x2: x, y1: row === -1 ? TOP - 4 : LABEL_ROW * (row + 1) + 2, y2: bottom, class: `line ${kind}` });
    taken[row]?.push([left, right]);
    if (row !== -1) labels.push(s('text', { x, y: LABEL_ROW * (row + 1) - 3, 'text-anchor': anchor, class: `label ${kind}` }, text));
    return line;
  });
  return [...drawn, ...labels]; // no line crosses a word
}

function ticks(report: Report, axis: Axis, [first, last]: readonly [number, number], height: number): Element[] {
  const scale = scaleUtc([new Date(first), new Date(last)], [LEFT, WIDTH - 14]);
  const digits = last - first < SHORT_RUN_MS ? 8 : 5; // minutes alone would repeat in a run of seconds
  const edge = WIDTH - (targetIsFar(report) ? FAR_LABEL : 0);
  return scale.ticks(4).filter((tick) => axis(tick.toISOString()) < edge).map((tick) => s('text', { x: axis(tick.toISOString()), y: height - 7, 'text-anchor': 'middle', class: 'tick-label' }, utcTime(tick.toISOString()).slice(0, digits)));
}
