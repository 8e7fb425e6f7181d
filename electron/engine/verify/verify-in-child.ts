/** Verification in a process of its own: it neither stops the engine nor touches the locks of an open journal. */
import { EngineError, ErrorEnvelope, fromEnvelope } from '../../contract/errors.ts';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { Verification } from '../../contract/record.ts';
import type { VerifyOptions } from './verify-record.ts';

const VerifierAnswer = z.union([z.object({ verification: Verification }), z.object({ error: ErrorEnvelope })]);
export type VerifierAnswer = z.infer<typeof VerifierAnswer>;

const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
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
  const env = Object.fromEntries(PASSED_ON.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
  const answer = await new Promise<string>((resolve, reject) => {
    execFile(node, [PROGRAM, dataDir, ...anchors], { maxBuffer: MAX_ANSWER_BYTES, env }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new EngineError('internal', `The verifier could not run: ${stderr.trim() === '' ? error.message : stderr.trim()}`, { cause: error }));
    });
  });
  const parsed = VerifierAnswer.parse(JSON.parse(answer));
  if ('error' in parsed) throw fromEnvelope(parsed.error);
  return parsed.verification;
}
