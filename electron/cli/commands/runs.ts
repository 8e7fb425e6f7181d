import { Command } from 'commander';
import { toRunDocument } from '../../contract/run/view.ts';
import { utcInstant } from '../../contract/wording.ts';
import { inOrder } from '../../contract/order.ts';
import { EXIT } from '../exit-codes.ts';
import type { Perform } from '../perform.ts';

export function runsCommand(perform: Perform): Command {
  return new Command('runs')
    .description('list all runs, newest first')
    .addHelpText('after', '\nExample:\n  blackstart runs --json')
    .action(async (_options: unknown, command: Command) =>
      perform(command, async ({ terminal, reader }) => {
        const folder = reader();
        const runs = folder.runs.documents();
        const others = (await folder.imported()).filter(({ imported: { run } }) => !runs.some(({ id }) => id === run));
        // of other laptops, judged now: marked, and without content when their bundle does not hold any more
        const marked = others.flatMap(({ imported: { summary: _summary, ...imported }, view }) => (view === null ? [] : [{ ...toRunDocument(view), imported }]));
        const broken = others.flatMap(({ imported, view }) => (view === null ? [imported] : []));
        const all = [...runs.map((run) => ({ ...run, imported: null })), ...marked].sort((a, b) => inOrder(b.id, a.id));
        if (terminal.json) terminal.document({ runs: all.map(({ imported, ...run }) => (imported === null ? run : { ...run, imported })), ...(broken.length === 0 ? {} : { broken_imports: broken.map(({ run, device, problems }) => ({ run, device, problems })) }) });
        for (const run of all) terminal.line(`${run.id}  ${run.mode.padEnd(9)}  ${run.state.padEnd(11)}  ${run.declared_at === null ? '' : utcInstant(run.declared_at)}  ${run.runbook.id}${run.imported === null ? '' : `  from ${run.imported.device}${run.imported.known ? '' : ', a laptop that is not known here'}`}`);
        for (const { run, device, problems } of broken) terminal.line(`${run}  from ${device}: ${terminal.paint('red', 'its bundle does not hold any more')}: ${problems[0] ?? ''}`);
        if (all.length === 0) terminal.line('No run yet. "blackstart drill first" makes one.');
        return EXIT.good;
      }),
    );
}
