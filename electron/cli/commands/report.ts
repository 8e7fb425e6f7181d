import { Command, Option } from 'commander';
import { EngineError } from '../../contract/errors.ts';
import { renderReport, type ReportFormat } from '../../engine/report/report.ts';
import { writeReport } from '../../engine/report/write-report.ts';
import { EXIT } from '../exit-codes.ts';
import type { Perform } from '../perform.ts';

interface Options {
  format: ReportFormat | 'pdf';
  output: string;
}

export function reportCommand(perform: Perform): Command {
  return new Command('report')
    .description('write the report of a run')
    .argument('<run>', 'its id, a unique beginning of it, or "last"')
    .addOption(new Option('--format <format>', 'html, pdf, json, csv or md').choices(['html', 'pdf', 'json', 'csv', 'md']).default('html'))
    .requiredOption('-o, --output <file>', 'where to')
    .addHelpText('after', '\nExample:\n  blackstart report last --format html -o report.html')
    .action(async (run: string, { format, output }: Options, command: Command) =>
      perform(command, async ({ terminal, reader, path }) => {
        if (format === 'pdf') throw new EngineError('not-found', 'A PDF needs the window: it is printed there.', { hint: 'Open the report in the console, or write --format html and print that.' });
        const file = path(output);
        writeReport(file, renderReport(reader().report(run), format));
        if (terminal.json) terminal.document({ path: file });
        terminal.line(`Written: ${file}`);
        return EXIT.good;
      }),
    );
}
