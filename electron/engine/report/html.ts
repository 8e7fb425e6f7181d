/**
 * The report as one self-contained HTML file: no script, no external resource. It is built as a tree, so text from
 * runbooks, tools and people can never become markup.
 */
import type { Element, ElementContent } from 'hast';
import { toHtml } from 'hast-util-to-html';
import { h, s } from 'hastscript';
import type { CheckResult } from '../../contract/readiness.ts';
import type { Report, ReportStep } from '../../contract/report.ts';
import { counted, spokenBytes, spokenDuration, utcInstant, utcTime } from '../../contract/wording.ts';
import { exerciseTables } from './exercise-tables.ts';
import { fontFaces } from './fonts.ts';
import { shownSteps } from './shown-steps.ts';
import { STYLE } from './style.ts';
import { timelinePicture } from './timeline.ts';

type Cell = string | number | null | Element;
/** Cells of at most so many characters (numbers, times) never break. */
const SHORT = 11;

type Tone = 'good' | 'bad' | 'care' | 'quiet' | 'sim';

const TYPE: Readonly<Record<Report['identity']['type'], string>> = { live: 'Live recovery', rehearsal: 'Rehearsal', tabletop: 'Tabletop exercise' };

export function reportHtml(report: Report): string {
  const { identity } = report;
  const page = h('html', { lang: 'en' }, [
    h('head', [
      h('meta', { charset: 'utf-8' }),
      h('meta', { 'http-equiv': 'Content-Security-Policy', content: "default-src 'none'; style-src 'unsafe-inline'; font-src data:" }),
      h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      h('title', `${identity.title}, run ${identity.run}`),
      h('style', fontFaces() + STYLE),
    ]),
    h('body', h('main', [...first(report), ...rest(report)])),
  ]);
  return `<!doctype html>\n${toHtml(page)}\n`;
}

function first(report: Report): Element[] {
  const { identity, results, activation } = report;
  const day = utcInstant(activation.outage_at ?? report.generated_at).slice(0, 10);
  return [
    ...(identity.type === 'live' ? [] : [h('p', { class: 'exercise' }, identity.type === 'rehearsal' ? 'REHEARSAL: no production system was touched' : 'EXERCISE: nothing was run')]),
    h('header', [h('div', [h('h1', identity.title), h('p', { class: 'sub' }, `${TYPE[identity.type]} of ${day}, severity ${identity.severity}. ${identity.scenario}`)]), h('p', { class: 'brand' }, 'Blackstart')]),
    h('p', { class: 'verdict' }, results.verdict),
    resultBoxes(report),
    heading('What happened, in UTC'),
    timelinePicture(report),
    legend(results.clocks),
    h('div', { class: 'two' }, [activationBlock(report), peopleBlock(report)]),
    heading('Deviations'),
    table(['Time', 'Step', 'What', 'Who, why'], report.deviations.map(({ at, step, what, who }) => [time(at), step, what, who]), 'Everything was done as written.'),
  ];
}

function rest(report: Report): Element[] {
  return [
    ...exerciseTables(report).flatMap(({ title, head, rows, none }) => [heading(title), table(head, rows, none)]),
    ...scopeBlock(report),
    ...readinessBlock(report),
    ...stepsBlock(report),
    ...dataBlock(report),
    heading('Communications'),
    table(['Audience', 'Channel', 'Due', 'Sent', 'Text', 'Reached'], report.communications.map((m) => [m.audience, m.channel, time(m.due_at), time(m.sent_at), m.text, m.reached]), 'Nobody was due to be told.'),
    heading('Findings'),
    table(['Finding', 'Severity', 'Cause', 'Owner', 'Due', 'Status'], report.findings.map((f) => [`${f.id}: ${f.title}`, f.severity, f.cause, f.owner, f.due, f.status]), 'None recorded.'),
    heading('Notes'),
    table(['Time', 'Who', 'Note'], report.notes.map(({ at, by, text }) => [time(at), by, text]), 'None taken.'),
    heading('Escrow'),
    table(['Key', 'Result'], report.escrow.map(({ key, summary }) => [key, summary]), 'No escrowed key was touched.'),
    ...approvalBlock(report),
    ...integrityBlock(report),
  ];
}

/** With a place of its own, so that the console can list the parts and go to them. */
function heading(title: string, look?: 'page'): Element {
  return h('h2', { class: look, id: title.toLowerCase().replace(/[^a-z0-9]+/gu, '-') }, title);
}

function resultBoxes({ results, execution }: Report): Element {
  const asserted = execution.flatMap(({ assertions }) => assertions);
  const failed = execution.filter(({ verdict }) => verdict === 'fail').length;
  const held = asserted.filter(({ ok }) => ok).length;
  const box = (label: string, value: string, line: Element): Element => h('div', [h('div', { class: 'label' }, label), h('div', { class: 'value' }, value), line]);
  const judged = (met: boolean | null): Element => (met === null ? tone('quiet', '– not measured') : met ? tone('good', '✓ Met') : tone('bad', '× Not met'));
  const target = (seconds: number | null): string => (seconds === null ? 'no target' : `target ${spokenDuration(seconds)}`);
  return h('div', { class: 'results' }, [
    box(`Recovery time, ${target(results.rto.target_s)}`, span(results.rto.achieved_s), judged(results.rto.met)),
    box(`Data lost, ${target(results.rpo.target_s)}`, span(results.rpo.achieved_s), judged(results.rpo.met)),
    box('Assertions that hold', `${held} of ${asserted.length}`, failed > 0 ? tone('bad', `× ${counted(failed, 'step', 'steps')} did not succeed`) : asserted.length > 0 && held === asserted.length ? tone('good', '✓ All measured') : tone(asserted.length === 0 ? 'quiet' : 'bad', asserted.length === 0 ? '– none measured' : '× Not all hold')),
  ]);
}

function tone(name: Tone, text: string): Element {
  return h('span', { class: name }, text);
}

function span(seconds: number | null): string {
  return seconds === null ? '–' : spokenDuration(seconds);
}

function time(instant: string | null): string {
  return instant === null ? '–' : utcTime(instant);
}

function full(instant: string | null): string {
  return instant === null ? '–' : utcInstant(instant);
}

function table(head: readonly string[], rows: readonly (readonly Cell[])[], none: string): Element {
  if (rows.length === 0) return h('p', { class: 'quiet' }, none);
  const cell = (value: Cell): Element => {
    if (typeof value === 'object' && value !== null) return h('td', [value]);
    const text = String(value ?? '–');
    return h('td', text.length <= SHORT ? { class: 'short' } : {}, text);
  };
  return h('table', [h('thead', h('tr', head.map((label) => h('th', label)))), h('tbody', rows.map((row) => h('tr', row.map(cell))))]);
}

function pairs(rows: readonly (readonly [string, string])[]): Element {
  return h('dl', rows.flatMap(([label, value]) => [h('dt', label), h('dd', value === '' ? '–' : value)]));
}

function legend(clocks: Report['results']['clocks']): Element {
  const swatch = (what: string, label: string): Element =>
    h('span', [s('svg', { viewBox: '0 0 18 9', class: 'timeline', 'aria-hidden': 'true' }, [s('rect', { width: 18, height: 9, class: `bar ${what}`, ...(what === 'tool' ? {} : { fill: `url(#${what})` }) })]), label]);
  return h('p', { class: 'legend' }, [
    swatch('tool', `tools ${spokenDuration(clocks.tool_s)}`),
    swatch('human', `people ${spokenDuration(clocks.human_s)}`),
    swatch('blocked', `third party ${spokenDuration(clocks.blocked_s)}`),
    swatch('approval', 'waited for approval'),
    swatch('halted', 'halted'),
  ]);
}

function activationBlock({ activation, identity }: Report): Element {
  return h('section', [
    heading('Activation'),
    pairs([
      ['Outage', full(activation.outage_at)],
      ['Declared', `${full(activation.declared_at)}${activation.declared_by === null ? '' : `, ${activation.declared_by}`}`],
      ['Criterion', activation.criterion ?? ''],
      ['Service back', full(activation.restored_at)],
      ['Ended', full(activation.finished_at)],
      ['Run', `${identity.run}, ${identity.quarter}`],
    ]),
  ]);
}

function peopleBlock({ people }: Report): Element {
  return h('section', [heading('People'), pairs(people.map(({ name, role, from }) => [role, `${name}${from === null ? '' : `, from ${utcTime(from)}`}`] as const)), ...(people.length === 0 ? [h('p', { class: 'quiet' }, 'Nobody signed in.')] : [])]);
}

function scopeBlock({ scope, identity, objectives }: Report): Element[] {
  return [
    heading('Scope and objectives', 'page'),
    pairs([
      ['Runbook', `${identity.runbook.id}, reviewed ${identity.runbook.reviewed}, ${identity.runbook.signature.state}${identity.runbook.signature.signers.length === 0 ? '' : ` by ${identity.runbook.signature.signers.join(', ')}`}`],
      ['SHA-256', identity.runbook.sha256],
      ['Environment', scope.environment],
      ['Components', scope.components.join(', ')],
      ['Requirements', scope.compliance.join(', ')],
      ['Targets', `RTO ${span(objectives.rto_s)}, RPO ${span(objectives.rpo_s)}${objectives.recommended ? ', as recommended' : ''}`],
      ['Success', objectives.success.join('; ')],
    ]),
    h('h3', 'Parameters, frozen at the start'),
    table(['Name', 'Value'], Object.entries(scope.params), 'None.'),
    h('h3', 'Left out'),
    table(['What', 'Why'], scope.exclusions.map(({ what, reason }) => [what, reason]), 'Nothing.'),
  ];
}

function outcome(check: CheckResult): Element {
  const words: Readonly<Record<CheckResult['outcome'], readonly [Tone, string]>> = {
    pass: ['good', '✓ holds'], warn: ['care', '! warning'], fail: ['bad', '× failed'], unknown: ['care', '? unknown'], overridden: ['care', '/ overridden'],
  };
  return tone(...words[check.outcome]);
}

function readinessBlock({ readiness }: Report): Element[] {
  const why = (check: CheckResult): string => (check.override === null ? check.summary : `${check.summary} Overridden by ${check.override.by}: “${check.override.reason}”`);
  const ran = readiness.checks.filter(({ checked_at, override }) => checked_at !== null || override !== null);
  const never = readiness.checks.filter((check) => !ran.includes(check));
  return [
    heading('Readiness'),
    h('p', readiness.state === null ? 'Readiness was not judged.' : `State: ${readiness.state.toLowerCase().replaceAll('_', ' ')}.`),
    table(['Check', 'Outcome', 'What was found', 'Checked'], ran.map((check) => [check.title, outcome(check), why(check), full(check.checked_at)]), readiness.checks.length === 0 ? 'No checks.' : 'No check was made before this run.'),
    ...(never.length === 0 ? [] : [h('p', [h('strong', `${counted(never.length, 'check was', 'checks were')} never made on this version of the runbook: `), `${never.map(({ title }) => title).join('; ')}.`])]),
  ];
}

const VERDICT_TONE: Readonly<Record<ReportStep['verdict'], readonly [Tone, string]>> = {
  pass: ['good', '✓ done'], fail: ['bad', '× failed'], 'not executed': ['care', '– not executed'], simulated: ['sim', '⬡ simulated'], open: ['quiet', '○ open'],
};

function stepsBlock({ execution }: Report): Element[] {
  const rows = shownSteps(execution).map((step) => [step.number, step.title, tone(...VERDICT_TONE[step.verdict]), span(step.target_s), measured(step), time(step.started_at), step.executor, step.deviation]);
  return [
    heading('Steps', 'page'),
    table(['', 'Step', 'Result', 'Target', 'Measured', 'Started', 'By', 'Deviation'], rows, 'No steps.'),
    ...execution.filter(hasDetail).map(stepDetail),
  ];
}

function measured({ measured_s: value, target_s: target }: ReportStep): Element | string {
  if (value === null) return '–';
  return target !== null && value > target ? tone('bad', `${spokenDuration(value)}, late`) : spokenDuration(value);
}

/** What did not run has nothing to show but what was judged or approved before. */
function hasDetail(step: ReportStep): boolean {
  return (step.commands.length > 0 && step.verdict !== 'not executed') || step.assertions.length > 0 || step.approvers.length > 0;
}

function stepDetail(step: ReportStep): Element {
  const fact = (label: string, value: string): [string, string] => [label, value];
  const facts = [
    fact('Time', `tools ${spokenDuration(step.tool_s)}, people ${spokenDuration(step.human_s)}, ${step.attempts} attempt${step.attempts === 1 ? '' : 's'}`),
    ...(step.exit_codes.length === 0 ? [] : [fact('Exit codes', step.exit_codes.join(' '))]),
    ...step.tools.map(({ program, sha256 }) => fact('Tool', `${program}${sha256 === null ? '' : `, SHA-256 ${sha256}`}`)),
    ...(step.output === null ? [] : [fact('Output', `${spokenBytes(step.output.size)}, SHA-256 ${step.output.sha256}`)]),
    ...step.approvers.map(({ name, role, at, verdict, unattended }) => fact('Approval', `${verdict} by ${name} (${role}) at ${utcTime(at)}${unattended ? ', unattended' : ''}`)),
  ];
  const commands: ElementContent[] = step.commands.length === 0 ? [] : [h('pre', step.commands.map((argv) => argv.map(quoted).join(' ')).join('\n  | '))];
  return h('section', { class: 'step' }, [
    h('h3', `${step.number} ${step.title}`),
    ...commands,
    pairs(facts),
    ...(step.assertions.length === 0 ? [] : [table(['', 'Expected', 'Measured'], step.assertions.map(({ ok, expected, actual }) => [ok ? tone('good', '✓') : tone('bad', '×'), expected, actual]), '')]),
  ]);
}

function quoted(argument: string): string {
  return /^[\w@%+=:,./{}‹›-]+$/u.test(argument) ? argument : JSON.stringify(argument);
}

function dataBlock({ data }: Report): Element[] {
  const size = (value: number | null): string => (value === null ? '–' : spokenBytes(value));
  return [
    heading('Data and keys'),
    table(['Backup', 'Size', 'SHA-256', 'Proven to', 'Checked'], data.backups.map((b) => [b.path === '' ? b.check : b.path, size(b.size), b.sha256, b.level, full(b.at)]), 'No backup check ran.'),
    h('p', `Newest recovered row: ${full(data.newest_row)}`),
    table(['Secret', 'From', 'Bytes', 'Fingerprint'], data.keys.map((key) => [key.secret, key.source, key.length, key.fingerprint]), 'No key was used.'),
  ];
}

function approvalBlock({ approval }: Report): Element[] {
  return [
    heading('Approval'),
    pairs([['Runbook owner', approval.author], ['Reviewed', approval.reviewed], ['Next drill due', full(approval.next_due)]]),
    h('div', { class: 'signatures' }, ['Operator', 'Witness', 'Compliance officer'].map((role) => h('div', approval.signatures.find((signature) => signature.role === role)?.name ?? role))),
  ];
}

function integrityBlock({ integrity, identity, generated_at }: Report): Element[] {
  return [
    heading('Integrity'),
    pairs([
      ['Entries', `${integrity.entries} in the journal, ${integrity.checkpoints} signed checkpoints`],
      ['Verified', integrity.verified === null ? 'not when this report was made' : integrity.verified ? 'yes, every entry' : 'NO: see the verification'],
      ['Head', `${integrity.head.size} ${integrity.head.hash}`],
      ['In words', integrity.words ?? ''],
      ['Device key', integrity.device],
      ['Masked', integrity.masked.length === 0 ? 'nothing' : integrity.masked.join(', ')],
    ]),
    h('h3', 'Clock'),
    table(['Time', 'What'], integrity.clock.map(({ at, what }) => [full(at), what]), 'No jump was seen.'),
    h('h3', 'Attachments'),
    table(['Name', 'Size', 'SHA-256', 'By'], integrity.attachments.map((a) => [a.name, spokenBytes(a.size), a.sha256, a.by]), 'None.'),
    h('footer', `Run ${identity.run} · Blackstart ${identity.blackstart.version} · written ${utcInstant(generated_at)}. The evidence bundle holds verify.py: python3 checks this record without Blackstart.`),
  ];
}
