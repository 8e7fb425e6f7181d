/**
 * The one shape of a user-facing error, on every boundary.
 *
 * "No match" is a value and a broken invariant is an exception; what the operator or the input got wrong is an
 * `EngineError`. Codes map to exit codes in one place: `electron/cli/exit-codes.ts`.
 */
import { z } from 'zod';

export const ErrorCode = z.enum([
  'usage', // the command line or a call was wrong, or a required parameter is missing
  'not-found', // a runbook, run, file or tool does not exist
  'refused', // input that is not a valid runbook, share, bundle, …
  'bad', // the answer is bad: lint errors, not ready, record altered, run failed
  'waiting', // a person is needed and nobody can be asked here
  'locked', // another Blackstart holds the data folder
  'disk', // the disk failed or is full under us
  'internal', // a fault of ours
]);
export type ErrorCode = z.infer<typeof ErrorCode>;

/** Where in an input the fault lies; line and column count from 1. */
export const Place = z.object({
  file: z.string().optional(),
  line: z.int().optional(),
  column: z.int().optional(),
});
export type Place = z.infer<typeof Place>;

/** How an error crosses a boundary: error objects lose their class between processes. */
export const ErrorEnvelope = z.object({
  code: ErrorCode,
  message: z.string(),
  hint: z.string().optional(),
  at: Place.optional(),
});
export type ErrorEnvelope = z.infer<typeof ErrorEnvelope>;

export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly at: Place | undefined;

  /** @param detail.hint what to do about it, one sentence */
  constructor(code: ErrorCode, message: string, detail: { hint?: string; at?: Place; cause?: unknown } = {}) {
    super(message, { cause: detail.cause });
    this.code = code;
    this.hint = detail.hint;
    this.at = detail.at;
  }

  toEnvelope(): ErrorEnvelope {
    return {
      code: this.code,
      message: this.message,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...(this.at === undefined ? {} : { at: this.at }),
    };
  }
}

/** What any thrown value looks like to a person; the stack stays behind. */
export function toEnvelope(thrown: unknown): ErrorEnvelope {
  if (thrown instanceof EngineError) return thrown.toEnvelope();
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: 'internal', message, hint: 'This is a fault in Blackstart; set BLACKSTART_DEBUG=1 to see where.' };
}

/** What any thrown value says to a person, with what to do where it knows; one line, for a reason or a notice. */
export function spokenFault(thrown: unknown): string {
  if (thrown instanceof EngineError && thrown.hint !== undefined) return `${thrown.message} ${thrown.hint}`;
  return thrown instanceof Error ? thrown.message : String(thrown);
}

export function fromEnvelope(envelope: ErrorEnvelope): EngineError {
  return new EngineError(envelope.code, envelope.message, {
    ...(envelope.hint === undefined ? {} : { hint: envelope.hint }),
    ...(envelope.at === undefined ? {} : { at: envelope.at }),
  });
}
