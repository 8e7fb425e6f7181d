/** The fourteen groups, field by field: each is in the JSON, in the HTML, in the Markdown, and those of a step in the CSV. */
import { describe, expect, it } from 'vitest';
import { Report } from '../../../electron/contract/report.ts';
import { renderReport } from '../../../electron/engine/report/report.ts';
import { bareReport, fullReport, sourcesOf } from '../../support/full-report.ts';

/** Group and field, where it lies in the JSON, and what a reader sees of it. */
const FIELDS: readonly (readonly [string, string, string, string])[] = [
  ['1 Identity', 'run id', 'identity.run', '26-09-15-a'],
  ['1 Identity', 'type', 'identity.type', 'Rehearsal'],
  ['1 Identity', 'title', 'identity.title', 'Rebuild Ampora after total loss'],
  ['1 Identity', 'scenario', 'identity.scenario', 'The data centre and the cluster are gone.'],
  ['1 Identity', 'severity', 'identity.severity', 'high (said by Ruth Adeyemi)'],
  ['1 Identity', 'trigger', 'identity.trigger', 'incident (said by Ruth Adeyemi)'],
  ['1 Identity', 'quarter', 'identity.quarter', '2026 Q4'],
  ['1 Identity', 'runbook id', 'identity.runbook.id', 'ampora-total-loss, owned by platform-operations'],
  ['1 Identity', 'version label', 'identity.runbook.version', 'version 12 of the signed set'],
  ['1 Identity', 'runbook SHA-256', 'identity.runbook.sha256', 'cd'.repeat(32)],
  ['1 Identity', 'signature state', 'identity.runbook.signature.state', 'signed by release/2026'],
  ['1 Identity', 'Blackstart version', 'identity.blackstart.version', '0.1.0'],
  ['1 Identity', 'bundle digest', 'identity.blackstart.bundle_sha256', '9'.repeat(64)],
  ['2 Scope', 'system', 'identity.system', 'ampora'],
  ['2 Scope', 'components', 'scope.components.0', 'Tenant database'],
  ['2 Scope', 'data classes', 'scope.data_classes.0', 'Tenant ledgers'],
  ['2 Scope', 'third parties', 'scope.third_parties.0', 'Colocation Frankfurt'],
  ['2 Scope', 'target environment', 'scope.environment', 'Scratch targets, apart from production'],
  ['2 Scope', 'segregation', 'scope.segregation', 'VLAN 77, no route to production'],
  ['2 Scope', 'exclusions that the run made', 'scope.exclusions.0.reason', 'Left out of rehearsals'],
  ['2 Scope', 'exclusions that a person names', 'scope.exclusions.1.reason', 'rebuilt weekly'],
  ['3 Objectives', 'success criteria', 'objectives.success.0', 'All tenants back'],
  ['3 Objectives', 'RTO target', 'objectives.rto_s', '4 h'],
  ['3 Objectives', 'RPO target', 'objectives.rpo_s', '15 min'],
  ['3 Objectives', 'assumptions', 'objectives.assumptions.0', 'DNS is alive'],
  ['4 People', 'operator', 'people.0.name', 'Jonas Weidmann'],
  ['4 People', 'approver', 'people.1.name', 'Helena Brandt'],
  ['4 People', 'witness', 'people.2.name', 'Ruth Adeyemi'],
  ['4 People', 'facilitator', 'people.3.name', 'Felix Stone'],
  ['4 People', 'participant', 'people.4.name', 'Ola Berg'],
  ['4 People', 'compliance officer', 'people.5.name', 'Sofia Marchetti'],
  ['4 People', 'role', 'people.2.role', 'internal audit'],
  ['4 People', 'organisation', 'people.2.organisation', 'Audit GmbH'],
  ['4 People', 'present from', 'people.2.from', '2026-09-15 01:13:00 UTC'],
  ['4 People', 'present to', 'people.2.to', '2026-09-15 01:42:00 UTC'],
  ['4 People', 'independence', 'people.2.part', 'No operator was a witness.'],
  ['5 Activation', 'outage at', 'activation.outage_at', '2026-09-15 01:12:00 UTC'],
  ['5 Activation', 'declared at', 'activation.declared_at', '2026-09-15 01:19:00 UTC'],
  ['5 Activation', 'declared by', 'activation.declared_by', 'Helena Brandt (said by Ruth Adeyemi)'],
  ['5 Activation', 'criterion', 'activation.criterion', 'no return before noon'],
  ['5 Activation', 'criterion met', 'activation.criterion_met', 'hall B dark'],
  ['5 Activation', 'deactivated by', 'activation.deactivated_by', 'Tomás Ferreira'],
  ['5 Activation', 'deactivated at', 'activation.deactivated_at', '2026-09-15 01:45:00 UTC'],
  ['6 Readiness', 'check', 'readiness.checks.0.title', 'Check newest'],
  ['6 Readiness', 'outcome', 'readiness.checks.0.outcome', '✓ holds'],
  ['6 Readiness', 'evidence', 'readiness.checks.0.evidence.path', 'Found newest good'],
  ['6 Readiness', 'age', 'readiness.checks.0.age_s', '1 h 7 min'],
  ['6 Readiness', 'override with name and reason', 'readiness.checks.3.override.reason', 'Helena Brandt: “seen by phone”'],
  ['7 Execution', 'target time', 'execution.0.target_s', '5 min'],
  ['7 Execution', 'measured time', 'execution.0.measured_s', '40 s'],
  ['7 Execution', 'pass or fail', 'execution.0.verdict', '✓ pass'],
  ['7 Execution', 'planned start', 'execution.0.planned_start', '01:19:00'],
  ['7 Execution', 'planned end', 'execution.0.planned_end', '01:24:00'],
  ['7 Execution', 'actual start', 'execution.0.started_at', '01:13:00'],
  ['7 Execution', 'actual end', 'execution.0.finished_at', '01:13:40'],
  ['7 Execution', 'executor', 'execution.0.executor', 'Jonas Weidmann'],
  ['7 Execution', 'approver', 'execution.0.approvers.0.name', 'approved by Helena Brandt (vp-engineering) at 01:13:00'],
  ['7 Execution', 'resolved command, masked', 'execution.0.commands.0.2', '‹secret pg_password, 12 bytes›'],
  ['7 Execution', 'tool version', 'execution.0.tools.0.version', 'version 2.53'],
  ['7 Execution', 'tool digest', 'execution.0.tools.0.sha256', '7'.repeat(64)],
  ['7 Execution', 'exit codes', 'execution.0.exit_codes.0', 'Exit codes'],
  ['7 Execution', 'output digest', 'execution.0.output.sha256', '5'.repeat(64)],
  ['7 Execution', 'assertion expected', 'execution.0.assertions.0.expected', 'at least 1,250'],
  ['7 Execution', 'assertion actual', 'execution.0.assertions.0.actual', '1,250 rows'],
  ['7 Execution', 'attempts', 'execution.0.attempts', '1 attempt'],
  ['7 Execution', 'human wait', 'execution.0.human_s', '1 min 35 s'],
  ['7 Execution', 'deviation', 'deviations.0.who', 'Jonas Weidmann: “The manager is authoritative”'],
  ['7 Execution', 'step not executed and why', 'not_executed.0.why', 'Left out of rehearsals'],
  ['8 Data', 'backup id', 'data.backups.0.id', 'ampora-0915.dump'],
  ['8 Data', 'backup time', 'data.backups.0.taken_at', '2026-09-15 00:02:00 UTC'],
  ['8 Data', 'backup location', 'data.backups.0.location', '/vault/ampora-0915.dump'],
  ['8 Data', 'backup checksum', 'data.backups.0.sha256', 'b'.repeat(64)],
  ['8 Data', 'key fingerprint', 'data.keys.0.fingerprint', 'sha256:77aa'],
  ['8 Data', 'reconciliation by the proof', 'data.reconciliation.0.actual', 'tenants: 1250'],
  ['8 Data', 'reconciliation that a person gives', 'data.reconciliation.2.actual', '1,204,331.17'],
  ['8 Data', 'newest recovered record', 'data.newest_row', '2026-09-15 01:00:00 UTC'],
  ['9 Results', 'achieved RTO', 'results.rto.achieved_s', '31 min'],
  ['9 Results', 'achieved RPO', 'results.rpo.achieved_s', '11 min 30 s'],
  ['9 Results', 'verdict', 'results.verdict', 'Recovered within the target'],
  ['9 Results', 'who gave the verdict', 'results.verdict_by', 'Crisis board (said by Ruth Adeyemi)'],
  ['10 Communications', 'audience', 'communications.messages.0.audience', 'The board'],
  ['10 Communications', 'channel', 'communications.messages.0.channel', 'phone'],
  ['10 Communications', 'due', 'communications.messages.0.due_at', '01:49:00'],
  ['10 Communications', 'sent', 'communications.messages.0.sent_at', '01:12:07'],
  ['10 Communications', 'text', 'communications.messages.0.text', 'The lights are out.'],
  ['10 Communications', 'reached', 'communications.messages.0.reached', 'Board desk'],
  ['10 Communications', 'regulator notification time', 'communications.regulator.at', '2026-09-15 01:40:00 UTC, BaFin, by Helena Brandt, INC-4711'],
  ['11 Findings', 'id', 'findings.1.id', 'key-late'],
  ['11 Findings', 'description', 'findings.1.description', 'Nobody knew the drawer'],
  ['11 Findings', 'severity', 'findings.1.severity', 'high'],
  ['11 Findings', 'root cause', 'findings.1.root_cause', 'No register'],
  ['11 Findings', 'action', 'findings.1.action', 'Keep a register'],
  ['11 Findings', 'owner', 'findings.1.owner', 'Priya Raman'],
  ['11 Findings', 'due date', 'findings.1.due', '2026-10-01'],
  ['11 Findings', 'status', 'findings.1.status', 'open'],
  ['11 Findings', 'retest', 'findings.1.retest', 'drill Q4'],
  ['12 Escrow annex', 'key id', 'escrow.0.key', 'ampora-master, version 3'],
  ['12 Escrow annex', 'share index', 'escrow.0.shares.0.index', '2'],
  ['12 Escrow annex', 'commitment match', 'escrow.0.commitment', '✓ match'],
  ['12 Escrow annex', 'custodian', 'escrow.0.shares.0.custodian', 'Ines Duarte'],
  ['12 Escrow annex', 'seal before', 'escrow.0.shares.0.seal_before', 'bag 4410 whole'],
  ['12 Escrow annex', 'seal after', 'escrow.0.shares.0.seal_after', 'bag 4587 closed'],
  ['12 Escrow annex', 'quorum', 'escrow.0.quorum.present', '3 present, 3 needed, 3 verified'],
  ['12 Escrow annex', 'destruction of temporary material', 'escrow.0.destruction', 'child ended, memory zeroed'],
  ['12 Escrow annex', 'witness', 'escrow.0.witnesses.0', 'Ruth Adeyemi'],
  ['12 Escrow annex', 'a key that the run took and no verification speaks for', 'escrow.1.key', 'Given to this run as master_key'],
  ['13 Approval', 'author', 'approval.author', 'Jonas Weidmann (said by Ruth Adeyemi)'],
  ['13 Approval', 'reviewer', 'approval.reviewer', 'Nadia Costa'],
  ['13 Approval', 'compliance sign-off', 'approval.compliance.name', 'Sofia Marchetti, 2026-09-15 01:57:00 UTC'],
  ['13 Approval', 'retention', 'approval.retention', '10 years'],
  ['13 Approval', 'next test due', 'approval.next_due', '2026-12-15'],
  ['13 Approval', 'correction', 'approval.corrections.0.was', '7 years'],
  ['14 Integrity', 'clock source', 'integrity.clock.source', 'the battery clock'],
  ['14 Integrity', 'clock offset', 'integrity.clock.offset_s', '1 s'],
  ['14 Integrity', 'wall clock', 'integrity.clock.wall_ms', 'wall clock 14.000 s'],
  ['14 Integrity', 'monotonic clock', 'integrity.clock.monotonic_ms', 'time since boot 14.000 s'],
  ['14 Integrity', 'what the clock did', 'integrity.clock.events.0.what', 'was set forward by 8 s'],
  ['14 Integrity', 'chain head', 'integrity.head.hash', 'e'.repeat(64)],
  ['14 Integrity', 'checkpoints', 'integrity.checkpoints.0.seq', 'step.approved'],
  ['14 Integrity', 'newest checkpoint in words', 'integrity.checkpoint.words', '41 wreck romance can forward dilemma economy discover normal notable frequent chase object'],
  ['14 Integrity', 'witnesses', 'integrity.witnessed.0.name', 'device/second'],
  ['14 Integrity', 'signatures: the keys', 'integrity.signatures.1.key', 'run/26-09-15-a+455cae2c+Aa/d9s4u'],
  ['14 Integrity', 'attachments with digests', 'integrity.attachments.0.sha256', '6'.repeat(64)],
  ['14 Integrity', 'what was masked', 'integrity.masked.0', 'master_key'],
];

function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inside, name) => (typeof inside === 'object' && inside !== null ? Reflect.get(inside, name) : undefined), value);
}

const ENTITIES: Readonly<Record<string, string>> = { '&#x26;': '&', '&#x3C;': '<', '&#x27;': "'", '&#x22;': '"', '&amp;': '&', '&lt;': '<' };

/** What a reader sees of the HTML. */
function visibleText(html: string): string {
  return html.replace(/^[\s\S]*<main>/u, '').replace(/<svg[\s\S]*?<\/svg>/gu, ' ').replace(/<[^>]+>/gu, '\n').replace(/&[#\w]+;/gu, (entity) => ENTITIES[entity] ?? entity);
}

/** The part of a group: HTML and Markdown name it in the same way. */
function partOf(text: string, group: string): string {
  const lines = text.split('\n');
  const begins = lines.findIndex((line) => line.replace(/^## /u, '') === group);
  const next = String(Number(/^\d+/u.exec(group)?.[0] ?? 0) + 1);
  const ends = lines.findIndex((line, index) => index > begins && new RegExp(`^(?:## )?${next} [A-Z]`, 'u').test(line) && FIELDS.some(([other]) => other === line.replace(/^## /u, '')));
  return begins === -1 ? '' : lines.slice(begins, ends === -1 ? undefined : ends).join('\n');
}

const full = fullReport();
const json: unknown = JSON.parse(renderReport(full, 'json'));
const html = visibleText(renderReport(full, 'html'));
const markdown = renderReport(full, 'md').replace(/\\(?=[\\`*_[\]<>|#&~!$])/gu, '');

describe('a run of which everything is known has each field', () => {
  it.each(FIELDS)('%s: %s, in the JSON, the HTML and the Markdown', (group, _field, path, seen) => {
    const value = at(json, path);
    expect(value, path).not.toBeUndefined();
    expect(value, path).not.toBeNull();
    expect(partOf(html, group)).toContain(seen);
    expect(partOf(markdown, group)).toContain(seen);
  });

  it('has all fourteen groups, in their order', () => {
    const groups = [...new Set(FIELDS.map(([group]) => group))];
    expect(groups).toHaveLength(14);
    expect([...markdown.matchAll(/^## (.+)$/gmu)].map(([, title]) => title)).toEqual(groups);
  });

  it('holds its own schema, so that no format can say what the JSON does not', () => {
    expect(Report.parse(json)).toEqual(full);
  });

  it.each([
    ['target_s', '300'], ['measured_s', '40'], ['verdict', 'pass'], ['planned_start', '2026-09-15T01:19:00.000Z'], ['planned_end', '2026-09-15T01:24:00.000Z'], ['started_at', '2026-09-15T01:13:00.000Z'], ['finished_at', '2026-09-15T01:13:40.000Z'],
    ['executor', 'Jonas Weidmann'], ['approvers', 'Helena Brandt (vp-engineering)'], ['command', 'pgbackrest restore ‹secret pg_password, 12 bytes›'], ['tools', `/opt/kit/pgbackrest, 2.53, sha256 ${'7'.repeat(64)}`],
    ['exit_codes', '0'], ['output_sha256', '5'.repeat(64)], ['assertions', 'holds: expected at least 1,250, actual 1,250 rows'], ['attempts', '1'], ['human_s', '95'], ['deviation', ''],
  ])('has %s of a step in the CSV', (column, value) => {
    const rows = renderReport(full, 'csv').split('\r\n').map(cells);
    const index = rows[0]?.indexOf(column) ?? -1;
    expect(index, `column ${column}`).toBeGreaterThan(-1);
    expect(rows[1]?.[index]).toBe(value);
  });

  it('says in the CSV why a step was not executed', () => {
    const rows = renderReport(full, 'csv').split('\r\n').map(cells);
    expect(rows[3]?.[rows[0]?.indexOf('deviation') ?? -1]).toBe('Left out of rehearsals');
  });
});

/** Of one line of CSV; quoted cells may hold commas. */
function cells(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/gu)].map(([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? '');
}

describe('a run of which nothing is known says so, and makes nothing up', () => {
  const bare = bareReport();
  const seen = visibleText(renderReport(bare, 'html'));
  const told = renderReport(bare, 'md');

  it.each([
    'identity.trigger', 'identity.blackstart.bundle_sha256', 'scope.third_parties', 'objectives.assumptions', 'objectives.rto_s', 'activation.declared_by', 'activation.criterion', 'activation.criterion_met', 'activation.deactivated_by',
    'readiness.state', 'execution.0.target_s', 'execution.0.planned_start', 'execution.0.executor', 'execution.0.output', 'data.newest_row', 'results.met', 'communications.regulator', 'approval.reviewer', 'approval.compliance', 'approval.retention', 'approval.next_due',
    'integrity.clock.source', 'integrity.clock.offset_s', 'integrity.clock.wall_ms', 'integrity.checkpoint',
  ])('%s is null', (path) => {
    expect(at(bare, path)).toBeNull();
  });

  it.each(['scope.components', 'scope.data_classes', 'scope.exclusions', 'objectives.success', 'people', 'readiness.checks', 'data.backups', 'data.reconciliation', 'data.keys', 'communications.messages', 'findings', 'escrow', 'approval.signatures', 'approval.corrections', 'integrity.masked', 'integrity.attachments', 'integrity.witnessed'])('%s is empty', (path) => {
    expect(at(bare, path)).toEqual([]);
  });

  it.each([
    ['1 Identity', 'Trigger', 'not recorded'], ['2 Scope', 'Third parties', 'not recorded'], ['3 Objectives', 'Assumptions', 'not recorded'], ['5 Activation', 'Criterion met', 'not recorded'], ['5 Activation', 'Deactivated by', 'not recorded'],
    ['10 Communications', 'Regulator notified', 'not recorded'], ['13 Approval', 'Reviewer', 'not recorded'], ['13 Approval', 'Retention', 'not recorded'], ['14 Integrity', 'Clock compared with', 'not recorded'],
    ['2 Scope', 'Components', 'none'], ['14 Integrity', 'Masked', 'none'],
  ])('%s: %s reads "%s"', (group, label, word) => {
    const lines = partOf(seen, group).split('\n').filter((line) => line.trim() !== '');
    expect(lines[lines.indexOf(label) + 1]).toBe(word);
    expect(partOf(told, group)).toContain(`| ${label} | ${word} |`);
  });

  it.each([['4 People', 'Nobody signed in.'], ['6 Readiness', 'Readiness was not judged.'], ['8 Data', 'No backup was checked.'], ['8 Data', 'Nothing was counted.'], ['10 Communications', 'Nobody was due to be told.'], ['12 Escrow annex', 'No key in escrow was touched.'], ['13 Approval', 'Nobody has signed this revision.'], ['14 Integrity', 'No checkpoint was signed yet.']])('%s says "%s"', (group, sentence) => {
    expect(partOf(seen, group)).toContain(sentence);
    expect(partOf(told, group).replaceAll('\\', '')).toContain(sentence);
  });

  it('is not judged, since no target was set', () => {
    expect(seen).toMatch(/Not judged\n+Finished\. No target was set/u);
  });
});

describe('each type of report says what it is', () => {
  const opening = (html_: string): string => visibleText(html_).slice(0, 400);

  it('a restore test, because somebody said so or because the runbook is held as nothing else', () => {
    const said = { ...fullReport(), identity: { ...fullReport().identity, type: 'restore test' as const } };
    expect(opening(renderReport(said, 'html'))).toMatch(/RESTORE TEST[\s\S]*Restore test of 2026-09-15/u);
  });

  it('an escrow verification, with its annex and no timeline of a recovery', () => {
    const report = { ...fullReport(), identity: { ...fullReport().identity, type: 'escrow verification' as const } };
    const page = renderReport(report, 'html');
    expect(opening(page)).toContain('ESCROW VERIFICATION: no system was recovered');
    expect(page).not.toContain('class="timeline" ');
    expect(visibleText(page)).not.toContain('What happened, in UTC');
  });

  it('a tabletop, whose minutes are no recovery time', () => {
    const { results } = fullReport({ view: { ...sourcesOf().view, mode: 'tabletop' } });
    expect(results).toMatchObject({ met: null, rto: { achieved_s: null, met: null }, verdict: expect.stringContaining('Nothing ran') });
  });
});
