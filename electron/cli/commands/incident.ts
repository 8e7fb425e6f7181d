import { Command, InvalidArgumentError, Option } from 'commander';
import { EngineError } from '../../contract/errors.ts';
import { IncidentReport } from '../../contract/incident.ts';
import { counted, spokenDuration, utcInstant, utcTime } from '../../contract/wording.ts';
import type { IncidentMember, IncidentMode, IncidentView } from '../../contract/incident-view.ts';
import { incidentHtml } from '../../engine/incident/incident-report.ts';
import { writeReport } from '../../engine/report/write-report.ts';
import { EXIT } from '../exit-codes.ts';
import type { Perform } from '../perform.ts';
import type { Colour, Terminal } from '../terminal.ts';

const INCIDENT = 'its id, a unique beginning of it, or "last": the newest open one';

export function incidentCommand(perform: Perform): Command {
  return new Command('incident')
    .description('several systems lost at once: one outage, their order, and when the last is back')
    .addCommand(openCommand(perform))
    .addCommand(addCommand(perform))
    .addCommand(removeCommand(perform))
    .addCommand(showCommand(perform))
    .addCommand(listCommand(perform))
    .addCommand(closeCommand(perform))
    .addCommand(reportCommand(perform));
}

function openCommand(perform: Perform): Command {
  return new Command('open')
    .description('begin an incident; its runs count from its outage')
    .argument('<title>', 'what happened, in a few words')
    .addOption(new Option('--mode <mode>', 'live or rehearsal; its runs are all of this kind').choices(['live', 'rehearsal']).default('live'))
    .option('--outage-at <time>', 'when the outage began; a rehearsal may leave it out')
    .option('--declared-at <time>', 'when the disaster was declared')
    .option('--runbook <id...>', 'what is to be brought back, in this order')
    .requiredOption('--by <name>', 'who opens it')
    .addHelpText('after', '\nExample:\n  blackstart incident open "Data centre lost" --outage-at 2026-04-25T14:30:00Z --runbook ampora-total-loss akko-total-loss --by "Priya Raman"')
    .action(async (title: string, options: { mode: IncidentMode; outageAt?: string; declaredAt?: string; runbook?: string[]; by: string }, command: Command) =>
      perform(command, async ({ terminal, writer }) => {
        const { mode, outageAt: outage_at, declaredAt: declared_at, runbook: runbooks = [], by } = options;
        tell(terminal, writer().incidents.open({ title, mode, outage_at, declared_at, runbooks, by }));
        return EXIT.good;
      }),
    );
}

function addCommand(perform: Perform): Command {
  return new Command('add')
    .description('add runbooks, or say anew what one depends on and where it stands in the order')
    .argument('<incident>', INCIDENT)
    .argument('<runbook...>', 'ids of runbooks')
    .option('--after <name...>', 'runbooks or systems of the incident that have to be back before', [])
    .option('--place <number>', 'place in the order, from 1; default: the end, or where it stands', readPlace)
    .requiredOption('--by <name>', 'who says so')
    .addHelpText('after', '\nExample:\n  blackstart incident add last akko-total-loss --after ampora --by "Priya Raman"')
    .action(async (incident: string, runbooks: string[], options: { after: string[]; place?: number; by: string }, command: Command) =>
      perform(command, async ({ terminal, writer }) => {
        tell(terminal, writer().incidents.add(incident, { runbooks, ...options }));
        return EXIT.good;
      }),
    );
}

function readPlace(text: string): number {
  if (!/^[1-9]\d{0,2}$/u.test(text)) throw new InvalidArgumentError('A place is a number from 1 on.');
  return Number(text);
}

function removeCommand(perform: Perform): Command {
  return new Command('remove')
    .description('take a runbook out again of which no run has begun')
    .argument('<incident>', INCIDENT)
    .argument('<runbook>', 'its id')
    .requiredOption('--by <name>', 'who says so')
    .requiredOption('--reason <text>', 'why; it is recorded')
    .addHelpText('after', '\nExample:\n  blackstart incident remove last veza-total-loss --by "Priya Raman" --reason "It runs elsewhere"')
    .action(async (incident: string, runbook: string, options: { by: string; reason: string }, command: Command) =>
      perform(command, async ({ terminal, writer }) => {
        tell(terminal, writer().incidents.remove(incident, { runbook, ...options }));
        return EXIT.good;
      }),
    );
}

function showCommand(perform: Perform): Command {
  return new Command('show')
    .description('every system of an incident, the total, and what decides it')
    .argument('[incident]', INCIDENT, 'last')
    .addHelpText('after', '\nExample:\n  blackstart incident show')
    .action(async (incident: string, _options: unknown, command: Command) =>
      perform(command, async ({ terminal, reader }) => {
        tell(terminal, reader().incidents.show(incident));
        return EXIT.good;
      }),
    );
}

function listCommand(perform: Perform): Command {
  return new Command('list')
    .description('all incidents, the open ones first')
    .addHelpText('after', '\nExample:\n  blackstart incident list --json')
    .action(async (_options: unknown, command: Command) =>
      perform(command, async ({ terminal, reader }) => {
        const incidents = reader().incidents.list();
        if (terminal.json) terminal.document({ incidents });
        for (const { id, mode, state, title, total } of incidents) terminal.line(`${id}  ${mode.padEnd(9)}  ${state.padEnd(6)}  ${total.recovered} of ${total.of} back  ${title}`);
        if (incidents.length === 0) terminal.line('No incident yet.');
        return EXIT.good;
      }),
    );
}

function closeCommand(perform: Perform): Command {
  return new Command('close')
    .description('end an incident; with runs that are not over or systems that are not back, a reason is needed')
    .argument('[incident]', INCIDENT, 'last')
    .requiredOption('--by <name>', 'who closes it')
    .option('--reason <text>', 'why it is closed although it is not over; it is recorded')
    .addHelpText('after', '\nExample:\n  blackstart incident close last --by "Priya Raman"')
    .action(async (incident: string, options: { by: string; reason?: string }, command: Command) =>
      perform(command, async ({ terminal, writer }) => {
        tell(terminal, writer().incidents.close(incident, options));
        return EXIT.good;
      }),
    );
}

function reportCommand(perform: Perform): Command {
  return new Command('report')
    .description('the short report: each system’s target against what was measured, and the total')
    .argument('[incident]', INCIDENT, 'last')
    .addOption(new Option('--format <format>', 'html or json').choices(['html', 'json']).default('html'))
    .option('-o, --output <file>', 'where to')
    .addHelpText('after', '\nExample:\n  blackstart incident report last -o incident.html')
    .action(async (incident: string, { format, output }: { format: 'html' | 'json'; output?: string }, command: Command) =>
      perform(command, async ({ terminal, reader, path }) => {
        if (output === undefined) throw new EngineError('usage', 'Say where the report goes.', { hint: 'Add -o FILE.' });
        const report = reader().incidents.report(incident);
        writeReport(path(output), format === 'html' ? incidentHtml(report) : `${JSON.stringify(IncidentReport.parse(report), null, 2)}\n`);
        if (terminal.json) terminal.document({ path: path(output) });
        terminal.line(`Written: ${path(output)}`);
        return EXIT.good;
      }),
    );
}

function tell(terminal: Terminal, incident: IncidentView): void {
  if (terminal.json) {
    terminal.document({ incident });
    return;
  }
  const { title, id, mode, state, outage_at, members, total, critical } = incident;
  terminal.line(terminal.paint('bold', `${title}${state === 'closed' ? ' (closed)' : ''}`));
  terminal.line(`${id}, ${mode}, outage ${utcInstant(outage_at)}`);
  for (const member of members) terminal.line(memberLine(terminal, member));
  if (members.length === 0) terminal.line('No system is in it yet: blackstart incident add');
  else terminal.line(totalLine(total));
  for (const { system, from, to, measured, why } of critical) terminal.line(`  ${system}: ${utcTime(from)} to ${utcTime(to)}${measured ? '' : ' by the forecast'}. ${why}`);
}

const LOOKS: Readonly<Record<IncidentMember['state'], { sign: string; colour: Colour; word: string }>> = {
  recovered: { sign: '●', colour: 'green', word: 'back' }, open: { sign: '▶', colour: 'blue', word: 'under way' }, ready: { sign: '○', colour: 'amber', word: 'can begin' },
  blocked: { sign: '‖', colour: 'dim', word: 'waits' }, ended: { sign: '✕', colour: 'red', word: 'run ended, not back' },
};

function memberLine(terminal: Terminal, { system, runbook, state, lacking, achieved_s, met, target_s, forecast_at, run }: IncidentMember): string {
  const { sign, colour, word } = LOOKS[state];
  const target = target_s === null ? '' : `, target ${spokenDuration(target_s)}${met === null ? '' : met ? ', met' : ', missed'}`;
  const when = achieved_s !== null ? ` after ${spokenDuration(achieved_s)}` : forecast_at === null ? '' : `, expected back ${utcTime(forecast_at)}`;
  const step = run?.current == null ? '' : `, step ${run.current.number} ${run.current.title} (${run.current.state})`;
  return `${terminal.paint(colour, `${sign} ${word}`)} ${system}: ${runbook}${when}${target}${lacking.length === 0 ? '' : `, after ${lacking.join(', ')}`}${run === null ? '' : `, run ${run.id}`}${step}`;
}

function totalLine({ achieved_s, forecast_s, recovered, of, met }: IncidentView['total']): string {
  if (achieved_s !== null) return `All ${counted(of, 'system', 'systems')} back after ${spokenDuration(achieved_s)}${met === null ? '' : met ? '; every target was met' : '; not every target was met'}.`;
  return `${recovered} of ${counted(of, 'system', 'systems')} back${forecast_s === null ? '' : `; the last is expected ${spokenDuration(forecast_s)} after the outage`}.`;
}
