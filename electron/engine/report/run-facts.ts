/** What a report needs from a run's events beyond the view: who did what, with which tools, and what was not as written. */
import type { Report } from '../../contract/report.ts';
import { readRunEvent, type RunEvent } from '../../contract/run/events.ts';
import type { JournalEvent } from '../journal/journal.ts';
import { clockWords } from '../run/clock-notes.ts';

export interface RunFacts {
  declaredBy: string | null;
  /** Names as they are spelled, by person id. */
  names: Map<string, string>;
  /** First seen, by person id. */
  presence: Map<string, string>;
  /** Who started a step last, by step. */
  executors: Map<string, string>;
  tools: Map<string, { program: string; sha256: string | null }[]>;
  keys: Report['data']['keys'];
  messages: Report['communications'];
  deviations: { at: string; step: string; what: string; who: string }[];
  clock: Report['integrity']['clock'];
  /** Steps that a person left out; what a rule left out was not meant to run. */
  skippedByPeople: Set<string>;
}

/** @param readText the text of a blob that an event names; null when the blob is missing */
export function readRunFacts(events: readonly JournalEvent[], readText: (sha256: string) => string | null): RunFacts {
  const facts: RunFacts = { declaredBy: null, names: new Map(), presence: new Map(), executors: new Map(), tools: new Map(), keys: [], messages: [], deviations: [], clock: [], skippedByPeople: new Set() };
  for (const stored of events) {
    const event = readRunEvent(stored);
    if (event === null) noteClock(facts, stored);
    else gather(facts, event, readText);
  }
  return facts;
}

function noteClock(facts: RunFacts, stored: JournalEvent): void {
  const what = clockWords(stored);
  if (what !== null) facts.clock.push({ at: stored.wall, what });
}

function gather(facts: RunFacts, event: RunEvent, readText: (sha256: string) => string | null): void {
  switch (event.type) {
    case 'run.created':
      facts.declaredBy = event.data.operator?.name ?? null;
      accepted(facts, event);
      return present(facts, event.data.operator, event.wall);
    case 'run.resumed':
      return present(facts, event.data.operator, event.wall);
    case 'run.joined':
      return present(facts, event.data, event.wall);
    case 'step.released':
      facts.executors.set(event.data.step, nameOf(facts, event.actor));
      return;
    case 'step.intent':
      facts.tools.set(event.data.step, event.data.tools.flatMap(({ program, sha256 }) => (program === null ? [] : [{ program, sha256 }])));
      return;
    case 'step.secret':
      facts.keys.push({ secret: event.data.name, source: event.data.source, fingerprint: event.data.fingerprint, length: event.data.length });
      return;
    case 'comms.sent':
      facts.messages.push({ audience: event.data.audience, channel: event.data.channel, due_at: null, sent_at: event.wall, text: readText(event.data.text.sha256) ?? '', reached: event.data.reached });
      return;
    case 'time.attested':
      facts.clock.push({ at: event.wall, what: `${nameOf(facts, event.data.by)} read ${event.data.time} from ${event.data.source}` });
      return;
    default:
      return deviation(facts, event);
  }
}

/** What spoke against starting, and why a person started all the same. */
function accepted(facts: RunFacts, { data, wall }: RunEvent & { type: 'run.created' }): void {
  const by = data.operator === null ? '' : `${data.operator.name}: `;
  const state = data.readiness?.toLowerCase().replaceAll('_', ' ') ?? 'not ready';
  if (data.acknowledged_unsigned !== null) facts.deviations.push({ at: wall, step: '', what: 'Started with a runbook that nobody trusted vouches for', who: `${by}“${data.acknowledged_unsigned}”` });
  for (const { role, wanted, enrolled } of data.short_of ?? []) facts.deviations.push({ at: wall, step: '', what: `Started with ${enrolled} of the ${wanted} people that the runbook wants as ${role}`, who: `${by}“${data.proceeded_not_ready ?? ''}”` });
  if (data.proceeded_not_ready !== null && data.readiness?.startsWith('READY') !== true) facts.deviations.push({ at: wall, step: '', what: `Started although readiness did not hold (${state})`, who: `${by}“${data.proceeded_not_ready}”` });
}

function present(facts: RunFacts, person: { id: string; name: string } | null, at: string): void {
  if (person !== null) facts.names.set(person.id, person.name);
  if (person !== null && !facts.presence.has(person.id)) facts.presence.set(person.id, at);
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
  const what = deviationWords(event);
  if (what === null) return;
  const { data } = event;
  const by = 'by' in data ? `${nameOf(facts, data.by)}: ` : '';
  const reason = 'reason' in data && data.reason !== null ? `“${data.reason}”` : '';
  facts.deviations.push({ at: event.wall, step: 'step' in data ? (data.step ?? '') : '', what, who: `${by}${reason}` });
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
