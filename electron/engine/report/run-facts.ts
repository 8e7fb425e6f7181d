/** What a report needs from a run's events beyond the view: who did what, with which tools, and what was not as written. */
import type { Report, ReportMessage } from '../../contract/report.ts';
import { type EventOf, readRunEvent, type RunEvent } from '../../contract/run/events.ts';
import type { TakenOver } from '../../contract/run/summary.ts';
import type { JournalEvent } from '../journal/journal.ts';
import { clockWords } from '../run/clock-notes.ts';

export interface RunFacts {
  /** Of `run.created`. */
  created: { declaredBy: string | null; vouched: { signers: string[]; version: number | null } | null; blackstart: { version: string; bundle: string | null } | null };
  /** Names as they are spelled, by person id. */
  names: Map<string, string>;
  /** First and last seen, by person id. */
  presence: Map<string, { from: string; to: string }>;
  /** Who led the run, in order. */
  operators: string[];
  /** Who approved or refused, by person id. */
  approvers: Map<string, { name: string; role: string }>;
  /** Who started a step last, by step. */
  executors: Map<string, string>;
  tools: Map<string, { program: string; sha256: string | null }[]>;
  keys: Report['data']['keys'];
  messages: ReportMessage[];
  tried: NonNullable<Report['communications']['tried']>;
  handovers: (EventOf<'run.handed-over'>['data'] & { at: string })[];
  deviations: { at: string; step: string; what: string; who: string }[];
  clock: { at: string; what: string }[];
  attested: { source: string; offset_ms: number } | null;
  injects: { id: string; at: string; by: string }[];
  scratch: Map<string, { kind: string; gone: boolean; checked: boolean }>;
  /** Keys of this run's own, as verifier keys. */
  runKeys: string[];
  /** Steps that a person left out; what a rule left out was not meant to run. */
  skippedByPeople: Set<string>;
  /** Steps that the runbook keeps out of this kind of run. */
  skippedByMode: Set<string>;
}

function noFacts(): RunFacts {
  return {
    created: { declaredBy: null, vouched: null, blackstart: null }, names: new Map(), presence: new Map(), operators: [], approvers: new Map(), executors: new Map(), tools: new Map(), keys: [], messages: [], tried: [], handovers: [],
    deviations: [], clock: [], attested: null, injects: [], scratch: new Map(), runKeys: [], skippedByPeople: new Set(), skippedByMode: new Set(),
  };
}

/** @param readText the text of a blob that an event names; null when the blob is missing */
export function readRunFacts(events: readonly JournalEvent[], readText: (sha256: string) => string | null): RunFacts {
  const facts = noFacts();
  for (const stored of events) {
    const event = readRunEvent(stored);
    if (event === null) noteOther(facts, stored);
    else gather(facts, event, readText);
  }
  return facts;
}

function noteOther(facts: RunFacts, stored: JournalEvent): void {
  const what = clockWords(stored);
  if (what !== null) facts.clock.push({ at: stored.wall, what });
  const { vkey } = stored.data;
  if (stored.type === 'run.key' && typeof vkey === 'string') facts.runKeys.push(vkey);
}

function gather(facts: RunFacts, event: RunEvent, readText: (sha256: string) => string | null): void {
  if (event.actor.startsWith('person/')) seen(facts, event.actor.slice('person/'.length), event.wall);
  switch (event.type) {
    case 'run.created':
      if (event.data.taken_over !== undefined) return takenOver(facts, event, event.data.taken_over);
      facts.created = { declaredBy: event.data.operator?.name ?? null, vouched: event.data.vouched ?? null, blackstart: event.data.blackstart ?? null };
      accepted(facts, event);
      return leads(facts, event.data.operator, event.wall);
    case 'run.joined':
      return present(facts, event.data, event.wall);
    case 'step.released':
      facts.executors.set(event.data.step, nameOf(facts, event.actor));
      return;
    case 'step.intent':
      facts.tools.set(event.data.step, event.data.tools.flatMap(({ program, sha256 }) => (program === null ? [] : [{ program, sha256 }])));
      return;
    case 'step.secret':
      return used(facts, { secret: event.data.name, source: event.data.source, fingerprint: event.data.fingerprint, length: event.data.length });
    case 'step.approved':
    case 'step.refused':
      facts.approvers.set(event.data.by, { name: event.data.name, role: event.data.role });
      return present(facts, { id: event.data.by, name: event.data.name }, event.wall);
    case 'comms.sent':
      facts.messages.push({ audience: event.data.audience, channel: event.data.channel, due_at: null, sent_at: event.wall, text: readText(event.data.text.sha256) ?? '', reached: event.data.reached, ...passedOver(event.data.passed_over) });
      return;
    case 'comms.told':
      facts.messages.push({ audience: event.data.audience, channel: event.data.channel, due_at: null, sent_at: event.wall, text: readText(event.data.text.sha256) ?? '', reached: event.data.reached, ...passedOver(event.data.passed_over) });
      return;
    case 'comms.tried':
      facts.tried.push({ audience: event.data.audience, channel: event.data.channel, whom: event.data.whom, at: event.wall, by: event.data.by });
      return;
    case 'run.handed-over':
      seen(facts, event.data.from.id, event.wall);
      facts.handovers.push({ at: event.wall, ...event.data });
      return leads(facts, event.data.to, event.wall);
    case 'inject.fired':
      facts.injects.push({ id: event.data.inject, at: event.wall, by: nameOf(facts, event.data.by) });
      return;
    case 'scratch.started':
      facts.scratch.set(event.data.name, { kind: event.data.kind, gone: false, checked: false });
      return;
    case 'scratch.gone':
      facts.scratch.set(event.data.name, { kind: facts.scratch.get(event.data.name)?.kind ?? '', gone: true, checked: event.data.checked });
      return;
    case 'time.attested':
      facts.attested = { source: `${event.data.source}, read by ${nameOf(facts, event.data.by)}`, offset_ms: event.data.offset_ms };
      facts.clock.push({ at: event.wall, what: `${nameOf(facts, event.data.by)} read ${event.data.time} from ${event.data.source}` });
      return;
    default:
      if (event.type === 'run.resumed') leads(facts, event.data.operator, event.wall);
      return deviation(facts, event);
  }
}

function passedOver(channels: string[] | undefined): { passed_over?: string[] } {
  return channels === undefined || channels.length === 0 ? {} : { passed_over: channels };
}

/** A key that is asked for again is the same key. */
function used(facts: RunFacts, key: Report['data']['keys'][number]): void {
  const known = facts.keys.some((one) => one.secret === key.secret && one.source === key.source && one.fingerprint === key.fingerprint && one.length === key.length);
  if (!known) facts.keys.push(key);
}

/** What spoke against starting, and why a person started all the same. */
function accepted(facts: RunFacts, { data, wall }: RunEvent & { type: 'run.created' }): void {
  const by = data.operator === null ? '' : `${data.operator.name}: `;
  const state = data.readiness?.toLowerCase().replaceAll('_', ' ') ?? 'not ready';
  if (data.acknowledged_unsigned !== null) facts.deviations.push({ at: wall, step: '', what: 'Started with a runbook that nobody trusted vouches for', who: `${by}“${data.acknowledged_unsigned}”` });
  for (const { role, wanted, enrolled } of data.short_of ?? []) facts.deviations.push({ at: wall, step: '', what: `Started with ${enrolled} of the ${wanted} people that the runbook wants as ${role}`, who: `${by}“${data.proceeded_not_ready ?? ''}”` });
  if (data.proceeded_not_ready !== null && data.readiness?.startsWith('READY') !== true) facts.deviations.push({ at: wall, step: '', what: `Started although readiness did not hold (${state})`, who: `${by}“${data.proceeded_not_ready}”` });
}

/** What was said at the run's own beginning stands. */
function takenOver(facts: RunFacts, { data, wall }: RunEvent & { type: 'run.created' }, { device, run, by, reason, acknowledged, stranger }: TakenOver): void {
  const why = [`“${reason}”`, ...(acknowledged === null ? [] : [`with the runbook of the bundle: “${acknowledged}”`]), ...(stranger === null ? [] : [`believing a laptop that is not known here: “${stranger}”`])];
  facts.created = { ...facts.created, vouched: data.vouched ?? null, blackstart: data.blackstart ?? null };
  facts.deviations.push({ at: wall, step: '', what: `Taken over from ${device}, run ${run}`, who: `${by}: ${why.join(', ')}` });
  leads(facts, data.operator, wall);
}

function leads(facts: RunFacts, operator: { id: string; name: string } | null, at: string): void {
  if (operator === null) return;
  if (!facts.operators.includes(operator.id)) facts.operators.push(operator.id);
  present(facts, operator, at);
}

function present(facts: RunFacts, person: { id: string; name: string }, at: string): void {
  facts.names.set(person.id, person.name);
  seen(facts, person.id, at);
}

function seen(facts: RunFacts, id: string, at: string): void {
  facts.presence.set(id, { from: facts.presence.get(id)?.from ?? at, to: at });
}

/** `person/priya-raman` → `Priya Raman`, where the run has seen her. */
function nameOf(facts: RunFacts, actor: string): string {
  const id = actor.replace(/^person\//u, '');
  return facts.names.get(id) ?? id;
}

const BY_A_PERSON: Readonly<Partial<Record<RunEvent['type'], string>>> = {
  'step.done': 'Done by hand', 'step.deferred': 'Deferred', 'step.overridden': 'Overridden', 'step.retried': 'Tried again', 'step.undone': 'Taken back', 'step.stopped': 'Stopped',
};

function deviation(facts: RunFacts, event: RunEvent): void {
  if (event.type === 'step.skipped' && event.data.rule === 'person') facts.skippedByPeople.add(event.data.step);
  if (event.type === 'step.skipped' && event.data.rule === 'mode') facts.skippedByMode.add(event.data.step);
  const what = deviationWords(event);
  if (what === null) return;
  const { data } = event;
  const by = 'by' in data ? nameOf(facts, data.by) : '';
  const reason = 'reason' in data && data.reason !== null && data.reason !== '' ? `“${data.reason}”` : '';
  facts.deviations.push({ at: event.wall, step: 'step' in data ? (data.step ?? '') : '', what, who: [by, reason].filter((part) => part !== '').join(': ') });
}

function deviationWords(event: RunEvent): string | null {
  if (event.type === 'step.result') return event.data.ok || event.data.purpose === 'undo' ? null : event.data.purpose === 'work' ? 'Failed' : 'Did not hold';
  if (event.type === 'step.skipped') return event.data.rule === 'person' ? 'Skipped' : null;
  if (event.type === 'step.goto') return `Went on to ${event.data.to}`;
  if (event.type === 'step.unknown') return 'Interrupted, outcome unknown';
  if (event.type === 'run.aborted') return 'Aborted';
  if (event.type === 'run.resumed') return 'Resumed after an interruption';
  return BY_A_PERSON[event.type] ?? null;
}
