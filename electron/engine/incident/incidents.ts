/**
 * The incidents' door.
 *
 * ```
 * openIncident(journal, clock, { title, mode, outage_at?, declared_at?, by })      → id
 * addToIncident(journal, id, members, { by })      removeFromIncident(journal, id, { runbook, by, reason }, runs)
 * closeIncident(journal, id, { by, reason? }, runs)      resolveIncident(journal, 'last' | prefix)
 * showIncident(journal, id, runs, now) → IncidentView
 * ```
 * Every word is journaled before anything follows from it. `runs`: the views of all runs at hand; those of the incident are picked out.
 */
import { EngineError } from '../../contract/errors.ts';
import type { IncidentEvent } from '../../contract/incident.ts';
import type { RunView } from '../../contract/run.ts';
import type { Runbook } from '../../contract/runbook.ts';
import { durationSeconds } from '../../contract/scalars.ts';
import { counted } from '../../contract/wording.ts';
import type { IncidentMode, IncidentView } from '../../contract/incident-view.ts';
import type { Clock } from '../deps.ts';
import type { Journal, JournalReader } from '../journal/journal.ts';
import { nearest } from '../runbook/finding.ts';
import { givenTime, newRunId } from '../run/start.ts';
import { readIncidents, type IncidentFold } from './fold-incidents.ts';
import { viewIncident } from './view-incident.ts';

export interface Opening { title: string; mode: IncidentMode; outage_at?: string | undefined; declared_at?: string | undefined; by: string }

/** A runbook that comes in, with what its run is expected to take. `after`: runbooks or systems of the incident. */
export interface Joining { runbook: Runbook; expected_ms: number | null; after: readonly string[]; place?: number | undefined }

/** @throws EngineError `usage` without a name or title, for a time that is none, and for a live incident without its outage */
export function openIncident(journal: Journal, clock: Clock, { title, mode, outage_at, declared_at, by }: Opening): string {
  const now = clock.now();
  const begun = new Date(now).toISOString();
  if (title.trim() === '') throw new EngineError('usage', 'The incident needs a title.', { hint: 'For example "Data centre lost".' });
  if (mode === 'live' && outage_at === undefined) throw new EngineError('usage', 'Say when the outage began: every run of the incident counts from there.', { hint: 'Give --outage-at TIME.' });
  const declared = givenTime('--declared-at', declared_at, now) ?? begun;
  const id = newRunId(now);
  append(journal, { type: 'incident.opened', data: { incident: id, title: title.trim(), mode, outage_at: givenTime('--outage-at', outage_at, now) ?? declared, declared_at: declared, by: named(by) } });
  return id;
}

/** @throws EngineError `usage` for a dependency on itself or in a circle, `not-found` for one on what is not in the incident, `refused` when it is closed */
export function addToIncident(journal: Journal, id: string, joining: readonly Joining[], by: string): void {
  const incident = openOne(journal, id);
  const known = [...incident.members.map(({ runbook, system, after }) => ({ id: runbook.id, system, after })), ...joining.map(({ runbook: { front } }) => ({ id: front.id, system: front.system, after: [] }))];
  const events = joining.map(({ runbook: { front, sha256 }, expected_ms, after, place }): IncidentEvent => {
    const at = incident.members.findIndex(({ runbook }) => runbook.id === front.id);
    return { type: 'incident.added', data: {
      incident: id, by: named(by), runbook: { id: front.id, sha256 }, title: front.title, system: front.system, after: [...new Set(after.flatMap((name) => membersCalled(name, front.id, known)))],
      place: place ?? (at === -1 ? incident.members.length + joining.length : at), target_s: front.targets?.rto === undefined ? null : durationSeconds(front.targets.rto), expected_ms,
    } };
  });
  refuseCircle(new Map([...known.map(({ id: one, after }): [string, readonly string[]] => [one, after]), ...events.flatMap((event): [string, readonly string[]][] => (event.type === 'incident.added' ? [[event.data.runbook.id, event.data.after]] : []))]));
  for (const event of events) append(journal, event);
}

/** A runbook by its id, or every runbook of a system. */
function membersCalled(name: string, self: string, known: readonly { id: string; system: string }[]): string[] {
  const found = known.some(({ id }) => id === name) ? [name] : known.filter(({ system, id }) => system === name && id !== self).map(({ id }) => id);
  if (found.includes(self)) throw new EngineError('usage', `${self} cannot depend on itself.`);
  if (found.length > 0) return found;
  const meant = nearest(name, known.map(({ id }) => id));
  throw new EngineError('not-found', `${name} is not in this incident, so nothing of it can wait for it.`, { hint: meant === null || meant === self ? 'Add it first.' : `Did you mean ${meant}?` });
}

function refuseCircle(after: ReadonlyMap<string, readonly string[]>): void {
  const walk = (id: string, way: readonly string[]): void => {
    if (way.includes(id)) throw new EngineError('usage', `These would wait for each other: ${[...way.slice(way.indexOf(id)), id].join(' → ')}.`, { hint: 'Leave one of the dependencies out.' });
    for (const next of after.get(id) ?? []) walk(next, [...way, id]);
  };
  for (const id of after.keys()) walk(id, []);
}

/** @throws EngineError `not-found`, or `refused` when a run of it has begun */
export function removeFromIncident(journal: Journal, id: string, { runbook, by, reason }: { runbook: string; by: string; reason: string }, runs: readonly RunView[]): void {
  const incident = openOne(journal, id);
  if (!incident.members.some((member) => member.runbook.id === runbook)) throw new EngineError('not-found', `${runbook} is not in the incident ${id}.`);
  const [run] = runsOf(id, runs).filter((one) => one.runbook.id === runbook);
  if (run !== undefined) throw new EngineError('refused', `${runbook} stays in the incident: its run ${run.id} has begun.`, { hint: 'Abort that run; the incident shows that it ended.' });
  if (reason.trim() === '') throw new EngineError('usage', 'Say why it leaves the incident.', { hint: 'Give --reason TEXT; it is recorded.' });
  append(journal, { type: 'incident.removed', data: { incident: id, runbook, by: named(by), reason: reason.trim() } });
}

/** @throws EngineError `waiting` while runs go on or systems are not back, unless a reason is given */
export function closeIncident(journal: Journal, id: string, { by, reason }: { by: string; reason?: string | undefined }, runs: readonly RunView[]): void {
  openOne(journal, id);
  const who = named(by);
  const view = showIncident(journal, id, runs, 0);
  const open = runsOf(id, runs).filter(({ state }) => state !== 'succeeded' && state !== 'aborted').map((run) => run.id);
  const lost = view.members.filter(({ state }) => state !== 'recovered').map(({ runbook }) => runbook);
  const why = reason?.trim() ?? '';
  if (why === '' && (open.length > 0 || lost.length > 0)) {
    const told = [...(open.length === 0 ? [] : [`${counted(open.length, 'run is', 'runs are')} not over (${open.join(', ')})`]), ...(lost.length === 0 ? [] : [`${lost.join(', ')} ${lost.length === 1 ? 'is' : 'are'} not back`])];
    throw new EngineError('waiting', `The incident is not over: ${told.join(', and ')}.`, { hint: 'End that first, or close it with --reason TEXT; the reason is recorded.' });
  }
  append(journal, { type: 'incident.closed', data: { incident: id, by: who, reason: why === '' ? null : why, open, lost } });
}

function named(by: string): string {
  if (by.trim() === '') throw new EngineError('usage', 'The name of who says so is missing.', { hint: 'Give --by NAME; it is kept in the record.' });
  return by.trim();
}

function append(journal: Journal, { type, data }: IncidentEvent): void {
  journal.append({ type, run: null, actor: 'engine', data: { ...data } });
}

/** A whole id, a unique beginning of one, or `last`. EngineError `not-found` or `usage`. */
export function resolveIncident(journal: Pick<JournalReader, 'events'>, name: string): IncidentFold {
  const all = readIncidents(journal);
  const last = [...all].reverse().find(({ closed }) => closed === null) ?? all.at(-1);
  if (name === 'last' && last !== undefined) return last;
  const exact = all.find(({ id }) => id === name);
  const matching = exact === undefined ? all.filter(({ id }) => name !== '' && id.startsWith(name)) : [exact];
  if (matching.length > 1) throw new EngineError('usage', `"${name}" begins the ids of ${matching.length} incidents.`, { hint: `Write more of it: ${matching.map(({ id }) => id).slice(0, 4).join(', ')}.` });
  const [only] = matching;
  if (only === undefined) throw new EngineError('not-found', `There is no incident "${name}".`, { hint: '"blackstart incident list" lists them; "blackstart incident open" begins one.' });
  return only;
}

/** @throws EngineError `not-found`, or `refused` when it is closed */
export function openOne(journal: Pick<JournalReader, 'events'>, id: string): IncidentFold {
  const incident = resolveIncident(journal, id);
  if (incident.closed !== null) throw new EngineError('refused', `The incident ${incident.id} was closed by ${incident.closed.by}.`, { hint: 'Open a new one.' });
  return incident;
}

function runsOf(id: string, runs: readonly RunView[]): RunView[] {
  return runs.filter(({ incident }) => incident?.id === id);
}

export function showIncident(journal: Pick<JournalReader, 'events'>, id: string, runs: readonly RunView[], now: number): IncidentView {
  const incident = resolveIncident(journal, id);
  return viewIncident(incident, runsOf(incident.id, runs), now);
}

/** The open ones first, each group newest first. */
export function listIncidents(journal: Pick<JournalReader, 'events'>, runs: readonly RunView[], now: number): IncidentView[] {
  const views = readIncidents(journal).reverse().map((fold) => viewIncident(fold, runsOf(fold.id, runs), now));
  return [...views.filter(({ state }) => state === 'open'), ...views.filter(({ state }) => state === 'closed')];
}
