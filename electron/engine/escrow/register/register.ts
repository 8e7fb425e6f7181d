/** The register over a journal: folded once as it grows, read by everybody, written through the verbs beside this file. */
import { z } from 'zod';
import type { EscrowKeyView, EscrowView, VerificationRow } from '../../../contract/escrow-register.ts';
import { VerificationRecord } from '../../../contract/escrow-register.ts';
import { EngineError } from '../../../contract/errors.ts';
import type { Clock } from '../../deps.ts';
import type { EventData, Journal, JournalReader } from '../../journal/journal.ts';
import type { EnrolledPerson, People } from '../../people/people.ts';
import { readPeople } from '../../people/people.ts';
import type { RunTool } from '../../tool/tool.ts';
import { ESCROW_EVENT_TYPES, ESCROW_EVENTS, type EscrowEventType } from './events.ts';
import { currentVersion, emptyRegister, foldRegister, type FoldedKey, type FoldedVersion, type RegisterFold } from './fold-register.ts';
import { recordSignatureHolds } from './sign-record.ts';
import { escrowView, keyView } from './view-register.ts';

/** What the verbs of the register work with. */
export interface RegisterHost {
  journal: Journal;
  people: People;
  clock: Clock;
  runTool: RunTool;
  nodePath: string;
  /** Environment of tools: gpg and the commands of known answers. */
  env: Readonly<Record<string, string>>;
  /** Up to the newest event. */
  fold(): RegisterFold;
}

/** Goes on from the entry that was seen last. */
export function createRegisterFold(journal: Pick<JournalReader, 'events' | 'head'>): () => RegisterFold {
  const fold = emptyRegister();
  let seen = 0;
  return () => {
    const { size } = journal.head;
    if (size > seen) foldRegister(journal.events({ after: seen, types: ESCROW_EVENT_TYPES }), fold);
    seen = size;
    return fold;
  };
}

export function readRegister(journal: Pick<JournalReader, 'events'>): RegisterFold {
  return foldRegister(journal.events({ types: ESCROW_EVENT_TYPES }));
}

export function viewOf(fold: RegisterFold, journal: Pick<JournalReader, 'events' | 'blobs'>, now: number): Omit<EscrowView, 'ceremony'> {
  return escrowView(fold, now, historyOf(fold, readPeople(journal)));
}

/** Newest first; a signature holds when it is the person's, over exactly this record. */
function historyOf(fold: RegisterFold, people: ReadonlyMap<string, EnrolledPerson>): VerificationRow[] {
  return fold.verifications.toReversed().map(({ id, at, key, version, purpose, level, ok, result, record, signatures }) => ({
    id, at, key, version, purpose, level, ok, result, record,
    signatures: signatures.map(({ person, role, note, at: signedAt }) => {
      const enrolled = people.get(person);
      return { person, name: enrolled?.name ?? person, role, at: signedAt, holds: enrolled !== undefined && recordSignatureHolds(note, { id, person, role, record: record.sha256 }, enrolled.vkey) };
    }),
  }));
}

/** @throws EngineError `not-found` for an unknown verification, or one whose record is missing */
export function recordOf(fold: RegisterFold, journal: Pick<JournalReader, 'blobs'>, wanted: string): VerificationRecord {
  const found = wanted === 'last' ? fold.verifications.at(-1) : fold.verifications.find(({ id }) => id === wanted);
  if (found === undefined) throw new EngineError('not-found', wanted === 'last' ? 'No verification is on record yet.' : `There is no verification ${wanted}.`, { hint: '"blackstart escrow status" lists them.' });
  return VerificationRecord.parse(JSON.parse(Buffer.from(journal.blobs.read(found.record.sha256)).toString('utf8')));
}

/** What the register says of one key; null when it has none of that id. */
export function keyViewOf(journal: Pick<JournalReader, 'events'>, key: string, now: number): EscrowKeyView | null {
  const fold = readRegister(journal);
  const found = fold.keys.get(key);
  return found === undefined ? null : keyView(fold, found, now);
}

/** @throws EngineError `not-found` */
export function findKey(fold: RegisterFold, key: string): FoldedKey {
  const found = fold.keys.get(key);
  if (found !== undefined) return found;
  const known = [...fold.keys.keys()].sort().join(', ');
  throw new EngineError('not-found', `No key "${key}" is in escrow here.`, { hint: known === '' ? 'Enrol it with "blackstart escrow enroll".' : `In escrow: ${known}.` });
}

/** @param version default the one in force. EngineError `not-found` */
export function versionOf(key: FoldedKey, version: number | undefined): FoldedVersion {
  if (version === undefined) return currentVersion(key);
  const found = key.versions.find((one) => one.version === version);
  if (found !== undefined) return found;
  throw new EngineError('not-found', `The key ${key.key} has no version ${version}.`, { hint: `It has ${key.versions.map((one) => one.version).join(', ')}.` });
}

/** An event of the register as the journal takes it; its data is what the schema says. */
export function escrowEvent<T extends EscrowEventType>(type: T, data: z.input<(typeof ESCROW_EVENTS)[T]>, actor = 'engine', run: string | null = null): { type: string; run: string | null; actor: string; data: EventData } {
  return { type, run, actor, data: Json.parse(JSON.parse(JSON.stringify(ESCROW_EVENTS[type].parse(data)))) };
}

/** `undefined` is left out. */
const Json = z.record(z.string(), z.json());
