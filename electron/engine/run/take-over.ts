/**
 * Taking over a run of another laptop from its evidence bundle: what speaks against it, what is frozen anew, and what is
 * recorded. Its entries and the outputs that they name are kept here, so that the new run tells of both laptops by itself.
 */
import { z } from 'zod';
import { EngineError } from '../../contract/errors.ts';
import { readRunEvent, type BlobName, type EventOf, type Pace, type RunEventBody } from '../../contract/run/events.ts';
import { applyEvent } from '../../contract/run/fold.ts';
import { planRun } from '../../contract/run/plan.ts';
import { RunSnapshot, type Frozen } from '../../contract/run/snapshot.ts';
import type { RunFold } from '../../contract/run/state.ts';
import { beginAny, inheritedSteps, openOutcomes } from '../../contract/run/take-over.ts';
import type { Runbook, SignatureState } from '../../contract/runbook.ts';
import type { RunIncident } from '../../contract/run/summary.ts';
import type { Mode, ReadinessState } from '../../contract/vocabulary.ts';
import { outputsNamed } from '../journal/named-blobs.ts';
import type { EventData, Journal, JournalReader, NewEvent } from '../journal/journal.ts';
import { templateNames } from '../runbook/template.ts';
import { VERSION } from '../version.ts';
import type { Answers } from './answers.ts';
import { freezeAgain, type StartSources } from './start.ts';
import { readTakenEvents, takenText } from './taken-events.ts';

/** A run of another laptop whose bundle holds, judged a moment ago. */
export interface TakeOverSource {
  run: string;
  device: string; // name of its key
  vkey: string;
  known: boolean; // whether that key is trusted here
  bundle: string; // SHA-256 of the file
  head: { size: number; hash: string };
  reader: JournalReader;
}

export interface TakeOverRequest {
  operator: string;
  passphrase?: string | undefined;
  reason: string;
  /** Values for this laptop, for example paths; the others stay as they were frozen there. */
  params?: Readonly<Record<string, string>> | undefined;
  /** Why the bundle's own runbook will do, where this laptop has none of the same digest. */
  use_bundle_runbook?: string | undefined;
  /** Why a laptop that is not known here is believed. */
  accept_unknown_laptop?: string | undefined;
  incident?: string | undefined;
  despite_dependencies?: string | undefined;
  pace: Pace;
  answers?: Answers | undefined;
}

export interface Taking {
  mode: Mode;
  outage_at: string | null;
  there: RunFold;
  created: EventOf<'run.created'>['data'];
  runbook: Runbook;
  snapshot: RunSnapshot;
  signature: SignatureState;
  readiness: ReadinessState;
  from: 'same' | 'bundle';
}

interface Place { runDir: string; measured: Record<string, number>; known: readonly RunFold[] }

/** @throws EngineError as `Runs.takeOver`; nothing has been written then */
export function prepareTakeOver(sources: StartSources, source: TakeOverSource, request: TakeOverRequest, place: Place): Taking {
  if (request.reason.trim() === '') throw new EngineError('usage', 'Say why the run is taken over.', { hint: 'Give --reason TEXT; it is recorded.' });
  if (request.operator.trim() === '') throw new EngineError('usage', 'Say who takes the run over.', { hint: 'Give --operator NAME.' });
  const before = place.known.find(({ created: { taken_over } }) => taken_over !== undefined && taken_over.run === source.run && taken_over.vkey === source.vkey);
  if (before !== undefined) throw new EngineError('refused', `The run ${source.run} of ${source.device} was taken over here before, as run ${before.id}.`, { hint: `Go on with: blackstart resume ${before.id}` });
  const there = foldThere(source);
  if (there.finished !== null) throw new EngineError('refused', `The run ${source.run} is over: it ${there.finished.state} on ${source.device}. There is nothing to take over.`);
  if (there.mode === 'tabletop') throw new EngineError('refused', `The run ${source.run} is a tabletop exercise: nothing of it runs, so nothing of it is lost.`, { hint: 'Begin it again here.' });
  if (!source.known && (request.accept_unknown_laptop ?? '').trim() === '') {
    throw new EngineError('waiting', `The bundle holds, but nobody here knows the key of ${source.device}: whoever made it could have made it up.`, { hint: 'Compare the key with one that you got elsewhere and put it into the trust folder, or go on with --accept-unknown-laptop REASON; the reason is recorded.' });
  }
  return { ...freezeHere(sources, there, request, place), mode: there.mode, outage_at: there.created.outage_at, there, created: there.created };
}

function foldThere({ run, reader }: TakeOverSource): RunFold {
  let fold: RunFold | null = null;
  for (const stored of reader.events({ run })) {
    const event = readRunEvent(stored);
    if (event === null) continue;
    if (event.type === 'run.created') fold = beginAny(run, planRun(readSnapshot(reader, event.data.snapshot)), event, (events) => readTakenEvents(reader, events).flatMap((entry) => readRunEvent(entry) ?? []));
    else if (fold !== null) applyEvent(fold, event);
  }
  if (fold === null) throw new EngineError('refused', `The bundle does not hold the beginning of the run ${run}.`, { hint: 'Ask for the bundle again.' });
  return fold;
}

function readSnapshot(reader: Pick<JournalReader, 'blobs'>, { sha256 }: BlobName): RunSnapshot {
  return RunSnapshot.parse(JSON.parse(Buffer.from(reader.blobs.read(sha256)).toString('utf8')));
}

/** The runbook of this laptop where it has the very same, else the bundle's own, once somebody accepts that. */
function freezeHere(sources: StartSources, there: RunFold, request: TakeOverRequest, { runDir, measured }: Place): Pick<Taking, 'runbook' | 'snapshot' | 'signature' | 'readiness' | 'from'> {
  const { root, calls } = there.plan.snapshot;
  const missing: string[] = [];
  const here = (frozen: Frozen): { runbook: Runbook; folder: string | null; signature: SignatureState } => {
    const { front, sha256 } = frozen.runbook;
    const found = foundHere(sources, front.id);
    if (found?.runbook.sha256 === sha256) return { runbook: found.runbook, folder: null, signature: found.signature };
    missing.push(front.id);
    return { runbook: frozen.runbook, folder: runDir, signature: { state: 'unsigned', signers: [] } };
  };
  const [main, ...called] = [root, ...Object.values(calls)].map((frozen) => ({ frozen, ...here(frozen) }));
  if (main === undefined) throw new Error('a snapshot has a runbook');
  if (missing.length > 0 && (request.use_bundle_runbook ?? '').trim() === '') {
    throw new EngineError('waiting', `This laptop has no runbook ${[...new Set(missing)].join(', ')} of the digest that was run on the other one.`, { hint: 'Bring the same kit here, or go on with the one in the bundle: --use-bundle-runbook REASON; the reason is recorded. Files beside the runbook are then looked for in the folder of the run.' });
  }
  const freeze = (one: typeof main, given: Readonly<Record<string, string>>, complete: boolean): Frozen => freezeAgain(sources, { runbook: { ...one.runbook, steps: one.frozen.runbook.steps }, given, mode: there.mode, runDir, folder: one.folder, complete });
  const snapshot: RunSnapshot = {
    format: 1, root: freeze(main, { ...ownValues(root), ...request.params }, true), measured,
    calls: Object.fromEntries(Object.keys(calls).flatMap((path, index): [string, Frozen][] => { const one = called[index]; return one === undefined ? [] : [[path, freeze(one, {}, false)]]; })),
  };
  return { runbook: main.runbook, snapshot, signature: main.signature, readiness: sources.readiness(main.runbook), from: missing.length === 0 ? 'same' : 'bundle' };
}

function foundHere({ findRunbook }: StartSources, id: string): ReturnType<StartSources['findRunbook']> | null {
  try {
    return findRunbook(id);
  } catch (thrown) {
    if (thrown instanceof EngineError) return null; // none of that id, or a broken one
    throw thrown;
  }
}

/** What a person or the other laptop settled; what the runbook fills with folders of a laptop is filled anew. */
function ownValues({ runbook: { front }, params, open }: Frozen): Record<string, string> {
  return Object.fromEntries(Object.entries(params).filter(([name]) => !open.includes(name) && templateNames(front.params?.[name]?.default?.toString() ?? '').length === 0));
}

export interface TakeOverRecord {
  run: string;
  run_dir: string;
  taking: Taking;
  source: TakeOverSource;
  request: TakeOverRequest;
  operator: { id: string; name: string; role: string } | null;
  engine: { pid: number; start_time: string | null; boot: string };
  bundle: string | null; // of this program's package
  incident: RunIncident | null;
}

/** Of blobs that one event names. */
const NAMED_AT_ONCE = 100;

/** Puts the entries and outputs into the store, then journals the run and what is known of its steps, all of it or nothing. */
export function takeOverEvents(journal: Journal, record: TakeOverRecord): void {
  const { run, source, operator } = record;
  const entries = [...source.reader.events({ run: source.run })];
  const outputs = keepOutputs(journal, source.reader, entries.flatMap(({ data }) => outputsNamed(data)));
  const events = journal.blobs.put(takenText(entries));
  const created = createdEvent(journal, record, { sha256: events.sha256, size: events.size });
  const actor = operator === null ? 'engine' : `person/${operator.id}`;
  const fold = foldHere(record, created, entries.flatMap((entry) => readRunEvent(entry) ?? []), source.reader);
  const chunks = Array.from({ length: Math.ceil(outputs.length / NAMED_AT_ONCE) }, (_, index) => outputs.slice(index * NAMED_AT_ONCE, (index + 1) * NAMED_AT_ONCE));
  const bodies: RunEventBody[] = [created, ...chunks.map((blobs): RunEventBody => ({ type: 'run.evidence', data: { blobs } })), ...inheritedSteps(record.taking.there, source), ...openOutcomes(fold)];
  journal.appendAll(bodies.map(({ type, data }): NewEvent => ({ type, run, actor, data: asData(data) })));
}

/** The state at the very beginning, to see what is to be said of each step; the journal gives it its true place and time. */
function foldHere({ run, taking }: TakeOverRecord, created: RunEventBody & { type: 'run.created' }, there: readonly NonNullable<ReturnType<typeof readRunEvent>>[], reader: JournalReader): RunFold {
  const { last } = taking.there;
  const at = { seq: 1, wall: new Date(last.wall).toISOString(), boot: last.boot, up: last.up, actor: 'engine' };
  return beginAny(run, planRun(taking.snapshot), { ...created, ...at }, (blob) => (blob.sha256 === created.data.taken_over?.events.sha256 ? there : readTakenEvents(reader, blob).flatMap((entry) => readRunEvent(entry) ?? [])));
}

/** Those that the bundle gives; an output too large to be read from it stays there. */
function keepOutputs(journal: Journal, reader: JournalReader, named: readonly BlobName[]): BlobName[] {
  const distinct = new Map(named.map((blob) => [blob.sha256, blob]));
  return [...distinct.values()].flatMap((blob) => {
    const bytes = readable(reader, blob.sha256);
    if (bytes === null) return [];
    const { sha256, size } = journal.blobs.put(bytes);
    return [{ sha256, size }];
  });
}

function readable({ blobs }: JournalReader, sha256: string): Uint8Array | null {
  try {
    return blobs.read(sha256);
  } catch (thrown) {
    if (thrown instanceof EngineError) return null;
    throw thrown;
  }
}

function createdEvent(journal: Journal, { run_dir, taking, source, request, operator, engine, bundle, incident }: TakeOverRecord, events: BlobName): RunEventBody & { type: 'run.created' } {
  const { created, there, snapshot, signature, readiness, from, runbook } = taking;
  const text = (given: string | undefined): string | null => (given === undefined || given.trim() === '' ? null : given.trim());
  const stored = journal.blobs.put(Buffer.from(JSON.stringify(snapshot)));
  return {
    type: 'run.created',
    data: {
      mode: there.mode, runbook: created.runbook, title: runbook.front.title, system: runbook.front.system, snapshot: { sha256: stored.sha256, size: stored.size },
      signature: signature.state, vouched: { signers: [...signature.signers], version: signature.version ?? null }, blackstart: { version: VERSION, bundle },
      outage_at: created.outage_at, declared_at: created.declared_at, operator, pace: request.pace, engine, readiness, run_dir,
      acknowledged_unsigned: signature.state === 'signed' ? null : (created.acknowledged_unsigned ?? text(request.use_bundle_runbook)), proceeded_not_ready: created.proceeded_not_ready,
      ...(created.dead === undefined ? {} : { dead: created.dead }),
      ...(incident === null ? {} : { incident }),
      taken_over: {
        run: source.run, device: source.device, vkey: source.vkey, known: source.known, bundle: source.bundle, head: source.head, events, at: new Date(there.last.wall).toISOString(),
        operator: there.operator?.name ?? null, by: operator?.name ?? request.operator, reason: request.reason.trim(), runbook: from,
        acknowledged: from === 'bundle' ? text(request.use_bundle_runbook) : null, stranger: source.known ? null : text(request.accept_unknown_laptop), params: Object.keys(request.params ?? {}),
      },
    },
  };
}

const JSON_DATA = z.record(z.string(), z.json());

/** Integers and texts only, as the schemas of the contract say. */
function asData(data: RunEventBody['data']): EventData {
  return JSON_DATA.parse(JSON.parse(JSON.stringify(data)));
}
