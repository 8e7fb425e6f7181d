/** Readiness as the journal tells it: the last result and override of every check, by the runbook's bytes. */
import { z } from 'zod';
import { Evidence } from '../../contract/readiness.ts';
import type { JournalEvent } from '../journal/journal.ts';

export const READINESS_EVENTS = ['check.started', 'check.result', 'readiness.override'] as const;

const OfCheck = z.object({ runbook: z.string(), sha256: z.string(), check: z.string() });
export const CheckStarted = OfCheck.extend({ kind: z.string() });
export const CheckRecorded = OfCheck.extend({
  outcome: z.enum(['pass', 'warn', 'fail', 'unknown']), summary: z.string(), evidence: Evidence, duration_ms: z.int(),
});
export const OverrideRecorded = OfCheck.extend({ by: z.string(), reason: z.string() });
/** A person's word. The `check.result` that is journaled with it decides; this says who gave it. */
export const AttestationRecorded = OfCheck.extend({ by: z.string(), note: z.string() });

interface Recorded {
  result: (z.infer<typeof CheckRecorded> & { at: string }) | null;
  override: { by: string; reason: string; at: string } | null;
  running: boolean;
}

/** By runbook id, its SHA-256 and check id. */
export type ReadinessFold = ReadonlyMap<string, Recorded>;

export const foldKey = (runbook: string, sha256: string, check: string): string => `${runbook}\n${sha256}\n${check}`;

const NOTHING: Recorded = { result: null, override: null, running: false };

/** Events of other types are passed over, so the whole journal may be given. */
export function foldReadiness(events: Iterable<JournalEvent>, from: ReadinessFold = new Map()): ReadinessFold {
  const fold = new Map(from);
  for (const event of events) {
    const change = changeOf(event);
    if (change !== null) fold.set(change.key, { ...(fold.get(change.key) ?? NOTHING), ...change.record });
  }
  return fold;
}

function changeOf(event: JournalEvent): { key: string; record: Partial<Recorded> } | null {
  const keyOf = (data: z.infer<typeof OfCheck>): string => foldKey(data.runbook, data.sha256, data.check);
  switch (event.type) {
    case 'check.started':
      return { key: keyOf(CheckStarted.parse(event.data)), record: { running: true } };
    case 'check.result': {
      const data = CheckRecorded.parse(event.data);
      // a new result has to be overridden anew: the reason was given for the old one
      return { key: keyOf(data), record: { result: { ...data, at: event.wall }, override: null, running: false } };
    }
    case 'readiness.override': {
      const data = OverrideRecorded.parse(event.data);
      return { key: keyOf(data), record: { override: { by: data.by, reason: data.reason, at: event.wall } } };
    }
    default:
      return null;
  }
}
