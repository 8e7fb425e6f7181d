import { Command } from 'commander';
import { EngineError } from '../../contract/errors.ts';
import type { RunView } from '../../contract/run.ts';
import { exerciseTime } from '../../contract/tabletop/plan.ts';
import type { ExerciseView, InjectView } from '../../contract/tabletop/view.ts';
import { EXIT, type ExitStatus } from '../exit-codes.ts';
import type { Perform } from '../perform.ts';
import type { Terminal } from '../terminal.ts';

export function scoreCommand(perform: Perform): Command {
  return new Command('score')
    .description('what the answers of a tabletop were worth: points, expectations, objectives')
    .argument('<run>', 'its id, a unique beginning of it, or "last"')
    .addHelpText('after', '\nExample:\n  blackstart drill score last --json\n\nIt is good when the exercise was held to its end and the points pass; while answers wait to be judged, a person is needed.')
    .action(async (run: string, _options: unknown, command: Command) =>
      perform(command, async ({ terminal, reader }) => {
        const view = reader().runs.view(run);
        if (view.exercise === undefined) throw new EngineError('refused', `The run ${view.id} was no tabletop exercise; only those are scored.`, { hint: '"blackstart runs" says the mode of each.' });
        if (terminal.json) terminal.document(scoreDocument(view, view.exercise));
        else print(terminal, view.exercise);
        return statusOf(view, view.exercise);
      }),
    );
}

/** While it goes on, or is left with answers that nobody has judged, it is a person's turn. */
function statusOf(view: RunView, { score }: ExerciseView): ExitStatus {
  if (view.finished_at === null) return EXIT.waiting;
  return view.state === 'succeeded' && score.passed === true ? EXIT.good : EXIT.bad;
}

function scoreDocument(view: RunView, { score, injects, objectives, clock, ended, plan }: ExerciseView) {
  const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);
  return {
    run: view.id, runbook: view.runbook, title: plan.title, state: view.state, ended: ended === null ? null : { why: ended.why, reason: ended.reason }, exercise_s: clock.h_ms / 1000,
    score: { points: score.points, possible: score.come, planned: score.possible, pass: score.pass, open: score.open, passed: score.passed },
    injects: injects.map(({ id, title, state, due_ms, fired, withdrawn, points, possible, expectations }) => ({
      id, title, state, due_s: seconds(due_ms), fired_s: seconds(fired?.h_ms ?? null), fired_at: fired?.at ?? null, early_s: seconds(fired?.early_ms ?? null), withdrawn: withdrawn?.reason ?? null, points, possible,
      expectations: expectations.map(({ action, within_s, score: worth, verdict, late, seen_ms, points: got, note }) => ({ action, within_s, score: worth, verdict, late, seen_s: seconds(seen_ms), points: got, note })),
    })),
    objectives: objectives.map(({ id, text, rating, reason }) => ({ id, text, rating, reason })),
    rto: view.rto,
  };
}

function print(terminal: Terminal, { score, injects, objectives, plan, ended }: ExerciseView): void {
  terminal.line(`EXERCISE  ${plan.title}${ended?.why === 'real-emergency' ? terminal.paint('red', '  stopped by a real emergency') : ''}`);
  for (const inject of injects) printInject(terminal, inject);
  for (const { text, rating, reason } of objectives) terminal.line(`  ${rating ?? '–'}  ${text}${reason === null ? '' : `: ${reason}`}`);
  const verdict = score.passed === null ? 'not over' : score.passed ? terminal.paint('green', 'passed') : terminal.paint('red', 'not passed');
  terminal.line(`${score.points} of ${score.come} points, ${score.pass} pass${score.open > 0 ? `, ${score.open} not judged` : ''}: ${verdict}`);
}

function printInject(terminal: Terminal, { title, state, due_ms, fired, withdrawn, expectations }: InjectView): void {
  const when = fired === null ? (due_ms === null ? 'by hand' : exerciseTime(due_ms)) : exerciseTime(fired.h_ms);
  terminal.line(`${when.padEnd(10)} ${title}${state === 'fired' ? '' : state === 'withdrawn' ? `: withdrawn, ${withdrawn?.reason ?? ''}` : ': did not come'}`);
  if (state !== 'fired') return;
  for (const { action, verdict, late, points, score } of expectations) terminal.line(`           ${(verdict === null ? 'open' : late ? 'late' : verdict).padEnd(7)} ${points} of ${score}  ${action}`);
}
