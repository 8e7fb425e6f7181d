import { Command } from 'commander';
import { utcInstant } from '../../contract/wording.ts';
import { EXIT } from '../exit-codes.ts';
import type { Perform } from '../perform.ts';

export function runsCommand(perform: Perform): Command {
  return new Command('runs')
    .description('list all runs, newest first')
    .addHelpText('after', '\nExample:\n  blackstart runs --json')
    .action(async (_options: unknown, command: Command) =>
      perform(command, async ({ terminal, reader }) => {
        const runs = reader().runs.documents();
        if (terminal.json) terminal.document({ runs });
        for (const run of runs) terminal.line(`${run.id}  ${run.mode.padEnd(9)}  ${run.state.padEnd(11)}  ${run.declared_at === null ? '' : utcInstant(run.declared_at)}  ${run.runbook.id}`);
        if (runs.length === 0) terminal.line('No run yet. "blackstart drill first" makes one.');
        return EXIT.good;
      }),
    );
}
