/** Verification in a process of its own: it neither stops the engine nor touches the locks of an open journal. */
import { EngineError, ErrorEnvelope, fromEnvelope } from '../../contract/errors.ts';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { RecordMatch, Verification } from '../../contract/record.ts';
import type { VerifyOptions } from './verify-record.ts';

const VerifierAnswer = z.union([z.object({ verification: Verification }), z.object({ match: RecordMatch }), z.object({ error: ErrorEnvelope })]);
export type VerifierAnswer = z.infer<typeof VerifierAnswer>;

const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
/** A note with a hundred signatures has less; one argument of a program may have no more on Linux. */
const MAX_PAPER_BYTES = 64 * 1024;
/** Only where to put the copy: nothing else of our environment concerns the verifier. */
const PASSED_ON = ['TMPDIR', 'TEMP', 'TMP', 'SystemRoot'];

/** `verify-child.ts`, or what it was bundled into. */
const PROGRAM = fileURLToPath(new URL('./verify-child.ts', import.meta.url));

/**
 * As `verifyRecord`, with the same errors. EngineError `internal` when the program cannot run.
 *
 * @param node runs the program: in the packaged app its own `runtime/node`, since Electron's executable may not
 */
export async function verifyInChild(dataDir: string, { anchors = [] }: VerifyOptions = {}, node = process.execPath): Promise<Verification> {
  const answer = await ask(node, ['verify', dataDir, ...anchors]);
  if ('verification' in answer) return answer.verification;
  throw unexpected(answer);
}

/** As `matchRecord`, in the same way. */
export async function matchInChild(dataDir: string, text: string, witnesses: readonly string[] = [], node = process.execPath): Promise<RecordMatch> {
  if (Buffer.byteLength(text) > MAX_PAPER_BYTES || text.includes('\0')) throw new EngineError('refused', 'This is neither a checkpoint nor its words.');
  const answer = await ask(node, ['match', dataDir, text, ...witnesses]);
  if ('match' in answer) return answer.match;
  throw unexpected(answer);
}

function unexpected(answer: VerifierAnswer): EngineError {
  return 'error' in answer ? fromEnvelope(answer.error) : new EngineError('internal', 'The verifier answered something else than it was asked.');
}

async function ask(node: string, argv: readonly string[]): Promise<VerifierAnswer> {
  const env = Object.fromEntries(PASSED_ON.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
  const answer = await new Promise<string>((resolve, reject) => {
    execFile(node, [PROGRAM, ...argv], { maxBuffer: MAX_ANSWER_BYTES, env }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new EngineError('internal', `The verifier could not run: ${stderr.trim() === '' ? error.message : stderr.trim()}`, { cause: error }));
    });
  });
  return VerifierAnswer.parse(JSON.parse(answer));
}
