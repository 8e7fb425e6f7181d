/** What happened to the report of a run after the run: what people said, which revisions were frozen, who signed them. */
import { z } from 'zod';
import { FACT_FIELDS, FACT_NAMES, ReportFacts, type Correction, type FactName, type SaidBy } from '../../contract/report-facts.ts';
import type { Approved, RevisionSignatures } from '../../contract/report-signature.ts';
import type { JournalEvent } from '../journal/journal.ts';

const Blob = z.object({ sha256: z.string(), size: z.int() });
/** `facts` is JSON of `ReportFacts`. */
export const Completed = z.object({ by: z.string(), facts: Blob, reason: z.string().nullable() });
/** `report` is the canonical text of the revision, so its SHA-256 is the digest that is signed. */
export const Issued = z.object({ number: z.int(), at: z.string(), report: Blob });
export const Signed = z.object({ number: z.int(), person: z.string(), name: z.string(), role: z.string(), at: z.string(), enrolled_at: z.string(), vkey: z.string(), note: Blob });

/** Events that a revision does not grow old by: its own, what becomes of its findings, and the end of the run's key. */
const OWN: ReadonlySet<string> = new Set(['report.issued', 'report.signed', 'finding.changed', 'run.key', 'run.key-ended']);

export interface Revision extends RevisionSignatures {
  /** Nothing of this run was recorded since it was frozen. */
  current: boolean;
}

export interface ReportHistory {
  facts: ReportFacts;
  /** By field of the report. */
  said: Record<string, SaidBy>;
  corrections: Correction[];
  /** Oldest first. */
  revisions: Revision[];
}

/** @param readText the text of a blob that an event names; null when it is missing */
export function readHistory(events: readonly JournalEvent[], readText: (sha256: string) => string | null): ReportHistory {
  const history: ReportHistory = { facts: {}, said: {}, corrections: [], revisions: [] };
  for (const event of events) {
    if (event.type === 'report.completed') complete(history, event, readText);
    if (event.type === 'report.issued') issue(history, event);
    if (event.type === 'report.signed') sign(history, event, readText);
    if (!OWN.has(event.type)) for (const revision of history.revisions) revision.current = false;
  }
  return history;
}

function complete(history: ReportHistory, { data, wall }: JournalEvent, readText: (sha256: string) => string | null): void {
  const { by, facts: blob, reason } = Completed.parse(data);
  const facts = ReportFacts.parse(JSON.parse(readText(blob.sha256) ?? '{}'));
  for (const name of FACT_NAMES) {
    if (facts[name] === undefined) continue;
    const before = history.facts[name];
    if (before !== undefined) history.corrections.push({ field: FACT_FIELDS[name], was: inWords(before), now: inWords(facts[name]), by, at: wall, reason });
    history.said[FACT_FIELDS[name]] = { by, at: wall };
  }
  history.facts = { ...history.facts, ...facts };
}

/** A fact as one line: its text, or the texts of its parts. */
export function inWords(value: NonNullable<ReportFacts[FactName]>): string {
  const flat = (part: unknown): string => (Array.isArray(part) ? part.map(flat).join('; ') : typeof part === 'object' && part !== null ? Object.values(part).map(flat).join(', ') : String(part));
  return flat(value);
}

function issue(history: ReportHistory, { data }: JournalEvent): void {
  const { number, report, at } = Issued.parse(data);
  history.revisions.push({ number, sha256: report.sha256, issued_at: at, signatures: [], current: true });
}

function sign(history: ReportHistory, { data }: JournalEvent, readText: (sha256: string) => string | null): void {
  const { number, note, ...rest } = Signed.parse(data);
  const signature: Approved = { ...rest, note: readText(note.sha256) ?? '' };
  history.revisions.find((revision) => revision.number === number)?.signatures.push(signature);
}

export function withoutCurrent({ number, sha256, issued_at, signatures }: Revision): RevisionSignatures {
  return { number, sha256, issued_at, signatures };
}
