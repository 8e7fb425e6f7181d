/** What every kind of backup file can do: be read through, and be restored where it can be asked. */
import type { ProbeContext } from '../probe.ts';
import type { Rung } from './ladder.ts';

export interface Inspection {
  listed: Rung;
  /** What the format itself says of its bytes; null when listing failed already. */
  intact: Rung | null;
}

/** A restored copy that takes queries; `stop` removes it without a trace. */
export interface Restored {
  /** Rows LF, columns TAB, NULL `\N`. */
  query(sql: string): Promise<string>;
  stop(): Promise<void>;
  detail: string;
}

export interface BackupReader {
  inspect(path: string, context: ProbeContext): Promise<Inspection>;
  /** @throws RestoreFailed when the backup is to blame, CannotTell when this laptop is */
  restore(path: string, context: ProbeContext, options: { database?: string | undefined }): Promise<Restored>;
}

export class RestoreFailed extends Error {
  override readonly name = 'RestoreFailed';
}
