/** The step table as CSV (RFC 4180), for a spreadsheet each quarter. Cells that a spreadsheet would compute are escaped. */
import { stringify } from 'csv-stringify/sync';
import type { Report, ReportStep } from '../../contract/report.ts';

const COLUMNS: Readonly<Record<string, (step: ReportStep) => string | number | null>> = {
  number: (step) => step.number,
  id: (step) => step.id,
  title: (step) => step.title,
  phase: (step) => step.phase,
  kind: (step) => step.kind,
  state: (step) => step.state,
  verdict: (step) => step.verdict,
  target_s: (step) => step.target_s,
  measured_s: (step) => step.measured_s,
  planned_start: (step) => step.planned_start,
  planned_end: (step) => step.planned_end,
  started_at: (step) => step.started_at,
  finished_at: (step) => step.finished_at,
  tool_s: (step) => step.tool_s,
  human_s: (step) => step.human_s,
  executor: (step) => step.executor,
  approvers: (step) => step.approvers.map(({ name, role }) => `${name} (${role})`).join('; '),
  tools: (step) => step.tools.map(({ program, version, sha256 }) => [program, version ?? 'version not recorded', ...(sha256 === null ? [] : [`sha256 ${sha256}`])].join(', ')).join('; '),
  command: (step) => step.commands.map((argv) => argv.join(' ')).join(' | '),
  exit_codes: (step) => step.exit_codes.join(' '),
  output_sha256: (step) => step.output?.sha256 ?? null,
  assertions: (step) => step.assertions.map(({ ok, expected, actual }) => `${ok ? 'holds' : 'does not hold'}: expected ${expected}, actual ${actual}`).join('; '),
  attempts: (step) => step.attempts,
  deviation: (step) => step.deviation,
};

export function reportCsv(report: Report): string {
  const rows = report.execution.map((step) => Object.values(COLUMNS).map((column) => column(step)));
  return stringify([Object.keys(COLUMNS), ...rows], { escape_formulas: true, record_delimiter: 'windows' });
}
