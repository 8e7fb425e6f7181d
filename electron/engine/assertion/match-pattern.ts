/** Regular expressions of runbooks: ECMAScript, flags `mu`, unanchored, one second at most. */
import { Worker } from 'node:worker_threads';
import { z } from 'zod';

/** `groups[0]` is the whole match. */
export type PatternResult = { kind: 'match'; groups: (string | null)[] } | { kind: 'none' } | { kind: 'timeout' } | { kind: 'invalid'; message: string };

const LIMIT_MS = 1_000;
/** A pattern can backtrack for years, and nothing stops it on its own thread; so it has one that can be ended. */
const PROGRAM = `
const { parentPort } = require('node:worker_threads');
parentPort.once('message', ({ pattern, text }) => {
  const found = new RegExp(pattern, 'mu').exec(text);
  parentPort.postMessage(found === null ? { kind: 'none' } : { kind: 'match', groups: Array.from(found, (group) => group ?? null) });
});
parentPort.postMessage('ready');
`;
const Answer = z.union([z.literal('ready'), z.object({ kind: z.literal('none') }), z.object({ kind: z.literal('match'), groups: z.array(z.string().nullable()) })]);

export async function matchPattern(pattern: string, text: string, limitMs = LIMIT_MS): Promise<PatternResult> {
  const problem = invalid(pattern);
  if (problem !== null) return { kind: 'invalid', message: problem };
  const worker = new Worker(PROGRAM, { eval: true, env: {}, execArgv: [], stdin: false, resourceLimits: { maxOldGenerationSizeMb: 512 } });
  try {
    return await answerOf(worker, pattern, text, limitMs);
  } finally {
    await worker.terminate();
  }
}

/** The second begins when the thread is ready, so that a busy machine does not fail a good pattern. */
function answerOf(worker: Worker, pattern: string, text: string, limitMs: number): Promise<PatternResult> {
  return new Promise((resolve) => {
    let limit: NodeJS.Timeout | undefined;
    const settle = (result: PatternResult): void => {
      clearTimeout(limit);
      resolve(result);
    };
    worker.on('message', (message: unknown) => {
      const answer = Answer.parse(message);
      if (answer !== 'ready') return settle(answer);
      limit = setTimeout(() => settle({ kind: 'timeout' }), limitMs);
      worker.postMessage({ pattern, text });
    });
    worker.on('error', (error: unknown) => settle({ kind: 'invalid', message: error instanceof Error ? error.message : String(error) }));
  });
}

function invalid(pattern: string): string | null {
  try {
    new RegExp(pattern, 'mu');
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
