import { Command } from 'commander';
import { toRunDocument } from '../../contract/run/view.ts';
import { ownOrImported } from '../own-or-imported.ts';
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
        const folder = reader();
        const document = await ownOrImported(() => folder.runs.document(run), async () => toRunDocument(await folder.importedView(run)));
        if (terminal.json) terminal.document({ run: document });
        else printRun(terminal, document);
        return EXIT.good;
      }),
    );
}
