/** The first sheet, for whoever reads no other: met or not met, by how much, what happened, who vouches for it. */
import type { Element } from 'hast';
import { h, s } from 'hastscript';
import type { Report } from '../../contract/report.ts';
import { counted, spokenDuration, utcInstant, utcTime } from '../../contract/wording.ts';
import { NOT_RECORDED, type Tone } from './block.ts';
import { TYPE_TITLE } from './parts.ts';
import { qrPicture } from './qr-picture.ts';
import { timelinePicture } from './timeline.ts';
import { roleTitle } from './trust-parts.ts';

/** So that everything fits on one sheet; the rest is counted and stands in its part. */
const FEW = 3;

export function firstPage(report: Report): Element[] {
  const { identity, activation, results } = report;
  const day = utcInstant(activation.outage_at ?? report.generated_at).slice(0, 10);
  const picture = identity.type === 'escrow verification' ? [] : [heading('What happened, in UTC'), timelinePicture(report), legend(results.clocks, report.timeline.injects.length)];
  return [h('div', { class: 'sheet' }, [
    ...banner(report),
    h('header', [h('div', [h('h1', identity.title), h('p', { class: 'sub' }, `${TYPE_TITLE[identity.type]} of ${day}, severity ${identity.severity}. ${identity.scenario}`)]), h('p', { class: 'brand' }, 'Blackstart')]),
    answer(report),
    resultBoxes(report),
    ...picture,
    h('div', { class: 'two' }, [activationBlock(report), peopleBlock(report)]),
    ...few('Not as written', ['Time', 'Step', 'What', 'Who, why'], deviationRows(report), identity.type === 'tabletop' ? 'nothing was done; it was talked through.' : 'nothing; everything was done as written.', 'part 7'),
    ...few('What is to be done', ['Finding', 'Severity', 'Owner', 'Due'], openFindings(report), 'nothing; no finding is open.', 'part 11'),
    seal(report),
  ])];
}

function heading(text: string): Element {
  return h('h2', { class: 'small' }, text);
}

/** Everything but a live recovery says so on its first line. */
function banner({ identity: { type } }: Report): Element[] {
  switch (type) {
    case 'live':
      return [];
    case 'rehearsal':
      return [h('p', { class: 'exercise' }, 'REHEARSAL: no production system was touched')];
    case 'restore test':
      return [h('p', { class: 'exercise' }, 'RESTORE TEST: no production system was touched')];
    case 'tabletop':
      return [h('p', { class: 'exercise' }, 'EXERCISE: nothing was run')];
    case 'escrow verification':
      return [h('p', { class: 'exercise' }, 'ESCROW VERIFICATION: no system was recovered')];
  }
}

/** In one look: the word, then the sentence. */
function answer({ results: { met, verdict } }: Report): Element {
  const word = met === null ? 'Not judged' : met ? 'Met' : 'Not met';
  return h('p', { class: ['verdict', met === null ? 'open' : met ? 'yes' : 'no'] }, [h('strong', word), h('span', verdict)]);
}

function tone(name: Tone, text: string): Element {
  return h('span', { class: name }, text);
}

function span(seconds: number | null): string {
  return seconds === null ? '–' : spokenDuration(seconds);
}

function resultBoxes({ results, execution }: Report): Element {
  const asserted = execution.flatMap(({ assertions }) => assertions);
  const failed = execution.filter(({ verdict }) => verdict === 'fail').length;
  const held = asserted.filter(({ ok }) => ok).length;
  const box = (label: string, value: string, line: Element): Element => h('div', [h('div', { class: 'label' }, label), h('div', { class: 'value' }, value), line]);
  const target = (seconds: number | null): string => (seconds === null ? 'no target' : `target ${spokenDuration(seconds)}`);
  return h('div', { class: 'results' }, [
    box(`Recovery time, ${target(results.rto.target_s)}`, span(results.rto.achieved_s), judged(results.rto)),
    box(`Data lost, ${target(results.rpo.target_s)}`, span(results.rpo.achieved_s), judged(results.rpo)),
    box('Assertions that hold', `${held} of ${asserted.length}`, failed > 0 ? tone('bad', `× ${counted(failed, 'step', 'steps')} did not succeed`) : asserted.length > 0 && held === asserted.length ? tone('good', '✓ All measured') : tone(asserted.length === 0 ? 'quiet' : 'bad', asserted.length === 0 ? '– none measured' : '× Not all hold')),
  ]);
}

function judged({ target_s: target, achieved_s: achieved, met }: Report['results']['rto']): Element {
  if (met === null) return tone('quiet', achieved === null ? '– not measured' : '– no target to judge it by');
  const gap = target === null || achieved === null ? '' : `, ${spokenDuration(target - achieved)} ${met ? 'to spare' : 'too long'}`;
  return met ? tone('good', `✓ Met${gap}`) : tone('bad', `× Not met${gap}`);
}

function legend(clocks: Report['results']['clocks'], injects: number): Element {
  const swatch = (what: string, label: string): Element =>
    h('span', [s('svg', { viewBox: '0 0 18 9', class: 'timeline', 'aria-hidden': 'true' }, [s('rect', { width: 18, height: 9, class: `bar ${what}`, ...(what === 'tool' ? {} : { fill: `url(#${what})` }) })]), label]);
  return h('p', { class: 'legend' }, [
    swatch('tool', `tools ${spokenDuration(clocks.tool_s)}`),
    swatch('human', `people ${spokenDuration(clocks.human_s)}`),
    swatch('blocked', `third party ${spokenDuration(clocks.blocked_s)}`),
    swatch('approval', 'waited for approval'),
    swatch('halted', 'halted'),
    h('span', `☑ told${injects === 0 ? '' : ', ◆ inject'}`),
  ]);
}

function pairs(rows: readonly (readonly [string, string | null])[]): Element {
  return h('dl', rows.flatMap(([label, value]) => [h('dt', label), h('dd', value ?? h('span', { class: 'missing' }, NOT_RECORDED))]));
}

function full(instant: string | null): string | null {
  return instant === null ? null : utcInstant(instant);
}

function activationBlock({ activation, identity, approval }: Report): Element {
  const day = (activation.outage_at ?? '').slice(0, 10);
  const brief = (instant: string | null): string | null => (instant === null ? null : instant.startsWith(day) && day !== '' ? utcTime(instant) : utcInstant(instant));
  const declared = activation.declared_at === null ? null : `${brief(activation.declared_at) ?? ''}${activation.declared_by === null ? '' : `, ${activation.declared_by}`}`;
  return h('section', [
    heading('Activation'),
    pairs([
      ['Outage', full(activation.outage_at)],
      ['Declared', declared],
      ['Criterion', activation.criterion_met ?? activation.criterion],
      ['Service back', brief(activation.restored_at)],
      ['Ended', activation.deactivated_at === null ? null : `${brief(activation.deactivated_at) ?? ''}${activation.deactivated_by === null ? '' : `, ${activation.deactivated_by}`}`],
      ['Run', identity.run],
      ['Next test due', approval.next_due === null ? null : approval.next_due.slice(0, 10)],
    ]),
  ]);
}

function peopleBlock({ people }: Report): Element {
  const rows = people.slice(0, 6).map(({ name, part, role, from }) => [roleTitle(part === 'participant' ? role : part), `${name}${from === null ? '' : `, from ${utcTime(from)}`}`] as const);
  const operator = people.some(({ part }) => part === 'operator') ? [] : [['Operator', null] as const];
  const witness = people.some(({ part }) => part === 'witness') ? [] : [['Witness', null] as const];
  return h('section', [heading('People'), pairs([...operator, ...rows, ...witness])]);
}

/** What happened again and again in the same way is one row, with how often. */
function deviationRows({ deviations }: Report): string[][] {
  const rows = new Map<string, { first: Report['deviations'][number]; times: number }>();
  for (const one of deviations) {
    const key = JSON.stringify([one.step, one.what, one.who]);
    rows.set(key, { first: rows.get(key)?.first ?? one, times: (rows.get(key)?.times ?? 0) + 1 });
  }
  return [...rows.values()].map(({ first: { at, step, what, who }, times }) => [at === null ? '–' : utcTime(at), step, times === 1 ? what : `${what}, ${times} times`, who]);
}

function openFindings({ findings }: Report): string[][] {
  return findings.filter(({ status }) => !/^(?:closed|done|fixed|resolved|accepted)$/iu.test(status)).map(({ id, title, action, severity, owner, due }) => [`${id}: ${title}${action === null ? '' : `. ${action}`}`, severity ?? '–', owner ?? '–', due ?? '–']);
}

/** The first rows under their heading; where there are none, one line says so. */
function few(title: string, head: readonly string[], rows: readonly (readonly string[])[], none: string, where: string): Element[] {
  if (rows.length === 0) return [h('p', { class: 'nothing' }, [h('strong', `${title}: `), none])];
  const table = h('table', [h('thead', h('tr', head.map((label) => h('th', label)))), h('tbody', rows.slice(0, FEW).map((row) => h('tr', row.map((text) => h('td', { class: text.length <= 8 ? 'short' : undefined }, text)))))]);
  const more = rows.length <= FEW ? [] : [h('p', { class: 'quiet' }, `${rows.length - FEW} more in ${where}.`)];
  return [heading(title), table, ...more];
}

/** At the foot: who signed, and the checkpoint that this sheet can be held against. */
function seal({ approval, integrity: { checkpoint }, identity, generated_at, generated_with }: Report): Element {
  const wanted = ['operator', 'witness', 'compliance-officer'];
  const roles = [...wanted, ...approval.signatures.map(({ role }) => role).filter((role) => !wanted.includes(role))];
  const line = (role: string): Element => {
    const signature = approval.signatures.find((one) => one.role === role);
    return h('div', [h('div', { class: 'sig' }, signature?.name ?? ''), h('span', { class: 'quiet' }, signature === undefined ? `${roleTitle(role)}, not signed` : `${roleTitle(role)}, signed ${utcInstant(signature.at)}`)]);
  };
  const status = approval.revision.issued_at === null ? `Draft of revision ${approval.revision.number}` : `Revision ${approval.revision.number}, frozen ${utcInstant(approval.revision.issued_at)}`;
  return h('div', { class: 'foot' }, [
    h('div', { class: 'seal' }, [
      ...(checkpoint === null ? [] : [qrPicture(checkpoint.note, 'The signed checkpoint of the record as a QR code')]),
      h('div', { class: 'grow' }, [
        h('div', { class: 'signatures' }, roles.map(line)),
        ...(checkpoint === null ? [] : [h('p', [h('span', { class: 'quiet' }, `Checkpoint of ${checkpoint.size} entries: `), h('span', { class: 'words' }, `${checkpoint.size} ${checkpoint.words}`)])]),
      ]),
    ]),
    h('p', { class: 'small quiet' }, `Runbook ${identity.runbook.id}, SHA-256 ${identity.runbook.sha256.slice(0, 16)}…  ·  ${status}  ·  Blackstart ${generated_with}, written ${utcInstant(generated_at)}`),
  ]);
}
