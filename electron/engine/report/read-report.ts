/** The report of a run from the record: a frozen revision with its signatures, or a draft of the next one. Writes nothing. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '../../contract/errors.ts';
import { Report } from '../../contract/report.ts';
import type { RunView } from '../../contract/run.ts';
import { readRunEvent } from '../../contract/run/events.ts';
import { beginRun } from '../../contract/run/fold.ts';
import { forecastRun } from '../../contract/run/forecast.ts';
import { planRun } from '../../contract/run/plan.ts';
import { RunSnapshot } from '../../contract/run/snapshot.ts';
import { SignatureState, type Runbook } from '../../contract/runbook.ts';
import { readWitnessed } from '../anchor/cosign.ts';
import type { Clock } from '../deps.ts';
import { escrowOfRun } from '../escrow/register/escrow-of-run.ts';
import { FINDING_EVENTS, foldFindings, ownFindings } from '../findings/fold-findings.ts';
import type { JournalEvent, JournalReader } from '../journal/journal.ts';
import { reportDeviceKey } from '../journal/describe-device-key.ts';
import { wordsForHash } from '../journal/words.ts';
import { openNote, parseVerifier } from '../note/note.ts';
import { readOutage } from '../outage/outage.ts';
import { publicPeople, readPeople } from '../people/people.ts';
import { evaluate } from '../readiness/evaluate.ts';
import { foldReadiness, READINESS_EVENTS } from '../readiness/fold-readiness.ts';
import { clockEventsOf } from '../run/clock-notes.ts';
import { readTakenEvents } from '../run/taken-events.ts';
import { VERSION } from '../version.ts';
import type { Plan } from './build-execution.ts';
import type { RecordFacts } from './build-integrity.ts';
import { buildReport } from './build-report.ts';
import { readHistory, type ReportHistory } from './report-history.ts';

export interface ReportRecord {
  reader: JournalReader;
  dataDir: string;
  clock: Clock;
  /** Verifier key of this device, or null where there is none yet. */
  device: string | null;
  /** Of a record that lies in a bundle; default the newest note of the data folder. */
  checkpoint?: Report['integrity']['checkpoint'];
}

/** A run with what its report is made from. */
export interface ReportedRun {
  view: RunView;
  runbook: Runbook; // the frozen one
  events: readonly JournalEvent[];
  history: ReportHistory;
}

export function readReportedRun({ reader }: ReportRecord, view: RunView): ReportedRun {
  const events = [...reader.events({ run: view.id })];
  const created = createdOf(view.id, events);
  const { runbook } = RunSnapshot.parse(JSON.parse(readText(reader, created.data.snapshot.sha256) ?? 'null')).root;
  return { view, runbook, events, history: readHistory(events, (sha256) => readText(reader, sha256)) };
}

/**
 * The newest revision while nothing was recorded since it was frozen, else a draft of the next.
 * @param revision a number: that one. EngineError `not-found` when it was never issued
 */
export function readReport(record: ReportRecord, view: RunView, revision?: number): Report {
  const run = readReportedRun(record, view);
  const { revisions } = run.history;
  const wanted = revision === undefined ? revisions.findLast(({ current }) => current) : revisions.find(({ number }) => number === revision);
  if (revision !== undefined && wanted === undefined) throw new EngineError('not-found', `The report of ${view.id} has no revision ${revision}.`, { hint: revisions.length === 0 ? 'None was signed yet.' : `There are revisions 1 to ${revisions.length}.` });
  const frozen = wanted === undefined ? undefined : readFrozen(record.reader, wanted.sha256);
  if (wanted !== undefined && frozen !== undefined) return withSignatures(frozen, wanted.signatures);
  if (revision !== undefined) throw new EngineError('refused', `Revision ${revision} cannot be read: its frozen text is missing, or another version of Blackstart wrote it.`, { hint: 'Its bytes are in the evidence bundle under outputs/, and "record verify" names what is missing.' });
  return draftReport(record, run);
}

/** Undefined when it is missing or of another version's form: a report is written all the same, as a draft. */
function readFrozen(reader: Pick<JournalReader, 'blobs'>, sha256: string): Report | undefined {
  const text = readText(reader, sha256);
  return text === null ? undefined : Report.safeParse(JSON.parse(text)).data;
}

/** What a reader is given: the frozen bytes, and who has signed them by now. */
export function withSignatures(report: Report, signatures: Report['approval']['signatures']): Report {
  return { ...report, approval: { ...report.approval, signatures, compliance: signatures.findLast(({ role }) => role === 'compliance-officer') ?? null } };
}

export function draftReport(record: ReportRecord, { view, runbook, events }: ReportedRun): Report {
  const { reader, clock } = record;
  const created = createdOf(view.id, events);
  const signature = SignatureState.shape.state.safeParse(created.data.signature);
  const findings = foldFindings(reader.events({ types: FINDING_EVENTS }), (sha256) => readText(reader, sha256));
  return buildReport({
    view, runbook,
    live: ownFindings(findings, runbook, view.id, clock.now()), hotWash: findings.washes.get(view.id) ?? null,
    signature: { state: signature.data ?? 'unsigned', signers: [] },
    // as it was when the run began: what was checked since says nothing about what the operator knew
    readiness: evaluate(runbook, foldReadiness(reader.events({ types: READINESS_EVENTS, until: created.seq })), Date.parse(created.wall), created.data.dead ?? readOutage(reader).dead),
    events: [...events, ...clockEventsOf(reader, events)].sort((a, b) => a.seq - b.seq),
    before: takenEvents(reader, created),
    people: publicPeople(readPeople(reader)),
    readText: (sha256) => readText(reader, sha256),
    record: recordFacts(record, events),
    plan: planOf(view.id, created, reader),
    escrow: record.checkpoint === undefined ? escrowOfRun(reader, view.id) : [], // a bundle has no register
    version: VERSION,
    now: new Date(clock.now()),
  });
}

/** What was recorded of it on the laptop from which it was taken over, and on those before; who signed a report there signed that one. */
function takenEvents(reader: Pick<JournalReader, 'blobs'>, { data: { taken_over } }: Created): JournalEvent[] {
  if (taken_over === undefined) return [];
  const entries = readTakenEvents(reader, taken_over.events).filter(({ type }) => !type.startsWith('report.'));
  const first = entries.map(readRunEvent).find((event) => event?.type === 'run.created');
  return first?.type === 'run.created' ? [...takenEvents(reader, first), ...entries] : entries;
}

type Created = NonNullable<ReturnType<typeof readRunEvent>> & { type: 'run.created' };

function createdOf(run: string, events: readonly JournalEvent[]): Created {
  for (const stored of events) {
    const event = stored.type === 'run.created' ? readRunEvent(stored) : null;
    if (event?.type === 'run.created') return event;
  }
  throw new EngineError('not-found', `There is no run ${run}.`);
}

/** When each step was to begin and end, as the plan stood at the start. */
function planOf(run: string, created: Created, reader: JournalReader): Plan {
  const snapshot = RunSnapshot.parse(JSON.parse(readText(reader, created.data.snapshot.sha256) ?? 'null'));
  const [first] = takenEvents(reader, created);
  const began = first === undefined ? null : readRunEvent(first);
  const fold = beginRun(run, planRun(snapshot), began?.type === 'run.created' ? began : created);
  return forecastRun(fold, fold.createdAt).steps;
}

function recordFacts(record: ReportRecord, events: readonly JournalEvent[]): RecordFacts {
  const { reader, device } = record;
  const [first, last] = [events[0]?.seq ?? 0, events.at(-1)?.seq ?? 0];
  const { head } = reader;
  return {
    entries: head.size, head, device: device ?? 'unknown', verified: null,
    ...(record.checkpoint === undefined ? { device_key: reportDeviceKey(record.dataDir, reader, events) } : {}), // of another laptop's record nothing is known
    checkpoint: record.checkpoint === undefined ? newestCheckpoint(join(record.dataDir, 'checkpoints'), device) : record.checkpoint,
    witnessed: readWitnessed(reader),
    checkpoints: [...reader.events({ after: first, types: ['record.checkpoint'] })].filter(({ seq }) => seq <= last + 1),
  };
}

/** The newest note that this device signed; null when there is none. */
export function newestCheckpoint(folder: string, device: string | null): Report['integrity']['checkpoint'] {
  if (device === null || !existsSync(folder)) return null;
  const sizes = readdirSync(folder).flatMap((name) => /^([1-9]\d{0,14})\.note$/u.exec(name)?.[1] ?? []).map(Number).sort((a, b) => b - a);
  for (const size of sizes) {
    const note = readFileSync(join(folder, `${size}.note`), 'utf8');
    const hash = rootOf(note, size, device);
    if (hash !== null) return { size, hash, words: wordsForHash(hash), note };
  }
  return null;
}

function rootOf(note: string, size: number, device: string): string | null {
  try {
    const [, entries, root] = openNote(note, [parseVerifier(device)]).text.split('\n');
    return entries === String(size) && root !== undefined ? Buffer.from(root, 'base64').toString('hex') : null;
  } catch (thrown) {
    if (thrown instanceof EngineError) return null; // the verification names a note that does not hold
    throw thrown;
  }
}

/** The text of a blob, null when it is missing: the verification names that, and a report is written all the same. */
function readText(reader: Pick<JournalReader, 'blobs'>, sha256: string): string | null {
  try {
    return Buffer.from(reader.blobs.read(sha256)).toString('utf8');
  } catch {
    return null;
  }
}
