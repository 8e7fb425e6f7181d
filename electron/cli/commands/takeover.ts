import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { carryRun } from '../carry-run.ts';
import { collectParam } from '../params.ts';
import type { Perform } from '../perform.ts';

interface Options {
  operator: string;
  reason: string;
  param?: Record<string, string>;
  useBundleRunbook?: string;
  acceptUnknownLaptop?: string;
  incident?: string;
  despiteDependencies?: string;
  answers?: string;
  jsonLines?: boolean;
}

export function takeoverCommand(perform: Perform): Command {
  return new Command('takeover')
    .description('go on here with a run of another laptop that is dead, from its evidence bundle')
    .argument('<run>', 'the id of an imported run, or its bundle, which is imported first')
    .requiredOption('--operator <name>', 'who takes it over; in live mode somebody who is enrolled here')
    .requiredOption('--reason <text>', 'why; it is recorded')
    .option('--param <name=value>', 'a parameter that is another one on this laptop, may be repeated', collectParam)
    .option('--use-bundle-runbook <reason>', 'run the runbook of the bundle, where this laptop has none of the same digest; the reason is recorded')
    .option('--accept-unknown-laptop <reason>', 'believe a laptop whose key is not known here; the reason is recorded')
    .option('--incident <id>', 'the incident of this laptop that it becomes a part of; it has the same outage')
    .option('--despite-dependencies <reason>', 'although what it depends on in the incident is not back; the reason is recorded')
    .option('--answers <file>', 'what a person would answer, as YAML')
    .option('--json-lines', 'print each journal event as one JSON object a line, and the run last')
    .addHelpText('after', '\nExample:\n  blackstart takeover /media/stick/run.zip --operator priya-raman --reason "The first laptop does not start any more"')
    .action(async (named: string, options: Options, command: Command) =>
      perform(command, async (session) => {
        const folder = await session.signing();
        const file = session.path(named);
        const run = existsSync(file) ? (await folder.importBundle(file)).run : named;
        const { operator, reason, param, useBundleRunbook: use_bundle_runbook, acceptUnknownLaptop: accept_unknown_laptop, incident, despiteDependencies: despite_dependencies } = options;
        return carryRun(session, folder, options, async (answers) => folder.takeOver(run, { operator, reason, params: param, use_bundle_runbook, accept_unknown_laptop, incident, despite_dependencies, pace: 'auto', answers }));
      }),
    );
}
