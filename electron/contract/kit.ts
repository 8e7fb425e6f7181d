/** The kit board: everything that this laptop brings to a recovery, when it was proven and until when that holds. */
import { z } from 'zod';
import { Sha256 } from './scalars.ts';

/** `said`: a person's word, nothing was measured. */
export const KitState = z.enum(['measured', 'said', 'overridden', 'expired', 'failed', 'unknown']);
export type KitState = z.infer<typeof KitState>;

export const KitRow = z.object({
  what: z.string(),
  state: KitState,
  found: z.string(), // one sentence
  verified_at: z.string().nullable(),
  good_until: z.string().nullable(), // null: nobody can say
});
export type KitRow = z.infer<typeof KitRow>;

export const KitPin = z.object({ tool: z.string(), path: z.string(), sha256: Sha256, at: z.string() });
export type KitPin = z.infer<typeof KitPin>;

export const KitBoard = z.object({
  laptop: z.string(),
  at: z.string(),
  /** The first day on which something is not proven any more; null while something is not proven now. */
  good_until: z.string().nullable(),
  itself: z.array(KitRow),
  brings_back: z.array(KitRow),
  pins: z.array(KitPin),
  /** The record's newest root in words, to compare with paper; null while the record is empty. */
  words: z.string().nullable(),
});
export type KitBoard = z.infer<typeof KitBoard>;
