/** An event as it is stored: built from what a writer says, read back from bytes. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../deps.ts';
import { canonicalBytes } from './canonical.ts';
import type { EventData, EventValue, JournalEvent, NewEvent } from './journal.ts';
import { leafHash } from './merkle.ts';

/** `prev` of the first entry. */
export const NO_ENTRY = '0'.repeat(64);

/** Every entry is read through this, so it is a plain walk: a recursive schema takes ten times as long. */
function isEventValue(value: unknown): value is EventValue {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true;
  if (typeof value === 'number') return Number.isSafeInteger(value);
  return Array.isArray(value) ? value.every(isEventValue) : isEventData(value);
}

function isEventData(value: unknown): value is EventData {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isEventValue);
}

const JournalEventSchema = z.strictObject({
  v: z.literal(1),
  seq: z.int().positive(),
  prev: z.string().regex(/^[0-9a-f]{64}$/u),
  id: z.string().min(1),
  wall: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/u),
  boot: z.string().min(1),
  up: z.int().nonnegative(),
  run: z.string().nullable(),
  type: z.string().min(1),
  actor: z.string().min(1),
  data: z.custom<EventData>(isEventData),
}) satisfies z.ZodType<JournalEvent>;

/** An event with its exact bytes and their leaf hash. */
export interface Entry {
  event: JournalEvent;
  bytes: Buffer;
  leaf: string;
}

/** Where the chain stands. */
export interface Position {
  seq: number;
  leaf: string;
}

export function buildEntry(said: NewEvent, after: Position, at: { wall: number; boot: string; up: number }): Entry {
  const event: JournalEvent = {
    v: 1,
    seq: after.seq + 1,
    prev: after.leaf,
    id: randomUUID(),
    wall: new Date(at.wall).toISOString(),
    boot: at.boot,
    up: at.up,
    run: said.run,
    type: said.type,
    actor: said.actor,
    data: said.data,
  };
  const bytes = canonicalBytes({ ...event });
  return { event, bytes, leaf: leafHash(bytes) };
}

/** Null when the bytes are no event; a reader reports that, it does not crash on it. */
export function parseEntry(bytes: Buffer): JournalEvent | null {
  try {
    return JournalEventSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch {
    return null;
  }
}

/** How far the wall clock may drift from the time since boot before it counts as set: milliseconds. */
export const CLOCK_TOLERANCE_MS = 2000;

/** What the journal must say about its clocks before the next event, or null. Within a boot a jump, across boots a step back. */
export function clockEvent(last: JournalEvent | null, clock: Clock): NewEvent | null {
  if (last === null) return null;
  const lastWall = Date.parse(last.wall);
  const [wallDelta, upDelta] = [clock.now() - lastWall, clock.uptime() - last.up];
  if (last.boot !== clock.bootId()) {
    if (wallDelta >= 0) return null;
    return { type: 'clock.rollback', run: null, actor: 'device', data: { last_wall: last.wall, behind_ms: -wallDelta } };
  }
  if (Math.abs(wallDelta - upDelta) <= CLOCK_TOLERANCE_MS) return null;
  return { type: 'clock.jump', run: null, actor: 'device', data: { last_wall: last.wall, wall_ms: wallDelta, up_ms: upDelta } };
}
