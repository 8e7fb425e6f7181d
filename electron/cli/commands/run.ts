import { Command, Option } from 'commander';
import { EngineError } from '../../contract/errors.ts';
import type { Mode } from '../../contract/vocabulary.ts';
import { resolveParams } from '../../engine/runbook/params.ts';
import type { DataFolder } from '../../engine/data-folder.ts';
import { carryRun } from '../carry-run.ts';
import { collectParam } from '../params.ts';
import type { Perform } from '../perform.ts';
import type { Session } from '../session.ts';

export interface RunOptions {
  mode: Mode;
  param?: Record<string, string>;
  outageAt?: string;
  declaredAt?: string;
  operator?: string;
  dead?: string[];
  answers?: string;
  jsonLines?: boolean;
  acknowledgeUnsigned?: string;
  proceedNotReady?: string;
  incident?: string;
  despiteDependencies?: string;
  by?: string;
}

export function runCommand(perform: Perform): Command {
  return new Command('run')
    .description('recover, rehearse or walk through: step by step, against the clock')
    .argument('<runbook>', 'its id, or the path of its file')
    .addOption(new Option('--mode <mode>', 'live, rehearsal or tabletop').choices(['live', 'rehearsal', 'tabletop']).makeOptionMandatory())
    .option('--param <name=value>', 'a parameter, may be repeated', collectParam)
    .option('--outage-at <time>', 'when the outage began; the RTO clock starts there')
    .option('--declared-at <time>', 'when the disaster was declared')
    .option('--operator <name>', 'who runs it; in live mode somebody who is enrolled')
    .option('--dead <name...>', 'what a drill plays as dead; the marks of the real outage stay as they are')
    .option('--answers <file>', 'what a person would answer, as YAML')
    .option('--json-lines', 'print each journal event as one JSON object a line, and the run last')
    .option('--acknowledge-unsigned <reason>', 'run a runbook that nobody trusted has signed; the reason is recorded')
    .option('--proceed-not-ready <reason>', 'run although readiness is not given; the reason is recorded')
    .option('--incident <id>', 'the incident that it is a part of; its outage time is the run’s')
    .option('--despite-dependencies <reason>', 'begin before what it depends on in the incident is back; the reason is recorded')
    .option('--by <name>', 'who says so, where no operator is named')
    .addHelpText('after', '\nExample:\n  blackstart run ampora-total-loss --mode rehearsal --answers answers.yaml --json')
    .action(async (id: string, options: RunOptions, command: Command) =>
      perform(command, async (session) => {
        const { param = {}, mode, dead, outageAt: outage_at, declaredAt: declared_at, operator, acknowledgeUnsigned: acknowledge_unsigned, proceedNotReady: proceed_not_ready, incident, despiteDependencies: despite_dependencies, by } = options;
        const folder = await session.signing();
        const { runbook } = folder.library.find(id);
        remind(session, folder, runbook.front.id, mode, incident);
        const params = absoluteParams(resolveParams(runbook, param, mode, { builtIns: { data_dir: folder.dataDir, blackstart: session.installation.launcher }, base: session.around.cwd }).questions, param);
        return carryRun(session, folder, options, async (answers) => folder.runs.start({ id, mode, params, outage_at, declared_at, operator, acknowledge_unsigned, proceed_not_ready, dead, incident, despite_dependencies, by }, 'auto', answers));
      }),
    );
}

/** Nobody is made to join: but a run that stands beside its incident is seldom meant. */
function remind({ terminal }: Session, { incidents }: DataFolder, runbook: string, mode: Mode, named: string | undefined): void {
  const open = incidents.list().find((one) => one.state === 'open' && one.mode === mode && one.members.some((member) => member.runbook === runbook));
  if (named === undefined && open !== undefined) terminal.progress(`${runbook} is in the open incident ${open.id}; this run is not a part of it. With --incident ${open.id} it would be.`);
}

/** Paths that were given relative to the caller's folder, made absolute before the run freezes them. */
function absoluteParams(questions: readonly { name: string; type: string; value: string | null; problem: string | null }[], given: Readonly<Record<string, string>>): Record<string, string> {
  const paths = questions.filter(({ name, type, problem }) => name in given && problem === null && (type === 'file' || type === 'directory'));
  const wrong = questions.find(({ name, problem }) => name in given && problem !== null);
  if (wrong !== undefined) throw new EngineError('usage', `The parameter ${wrong.name}: ${wrong.problem ?? ''}.`, { hint: 'See what it takes with: blackstart runbook show ID' });
  return { ...given, ...Object.fromEntries(paths.map(({ name, value }) => [name, value ?? ''])) };
}
