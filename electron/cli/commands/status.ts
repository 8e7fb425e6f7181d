import { Command } from 'commander';
import { EXIT } from '../exit-codes.ts';
import type { Perform } from '../perform.ts';
import { printRun } from '../run-text.ts';

export function statusCommand(perform: Perform): Command {
  return new Command('status')
    .description('where a run stands')
    .argument('<run>', 'its id, a unique beginning of it, or "last"')
    .addHelpText('after', '\nExample:\n  blackstart status last')
    .action(async (run: string, _options: unknown, command: Command) =>
      perform(command, async ({ terminal, reader }) => {
        const { runs } = reader();
        const document = runs.document(run);
        if (terminal.json) terminal.document({ run: document });
        else printRun(terminal, document);
        return EXIT.good;
      }),
    );
}
