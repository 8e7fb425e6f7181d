/** The fourteen groups of a report as parts, in the order of `contract/report.ts`. */
import { HOT_WASH_PARTS, HOT_WASH_QUESTIONS } from '../../contract/after-action.ts';
import type { Report } from '../../contract/report.ts';
import { full, listed, mark, span, spoken, time, type Block, type Mark, type Part } from './block.ts';
import { spokenBytes, counted } from '../../contract/wording.ts';
import { executionPart } from './execution-part.ts';
import { exercisePart } from './exercise-part.ts';
import { takenOverPart } from './taken-over-part.ts';
import { approvalPart, integrityPart } from './trust-parts.ts';

export const TYPE_TITLE: Readonly<Record<Report['identity']['type'], string>> = {
  live: 'Live recovery', rehearsal: 'Rehearsal', tabletop: 'Tabletop exercise', 'restore test': 'Restore test', 'escrow verification': 'Escrow verification',
};

export function reportParts(report: Report): Part[] {
  return [
    part(1, 'Identity', identity(report)),
    part(2, 'Scope', scope(report)),
    part(3, 'Objectives', objectives(report)),
    part(4, 'People', people(report)),
    part(5, 'Activation', activation(report)),
    part(6, 'Readiness', readiness(report)),
    part(7, 'Execution', executionPart(report)),
    ...(report.exercise === null || report.exercise === undefined ? [] : [{ id: 'exercise', title: 'Exercise', blocks: exercisePart(report) }]),
    ...(report.taken_over === undefined ? [] : [{ id: 'taken-over', title: 'Taken over from another laptop', blocks: takenOverPart(report, report.taken_over) }]),
    part(8, 'Data', data(report)),
    part(9, 'Results', results(report)),
    part(10, 'Communications', communications(report)),
    part(11, 'Findings', findings(report)),
    part(12, 'Escrow annex', escrow(report)),
    part(13, 'Approval', approvalPart(report)),
    part(14, 'Integrity', integrityPart(report)),
  ];
}

function part(number: number, title: string, blocks: readonly Block[]): Part {
  return { id: title.toLowerCase().replaceAll(' ', '-'), title: `${number} ${title}`, blocks };
}

function identity({ identity: i, said }: Report): Block[] {
  const { runbook, blackstart } = i;
  return [{
    kind: 'pairs', rows: [
      ['Run', i.run],
      ['Type', spoken(TYPE_TITLE[i.type], said['identity.type'])],
      ['Title', i.title],
      ['Scenario', i.scenario],
      ['Severity', spoken(i.severity, said['identity.severity'])],
      ['Trigger', spoken(i.trigger, said['identity.trigger'])],
      ['Quarter', spoken(i.quarter, said['identity.quarter'])],
      ['State', i.state],
      ['Runbook', `${runbook.id}, owned by ${runbook.owner}`],
      ['Version', runbook.version],
      ['Runbook SHA-256', runbook.sha256],
      ['Signature', runbook.signature.signers.length === 0 ? runbook.signature.state : `${runbook.signature.state} by ${runbook.signature.signers.join(', ')}`],
      ['Blackstart', blackstart.version],
      ['Program bundle', blackstart.bundle_sha256 ?? (blackstart.version === null ? null : 'none: it ran from its source, not from a signed package')],
    ],
  }];
}

function scope({ scope: s, identity: { system }, said }: Report): Block[] {
  return [
    { kind: 'pairs', rows: [
      ['System', system],
      ['Components', listed(s.components)],
      ['Data classes', spoken(listed(s.data_classes), said['scope.data_classes'])],
      ['Third parties', spoken(listed(s.third_parties), said['scope.third_parties'])],
      ['Environment', s.environment],
      ['Segregation', spoken(s.segregation, said['scope.segregation'])],
      ['Requirements', listed(s.compliance)],
    ] },
    { kind: 'title', text: 'Left out' },
    { kind: 'table', head: ['What', 'Why'], rows: s.exclusions.map(({ what, reason }) => [what, reason]), none: 'Nothing was left out.' },
    { kind: 'title', text: 'Parameters, frozen at the start' },
    { kind: 'table', head: ['Name', 'Value'], rows: Object.entries(s.params), none: 'None.' },
  ];
}

function objectives({ objectives: o, said }: Report): Block[] {
  const target = (seconds: number | null): string => span(seconds) ?? 'none set';
  return [
    { kind: 'pairs', rows: [
      ['Recovery time (RTO)', `${target(o.rto_s)}${o.recommended ? ', as recommended' : ''}`],
      ['Data lost (RPO)', `${target(o.rpo_s)}${o.recommended ? ', as recommended' : ''}`],
      ['Success criteria', o.success.length === 0 ? 'none named by the runbook' : o.success.join('; ')],
      ['Assumptions', spoken(listed(o.assumptions), said['objectives.assumptions'])],
    ] },
    ...(o.classes.length === 0 ? [] : [{ kind: 'table' as const, head: ['Class', 'RTO', 'RPO'], rows: o.classes.map(({ title, rto_s, rpo_s }) => [title, target(rto_s), target(rpo_s)]), none: '' }]),
  ];
}

function handoverBlocks(handovers: NonNullable<Report['handovers']>): Block[] {
  return handovers.flatMap((one): Block[] => [
    { kind: 'title', text: `Handover from ${one.from} to ${one.to}` },
    { kind: 'pairs', rows: [['At', full(one.at)], ['Done', one.done], ['Running', one.running], ['Worries', one.worries], ['Signed by both', one.signed ? mark('good', '✓ both signatures hold') : mark('bad', '× a signature does not hold')]] },
  ]);
}

function people({ people: all, handovers, said }: Report): Block[] {
  const present = (instant: string | null): string | null => full(instant);
  return [
    { kind: 'table', head: ['Part', 'Name', 'Role', 'Organisation', 'Present from', 'To'], rows: all.map((person) => [person.part, person.name, person.role, person.organisation, present(person.from), present(person.to)]), none: 'Nobody signed in.' },
    ...handoverBlocks(handovers ?? []),
    { kind: 'text', quiet: true, text: `From and to are the first and the last that the record saw of a person${said['people'] === undefined ? '.' : `, or what ${said['people'].by} said.`} ${independence(all)}` },
  ];
}

function independence(all: Report['people']): string {
  const operators = new Set(all.filter(({ part: is }) => is === 'operator').map(({ name }) => name));
  const witnesses = all.filter(({ part: is }) => is === 'witness');
  if (witnesses.length === 0) return 'No witness was recorded.';
  const both = witnesses.filter(({ name }) => operators.has(name));
  return both.length === 0 ? 'No operator was a witness.' : `${both.map(({ name }) => name).join(', ')} was operator and witness at once: that is no witness.`;
}

function activation({ activation: a, said }: Report): Block[] {
  return [{ kind: 'pairs', rows: [
    ['Outage at', full(a.outage_at)],
    ['Declared at', full(a.declared_at)],
    ['Declared by', spoken(a.declared_by, said['activation.declared_by'])],
    ['Criterion', a.criterion ?? 'none named by the runbook'],
    ['Criterion met', spoken(a.criterion_met, said['activation.criterion_met'])],
    ['Service back at', full(a.restored_at)],
    ['Deactivated at', spoken(full(a.deactivated_at), said['activation.deactivated_at'])],
    ['Deactivated by', spoken(a.deactivated_by, said['activation.deactivated_by'])],
  ] }];
}

const OUTCOME: Readonly<Record<Report['readiness']['checks'][number]['outcome'], Mark>> = {
  pass: mark('good', '✓ holds'), warn: mark('care', '! warning'), fail: mark('bad', '× failed'), unknown: mark('care', '? unknown'), overridden: mark('care', '/ overridden'),
};

function readiness({ readiness: { state, at, checks } }: Report): Block[] {
  const ran = checks.filter(({ checked_at, override }) => checked_at !== null || override !== null);
  const never = checks.filter((check) => !ran.includes(check));
  return [
    { kind: 'text', text: state === null ? 'Readiness was not judged.' : `State when the run began${at === null ? '' : `, ${full(at) ?? ''}`}: ${state.toLowerCase().replaceAll('_', ' ')}.` },
    {
      kind: 'table', head: ['Check', 'Outcome', 'Evidence', 'Age', 'Overridden by'], none: checks.length === 0 ? 'The runbook has no checks.' : 'No check was made before this run.',
      rows: ran.map((check) => [check.title, OUTCOME[check.outcome], check.summary, check.age_s === null ? null : check.age_s < 1 ? 'fresh' : span(check.age_s), check.override === null ? '–' : `${check.override.by}: “${check.override.reason}”`]),
    },
    ...(never.length === 0 ? [] : [{ kind: 'text' as const, text: `${counted(never.length, 'check was', 'checks were')} never made on this version of the runbook: ${never.map(({ title }) => title).join('; ')}.` }]),
  ];
}

function data({ data: d, said }: Report): Block[] {
  const size = (value: number | null): string | null => (value === null ? null : spokenBytes(value));
  return [
    ...(d.backups.length === 0 ? [{ kind: 'text' as const, text: 'No backup was checked.' }] : []),
    ...d.backups.flatMap((b): Block[] => [
      { kind: 'title', text: `Backup ${b.id}` },
      { kind: 'pairs', rows: [['Taken at', full(b.taken_at)], ['Location', b.location], ['Size', size(b.size)], ['Checksum', b.sha256 === null ? null : `SHA-256 ${b.sha256}`], ['Proven to', b.level], ['Checked', `${full(b.checked_at) ?? 'at a time that is not recorded'}, by ${b.check}`]] },
    ]),
    { kind: 'pairs', rows: [['Newest recovered record', full(d.newest_row)]] },
    { kind: 'title', text: `Reconciliation${said['data.reconciliation'] === undefined ? '' : `, with what ${said['data.reconciliation'].by} said`}` },
    { kind: 'table', head: ['', 'What', 'Expected', 'Found'], rows: d.reconciliation.map((r) => [r.ok ? mark('good', '✓') : mark('bad', '×'), r.what, r.expected, r.actual]), none: 'Nothing was counted.' },
    { kind: 'title', text: 'Keys and secrets that were used' },
    { kind: 'table', head: ['Name', 'From', 'Bytes', 'Fingerprint'], rows: d.keys.map((key) => [key.secret, key.source, key.length, key.fingerprint]), none: 'None.' },
  ];
}

export function metMark(met: boolean | null): Mark {
  return met === null ? mark('quiet', '– not judged') : met ? mark('good', '✓ met') : mark('bad', '× not met');
}

function results({ results: r, said }: Report): Block[] {
  const row = (label: string, { target_s, achieved_s, met }: Report['results']['rto']) => [label, target_s === null ? 'none set' : span(target_s), achieved_s === null ? 'not measured' : span(achieved_s), metMark(met)];
  return [
    { kind: 'table', head: ['', 'Target', 'Achieved', 'Judged'], rows: [row('Recovery time (RTO)', r.rto), row('Data lost (RPO)', r.rpo)], none: '' },
    { kind: 'pairs', rows: [
      ['Verdict', r.verdict],
      ['Given by', spoken(r.verdict_by, said['results.verdict_by'])],
      ['Where the time went', `tools ${span(r.clocks.tool_s) ?? ''}, people ${span(r.clocks.human_s) ?? ''}, third parties ${span(r.clocks.blocked_s) ?? ''}`],
    ] },
  ];
}

function communications({ communications: { messages, tried = [], regulator: r }, said }: Report): Block[] {
  return [
    { kind: 'table', head: ['Audience', 'Channel', 'Due', 'Sent', 'Text', 'Reached'], rows: messages.map((m) => [m.audience, [m.channel ?? '–', ...(m.passed_over ?? [])].join('; '), time(m.due_at), m.sent_at === null ? mark('care', '! not sent') : lateness(m.due_at, m.sent_at), m.text.trim() === '' ? '–' : m.text.trim(), m.reached === '' ? '–' : m.reached]), none: 'Nobody was due to be told.' },
    ...(tried.length === 0 ? [] : [{ kind: 'title' as const, text: 'Tried, and nobody reached' }, { kind: 'table' as const, head: ['Audience', 'Channel', 'Whom', 'At', 'By'], rows: tried.map((t) => [t.audience, t.channel, t.whom === '' ? '–' : t.whom, time(t.at), t.by]), none: '' }]),
    { kind: 'pairs', rows: [['Regulator notified', r === null ? null : spoken(`${full(r.at) ?? ''}, ${r.authority}${r.by === null ? '' : `, by ${r.by}`}${r.reference === null ? '' : `, ${r.reference}`}`, said['communications.regulator'])]] },
  ];
}

function lateness(due: string | null, sent: string): string | Mark {
  return due !== null && Date.parse(sent) > Date.parse(due) ? mark('bad', `${time(sent)}, late`) : time(sent);
}

/** What was said at the end of the run, question by question. */
function hotWash(wash: NonNullable<Report['hot_wash']> | null): Block[] {
  if (wash === null) return [];
  const rows = HOT_WASH_PARTS.flatMap((part): [string, string][] => (wash.said[part] === undefined ? [] : [[HOT_WASH_QUESTIONS[part], wash.said[part]]]));
  const corrected = wash.earlier === 0 ? '' : `, corrected ${counted(wash.earlier, 'time', 'times')}`;
  return [{ kind: 'title', text: `Hot wash, as ${wash.by} recorded it at ${full(wash.at) ?? wash.at}${corrected}` }, { kind: 'pairs', rows }, { kind: 'title', text: 'What is to be done' }];
}

function findings({ findings: all, hot_wash: wash }: Report): Block[] {
  return [...hotWash(wash ?? null), {
    kind: 'table', head: ['Finding', 'Severity', 'Root cause', 'Action', 'Owner', 'Due', 'Status', 'Retest'], none: 'None.',
    rows: all.map((f) => [`${f.id}: ${f.title}${f.description === null ? '' : `. ${f.description}`}`, f.severity, f.root_cause, f.action, f.owner, f.due, f.status, f.retest]),
  }];
}

function escrow({ escrow: keys, data: d }: Report): Block[] {
  if (keys.length === 0) {
    const others = d.keys.length === 0 ? '' : ` ${counted(d.keys.length, 'secret', 'secrets')} came from elsewhere: see Data.`;
    return [{ kind: 'text', text: `No key in escrow was touched.${others}` }];
  }
  return keys.flatMap((key): Block[] => [
    { kind: 'title', text: `${key.key}${key.version === null ? '' : `, version ${key.version}`}` },
    { kind: 'pairs', rows: [
      ['At', full(key.at)], ['Purpose', key.purpose], ['Level', key.level], ['Strength of the proof', key.strength],
      ['Commitment', key.commitment === null ? null : key.commitment === 'match' ? mark('good', '✓ match') : mark('bad', '× no match')],
      ['Quorum', key.quorum === null ? null : `${key.quorum.present} present, ${key.quorum.needed} needed${key.quorum.verified === null ? '' : `, ${key.quorum.verified} verified`}`],
      ['Temporary material', key.destruction], ['Witnesses', listed(key.witnesses)], ['Result', key.result],
    ] },
    { kind: 'table', head: ['Share', 'Custodian', 'Commitment', 'Seal before', 'Seal after'], rows: key.shares.map((s) => [s.index, s.custodian, s.commitment, s.seal_before, s.seal_after]), none: 'No share was opened.' },
  ]);
}
