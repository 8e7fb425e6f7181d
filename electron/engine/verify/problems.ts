/** What is wrong with a record, collected up to a limit: a hostile record cannot fill the memory with complaints. */
import type { Verification } from '../../contract/record.ts';

/** Every kind of problem that a verification can name. */
export type ProblemKind =
  | 'database.missing' | 'database.unreadable' | 'database.schema' | 'database.unexpected-file'
  | 'entry.unreadable' | 'entry.not-canonical' | 'entry.shape' | 'entry.too-long' | 'entry.seq'
  | 'chain.broken' | 'clock.unexplained' | 'record.damaged'
  | 'head.unreadable' | 'head.ahead' | 'head.other'
  | 'checkpoint.unreadable' | 'checkpoint.foreign' | 'checkpoint.signature' | 'checkpoint.replayed' | 'checkpoint.ahead' | 'checkpoint.root' | 'checkpoint.missing'
  | 'anchor.unreadable' | 'anchor.foreign' | 'anchor.signature' | 'anchor.ahead' | 'anchor.root'
  | 'key.missing' | 'key.other' | 'key.uncertified' | 'key.before-start' | 'key.after-end'
  | 'blob.missing' | 'blob.size' | 'blob.digest'
  | 'bundle.other' | 'bundle.unreadable' | 'bundle.seal' | 'bundle.limit' | 'bundle.manifest' | 'bundle.run'
  | 'file.name' | 'file.kind' | 'file.duplicate' | 'file.header' | 'file.unlisted' | 'file.missing' | 'file.size' | 'file.digest';

const LIMIT = 500;

export class Problems {
  readonly list: Verification['problems'] = [];

  add(kind: ProblemKind, seq: number | null, message: string): void {
    if (this.list.length < LIMIT) this.list.push({ seq, kind, message });
    else if (this.list.length === LIMIT) this.list.push({ seq: null, kind, message: `There are more problems; the first ${LIMIT} are listed.` });
  }
}
