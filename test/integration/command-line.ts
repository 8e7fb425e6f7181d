/** The real command line as a process of its own, for the tests that go through it from end to end. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';
import { ensureBuilt } from '../../electron/setup/build.mjs';

export const ROOT = join(import.meta.dirname, '..', '..');
export const BLACKSTART = join(ROOT, 'electron', 'cli', 'blackstart');

export interface CommandResult {
  status: number | null;
  stdout: string;
  stderr: string;
  /** The one JSON document on standard output. */
  json(): unknown;
}

export interface CommandPlace {
  env: Readonly<Record<string, string>>;
  cwd: string;
  /** Turns an argv into the one that is started, for example under another account. */
  as?: (argv: readonly string[]) => readonly string[];
}

// The launcher takes the bundle when it is newer than the sources: each call then starts four times as fast.
await ensureBuilt(['engine']);

export async function blackstart(argv: readonly string[], place: CommandPlace): Promise<CommandResult> {
  const whole = [BLACKSTART, ...argv];
  const [program = '', ...rest] = place.as?.(whole) ?? whole;
  const child = spawn(program, rest, { cwd: place.cwd, env: { ...place.env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => { output.stdout += text; });
  child.stderr.setEncoding('utf8').on('data', (text: string) => { output.stderr += text; });
  const status = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  return {
    status, ...output,
    json: () => {
      if (output.stdout === '') throw new Error(`no JSON came, but on stderr: ${output.stderr}`);
      return JSON.parse(output.stdout);
    },
  };
}

/** The parts of a run's document that these tests read. */
export const RunAnswer = z.looseObject({
  run: z.looseObject({
    id: z.string(), mode: z.string(), state: z.string(),
    rto: z.object({ target_s: z.number().nullable(), achieved_s: z.number().nullable(), met: z.boolean().nullable() }),
    rpo: z.object({ target_s: z.number().nullable(), achieved_s: z.number().nullable(), met: z.boolean().nullable(), newest_at: z.string().nullable() }),
    steps: z.array(z.looseObject({ id: z.string(), state: z.string(), exit_codes: z.array(z.number()), assertions: z.array(z.object({ ok: z.boolean(), expected: z.string(), actual: z.string() })), reason: z.string().optional() })),
  }),
});
export type RunAnswer = z.infer<typeof RunAnswer>;

export const ReadyAnswer = z.looseObject({
  state: z.string(),
  checks: z.array(z.looseObject({ id: z.string(), outcome: z.string(), summary: z.string(), suspects: z.array(z.string()), evidence: z.looseObject({ level: z.string().optional() }) })),
});

export function stepOf(answer: RunAnswer, id: string): RunAnswer['run']['steps'][number] {
  const found = answer.run.steps.find((step) => step.id === id);
  if (found === undefined) throw new Error(`the run has no step ${id}`);
  return found;
}
