/** Which cause a backup's fault speaks for: authors write symptoms in their own words, a finding has one word. */
import { z } from 'zod';
import { BackupFault } from './readiness.ts';

/** A fault with the words it was found by: a line of a program, the summary of a check. */
export const NamedFault = z.object({ kind: BackupFault, words: z.string() });
export type NamedFault = z.infer<typeof NamedFault>;

const SPOKEN: Readonly<Record<BackupFault, RegExp>> = {
  missing: /missing|no[ -](?:backup|dump|copy|copies)|not there|nowhere|never (?:ran|taken)|job|schedul/iu,
  deleted: /delet|remov|wiped|ransom|purg/iu,
  empty: /empty|hollow|no (?:row|table|data|object|file|document)|0 bytes|zero|nothing/iu,
  'cut-off': /trunc|cut|torn|incomplete|partial|interrupt|unfinished/iu,
  damaged: /damag|corrupt|broken|flip|bit|changed|tamper|checksum|sums?\b/iu,
  'wrong-key': /key|passw|passphrase|rotat|cipher|decrypt|gibberish|seal/iu,
  'wrong-content': /content|rows?\b|wrong (?:database|dump|system)|lost|fewer|other (?:database|system)/iu,
  'too-old': /\bold|late|stale|age|stopped|behind|outdated/iu,
};
/** A name says it most plainly, then the cause, then what is seen. */
const WEIGHT = { id: 4, cause: 2, see: 1 } as const;

/** 0 where the symptom says nothing of the fault. */
export function spokenWeight({ id, cause, see }: { id: string; cause: string; see: string }, fault: BackupFault): number {
  const spoken = SPOKEN[fault];
  return (spoken.test(id) ? WEIGHT.id : 0) + (spoken.test(cause) ? WEIGHT.cause : 0) + (spoken.test(see) ? WEIGHT.see : 0);
}
