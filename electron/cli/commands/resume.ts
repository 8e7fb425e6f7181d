import { Command } from 'commander';
import { carryRun } from '../carry-run.ts';
import type { Perform } from '../perform.ts';

export function resumeCommand(perform: Perform): Command {
  return new Command('resume')
    .description('go on with a run that was interrupted, that failed, or that waits for a person')
    .argument('<run>', 'its id, a unique beginning of it, or "last"')
    .option('--answers <file>', 'what a person would answer, as YAML')
    .option('--operator <name>', 'who goes on with it')
    .option('--json-lines', 'print each journal event as one JSON object a line, and the run last')
    .addHelpText('after', '\nExample:\n  blackstart resume last --answers answers.yaml')
    .action(async (run: string, options: { answers?: string; operator?: string; jsonLines?: boolean }, command: Command) =>
      perform(command, async (session) => {
        const folder = await session.signing();
        return carryRun(session, folder, options, async (answers) => folder.runs.resume(run, { operator: options.operator, pace: 'auto', answers }));
      }),
    );
}
