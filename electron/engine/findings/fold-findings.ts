/** Findings and hot washes from the journal. What reports said of findings before they lived on by themselves counts as raising them. */
import { z } from 'zod';
import { FindingPatch, HotWash, readStatusWords, type FindingChange, type FindingField, type LiveFinding, type SaidHotWash } from '../../contract/after-action.ts';
import { ReportFacts } from '../../contract/report-facts.ts';
import type { Runbook } from '../../contract/runbook.ts';
import type { JournalEvent } from '../journal/journal.ts';

export const FINDING_RAISED = 'finding.raised';
export const FINDING_CHANGED = 'finding.changed';
export const HOT_WASH_SAID = 'run.hot-wash';
export const FINDING_EVENTS: readonly string[] = [FINDING_RAISED, FINDING_CHANGED, HOT_WASH_SAID, 'report.completed', 'run.created'];

const Blob = z.object({ sha256: z.string(), size: z.int() });
/** `set`: a blob of `FindingPatch` as JSON, since its texts may be longer than an event. */
const Raised = z.object({ id: z.string(), runbook: z.string(), by: z.string(), set: Blob });
const Changed = Raised.extend({ reason: z.string(), without_retest: z.string().nullable() });
const Washed = z.object({ by: z.string(), said: Blob });
const Completed = z.object({ by: z.string(), facts: Blob, reason: z.string().nullable() });
const Created = z.object({ runbook: z.object({ id: z.string() }) });

/** What was said of one finding, in order. `own`: by an event of its own, not only in a report. */
interface Said { runbook: string; id: string; run: string | null; source: 'raised' | 'report' | 'runbook'; own: boolean; words: { at: string; by: string; reason: string | null; without_retest: string | null; set: FindingPatch }[] }

export interface FindingsFold {
  /** By `RUNBOOK/ID`. */
  said: Map<string, Said>;
  /** By run. */
  washes: Map<string, SaidHotWash>;
  /** Runbook of each run. */
  runbooks: Map<string, string>;
}

export type ReadText = (sha256: string) => string | null;

export function emptyFindings(): FindingsFold {
  return { said: new Map(), washes: new Map(), runbooks: new Map() };
}

/** @param readText the text of a blob; null when it is missing: then what it said is not known, and nothing breaks */
export function foldFindings(events: Iterable<JournalEvent>, readText: ReadText, fold = emptyFindings()): FindingsFold {
  for (const event of events) note(fold, event, readText);
  return fold;
}

export function findingKey(runbook: string, id: string): string {
  return `${runbook}/${id}`;
}

function note(fold: FindingsFold, event: JournalEvent, readText: ReadText): void {
  const { type, data, run, wall } = event;
  if (type === 'run.created' && run !== null) fold.runbooks.set(run, Created.parse(data).runbook.id);
  if (type === HOT_WASH_SAID && run !== null) {
    const { by, said } = Washed.parse(data);
    fold.washes.set(run, { said: HotWash.parse(JSON.parse(readText(said.sha256) ?? '{}')), by, at: wall, earlier: (fold.washes.get(run)?.earlier ?? -1) + 1 });
  }
  if (type === 'report.completed') fromReport(fold, event, readText);
  if (type !== FINDING_RAISED && type !== FINDING_CHANGED) return;
  const { id, runbook, by, set } = Raised.parse(data);
  const more = type === FINDING_CHANGED ? Changed.parse(data) : { reason: null, without_retest: null };
  const patch = FindingPatch.parse(JSON.parse(readText(set.sha256) ?? '{}'));
  add(fold, { runbook, id, run, source: type === FINDING_RAISED ? 'raised' : 'runbook', own: true }, { at: wall, by, reason: more.reason, without_retest: more.without_retest, set: patch });
}

function add(fold: FindingsFold, whose: Omit<Said, 'words'>, words: Said['words'][number]): void {
  const key = findingKey(whose.runbook, whose.id);
  const before = fold.said.get(key);
  if (before === undefined) fold.said.set(key, { ...whose, words: [words] });
  else {
    before.words.push(words);
    before.own ||= whose.own;
  }
}

function fromReport(fold: FindingsFold, { data, run, wall }: JournalEvent, readText: ReadText): void {
  const { by, facts, reason } = Completed.parse(data);
  const runbook = run === null ? undefined : fold.runbooks.get(run);
  if (runbook === undefined) return;
  const { findings = [] } = ReportFacts.parse(JSON.parse(readText(facts.sha256) ?? '{}'));
  for (const { id, retest, status, ...said } of findings) {
    // a retest was free text: it is kept as the words that it was
    const set: FindingPatch = { ...said, ...(status === undefined ? {} : { status: readStatusWords(status) }), ...(retest === undefined ? {} : { retest_drill: retest }) };
    add(fold, { runbook, id, run, source: 'report', own: false }, { at: wall, by, reason, without_retest: null, set });
  }
}

const DAY_MS = 86_400_000;

/** A finding is late from the day after its date on, in UTC. */
function overdueDays(due: string | null, now: number): number {
  return due === null ? 0 : Math.max(0, Math.floor((now - Date.parse(`${due}T00:00:00Z`)) / DAY_MS));
}

/**
 * As they stand, of these runbooks and of runs whose runbook is not here any more.
 * @param now milliseconds since 1970
 */
export function findingsOf(fold: FindingsFold, runbooks: readonly Runbook[], now: number): LiveFinding[] {
  const known = new Map(runbooks.flatMap(({ front, findings }) => findings.map((gap) => [findingKey(front.id, gap.id), { runbook: front.id, gap }] as const)));
  const keys = [...new Set([...known.keys(), ...fold.said.keys()])];
  return keys.flatMap((key) => {
    const [said, gap] = [fold.said.get(key), known.get(key)];
    const finding = gap === undefined ? standing(said, {}, now) : standing(ofGap(gap.runbook, gap.gap.id, said), fromRunbook(gap.gap), now);
    return finding === null ? [] : [finding];
  });
}

/** What was said of a gap that the runbook names: it stays the runbook's, unless somebody raised it under that id before. */
function ofGap(runbook: string, id: string, said: Said | undefined): Said {
  if (said === undefined) return { runbook, id, run: null, source: 'runbook', own: false, words: [] };
  return said.source === 'raised' ? said : { ...said, source: 'runbook' };
}

/** Those of a run, and of its runbook's gaps those that somebody spoke of: what a report says of them beyond the runbook and the facts. */
export function ownFindings(fold: FindingsFold, runbook: Runbook, run: string, now: number): LiveFinding[] {
  return findingsOf(fold, [runbook], now).filter((finding) => {
    const said = fold.said.get(findingKey(finding.runbook, finding.id));
    return finding.runbook === runbook.front.id && said?.own === true && (finding.run === run || finding.source === 'runbook');
  });
}

function fromRunbook({ title, text, severity, owner, due, status }: Runbook['findings'][number]): FindingPatch {
  return { title, status: readStatusWords(status), ...(text === undefined ? {} : { description: text }), ...(severity === undefined ? {} : { severity }), ...(owner === undefined ? {} : { owner }), ...(due === undefined ? {} : { due }) };
}

/** Null for one of which nothing is left that names it: the gap of a runbook that is gone. */
function standing(said: Said | undefined, base: FindingPatch, now: number): LiveFinding | null {
  if (said === undefined) return null;
  const { words, own: _own, ...whose } = said;
  let state: FindingPatch = base;
  const history: FindingChange[] = [];
  for (const { set, ...word } of words) {
    history.push({ ...word, fields: changedFields(state, set) });
    state = { ...state, ...set };
  }
  const { title, status = 'open', severity = null, description = null, root_cause = null, action = null, owner = null, due = null, retest_drill = null, retest_run = null } = state;
  if (title === undefined) return null;
  const closed = status === 'done' || status === 'accepted';
  const first = whose.source === 'runbook' ? undefined : words[0];
  return { ...whose, title, status, severity, description, root_cause, action, owner, due, retest_drill, retest_run, closed, overdue_days: closed ? 0 : overdueDays(due, now), raised_by: first?.by ?? null, raised_at: first?.at ?? null, history };
}

function changedFields(before: FindingPatch, set: FindingPatch): FindingChange['fields'] {
  const names = Object.keys(set).filter((name): name is FindingField => name in FindingPatch.shape);
  return names.filter((name) => (set[name] ?? null) !== (before[name] ?? null)).map((field) => ({ field, was: before[field] ?? null, now: set[field] ?? null }));
}
