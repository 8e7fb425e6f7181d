/** Group 14: what vouches for the record, and for its times. */
import { z } from 'zod';
import type { CheckResult } from '../../contract/readiness.ts';
import type { Report } from '../../contract/report.ts';
import type { RunView } from '../../contract/run.ts';
import type { Runbook } from '../../contract/runbook.ts';
import type { JournalEvent } from '../journal/journal.ts';
import type { RunFacts } from './run-facts.ts';

export interface RecordFacts {
  entries: number;
  head: { size: number; hash: string };
  /** The newest note of the record, as far as it is this device's. */
  checkpoint: Report['integrity']['checkpoint'];
  witnessed?: Report['integrity']['witnessed'];
  /** Checkpoints between the first and the last entry of the run. */
  checkpoints: readonly JournalEvent[];
  verified: boolean | null;
  /** Verifier key of the device. */
  device: string;
  /** What guards its key, in words. */
  device_key?: string;
}

const Witnesses = z.array(z.object({ name: z.string(), skew_s: z.number() }));

export function buildIntegrity(record: RecordFacts, view: RunView, runbook: Runbook, facts: RunFacts, events: readonly JournalEvent[], checks: readonly CheckResult[]): Report['integrity'] {
  return {
    entries: record.entries,
    head: record.head,
    checkpoint: record.checkpoint,
    witnessed: record.witnessed ?? [],
    checkpoints: record.checkpoints.map(({ seq, wall, data }) => ({ seq, at: wall, reason: typeof data['reason'] === 'string' ? data['reason'] : '' })),
    signatures: [{ what: 'this laptop', key: record.device }, ...facts.runKeys.map((key) => ({ what: 'this run', key }))],
    verified: record.verified,
    device: record.device.split('+')[0] ?? record.device,
    ...(record.device_key === undefined ? {} : { device_key: record.device_key }),
    clock: { ...clockSource(facts, checks), ...clockDrift(events), events: facts.clock },
    masked: Object.keys(runbook.front.secrets ?? {}),
    attachments: view.attachments,
  };
}

/** A person's look at a watch counts before what the laptop compared by itself. */
function clockSource({ attested }: RunFacts, checks: readonly CheckResult[]): { source: string | null; offset_s: number | null } {
  if (attested !== null) return { source: attested.source, offset_s: attested.offset_ms / 1000 };
  for (const { kind, evidence, checked_at } of checks) {
    const witnesses = kind === 'clock' && checked_at !== null ? Witnesses.safeParse(evidence['witnesses']) : null;
    const outside = witnesses?.data?.find(({ name }) => !name.startsWith('the record'));
    if (outside !== undefined) return { source: outside.name, offset_s: outside.skew_s };
  }
  return { source: null, offset_s: null };
}

/** Over the entries of the first boot: across boots the time since boot says nothing. */
function clockDrift(events: readonly JournalEvent[]): { wall_ms: number | null; monotonic_ms: number | null } {
  const [first] = events;
  const last = first === undefined ? undefined : events.filter(({ boot }) => boot === first.boot).at(-1);
  if (first === undefined || last === undefined || first === last) return { wall_ms: null, monotonic_ms: null };
  return { wall_ms: Date.parse(last.wall) - Date.parse(first.wall), monotonic_ms: last.up - first.up };
}
