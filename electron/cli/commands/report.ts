import { existsSync, readFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { HOT_WASH_PARTS, HOT_WASH_QUESTIONS, type SaidHotWash } from '../../contract/after-action.ts';
import { EngineError } from '../../contract/errors.ts';
import type { ReportStatus, ReportVerification } from '../../contract/report-signature.ts';
import { counted, utcInstant } from '../../contract/wording.ts';
import { parseHotWash } from '../../engine/findings/parse-hot-wash.ts';
import { parseFacts, renderReport, type ReportFormat } from '../../engine/report/report.ts';
import { writeReport } from '../../engine/report/write-report.ts';
import { ownOrImported } from '../own-or-imported.ts';
import { EXIT, type ExitStatus } from '../exit-codes.ts';
import { readPassphrase } from '../passphrase.ts';
import type { Perform } from '../perform.ts';
import type { Terminal } from '../terminal.ts';

interface Options {
  format: ReportFormat | 'pdf';
  output?: string;
  revision?: number;
}

export function reportCommand(perform: Perform): Command {
  return new Command('report')
    .description('write the report of a run; complete, sign and check reports')
    .argument('<run>', 'its id, a unique beginning of it, or "last"')
    .addOption(new Option('--format <format>', 'html, pdf, json, csv or md').choices(['html', 'pdf', 'json', 'csv', 'md']).default('html'))
    .option('-o, --output <file>', 'where to')
    .option('--revision <number>', 'a revision that was signed before; default: the newest, or a draft when something was recorded since', readNumber)
    .addHelpText('after', '\nExample:\n  blackstart report last --format html -o report.html')
    .action(async (run: string, { format, output, revision }: Options, command: Command) =>
      perform(command, async ({ terminal, reader, path }) => {
        if (output === undefined) throw new EngineError('usage', 'Say where the report goes.', { hint: 'Add -o FILE.' });
        if (format === 'pdf') throw new EngineError('not-found', 'A PDF needs the window: it is printed there.', { hint: 'Open the report in the console, or write --format html and print that.' });
        const file = path(output);
        const folder = reader();
        writeReport(file, renderReport(await ownOrImported(() => folder.report(run, revision), async () => folder.importedReport(run, revision)), format));
        if (terminal.json) terminal.document({ path: file });
        terminal.line(`Written: ${file}`);
        return EXIT.good;
      }),
    )
    .addCommand(completeCommand(perform))
    .addCommand(hotWashCommand(perform))
    .addCommand(signCommand(perform))
    .addCommand(verifyCommand(perform));
}

function readNumber(text: string): number {
  if (!/^[1-9]\d{0,5}$/u.test(text)) throw new InvalidArgumentError('A revision is a number from 1 on.');
  return Number(text);
}

function completeCommand(perform: Perform): Command {
  return new Command('complete')
    .description('add to a report what only a person knows; without --answers: list what nobody has said')
    .argument('<run>', 'its id, a unique beginning of it, or "last"')
    .option('--answers <file>', 'YAML: trigger, third_parties, criterion_met, deactivated_by, regulator, reviewer, retention …')
    .option('--by <name>', 'who says it')
    .option('--reason <text>', 'why something that was said before is corrected')
    .addHelpText('after', '\nExample:\n  blackstart report complete last --by "Ruth Adeyemi" --answers facts.yaml')
    .action(async (run: string, options: { answers?: string; by?: string; reason?: string }, command: Command) =>
      perform(command, async ({ terminal, reader, writer, read }) => {
        if (options.answers === undefined) return sayStatus(terminal, reader().reportStatus(run), true);
        if (options.by === undefined) throw new EngineError('usage', 'Say who completes the report.', { hint: 'Add --by NAME; the name stands in the report.' });
        const { reports, runs } = writer();
        const view = runs.view(runs.resolve(run));
        const facts = parseFacts(Buffer.from(read(options.answers)).toString('utf8'), options.answers);
        return sayStatus(terminal, reports.complete(view, { by: options.by, facts, reason: options.reason }), false);
      }),
    );
}

function hotWashCommand(perform: Perform): Command {
  return new Command('hot-wash')
    .description('what is said at the end of a run, while it is fresh; without --answers: what was said')
    .argument('<run>', 'its id, a unique beginning of it, or "last"')
    .option('--answers <file>', 'YAML: planned, happened, went_well, went_badly, why')
    .option('--by <name>', 'who says it')
    .addHelpText('after', '\nA later one corrects an earlier one and erases nothing; findings are raised with "finding add --run".\n\nExample:\n  blackstart report hot-wash last --by "Ruth Adeyemi" --answers hot-wash.yaml')
    .action(async (run: string, { answers, by }: { answers?: string; by?: string }, command: Command) =>
      perform(command, async ({ terminal, reader, writer, read }) => {
        if (answers === undefined) return sayHotWash(terminal, reader().report(run).hot_wash ?? null);
        if (by === undefined) throw new EngineError('usage', 'Say who speaks for the hot wash.', { hint: 'Add --by NAME; the name stands in the report.' });
        const said = parseHotWash(Buffer.from(read(answers)).toString('utf8'), answers);
        return sayHotWash(terminal, writer().findings.sayHotWash(run, by, said));
      }),
    );
}

function sayHotWash(terminal: Terminal, wash: SaidHotWash | null): ExitStatus {
  if (terminal.json) terminal.document({ hot_wash: wash });
  if (wash === null) terminal.line('No hot wash was recorded.');
  else for (const part of HOT_WASH_PARTS) if (wash.said[part] !== undefined) terminal.line(`${HOT_WASH_QUESTIONS[part]}: ${wash.said[part]}`);
  return wash === null ? EXIT.waiting : EXIT.good;
}

/** @param asked whether the question was what is missing: then an open field waits for a person */
function sayStatus(terminal: Terminal, status: ReportStatus, asked: boolean): ExitStatus {
  if (terminal.json) terminal.document(status);
  const { issued, roles, open } = status;
  terminal.line(issued === null ? 'Nobody has signed the report.' : `Revision ${issued.number}${issued.current ? '' : ', which is not current: something was recorded since'}, SHA-256 ${issued.sha256}`);
  for (const { role, signed, may } of roles) terminal.line(`  ${signed === null ? '○' : '✓'} ${role}: ${signed ?? (may.length === 0 ? 'nobody here may sign' : `may sign: ${may.map(({ id }) => id).join(', ')}`)}`);
  if (open.length > 0) terminal.line(`Not recorded: ${open.join(', ')}`);
  return asked && open.length > 0 ? EXIT.waiting : EXIT.good;
}

function signCommand(perform: Perform): Command {
  return new Command('sign')
    .description('sign the report of a run that is over, with a passphrase of one’s own')
    .argument('<run>', 'its id, a unique beginning of it, or "last"')
    .requiredOption('--as <person>', 'the id of who signs, as "people list" shows it')
    .option('--role <role>', 'operator, witness, compliance-officer, or another that the runbook lets sign; default: the one that the person may sign in')
    .option('--passphrase-env <variable>', 'environment variable that holds the passphrase')
    .addHelpText('after', '\nExample:\n  blackstart report sign last --as ruth-adeyemi --role witness')
    .action(async (run: string, options: { as: string; role?: string; passphraseEnv?: string }, command: Command) =>
      perform(command, async (session) => {
        const { reports, runs } = await session.signing();
        const view = runs.view(runs.resolve(run));
        const role = options.role ?? onlyRole(reports.status(view), options.as);
        return sayStatus(session.terminal, await reports.sign(view, { person: options.as, role, passphrase: await readPassphrase(session, options.passphraseEnv) }), false);
      }),
    );
}

function onlyRole({ roles }: ReportStatus, person: string): string {
  const open = roles.filter(({ may }) => may.some(({ id }) => id === person));
  const [only] = open;
  if (open.length === 1 && only !== undefined) return only.role;
  throw new EngineError(open.length === 0 ? 'refused' : 'usage', open.length === 0 ? `${person} may not sign this report.` : `${person} may sign as ${open.map(({ role }) => role).join(' or ')}.`, { hint: 'Say in which role with --role; the answer then says what speaks against it.' });
}

function verifyCommand(perform: Perform): Command {
  return new Command('verify')
    .description('check a report that was saved: its signatures, and that no byte of it was changed')
    .argument('<file>', 'HTML or JSON; Markdown and CSV against the record that they came from')
    .option('--trust <vkey>', 'a verifier key, or a file with one, that you got elsewhere; may be repeated', (value: string, all: string[]) => [...all, value], [])
    .addHelpText('after', '\nExample:\n  blackstart report verify report.html')
    .action(async (file: string, { trust }: { trust: string[] }, command: Command) =>
      perform(command, async ({ terminal, reader, read, path }) => {
        const bytes = read(file);
        const keys = trust.map((given) => (existsSync(path(given)) ? readFileSync(path(given), 'utf8').trim() : given));
        return sayVerification(terminal, reader().verifyReport(bytes, keys));
      }),
    );
}

function sayVerification(terminal: Terminal, verification: ReportVerification): ExitStatus {
  if (terminal.json) terminal.document(verification);
  const { ok, run, revision, sha256, signatures, device, problems } = verification;
  terminal.line(ok ? terminal.paint('green', `The report holds: run ${run}, revision ${revision}, ${counted(signatures.length, 'signature', 'signatures')}.`) : terminal.paint('red', 'The report does NOT hold.'));
  if (sha256 !== '') terminal.line(`SHA-256 ${sha256}`);
  for (const { name, role, at, holds, known } of signatures) terminal.line(`  ${holds ? '✓' : '×'} ${name}, ${role}, ${utcInstant(at)}${known ? '' : ': a key that is not known here; compare it with one that you got elsewhere'}`);
  if (device !== null) terminal.line(`  made by ${device.name}${device.known ? '' : ', a laptop that is not known here'}`);
  for (const { kind, message } of problems) terminal.line(`  ${kind}: ${message}`);
  return ok ? EXIT.good : EXIT.bad;
}
