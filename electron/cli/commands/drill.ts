import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { FIRST_DRILL_ID } from '../../engine/drill/first-drill.ts';
import { drillEnvironment, openFirstDrill } from '../../engine/drill/open-first-drill.ts';
import { DRILL_TOOLS, runDrillTool } from '../../engine/drill/drill-tool.ts';
import { drillCalendar, drillDates } from '../../engine/drill/calendar.ts';
import { drillsAsIcs } from '../../engine/drill/calendar-file.ts';
import { dueDrills } from '../../engine/drill/due.ts';
import { renderReport } from '../../engine/report/report.ts';
import { writeReport } from '../../engine/report/write-report.ts';
import { checkRunbook } from '../../engine/check-runbook.ts';
import type { DataFolder } from '../../engine/data-folder.ts';
import { createSecretStore } from '../../engine/secrets/secret-store.ts';
import { carryRun } from '../carry-run.ts';
import { EXIT, type ExitStatus } from '../exit-codes.ts';
import type { Perform } from '../perform.ts';
import type { Session } from '../session.ts';
import { scoreCommand } from './drill-score.ts';

export function drillCommand(perform: Perform): Command {
  return new Command('drill').description('practise: the First drill, which drills are due, and what a tabletop was worth').addCommand(firstCommand(perform)).addCommand(prepareCommand(perform)).addCommand(dueCommand(perform)).addCommand(scheduleCommand(perform)).addCommand(scoreCommand(perform)).addCommand(toolCommand());
}

function firstCommand(perform: Perform): Command {
  return new Command('first')
    .description('run the First drill here and now: a small service is proven ready, recovered and reported')
    .option('--fresh', 'make the drill’s material anew')
    .option('--json-lines', 'print each journal event as one JSON object a line, and the run last')
    .addHelpText('after', '\nExample:\n  blackstart drill first')
    .action(async (options: { fresh?: boolean; jsonLines?: boolean }, command: Command) => perform(command, async (session) => firstDrill(session, options)));
}

async function firstDrill(session: Session, options: { fresh?: boolean; jsonLines?: boolean }): Promise<ExitStatus> {
  const around = { ...session.around, env: { ...session.around.env, ...drillEnvironment() } };
  const { folder, made } = await openFirstDrill(session.folderOptions, options.fresh);
  try {
    session.terminal.progress(made ? 'Made a small service, its backup, keys, certificates and image.' : 'The drill’s material is there already.');
    const state = await proveReady(session, folder);
    session.terminal.progress(`Readiness: ${state.toLowerCase().replaceAll('_', ' ')}`);
    const answers = join(session.installation.runbooks, FIRST_DRILL_ID, 'answers.yaml');
    const status = await carryRun({ ...session, around }, folder, { answers, ...(options.jsonLines === undefined ? {} : { jsonLines: options.jsonLines }) }, async () =>
      folder.runs.start({ id: FIRST_DRILL_ID, mode: 'rehearsal', params: {}, operator: 'Robin Vale' }, 'auto'),
    );
    const report = join(folder.dataDir, 'first-drill-report.html');
    writeReport(report, renderReport(folder.report('last'), 'html'));
    session.terminal.progress(`Report: ${report}`);
    return status;
  } finally {
    await folder.close();
  }
}

async function proveReady({ around, installation, terminal }: Session, folder: DataFolder): Promise<string> {
  const { runbook } = folder.library.find(FIRST_DRILL_ID);
  const secrets = createSecretStore();
  try {
    const report = await checkRunbook(folder, { runbook, params: {}, secrets, actor: 'engine', env: around.env, launcher: installation.launcher });
    for (const check of report.checks) terminal.progress(`  ${check.outcome === 'pass' ? '✓' : '✕'} ${check.title}: ${check.summary}`);
    return report.state;
  } finally {
    secrets.forgetAll();
  }
}

function prepareCommand(perform: Perform): Command {
  return new Command('prepare')
    .description('make the First drill’s material without running it')
    .option('--fresh', 'make it anew')
    .addHelpText('after', '\nExample:\n  blackstart drill prepare --fresh')
    .action(async ({ fresh }: { fresh?: boolean }, command: Command) =>
      perform(command, async ({ terminal, folderOptions }) => {
        const { folder, made } = await openFirstDrill(folderOptions, fresh);
        await folder.close();
        if (terminal.json) terminal.document({ made, data_dir: folder.dataDir });
        terminal.line(`${made ? 'Made' : 'Already there'}: ${folder.dataDir}`);
        return EXIT.good;
      }),
    );
}

function dueCommand(perform: Perform): Command {
  return new Command('due')
    .description('which drills are due, the most overdue first')
    .addHelpText('after', '\nExample:\n  blackstart drill due --json')
    .action(async (_options: unknown, command: Command) =>
      perform(command, async ({ terminal, reader }) => {
        const { library, runs } = reader();
        const runbooks = library.list().flatMap(({ runbook }) => runbook ?? []);
        const due = dueDrills(runbooks, runs.views(), Date.now());
        if (terminal.json) terminal.document({ drills: due.map(({ runbook, title, kind, at, last, overdueDays }) => ({ runbook, title, kind, at, last, overdue_days: overdueDays })) });
        for (const drill of due) terminal.line(`${drill.at.slice(0, 10)}  ${drill.overdueDays > 0 ? terminal.paint('red', `${drill.overdueDays} days late`) : 'not yet'}  ${drill.runbook}: ${drill.title}`);
        return due.some(({ overdueDays }) => overdueDays > 0) ? EXIT.bad : EXIT.good;
      }),
    );
}

const DAY_MS = 86_400_000;

function scheduleCommand(perform: Perform): Command {
  return new Command('schedule')
    .description('the calendar of drills to come, with what each would prove; late ones stand first, at their missed date')
    .option('--days <n>', 'how far ahead to look', wholeDays, 365)
    .option('--ics <file>', 'write it as a calendar file as well')
    .addHelpText('after', '\nExample:\n  blackstart drill schedule --days 90 --ics drills.ics')
    .action(async ({ days, ics }: { days: number; ics?: string }, command: Command) =>
      perform(command, async ({ terminal, reader, path }) => {
        const { library, runs } = reader();
        const now = Date.now();
        const { drills, after_events, results } = drillCalendar(library.list().flatMap(({ runbook }) => runbook ?? []), runs.views(), now);
        const dates = drillDates(drills, now, now + days * DAY_MS);
        if (ics !== undefined) writeReport(path(ics), drillsAsIcs(dates, now));
        if (terminal.json) terminal.document({ schedule: dates.map(({ at, drill }) => ({ ...drill, at })), after_events, results, ics: ics === undefined ? null : path(ics) });
        for (const { at, drill } of dates) terminal.line(`${at.slice(0, 10)}  ${drill.kind.padEnd(12)}  ${drill.runbook}: ${drill.title}${Date.parse(at) < now ? terminal.paint('red', `  ${drill.overdue_days} days late`) : ''}`);
        for (const drill of after_events) terminal.line(`after ${drill.after}  ${drill.kind}  ${drill.runbook}: ${drill.title}`);
        if (ics !== undefined) terminal.line(`Written: ${path(ics)}`);
        return EXIT.good;
      }),
    );
}

function wholeDays(text: string): number {
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1 || days > 3650) throw new InvalidArgumentError('a whole number of days, from 1 to 3650');
  return days;
}

/** The programs that the First drill's steps run. They open no data folder. */
function toolCommand(): Command {
  return new Command('tool')
    .description(`the tools of the First drill: ${Object.keys(DRILL_TOOLS).join(', ')}`)
    .argument('<argv...>', 'tool and options')
    .allowUnknownOption()
    .addHelpText('after', '\nExample:\n  blackstart drill tool query --database lanterns.sqlite --sql "SELECT count(*) FROM lanterns"')
    .action(async (argv: string[]) => {
      await runDrillTool(argv, (text) => void process.stdout.write(text));
    });
}
