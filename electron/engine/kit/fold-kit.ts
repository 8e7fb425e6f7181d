/** What the journal says of imported kits. An import without an end was cut off; `settle-kit.ts` brings it to one. */
import { z } from 'zod';
import type { JournalEvent, JournalReader } from '../journal/journal.ts';

export const KIT_IMPORTING = 'kit.importing';
export const KIT_IMPORTED = 'kit.imported';
export const KIT_IMPORT_FAILED = 'kit.import-failed';
export const KIT_EVENTS = [KIT_IMPORTING, KIT_IMPORTED, KIT_IMPORT_FAILED];

/** The data of `kit.importing`: who imports what, before the first byte is copied. */
export const Importing = z.object({
  name: z.string(), // of its folder
  number: z.int(),
  root: z.string(),
  signers: z.array(z.object({ name: z.string(), vkey: z.string() })),
  manifest: z.object({ sha256: z.string(), size: z.int() }), // a blob: the signed list
  by: z.string(),
  from: z.string(),
  older_because: z.string().nullable(),
});
export type Importing = z.infer<typeof Importing>;

export interface KitEntry extends Importing {
  at: string;
}

export interface KitState {
  inPlace: KitEntry | null;
  /** The one before, with another root. */
  former: KitEntry | null;
  /** Begun, and neither finished nor given up. */
  open: KitEntry | null;
}

export const NO_KIT: KitState = { inPlace: null, former: null, open: null };

export function foldKit(events: Iterable<JournalEvent>): KitState {
  let state = NO_KIT;
  for (const event of events) state = step(state, event);
  return state;
}

function step(state: KitState, { type, data, wall }: JournalEvent): KitState {
  if (type === KIT_IMPORTING) return { ...state, open: { ...Importing.parse(data), at: wall } };
  if (type === KIT_IMPORT_FAILED) return { ...state, open: null };
  const { inPlace, former, open } = state;
  if (type !== KIT_IMPORTED || open === null) return state;
  return { inPlace: { ...open, at: wall }, former: inPlace === null || inPlace.root === open.root ? former : inPlace, open: null };
}

export function readKitState(journal: Pick<JournalReader, 'events'>): KitState {
  return foldKit(journal.events({ types: KIT_EVENTS }));
}
