/** What a backup suffers from, by the words of the programs that read it: they end with an exit code and one line that says it. */
import type { BackupFault } from '../../contract/readiness.ts';
import type { NamedFault } from '../../contract/suspect.ts';
import { commandsOf } from '../runbook/commands.ts';

/** In this order: a wrong key makes what it opens look damaged, and what is cut off fails its checksum too. */
const SAID: readonly (readonly [kind: BackupFault, words: RegExp])[] = [
  ['wrong-key', /\bbad decrypt\b|wrong (?:password|key|passphrase)|incorrect (?:password|key|passphrase)|no identity matched|decryption failed|unable to decrypt|no key could be found/iu],
  ['cut-off', /unexpected (?:end of (?:file|input|data|archive)|eof)|premature end|could not read from input file: end of file|truncated (?:gzip|input|archive|file|dump)|file (?:is|appears) truncated/iu],
  ['empty', /input file is too short \(read 0\b|archive is empty|dump is empty/iu],
  ['damaged', /crc error|invalid compressed data|not in gzip format|checksum (?:mismatch|error|failed|does not match)|did NOT match|disk image is malformed|file is not a database|did not find magic string|does not appear to be a valid archive|could not uncompress|data corruption|does not look like a tar archive|: FAILED$/iu],
  ['missing', /could not open input file .*no such file/iu],
];

/** Programs that put data back or look at it: of them alone nothing found means that nothing came back. */
const DATA_PROGRAMS: ReadonlySet<string> = new Set(['pg_restore', 'psql', 'mysql', 'mariadb', 'sqlite3', 'mongorestore', 'mongosh', 'restic', 'pgbackrest']);
const NOTHING = /found (?:0|"0?"|nothing)(?: \(and|$)/u;

/** The end of what was printed: a restore that fails says why last. */
const TAIL = 64 * 1024;

/**
 * @param texts what the step's programs printed, masked
 * @param reason why the step failed; only where its programs ended well is that about what they found
 */
export function restoreFault(stages: readonly (readonly string[])[], texts: readonly string[], { endedWell, reason }: { endedWell: boolean; reason: string | null }): NamedFault | null {
  if (endedWell) return reason !== null && NOTHING.test(reason) && stages.some((argv) => commandsOf(argv).some(({ program }) => DATA_PROGRAMS.has(program))) ? { kind: 'empty', words: reason.slice(0, 500) } : null;
  const lines = texts.flatMap((text) => text.slice(-TAIL).split('\n')).map((line) => line.trim());
  for (const [kind, words] of SAID) {
    const line = lines.findLast((one) => words.test(one));
    if (line !== undefined) return { kind, words: line.slice(0, 500) };
  }
  return null;
}
