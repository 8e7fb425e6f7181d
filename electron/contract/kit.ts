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

/** What a file of a kit is for. Files of the kind `tool` may be run, no others. */
export const KitKind = z.enum(['runbook', 'tool', 'backup', 'image', 'contacts', 'manifest', 'file']);
export type KitKind = z.infer<typeof KitKind>;

/** One file of a signed kit; `size` in bytes, `modified` in seconds since 1970 (the age of a backup), `path` below the kit with `/`. */
export const KitFile = z.object({ sha256: z.string(), size: z.int(), modified: z.int(), kind: KitKind, path: z.string() });
export type KitFile = z.infer<typeof KitFile>;

/** What a kit says of itself. `root`: SHA-256 of the signed text, which names every file. */
export const KitSheet = z.object({
  number: z.int().positive(),
  made_at: z.string(),
  made_with: z.string(), // version of Blackstart
  runbooks: z.int().nullable(), // version of the signed runbooks within, where they are signed on their own
  signers: z.array(z.string()),
  root: Sha256,
  files: z.int(),
  bytes: z.int(),
});
export type KitSheet = z.infer<typeof KitSheet>;

/** Paths, sorted. */
export const KitChanges = z.object({ added: z.array(z.string()), changed: z.array(z.string()), removed: z.array(z.string()) });
export type KitChanges = z.infer<typeof KitChanges>;

/** Something that a check names and that is not there. */
export const KitLack = z.object({
  kind: z.string(), // of the check; `tool` for every program
  what: z.string(), // a program's name, or a path
  severity: z.enum(['blocker', 'warning']),
  needed_by: z.array(z.object({ runbook: z.string(), check: z.string() })),
});
export type KitLack = z.infer<typeof KitLack>;

/** The kit that was imported last and is in place. */
export const KitInPlace = z.object({
  sheet: KitSheet,
  imported_at: z.string(),
  by: z.string(),
  from: z.string(), // the folder that it came from
  /** Null: newer than what was in place before. */
  older_because: z.string().nullable(),
  /** Why it cannot be relied on any more; null while it stands as it was imported. */
  problem: z.string().nullable(),
  lacks: z.array(KitLack),
  /** Files of the kit before that this one has not. */
  gone: z.array(KitFile),
});
export type KitInPlace = z.infer<typeof KitInPlace>;

/** What an import would do; nothing but the runbooks has been read yet. */
export const KitPlan = z.object({
  sheet: KitSheet,
  in_place: KitSheet.nullable(),
  /** Why it is refused unless somebody gives a reason; null: it is newer. */
  older: z.string().nullable(),
  changes: KitChanges,
  lacks: z.array(KitLack),
  gone: z.array(KitFile),
  room: z.object({ needed: z.int(), free: z.int() }), // bytes
});
export type KitPlan = z.infer<typeof KitPlan>;

/** Bytes; `eta_s` null until the pace is known. */
export const KitProgress = z.object({ doing: z.string(), done: z.int(), total: z.int(), eta_s: z.int().nullable() });
export type KitProgress = z.infer<typeof KitProgress>;

export const KitBoard = z.object({
  laptop: z.string(),
  at: z.string(),
  /** The first day on which something is not proven any more; null while something is not proven now. */
  good_until: z.string().nullable(),
  itself: z.array(KitRow),
  brings_back: z.array(KitRow),
  pins: z.array(KitPin),
  /** Null: none was ever imported. */
  imported: KitInPlace.nullable(),
  /** The record's newest root in words, to compare with paper; null while the record is empty. */
  words: z.string().nullable(),
});
export type KitBoard = z.infer<typeof KitBoard>;
