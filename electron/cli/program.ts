/** The whole command line: options that every command knows, the commands, and the way that errors leave. */
import { Command, CommanderError } from 'commander';
import { EngineError, toEnvelope } from '../contract/errors.ts';
import { drillCommand } from './commands/drill.ts';
import { escrowCommand } from './commands/escrow.ts';
import { findingCommand } from './commands/finding.ts';
import { incidentCommand } from './commands/incident.ts';
import { kitCommand } from './commands/kit.ts';
import { outageCommand } from './commands/outage.ts';
import { peopleCommand } from './commands/people.ts';
import { readyCommand } from './commands/ready.ts';
import { recordCommand } from './commands/record.ts';
import { replicateCommand } from './commands/replicate.ts';
import { reportCommand } from './commands/report.ts';
import { resumeCommand } from './commands/resume.ts';
import { runCommand } from './commands/run.ts';
import { runbookCommand } from './commands/runbook.ts';
import { runsCommand } from './commands/runs.ts';
import { statusCommand } from './commands/status.ts';
import { takeoverCommand } from './commands/takeover.ts';
import { vaultCommand } from './commands/vault.ts';
import { EXIT, EXIT_HELP, exitStatusOf, type ExitStatus } from './exit-codes.ts';
import type { Perform } from './perform.ts';
import { openSession } from './session.ts';
import { createTerminal, type Surroundings } from './terminal.ts';
import { VERSION } from '../engine/version.ts';

export function buildProgram(perform: Perform): Command {
  const program = new Command('blackstart')
    .description('The offline recovery console: prove readiness, recover against the clock, keep the record.')
    .version(VERSION, '-V, --version', 'print the version')
    .option('--json', 'print exactly one JSON document on stdout')
    .option('--data-dir <dir>', 'folder that holds everything (or BLACKSTART_DATA)')
    .option('--device-passphrase-env <variable>', 'environment variable with the passphrase of this laptop’s key')
    .option('--device-passphrase-file <file>', 'file with the passphrase of this laptop’s key')
    .option('--vault-passphrase-env <variable>', 'environment variable with the passphrase of the vault')
    .option('--vault-passphrase-file <file>', 'file with the passphrase of the vault')
    .option('--runbooks <dir>', 'folder of runbooks, may be repeated; default: the bundled ones', (dir: string, all: string[]) => [...all, dir], []);
  for (const make of [runbookCommand, readyCommand, runCommand, resumeCommand, takeoverCommand, runsCommand, statusCommand, reportCommand, recordCommand, peopleCommand, outageCommand, incidentCommand, kitCommand, vaultCommand, escrowCommand, drillCommand, findingCommand, replicateCommand]) {
    program.addCommand(make(perform));
  }
  for (const command of descendants(program)) finish(command);
  return program;
}

function descendants(command: Command): Command[] {
  return [command, ...command.commands.flatMap(descendants)];
}

/** Every help has the exit statuses, and no command ends the process by itself. */
function finish(command: Command): void {
  command.exitOverride().configureHelp({ showGlobalOptions: true }).addHelpText('after', EXIT_HELP).showSuggestionAfterError(true);
}

/** Runs one command line to its end. Never throws. */
export async function runCommandLine(around: Surroundings): Promise<ExitStatus> {
  const json = around.argv.includes('--json') || around.argv.includes('--json-lines');
  const terminal = createTerminal(around, json);
  let status: ExitStatus = EXIT.good;
  const program = buildProgram(async (command, action) => {
    const session = openSession(around, command.optsWithGlobals());
    try {
      status = await action(session);
    } finally {
      await session.close();
    }
  });
  // commander's own messages are said once, by us, in the one form that errors have
  for (const command of descendants(program)) command.configureOutput({ writeOut: (text) => void around.stdout.write(text), writeErr: () => undefined });
  try {
    await program.parseAsync([...around.argv], { from: 'user' });
    return status;
  } catch (thrown) {
    return endOf(thrown, around, (error) => {
      terminal.error(toEnvelope(error));
    });
  }
}

function endOf(thrown: unknown, around: Surroundings, say: (error: unknown) => void): ExitStatus {
  if (thrown instanceof CommanderError) {
    if (thrown.exitCode === 0) return EXIT.good;
    say(new EngineError('usage', thrown.message.replace(/^error: /u, '').replace('(outputHelp)', 'name a command'), { hint: 'blackstart --help lists the commands; every command has --help.' }));
    return EXIT.usage;
  }
  if (around.env['BLACKSTART_DEBUG'] === '1' && thrown instanceof Error) around.stderr.write(`${thrown.stack ?? ''}\n`);
  say(thrown);
  return exitStatusOf(toEnvelope(thrown).code);
}
