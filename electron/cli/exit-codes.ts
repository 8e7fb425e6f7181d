/** The one table of exit statuses. */
import type { ErrorCode } from '../contract/errors.ts';

export const EXIT = {
  good: 0, // done, and the answer is good
  bad: 1, // done, and the answer is bad
  usage: 2, // the command line was wrong, or a required parameter is missing
  notFound: 3, // something needed was not found
  refused: 4, // input refused
  waiting: 5, // waiting for a person and not interactive; resumable
  locked: 6, // another Blackstart holds this data folder
  fault: 7, // internal fault, or the disk failed under us
} as const;
export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

const BY_CODE: Readonly<Record<ErrorCode, ExitStatus>> = {
  usage: EXIT.usage,
  'not-found': EXIT.notFound,
  refused: EXIT.refused,
  bad: EXIT.bad,
  waiting: EXIT.waiting,
  locked: EXIT.locked,
  disk: EXIT.fault,
  internal: EXIT.fault,
};

export function exitStatusOf(code: ErrorCode): ExitStatus {
  return BY_CODE[code];
}

/** EXIT STATUS section of every help text. */
export const EXIT_HELP = `
EXIT STATUS
  0  done, and the answer is good        4  input refused
  1  done, and the answer is bad         5  waiting for a person; resumable
  2  the command line was wrong          6  another Blackstart holds the data folder
  3  something needed was not found      7  internal fault, or the disk failed`;
