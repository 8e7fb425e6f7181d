/** A run of which everything is known, and one of which nothing is beyond that it happened. */
import type { CheckResult, ReadinessReport } from '../../electron/contract/readiness.ts';
import type { EscrowedKey, Report } from '../../electron/contract/report.ts';
import type { ReportFacts } from '../../electron/contract/report-facts.ts';
import type { JournalEvent } from '../../electron/engine/journal/journal.ts';
import { generateSigner } from '../../electron/engine/note/note.ts';
import { buildReport, type ReportSources } from '../../electron/engine/report/report.ts';
import { withSignatures } from '../../electron/engine/report/read-report.ts';
import { runView, smallRunbook, stepView } from './run-view.ts';

export const AT = (minute: number, second = 0): string => new Date(Date.UTC(2026, 8, 15, 1, 12 + minute, second)).toISOString();
const SHA = (digit: string): string => digit.repeat(64);

export const FACTS: ReportFacts = {
  severity: 'high', trigger: 'incident', quarter: '2026 Q4', data_classes: ['Tenant ledgers'], third_parties: ['Colocation Frankfurt'], segregation: 'VLAN 77, no route to production',
  exclusions: [{ what: 'Reporting cube', reason: 'rebuilt weekly' }], assumptions: ['DNS is alive'],
  people: [
    { name: 'Ruth Adeyemi', part: 'witness', role: 'internal audit', organisation: 'Audit GmbH', from: AT(1), to: AT(30) },
    { name: 'Felix Stone', part: 'facilitator' }, { name: 'Sofia Marchetti', part: 'compliance officer' }, { name: 'Ola Berg', part: 'participant' },
  ],
  declared_by: 'Helena Brandt', criterion_met: 'hall B dark', deactivated_by: 'Tomás Ferreira', deactivated_at: AT(33),
  reconciliation: [{ what: 'Ledger total', ok: true, expected: '1,204,331.17', actual: '1,204,331.17' }], verdict_by: 'Crisis board',
  regulator: { authority: 'BaFin', at: AT(28), by: 'Helena Brandt', reference: 'INC-4711' },
  findings: [{ id: 'key-late', title: 'The key came late', description: 'Nobody knew the drawer', severity: 'high', root_cause: 'No register', action: 'Keep a register', owner: 'Priya Raman', due: '2026-10-01', status: 'open', retest: 'drill Q4' }],
  author: 'Jonas Weidmann', reviewer: 'Nadia Costa', retention: '10 years', next_due: '2026-12-15',
};

export const check = (id: string, kind: string, evidence: CheckResult['evidence'], more: Partial<CheckResult> = {}): CheckResult => ({
  id, title: `Check ${id}`, kind, severity: 'blocker', outcome: 'pass', expired: false, summary: `Found ${id} good`, evidence, checked_at: AT(-60), expires_at: AT(600), duration_ms: 5, remedy: null, suspects: [], override: null, ...more,
});

const READINESS: ReadinessReport = {
  runbook: { id: 'ampora-total-loss', sha256: SHA('c') }, state: 'READY_WITH_OVERRIDES', dependencies: [], warnings: [],
  checks: [
    check('newest', 'backup', { path: '/vault/ampora-0915.dump', level: 'key-proven', sha256: SHA('b'), size: 2048, age_s: 600, rungs: [{ level: 'asserted', ok: true, detail: 'tenants: 1250' }] }),
    check('tool', 'tool', { path: '/opt/kit/pgbackrest', version: '2.53', sha256: SHA('7') }),
    check('wall', 'clock', { witnesses: [{ name: 'the battery clock', skew_s: 1 }] }),
    check('fire', 'attest', {}, { outcome: 'overridden', override: { by: 'Helena Brandt', reason: 'seen by phone', at: AT(-5) } }),
  ],
};

export const ESCROW: EscrowedKey = {
  key: 'ampora-master', version: '3', at: AT(5), purpose: 'incident', level: 'L4', strength: 'authenticated', commitment: 'match', quorum: { needed: 3, present: 3, verified: 3 },
  shares: [{ index: '2', custodian: 'Ines Duarte', commitment: 'match', seal_before: 'bag 4410 whole', seal_after: 'bag 4587 closed' }], destruction: 'child ended, memory zeroed', witnesses: ['Ruth Adeyemi'], result: 'opened 3 of 3 samples',
};

const blobs = new Map<string, string>([[SHA('1'), 'The lights are out.'], [SHA('2'), JSON.stringify(FACTS)], [SHA('3'), JSON.stringify({ retention: '7 years' })]]);

export function event(seq: number, type: string, data: JournalEvent['data'], actor = 'person/jonas-weidmann'): JournalEvent {
  return { v: 1, seq, id: `e${seq}`, run: '26-09-15-a', actor, wall: AT(0, seq), up: seq * 1000, boot: 'b', type, data, prev: '' };
}

export const CREATED: JournalEvent['data'] = {
  mode: 'rehearsal', runbook: { id: 'ampora-total-loss', sha256: SHA('c') }, title: 'Rebuild', system: 'ampora', snapshot: { sha256: SHA('a'), size: 2 }, signature: 'signed', outage_at: AT(0), declared_at: AT(7),
  operator: { id: 'jonas-weidmann', name: 'Jonas Weidmann', role: 'operator' }, pace: 'step', engine: { pid: 1, start_time: '1', boot: 'b' }, acknowledged_unsigned: null, proceeded_not_ready: null, readiness: 'READY_WITH_OVERRIDES', run_dir: '/data/runs/r',
  vouched: { signers: ['release/2026'], version: 12 }, blackstart: { version: '0.1.0', bundle: SHA('9') },
};

const EVENTS: JournalEvent[] = [
  event(1, 'run.key', { vkey: 'run/26-09-15-a+455cae2c+Aa/d9s4u' }, 'device'),
  event(2, 'run.created', CREATED),
  event(3, 'step.released', { step: 'restore', typed_id: true }),
  event(4, 'step.intent', { step: 'restore', attempt: 1, purpose: 'work', what: 'pgbackrest', argv: null, commands: null, tools: [{ program: '/opt/kit/pgbackrest', sha256: SHA('7') }], alternate: false, marker: 'm' }),
  event(5, 'step.secret', { step: 'restore', name: 'master_key', source: 'escrow ampora-other', length: 43, fingerprint: 'sha256:77aa' }),
  event(6, 'step.approved', { step: 'restore', by: 'helena-brandt', name: 'Helena Brandt', role: 'vp-engineering', unattended: false, statement: null, signature: null }, 'person/helena-brandt'),
  event(7, 'comms.sent', { step: 'restore', audience: 'executives', channel: 'phone', reached: 'Board desk', text: { sha256: SHA('1'), size: 19 }, by: 'jonas-weidmann', unattended: false }),
  event(8, 'inject.fired', { inject: 'rotated-key', by: 'felix-stone' }),
  event(9, 'scratch.started', { name: 'pg', kind: 'postgres', values: {} }),
  event(10, 'scratch.gone', { name: 'pg', checked: true, detail: 'gone' }),
  event(11, 'clock.jump', { last_wall: AT(0), wall_ms: 9000, up_ms: 1000 }, 'device'),
  event(12, 'step.overridden', { step: 'key', by: 'jonas-weidmann', reason: 'The manager is authoritative' }),
  event(13, 'run.finished', { state: 'succeeded' }, 'engine'),
  event(14, 'report.completed', { by: 'Ruth Adeyemi', facts: { sha256: SHA('3'), size: 2 }, reason: null }, 'person/ruth-adeyemi'),
  event(15, 'report.completed', { by: 'Ruth Adeyemi', facts: { sha256: SHA('2'), size: 2 }, reason: 'the policy says ten' }, 'person/ruth-adeyemi'),
];

const BACK = { sha256: SHA('5'), size: 18_204 };

/** @param more replaces what the sources say */
export function sourcesOf(more: Partial<ReportSources> = {}): ReportSources {
  return {
    view: runView({
      steps: [
        stepView({ id: 'restore', number: 1, title: 'Restore PostgreSQL', commands: [['pgbackrest', 'restore', '‹secret pg_password, 12 bytes›']], assertions: [{ ok: true, expected: 'at least 1,250', actual: '1,250 rows' }], point_of_no_return: true, output: BACK, human_s: 95, approvals: [{ by: 'helena-brandt', name: 'Helena Brandt', role: 'vp-engineering', at: AT(1), verdict: 'approved', unattended: false }] }),
        stepView({ id: 'key', number: 2, title: 'Prove the key', state: 'overridden', reason: 'The manager is authoritative' }),
        stepView({ id: 'dns', number: 3, title: 'Move DNS', state: 'skipped', reason: 'Left out of rehearsals', started_at: null, finished_at: null, attempts: 0, exit_codes: [] }),
      ],
      messages: [{ audience: 'executives', due_at: AT(37), sent_at: AT(0, 7), channel: 'phone' }, { audience: 'executives', due_at: AT(30), sent_at: null, channel: null }],
      audiences: [{ id: 'executives', title: 'The board', cadence: 'every 30 min', condition: null, wanted: true, due_at: AT(30), due_in_s: 60, told: [{ at: AT(0, 7), channel: 'phone', reached: 'Board desk', late_s: 0 }], channels: [], draft: '', unknown: [] }],
      attachments: [{ name: 'rack.jpg', sha256: SHA('6'), size: 4096, at: AT(9), by: 'Ola Berg', step: null }],
    }),
    runbook: { ...smallRunbook({ components: [{ id: 'db', title: 'Tenant database' }], compliance: ['DORA Art. 11'], activation: { criterion: 'no return before noon' }, drills: [{ kind: 'rehearsal', title: 'Quarterly drill', every: '3mo', success: ['All tenants back'] }] }), audiences: [{ id: 'executives', title: 'The board', channels: ['phone'], every: '30m' }], injects: [{ id: 'rotated-key', at: 'manual', title: 'The key was rotated' }] },
    signature: { state: 'signed', signers: [] },
    readiness: READINESS,
    events: EVENTS,
    people: [],
    readText: (sha256) => blobs.get(sha256) ?? null,
    record: {
      entries: 42, head: { size: 42, hash: SHA('e') }, verified: true, device: 'device/kit-03+0badcafe+AQ==',
      checkpoint: { size: 41, hash: SHA('d'), words: 'wreck romance can forward dilemma economy discover normal notable frequent chase object', note: 'device/kit-03\n41\nroot\n\n\u2014 device/kit-03 AAAA\n' },
      witnessed: [{ name: 'device/second', size: 40, at: AT(40) }],
      checkpoints: [{ ...event(12, 'record.checkpoint', { reason: 'step.approved' }), run: null }],
    },
    plan: new Map([['restore', { start: Date.parse(AT(7)), end: Date.parse(AT(12)) }]]),
    escrow: [ESCROW],
    version: '0.1.0',
    now: new Date('2026-09-15T02:00:00Z'),
    ...more,
  };
}

/** Everything that a report can say is in it. The signatures are real notes' shape, not checked here. */
export function fullReport(more: Partial<ReportSources> = {}): Report {
  const made = buildReport(sourcesOf(more));
  const sofia = { person: 'sofia-marchetti', name: 'Sofia Marchetti', role: 'compliance-officer', at: AT(45), enrolled_at: AT(-9999), note: 'n', vkey: generateSigner('person/sofia-marchetti').vkey };
  return withSignatures(made, [{ ...sofia, person: 'jonas-weidmann', name: 'Jonas Weidmann', role: 'operator' }, sofia]);
}

/** A run without people, targets, checks, messages or keys. */
export function bareReport(): Report {
  const view = runView({ steps: [stepView({ id: 'only', number: 1, budget_s: null })], operator: null, present: [], params: {}, notes: [], messages: [], spans: [], restored_at: null, rto: { target_s: null, achieved_s: null, met: null }, rpo: { target_s: null, achieved_s: null, met: null, newest_at: null } });
  const front = smallRunbook({ targets: undefined, drills: undefined, secrets: undefined });
  return buildReport(sourcesOf({
    view, runbook: { ...front, findings: [] }, readiness: null, events: [event(1, 'run.created', { ...CREATED, operator: null, vouched: { signers: [], version: null }, blackstart: { version: '0.1.0', bundle: null } })], escrow: [], plan: new Map(),
    record: { entries: 1, head: { size: 1, hash: SHA('e') }, verified: null, device: 'device/kit-03+0badcafe+AQ==', checkpoint: null, checkpoints: [] },
  }));
}
