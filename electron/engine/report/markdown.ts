/** The report as Markdown: what a person pastes into a ticket. */
import type { Report } from '../../contract/report.ts';
import { spokenDuration, utcInstant } from '../../contract/wording.ts';
import { exerciseTables } from './exercise-tables.ts';
import { shownSteps } from './shown-steps.ts';

/** Text from runbooks, tools and people never becomes markup. */
function cell(value: string | number | null): string {
  if (value === null) return '';
  return String(value).replace(/[\\`*_{}[\]<>#|!&]/gu, (mark) => `\\${mark}`).replace(/\s+/gu, ' ');
}

function table(head: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string[] {
  if (rows.length === 0) return ['None.'];
  const line = (cells: readonly (string | number | null)[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)];
}

function seconds(value: number | null): string {
  return value === null ? '–' : spokenDuration(value);
}

function instant(value: string | null): string {
  return value === null ? '–' : utcInstant(value);
}

function met(value: boolean | null): string {
  if (value === null) return 'not measured';
  return value ? 'met' : 'not met';
}

function summary({ identity, results, activation, people }: Report): string[] {
  return [
    `# ${cell(identity.title)}`,
    '',
    `**${cell(results.verdict)}**`,
    '',
    ...table(['', 'target', 'achieved', 'verdict'], [
      ['Recovery time (RTO)', seconds(results.rto.target_s), seconds(results.rto.achieved_s), met(results.rto.met)],
      ['Data lost (RPO)', seconds(results.rpo.target_s), seconds(results.rpo.achieved_s), met(results.rpo.met)],
    ]),
    '',
    ...table(['', ''], [
      ['Run', `${identity.run}, ${identity.type}, ${identity.state}`],
      ['Runbook', `${identity.runbook.id}, SHA-256 ${identity.runbook.sha256}, ${identity.runbook.signature.state}`],
      ['Outage', instant(activation.outage_at)],
      ['Declared', instant(activation.declared_at)],
      ['Service back', instant(activation.restored_at)],
      ['Ended', instant(activation.finished_at)],
      ['People', people.map(({ name, role }) => `${name} (${role})`).join(', ')],
    ]),
  ];
}

export function reportMarkdown(report: Report): string {
  const { readiness, execution, deviations, communications, findings, integrity, notes } = report;
  const lines = [
    ...(report.exercise == null ? [] : ['**EXERCISE: nothing was run**', '']),
    ...summary(report),
    ...exerciseTables(report).flatMap(({ title, head, rows }) => ['', `## ${cell(title)}`, '', ...table(head, rows)]),
    '', '## Readiness', '', ...(readiness.state === null ? [] : [`State: ${readiness.state}`, '']),
    ...table(['check', 'outcome', 'found', 'checked'], readiness.checks.map((check) => [check.title, check.outcome, check.summary, instant(check.checked_at)])),
    '', '## Steps', '',
    ...table(['', 'step', 'result', 'target', 'measured', 'by', 'deviation'], shownSteps(execution).map((step) => [step.number, step.title, step.verdict, seconds(step.target_s), seconds(step.measured_s), step.executor, step.deviation])),
    '', '## Deviations', '', ...table(['time', 'step', 'what', 'who, why'], deviations.map(({ at, step, what, who }) => [instant(at), step, what, who])),
    '', '## Communications', '', ...table(['audience', 'channel', 'due', 'sent', 'reached'], communications.map((message) => [message.audience, message.channel, instant(message.due_at), instant(message.sent_at), message.reached])),
    '', '## Findings', '', ...table(['id', 'finding', 'severity', 'owner', 'due', 'status'], findings.map((finding) => [finding.id, finding.title, finding.severity, finding.owner, finding.due, finding.status])),
    '', '## Notes', '', ...table(['time', 'who', 'note'], notes.map(({ at, by, text }) => [instant(at), by, text])),
    '', '## Integrity', '',
    ...table(['', ''], [
      ['Journal entries', integrity.entries],
      ['Merkle root', integrity.head.hash],
      ['In words', integrity.words],
      ['Signed by', integrity.device],
      ['Masked secrets', integrity.masked.join(', ')],
    ]),
  ];
  return `${lines.join('\n')}\n`;
}
