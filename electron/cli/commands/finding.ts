import { Command, Option } from 'commander';
import { dueWords, FindingPatch, NewFinding, type LiveFinding } from '../../contract/after-action.ts';
import { EngineError } from '../../contract/errors.ts';
import { Severity } from '../../contract/report-facts.ts';
import { utcInstant } from '../../contract/wording.ts';
import { FindingStatus, STATUS_WORDS } from '../../contract/vocabulary.ts';
import { EXIT } from '../exit-codes.ts';
import type { Perform } from '../perform.ts';
import type { Terminal } from '../terminal.ts';

export function findingCommand(perform: Perform): Command {
  return new Command('finding').description('what runs and drills have found: raised, owned, dated, retested, closed').addCommand(listCommand(perform)).addCommand(showCommand(perform)).addCommand(addCommand(perform)).addCommand(changeCommand(perform));
}

function listCommand(perform: Perform): Command {
  return new Command('list')
    .description('the improvement plan: open findings by date; status 1 when one is overdue')
    .option('--runbook <id>', 'only of this runbook')
    .option('--all', 'closed ones too')
    .addHelpText('after', '\nExample:\n  blackstart finding list --json')
    .action(async ({ runbook, all = false }: { runbook?: string; all?: boolean }, command: Command) =>
      perform(command, async ({ terminal, reader }) => {
        const findings = reader().findings().findings.filter((one) => (all || !one.closed) && (runbook === undefined || one.runbook === runbook));
        if (terminal.json) terminal.document({ findings });
        for (const finding of findings) terminal.line(lineOf(terminal, finding));
        if (findings.length === 0) terminal.line('No finding is open.');
        return findings.some(({ overdue_days }) => overdue_days > 0) ? EXIT.bad : EXIT.good;
      }),
    );
}

function lineOf(terminal: Terminal, finding: LiveFinding): string {
  const { runbook, id, title, severity, status, owner, overdue_days } = finding;
  const due = dueWords(finding);
  return `${(overdue_days > 0 ? terminal.paint('red', due.padEnd(18)) : due.padEnd(18))} ${(severity ?? '–').padEnd(8)} ${STATUS_WORDS[status].padEnd(8)} ${runbook}/${id}: ${title}${owner === null ? ', owned by nobody' : `, ${owner}`}`;
}

function showCommand(perform: Perform): Command {
  return new Command('show')
    .description('one finding with everything that was said of it')
    .argument('<id>', 'as "finding list" shows it; the runbook before it where two have it')
    .addHelpText('after', '\nExample:\n  blackstart finding show the-key-came-late')
    .action(async (id: string, _options: unknown, command: Command) =>
      perform(command, async ({ terminal, reader }) => {
        const found = reader().findings().findings.filter((one) => one.id === id || `${one.runbook}/${one.id}` === id);
        const [only] = found;
        if (only === undefined) throw new EngineError('not-found', `There is no finding ${id}.`, { hint: '"blackstart finding list --all" shows what there is.' });
        if (found.length > 1) throw new EngineError('usage', `${id} is a finding of ${found.map(({ runbook }) => runbook).join(' and of ')}.`, { hint: `Write it as ${only.runbook}/${id}.` });
        tell(terminal, only);
        return EXIT.good;
      }),
    );
}

function tell(terminal: Terminal, finding: LiveFinding): void {
  if (terminal.json) terminal.document({ finding });
  terminal.line(lineOf(terminal, finding));
  for (const [name, text] of [['What', finding.description], ['Root cause', finding.root_cause], ['Action', finding.action], ['Retested by', finding.retest_run], ['To be retested by', finding.retest_drill]] as const) if (text !== null) terminal.line(`  ${name}: ${text}`);
  for (const { at, by, reason, fields, without_retest } of finding.history) {
    terminal.line(`  ${utcInstant(at)}  ${by}: ${fields.map(({ field, was, now }) => `${field} ${was === null ? '' : `${was} → `}${now ?? 'none'}`).join(', ')}${reason === null ? '' : ` (“${reason}”)`}${without_retest === null ? '' : `, closed without a retest: “${without_retest}”`}`);
  }
}

type Given = Partial<Record<'title' | 'description' | 'severity' | 'rootCause' | 'action' | 'owner' | 'due' | 'status' | 'drill' | 'retest' | 'runbook' | 'run' | 'id' | 'by' | 'reason' | 'withoutRetest', string>>;

function withFields(command: Command): Command {
  return command
    .option('--description <text>', 'what was seen')
    .option('--root-cause <text>', 'why it came to that')
    .option('--action <text>', 'what is to be done')
    .option('--owner <name>', 'who does it; "-" for nobody')
    .option('--due <date>', 'by when, such as 2026-12-01; "-" for no date')
    .option('--drill <title>', 'the drill of the runbook that shall retest it');
}

/** `-` takes back what was said. */
function patchOf({ title, description, severity, rootCause, action, owner, due, status, drill, retest }: Given): FindingPatch {
  const said = { title, description, severity, root_cause: rootCause, action, owner, due, status, retest_drill: drill, retest_run: retest };
  const set = Object.fromEntries(Object.entries(said).flatMap(([name, text]) => (text === undefined ? [] : [[name, text === '-' ? null : text]])));
  const read = FindingPatch.safeParse(set);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new EngineError('usage', `--${String(issue?.path[0] ?? '').replaceAll('_', '-')} cannot be that: ${issue?.message ?? ''}.`);
}

function addCommand(perform: Perform): Command {
  return withFields(new Command('add'))
    .description('raise a finding, of a run or of a runbook')
    .option('--run <run>', 'the run that found it: its id, a unique beginning of it, or "last"')
    .option('--runbook <id>', 'the runbook that it is about, where no run found it')
    .option('--id <id>', 'how it is called; default: from its title')
    .requiredOption('--title <text>', 'in one line')
    .addOption(new Option('--severity <severity>', 'how grave it is').choices(Severity.options).makeOptionMandatory())
    .requiredOption('--by <name>', 'who says so')
    .addHelpText('after', '\nExample:\n  blackstart finding add --run last --title "The key came late" --severity high --owner "Priya Raman" --due 2026-12-01 --by "Ruth Adeyemi"')
    .action(async (given: Given, command: Command) =>
      perform(command, async ({ terminal, writer }) => {
        const { run, runbook, id, by } = given;
        const read = NewFinding.safeParse({ ...patchOf(given), by, ...(run === undefined ? {} : { run }), ...(runbook === undefined ? {} : { runbook }), ...(id === undefined ? {} : { id }) });
        if (!read.success) throw new EngineError('usage', `--${String(read.error.issues[0]?.path[0] ?? '')} cannot be that: ${read.error.issues[0]?.message ?? ''}.`);
        const folder = writer();
        tell(terminal, folder.findings.raise(read.data));
        return EXIT.good;
      }),
    );
}

function changeCommand(perform: Perform): Command {
  return withFields(new Command('change'))
    .description('correct a finding or move it on; what was said before stays in the record')
    .argument('<id>', 'as "finding list" shows it; the runbook before it where two have it')
    .option('--title <text>', 'in one line')
    .addOption(new Option('--severity <severity>', 'how grave it is').choices(Severity.options))
    .addOption(new Option('--status <status>', 'accepted: nothing will be done, and you stand for that').choices(FindingStatus.options))
    .option('--retest <run>', 'the run that retested it')
    .option('--without-retest <reason>', 'why one of severity high or critical is closed although nothing retested it')
    .requiredOption('--by <name>', 'who says so')
    .requiredOption('--reason <text>', 'why it changes')
    .addHelpText('after', '\nExample:\n  blackstart finding change the-key-came-late --status done --retest last --by "Ruth Adeyemi" --reason "The register was used in the drill"')
    .action(async (id: string, given: Given, command: Command) =>
      perform(command, async ({ terminal, writer }) => {
        const { by = '', reason = '', withoutRetest } = given;
        tell(terminal, writer().findings.change({ id, by, reason, set: patchOf(given), ...(withoutRetest === undefined ? {} : { without_retest: withoutRetest }) }));
        return EXIT.good;
      }),
    );
}
