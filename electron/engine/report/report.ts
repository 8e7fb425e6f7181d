/** The report's door: one model, and every format of it. */
import { Report } from '../../contract/report.ts';
import { reportCsv } from './csv.ts';
import { reportHtml } from './html.ts';
import { reportMarkdown } from './markdown.ts';

export { buildReport, type ReportSources } from './build-report.ts';
export { readReport, type ReportRecord } from './read-report.ts';
export { parseFacts } from './parse-facts.ts';
export { verifyReport, type KnownHere } from './verify-report.ts';
export { createReports, readStatus, type Completion, type Reports, type SignRequest } from './reports.ts';

export type ReportFormat = 'html' | 'json' | 'csv' | 'md';

export function renderReport(report: Report, format: ReportFormat): string {
  switch (format) {
    case 'html':
      return reportHtml(report);
    case 'json':
      return `${JSON.stringify(Report.parse(report), null, 2)}\n`;
    case 'csv':
      return reportCsv(report);
    case 'md':
      return reportMarkdown(report);
  }
}
