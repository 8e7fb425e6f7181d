/** How real the steps of a run were: what each of them started, and what that program is in the lab. */
import { z } from 'zod';
import type { RunAnswer, CommandResult } from '../integration/command-line.ts';
import type { Rehearsal } from './rehearsal.ts';
import type { Fidelity } from './unit.ts';

const Argv = z.array(z.string()).min(1);
const Programs = z.looseObject({
  id: z.string(), kind: z.string(), runbook: z.string().optional(), run: Argv.optional(), pipe: z.array(Argv).optional(),
  wait_until: z.object({ run: Argv }).optional(), background: z.object({ stop: Argv }).optional(),
  verify: z.array(z.looseObject({ run: Argv.optional() })).optional(),
  modes: z.looseObject({ rehearsal: z.union([z.string(), z.looseObject({ run: Argv.optional(), pipe: z.array(Argv).optional() })]).optional() }).optional(),
});
type Programs = z.infer<typeof Programs>;
const Shown = z.object({ runbook: z.looseObject({ steps: z.array(z.looseObject({ id: z.string(), block: Programs })) }) });

/** `judged` are Blackstart's own steps: checks and plain waits, done by the engine itself on what is there. */
export interface Count {
  real: number;
  emulated: number;
  'stand-in': number;
  judged: number;
  /** A person's: confirmations, decisions, approvals, messages. */
  manual: number;
  /** Skipped, or only acted out in a rehearsal. */
  'not run': number;
}

type Step = RunAnswer['run']['steps'][number];
type Show = (runbook: string) => Promise<CommandResult>;

/** `unnamed` are programs of executed steps that the rehearsal does not name. */
export async function countSteps(rehearsal: Rehearsal, steps: readonly Step[], show: Show): Promise<{ count: Count; unnamed: string[] }> {
  const blocks = await blocksOf(rehearsal.runbook, '', show);
  const count: Count = { real: 0, emulated: 0, 'stand-in': 0, judged: 0, manual: 0, 'not run': 0 };
  const unnamed = new Set<string>();
  const notCalled = steps.filter(({ id, state }) => blocks.get(id)?.kind === 'call' && ['skipped', 'not_executed'].includes(state)).map(({ id }) => `${id}/`);
  for (const step of steps) {
    const block = blocks.get(step.id);
    // A runbook that was called counts by its steps, one that was not as the one step that would have called it.
    if (notCalled.some((prefix) => step.id.startsWith(prefix)) || (block?.kind === 'call' && step.state === 'succeeded')) continue;
    const programs = block === undefined ? [] : programsOf(block);
    const done = ['succeeded', 'failed', 'overridden'].includes(step.state) && block?.modes?.rehearsal !== 'simulate';
    if (done) for (const program of programs) if (rehearsal.programs[program] === undefined) unnamed.add(program);
    count[done ? kindOf(block, programs, rehearsal.programs) : 'not run'] += 1;
  }
  return { count, unnamed: [...unnamed] };
}

/** Steps by the id that they have in the run: those of a called runbook carry the calling step's id before their own. */
async function blocksOf(runbook: string, prefix: string, show: Show): Promise<Map<string, Programs>> {
  const answer = await show(runbook);
  const { steps } = Shown.parse(answer.json()).runbook;
  const blocks = new Map<string, Programs>();
  for (const { id, block } of steps) {
    blocks.set(`${prefix}${id}`, block);
    if (block.kind === 'call' && block.runbook !== undefined) for (const [inner, called] of await blocksOf(block.runbook, `${prefix}${id}/`, show)) blocks.set(inner, called);
  }
  return blocks;
}

function programsOf({ run, pipe, wait_until, background, verify = [], modes }: Programs): string[] {
  const other = modes?.rehearsal;
  const main = typeof other === 'object' ? [other.run, ...(other.pipe ?? [])] : [run, ...(pipe ?? [])];
  const all = [...main, wait_until?.run, background?.stop, ...verify.map((assertion) => assertion.run)];
  return [...new Set(all.flatMap((argv) => (argv === undefined ? [] : [argv[0] ?? ''])))].map((path) => path.split('/').pop() ?? path);
}

function kindOf(block: Programs | undefined, programs: readonly string[], known: Rehearsal['programs']): keyof Count {
  if (programs.length === 0) return block?.kind === 'check' || block?.kind === 'wait' ? 'judged' : 'manual';
  const used: readonly (Fidelity | undefined)[] = programs.map((program) => known[program]);
  return used.includes('stand-in') ? 'stand-in' : used.includes('emulated') ? 'emulated' : 'real';
}
