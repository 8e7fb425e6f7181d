import { Command } from 'commander';
import type { OutageView } from '../../contract/outage.ts';
import { counted } from '../../contract/wording.ts';
import { markOutage, outageView, readOutage } from '../../engine/outage/outage.ts';
import { EXIT } from '../exit-codes.ts';
import type { Perform } from '../perform.ts';
import { printDependent } from '../print-dependency.ts';
import type { Library } from '../../engine/data-folder.ts';
import type { Runbook } from '../../contract/runbook.ts';
import type { Terminal } from '../terminal.ts';

export function outageCommand(perform: Perform): Command {
  return new Command('outage').description('what is dead, and what the runbooks need of it').addCommand(showCommand(perform)).addCommand(markCommand(perform));
}

function showCommand(perform: Perform): Command {
  return new Command('show')
    .description('everything that the runbooks lean on, dead or alive')
    .addHelpText('after', '\nExample:\n  blackstart outage show')
    .action(async (_options: unknown, command: Command) =>
      perform(command, async ({ terminal, reader }) => {
        const folder = reader();
        tell(terminal, outageView(sound(folder.library), folder.outage()));
        return EXIT.good;
      }),
    );
}

function markCommand(perform: Perform): Command {
  return new Command('mark')
    .description('say what is dead; all else is alive again')
    .argument('[thing...]', 'the whole set of what is dead; none when everything is alive')
    .requiredOption('--by <name>', 'who says so')
    .addHelpText('after', '\nExample:\n  blackstart outage mark dns identity-provider --by "Priya Raman"')
    .action(async (dead: string[], { by }: { by: string }, command: Command) =>
      perform(command, async ({ terminal, writer }) => {
        const { journal, library } = writer();
        const runbooks = sound(library);
        markOutage(journal, runbooks, dead, by);
        tell(terminal, outageView(runbooks, readOutage(journal)));
        return EXIT.good;
      }),
    );
}

function sound(library: Library): Runbook[] {
  return library.list().flatMap(({ runbook }) => runbook ?? []);
}

function tell(terminal: Terminal, view: OutageView): void {
  if (terminal.json) {
    terminal.document(view);
    return;
  }
  if (view.marked !== null) terminal.line(`As ${view.marked.by} said at ${view.marked.at}:`);
  for (const { id, dead, runbooks } of view.lifelines) {
    const leaning = runbooks.reduce((sum, { dependents }) => sum + dependents.length, 0);
    terminal.line(`${dead ? terminal.paint('red', '✕ dead ') : terminal.paint('green', '● alive')} ${id}: ${counted(leaning, 'place', 'places')} in ${counted(runbooks.length, 'runbook', 'runbooks')}`);
    if (!dead) continue;
    for (const runbook of runbooks) {
      terminal.line(`    ${runbook.title}`);
      for (const dependent of runbook.dependents) printDependent(terminal, dependent);
    }
  }
}
