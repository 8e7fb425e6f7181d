/** What the register says, and what of it can be taken along. */
import { Command, Option } from 'commander';
import { EngineError } from '../../contract/errors.ts';
import type { EscrowKeyView, EscrowView } from '../../contract/escrow-register.ts';
import { counted } from '../../contract/wording.ts';
import { lookAtNetwork } from '../../engine/escrow/register/network.ts';
import { paperOf } from '../../engine/escrow/register/paper.ts';
import { signVerification } from '../../engine/escrow/register/record-verification.ts';
import { writeReport } from '../../engine/report/write-report.ts';
import { passphraseInput, wholeNumber } from '../escrow-input.ts';
import { EXIT } from '../exit-codes.ts';
import type { Perform } from '../perform.ts';
import type { Session } from '../session.ts';
import type { Colour, Terminal } from '../terminal.ts';

export function statusCommand(perform: Perform): Command {
  return new Command('status')
    .description('which key version opens which backups, who holds what, and what is due; status 1 while something cannot be relied upon')
    .option('--key <id>', 'of this key alone')
    .addHelpText('after', '\nExample:\n  blackstart escrow status --json')
    .action(async ({ key }: { key?: string }, command: Command) =>
      perform(command, async ({ terminal, reader }) => {
        const { view } = reader().escrow();
        const shown = key === undefined ? view : onlyKey(view, key);
        if (terminal.json) terminal.document(shown);
        else printStatus(terminal, shown);
        return shown.state === 'bad' ? EXIT.bad : EXIT.good;
      }),
    );
}

type Shown = Omit<EscrowView, 'ceremony'>;

function onlyKey(view: Shown, key: string): Shown {
  const keys = view.keys.filter((one) => one.key === key);
  const [found] = keys;
  if (found === undefined) throw new EngineError('not-found', `No key "${key}" is in escrow here.`, { hint: view.keys.length === 0 ? 'Enrol it with "blackstart escrow enroll".' : `In escrow: ${view.keys.map((one) => one.key).join(', ')}.` });
  return { ...view, state: found.state, headline: found.title, detail: found.why, keys, due: found.due, history: view.history.filter((row) => row.key === key) };
}

const COLOUR: Readonly<Record<EscrowKeyView['state'] | 'none', Colour>> = { good: 'green', warning: 'amber', bad: 'red', none: 'dim' };

function printStatus(terminal: Terminal, { headline, detail, state, keys, due, away, combines }: Shown): void {
  terminal.line(terminal.paint(COLOUR[state], headline));
  terminal.line(`  ${detail}`);
  for (const key of keys) printKey(terminal, key);
  for (const { custodian, until } of away) terminal.line(`Away: ${custodian}${until === null ? '' : ` until ${until}`}`);
  for (const { at, key, out, outcome, by } of combines) terminal.line(terminal.paint(outcome === 'refused' ? 'dim' : 'amber', `Emergency of ${at.slice(0, 10)} by ${by}: ${key ?? 'a key that is not enrolled'} to ${out}, ${outcome === 'unknown' ? 'outcome unknown' : outcome}`));
  if (due.length > 0) terminal.line('Due');
  for (const { key, what, at, overdue, days } of due) terminal.line(`  ${at.slice(0, 10)}  ${overdue ? terminal.paint('red', days === 0 ? 'due now' : `${counted(-days, 'day', 'days')} late`) : `in ${counted(days, 'day', 'days')}`}  ${key}: ${what}`);
}

function printKey(terminal: Terminal, key: EscrowKeyView): void {
  terminal.line(`${terminal.paint('bold', key.title)} (${key.key}): ${terminal.paint(COLOUR[key.state], key.state)}`);
  for (const version of key.versions) {
    terminal.line(`  version ${version.version}, ${version.state}, ${version.scheme}, generation ${version.generation}${version.words === null ? '' : `: ${version.words}`}`);
    terminal.line(`    ${version.quorum.words}`);
    for (const share of version.shares) terminal.line(`    ${share.slot.padEnd(10)} ${share.state.padEnd(12)} ${share.custody?.custodian ?? 'nobody named'}${share.custody?.place == null ? '' : `, ${share.custody.place}`}`);
    for (const cell of key.matrix.filter((one) => one.version === version.version)) terminal.line(`    on ${cell.set}: ${terminal.paint(COLOUR[cell.state], `${cell.level ?? '–'} ${cell.words}`)}${cell.strength === null ? '' : `, ${cell.strength}`}${cell.at === null ? '' : `, ${cell.at.slice(0, 10)}`}`);
  }
  for (const { severity, words } of key.alarms) terminal.line(`  ${terminal.paint(severity === 'bad' ? 'red' : 'amber', severity === 'bad' ? '✕' : '!')} ${words}`);
}

type Paper = Parameters<typeof paperOf>[1];
interface PaperOptions { key?: string; keyVersion?: string; share?: string; id?: string; output?: string; by?: string; format?: 'html' | 'md' | 'csv' }

async function writePaper(session: Session, what: Paper, { key, keyVersion, share, id, output, format }: PaperOptions): Promise<typeof EXIT.good> {
  const text = paperOf((await session.signing()).escrow.host, what, { key, version: wholeNumber(keyVersion, '--key-version'), x: wholeNumber(share, '--share'), id, format });
  if (output === undefined || output === '-') {
    session.around.stdout.write(text);
    return EXIT.good;
  }
  writeReport(session.path(output), text);
  if (session.terminal.json) session.terminal.document({ path: session.path(output) });
  session.terminal.line(`Wrote ${session.path(output)}.`);
  return EXIT.good;
}

export function exportCommand(perform: Perform): Command {
  return new Command('export')
    .description('public commitments as a signed note: all that a custodian needs to check a share alone')
    .requiredOption('--key <id>', 'the key').option('--key-version <n>', 'its version; default the one in force').requiredOption('-o, --output <file>', 'where to; - is standard output')
    .addHelpText('after', '\nExample:\n  blackstart escrow export --key ampora-master -o ampora-master.commitments')
    .action(async (options: PaperOptions, command: Command) => perform(command, async (session) => writePaper(session, 'commitments', options)));
}

export function cardCommand(perform: Perform): Command {
  return new Command('card')
    .description('custodian cards to print: what they hold, how it is checked, when next; never a secret')
    .requiredOption('--key <id>', 'the key').option('--key-version <n>', 'its version').option('--share <x>', 'of one share; default all').requiredOption('-o, --output <file>', 'an HTML file; - is standard output')
    .addHelpText('after', '\nExample:\n  blackstart escrow card --key ampora-master --share 2 -o card.html')
    .action(async (options: PaperOptions, command: Command) => perform(command, async (session) => writePaper(session, 'card', options)));
}

export function calendarCommand(perform: Perform): Command {
  return new Command('ics')
    .description('what is due, as a calendar file')
    .option('--key <id>', 'of this key alone').requiredOption('-o, --output <file>', 'an .ics file; - is standard output')
    .addHelpText('after', '\nExample:\n  blackstart escrow ics -o escrow.ics')
    .action(async (options: PaperOptions, command: Command) => perform(command, async (session) => writePaper(session, 'calendar', options)));
}

export function recordCommand(perform: Perform): Command {
  return new Command('record')
    .description('the whole record of a verification')
    .argument('<id>', 'its id, or last')
    .addOption(new Option('--format <format>', 'json, html, md or csv').choices(['json', 'html', 'md', 'csv']).default('json')).option('-o, --output <file>', 'where to; default standard output')
    .addHelpText('after', '\nExample:\n  blackstart escrow record last --format html -o verification.html')
    .action(async (id: string, { format, output }: { format: 'json' | 'html' | 'md' | 'csv'; output?: string }, command: Command) =>
      perform(command, async (session) => {
        if (format === 'json' && output === undefined) {
          session.around.stdout.write(`${JSON.stringify(session.reader().escrow().record(id), null, session.terminal.json ? 0 : 2)}\n`);
          return EXIT.good;
        }
        return writePaper(session, format === 'json' ? 'record' : 'report', { id, ...(output === undefined ? {} : { output }), ...(format === 'json' ? {} : { format }) });
      }),
    );
}

export function signCommand(perform: Perform): Command {
  return new Command('sign')
    .description('sign the record of a verification as its operator or a witness')
    .argument('<id>', 'id of the verification')
    .requiredOption('--as <person>', 'id of the enrolled person').requiredOption('--passphrase-env <variable>', 'variable with their passphrase').option('--role <role>', 'operator or witness', 'witness')
    .addHelpText('after', '\nExample:\n  blackstart escrow sign 20261121t180000-ab12cd --as ruth-adeyemi --passphrase-env PASSPHRASE')
    .action(async (id: string, { as, passphraseEnv, role }: { as: string; passphraseEnv: string; role: string }, command: Command) =>
      perform(command, async (session) => {
        if (role !== 'operator' && role !== 'witness') throw new EngineError('usage', '--role is operator or witness.');
        const passphrase = Buffer.from(passphraseInput(session, passphraseEnv) ?? []).toString('utf8');
        await signVerification(session.writer().escrow.host, id, { person: as, passphrase, role });
        if (session.terminal.json) session.terminal.document({ signed: id, by: as, role });
        session.terminal.line(`${as} signed ${id}.`);
        return EXIT.good;
      }),
    );
}

export function networkCommand(perform: Perform): Command {
  return new Command('network')
    .description('is the network off? Looks at interfaces and routes, sends nothing; status 1 when it is on')
    .addHelpText('after', '\nExample:\n  blackstart escrow network')
    .action(async (_options: unknown, command: Command) =>
      perform(command, async ({ terminal }) => {
        const look = lookAtNetwork(Date.now());
        if (terminal.json) terminal.document(look);
        terminal.line(look.words);
        terminal.line(`  Looked at: ${look.how}.`);
        return look.off ? EXIT.good : EXIT.bad;
      }),
    );
}

