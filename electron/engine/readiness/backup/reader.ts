/** What every kind of backup file can do: be read through, and be restored where it can be asked. */
import type { Evidence } from '../../../contract/readiness.ts';
import type { ProbeContext } from '../probe.ts';
import type { Rung } from './ladder.ts';

export interface Inspection {
  listed: Rung;
  /** What the format itself says of its bytes; null when listing failed already. */
  intact: Rung | null;
  evidence?: Evidence;
  /** Bytes that a restore writes, where they are more than the backup has. */
  restoredSize?: number;
}

/** A restored copy that takes queries; `stop` removes it without a trace. */
export interface Restored {
  /** Rows LF, columns TAB, NULL `\N`. */
  query(sql: string): Promise<string>;
  stop(): Promise<void>;
  detail: string;
  /** Why this is no restore, where only its content could be laid open: it is asked all the same, and the finding is unknown at best. */
  unproven?: { reason: string; message: string };
}

export interface BackupReader {
  /** Size and time of a folder that is one backup as a whole, or null; without it backups are files. */
  folder?(path: string): { size: number; mtimeMs: number } | null;
  /** The folder at or below `at` in which backups lie side by side; default `at` itself. */
  within?(at: string): string;
  /** Which backup in an object store a key belongs to: the prefix of a folder, the key itself, or null for none. Default: every key but companions. */
  backupOf?(key: string): string | null;
  inspect(path: string, context: ProbeContext): Promise<Inspection>;
  /** @throws RestoreFailed when the backup is to blame, CannotTell when this laptop is, or when this version restores no such backup */
  restore(path: string, context: ProbeContext, options: { database?: string | undefined }): Promise<Restored>;
}

export class RestoreFailed extends Error {
  override readonly name = 'RestoreFailed';
}
