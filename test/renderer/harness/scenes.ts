/** Recorded moments, by name. Times are kept relative to now, so that clocks read as they did. */
import type { CheckResult, ReadinessReport } from '../../../electron/contract/readiness.ts';
import type { RunView, StepView } from '../../../electron/contract/run.ts';
import type { HomeView } from '../../../electron/contract/home.ts';

const NOW = Date.now();
const at = (minutes: number): string => new Date(NOW + minutes * 60_000).toISOString();
const SHA = 'c3e190ab'.repeat(8);

interface StepSeed extends Partial<StepView> { id: string; title: string; phase: string; number: number }

function step(seed: StepSeed): StepView {
  return {
    kind: 'run', state: 'pending', attempts: 0, started_at: null, finished_at: null, budget_s: 300, tool_s: 0, human_s: 0, exit_codes: [], assertions: [],
    lane: 0, role: 'operator', prose: '', needs: [], point_of_no_return: false, waiting_for: null, waiting_since: null, commands: [], env: {}, missing: [], other_way: null, simulated: false, expected: [],
    output: null, last_output_at: null, quiet_since: null, pid: null, suspects: [], gotos: [], approvals: [], approvals_needed: null, captures: {}, forecast: null, undoable: false, asks: null,
    ...seed,
  };
}

function done(seed: StepSeed, from: number, minutes: number): StepView {
  return step({ state: 'succeeded', attempts: 1, started_at: at(from), finished_at: at(from + minutes), tool_s: minutes * 60, ...seed });
}

const ahead = (start: number, minutes: number): Pick<StepView, 'forecast' | 'budget_s'> => ({ forecast: { start: at(start), end: at(start + minutes) }, budget_s: minutes * 60 });

const SUSPECTS: StepView['suspects'] = [
  { symptom: 'too-early', see: 'No tenants are counted', cause: 'Restored from too early', fix: 'Choose a later moment and restore again; about 40 min.', evidence: [{ stance: 'ruled-out', text: '1,250 of 1,250 tenants, newest row 01:00:30.' }] },
  { symptom: 'wrong-key', see: 'Encrypted fields read as gibberish', cause: 'Wrong master key', fix: 'Rebuild v3 from three shares. Adds 33 min.', evidence: [{ stance: 'for', text: 'The restored audit log ends at v3; you hold v4.' }, { stance: 'for', text: 'v3 opened this same backup on 14 Sep, level 4.' }] },
  { symptom: 'half-rotation', see: 'Some fields open, some do not', cause: 'The rotation stopped half way', fix: 'Sample 50 more rows; about 1 min.', evidence: [{ stance: 'against', text: 'Not one sample opened with v4.' }] },
];

const RESTORE = [['pgbackrest', '--stanza=ampora', 'restore', '--type=time', '--target=2026-09-15 01:00:30+00', '--target-action=promote']];

const EARLIER: StepView[] = [
  done({ id: 'declare', number: 1, title: 'Declare the outage', phase: 'prepare', kind: 'manual' }, -76, 7),
  done({ id: 'choose', number: 2, title: 'Kubernetes or VM', phase: 'prepare', kind: 'decide' }, -69, 2),
  done({ id: 'provision', number: 3, title: 'Provision the cluster', phase: 'environment' }, -66, 15),
  done({ id: 'ingress', number: 4, title: 'Ingress, cert-manager', phase: 'environment' }, -50, 4),
  done({ id: 'images', number: 5, title: 'Load the images', phase: 'environment', lane: 1 }, -50, 8),
  done({ id: 'fetch', number: 6, title: 'Fetch the backup', phase: 'data' }, -36, 9),
];

const LATER: StepView[] = [
  step({ id: 'secrets', number: 10, title: 'Write ampora-secrets', phase: 'keys', ...ahead(21, 2) }),
  step({ id: 'tls', number: 11, title: 'Server TLS', phase: 'serve', ...ahead(23, 10) }),
  step({ id: 'manifests', number: 12, title: 'Apply the manifests', phase: 'serve', ...ahead(34, 8) }),
  step({ id: 'dns', number: 13, title: 'Point DNS here', phase: 'serve', point_of_no_return: true, ...ahead(50, 5) }),
  step({ id: 'ready', number: 14, title: 'Live and ready', phase: 'validate', ...ahead(56, 3) }),
  step({ id: 'login', number: 15, title: 'Log in through OIDC', phase: 'validate', kind: 'manual', ...ahead(60, 3) }),
  step({ id: 'dashboard', number: 16, title: 'Dashboard looks familiar', phase: 'validate', kind: 'manual', ...ahead(64, 5) }),
  step({ id: 'agent', number: 17, title: 'An agent reconnects', phase: 'validate', ...ahead(70, 8) }),
  step({ id: 'rollout', number: 18, title: 'Small rollout, end to end', phase: 'validate', ...ahead(79, 35) }),
];

function span(what: RunView['spans'][number]['what'], stepId: string, from: number, to: number | null): RunView['spans'][number] {
  return { what, step: stepId, attempt: 1, from: at(from), to: to === null ? null : at(to) };
}

function run(part: Partial<RunView>, middle: StepView[]): RunView {
  return {
    id: '0f3c9a51-4f2a', runbook: { id: 'ampora-total-loss', sha256: SHA }, mode: 'live', state: 'running', outage_at: at(-84), declared_at: at(-77), finished_at: null,
    rto: { target_s: 14_400, achieved_s: null, met: null }, rpo: { target_s: 900, achieved_s: null, met: null, newest_at: null },
    clocks: { tool_s: 3_120, human_s: 1_560, blocked_s: 300 }, forecast_finish: at(114), steps: [...EARLIER, ...middle, ...LATER],
    title: 'Rebuild Ampora after total loss', system: 'ampora', seq: 400, signature: 'signed', operator: { id: 'jonas', name: 'Jonas Weidmann' },
    present: [{ id: 'jonas', name: 'Jonas Weidmann', role: 'operator' }, { id: 'priya', name: 'Priya Raman', role: 'dba' }, { id: 'helena', name: 'Helena Brandt', role: 'vp-engineering' }],
    phases: [{ id: 'prepare', title: 'Prepare', budget_s: null }, { id: 'environment', title: 'Environment', budget_s: null }, { id: 'data', title: 'Data', budget_s: 3_600 }, { id: 'keys', title: 'Keys', budget_s: null }, { id: 'serve', title: 'Serve', budget_s: null }, { id: 'validate', title: 'Validate', budget_s: null }],
    spans: [
      span('human', 'declare', -84, -69), span('human', 'choose', -69, -66), span('tool', 'provision', -66, -51), span('tool', 'ingress', -50, -46), span('tool', 'images', -50, -42), span('human', 'fetch', -46, -41), span('blocked', 'fetch', -41, -36), span('tool', 'fetch', -36, -27), span('human', 'restore', -27, -24), span('tool', 'restore', -24, null), span('human', 'key', -24, -7),
    ],
    params: { restore_to: '2026-09-15 01:00:30+00', k8s_namespace: 'ampora' },
    notes: [{ at: at(-36), by: 'Jonas Weidmann', text: 'Storage unlocked by phone', step: null }, { at: at(-16), by: 'Jonas Weidmann', text: 'Hall B has no power before noon', step: null }],
    attachments: [], dead: ['identity-provider', 'chat'], injects: [], survivors: [], current: 'restore', lookout: ['Step 8 was overridden at 02:29: fetched key v4 is not the escrowed v3.'], restored_at: null, slack_s: 2_520,
    messages: [{ audience: 'executives', due_at: at(-72), sent_at: at(-72), channel: 'phone' }, { audience: 'executives', due_at: at(-26), sent_at: at(-26), channel: 'phone' }, { audience: 'customers', due_at: at(-5), sent_at: at(-5), channel: 'status-page' }, { audience: 'executives', due_at: at(4), sent_at: null, channel: 'phone' }, { audience: 'regulator', due_at: at(110), sent_at: null, channel: null }],
    audiences: [
      { id: 'executives', title: 'Executives', cadence: 'every 30 min', condition: null, wanted: true, due_at: at(4), due_in_s: 240, told: [{ at: at(-26), channel: 'phone', reached: 'Helena Brandt', late_s: 0 }], channels: [{ name: 'phone', kind: 'phone', address: null, dead: null, tried: [], next: true }], draft: 'Half of it is back.', unknown: [] },
      { id: 'regulator', title: 'Regulator', cadence: 'once, within 4 h', condition: null, wanted: true, due_at: at(110), due_in_s: 6_600, told: [], channels: [{ name: 'phone', kind: 'phone', address: null, dead: null, tried: [], next: true }], draft: 'A direct call.', unknown: [] },
    ],
    handovers: [], checkpoint_words: 'ocean-tango-pilot', ...part,
  };
}

const KEY = step({ id: 'key', number: 8, title: 'Recover the master key', phase: 'keys', kind: 'secret', lane: 1, state: 'overridden', attempts: 1, started_at: at(-24), finished_at: at(-7) });
const PROVE = step({ id: 'prove', number: 9, title: 'Prove the key on the restored data', phase: 'keys', ...ahead(15, 5), suspects: SUSPECTS });

function live(): RunView {
  const restore = step({
    id: 'restore', number: 7, title: 'Restore PostgreSQL', phase: 'data', state: 'running', attempts: 1, started_at: at(-24.2), budget_s: 2_700, role: 'operator', commands: RESTORE, pid: 4711,
    prose: 'Brings the database back to its last archived moment and promotes it. Do not start Ampora yet: step 9 proves the key first.',
    expected: ['Every tenant is back: 1,250 tenants', 'The newest row is young enough: after 00:57:00 UTC', 'The server takes writes: not in recovery'],
    output: { sha256: SHA, size: 182_400 }, last_output_at: at(-0.03), forecast: { start: at(-24), end: at(14) }, suspects: SUSPECTS.slice(0, 2),
  });
  return run({}, [restore, KEY, PROVE]);
}

function failed(): RunView {
  const restore = done({ id: 'restore', number: 7, title: 'Restore PostgreSQL', phase: 'data' }, -40, 39);
  const prove = step({
    ...PROVE, state: 'failed', attempts: 1, started_at: at(-0.4), finished_at: at(-0.2), waiting_for: 'answer', waiting_since: at(-0.2), exit_codes: [0], gotos: ['secrets'],
    reason: 'Opened 0 of 3 samples: this key did not write this database', commands: [['blackstart', 'prove', '--key', '‹secret master_key, 44 bytes›', '--dsn', 'postgres://ampora']],
    assertions: [{ ok: false, title: 'Key v4 opens the samples', expected: '3 of 3 open', actual: '0 of 3, seal does not match' }, { ok: true, title: 'Encrypted fields are there', expected: 'at least 1 row', actual: '3 rows' }, { ok: true, title: 'They are sealed values', expected: 'enc:v1:', actual: '3 of 3' }],
  });
  return run({ state: 'failed', current: 'prove', rpo: { target_s: 900, achieved_s: 690, met: true, newest_at: at(-95) }, spans: [...live().spans.filter((item) => item.to !== null), span('tool', 'restore', -24, -1), span('halted', 'prove', -0.5, null)] }, [restore, KEY, prove]);
}

function approval(): RunView {
  const restore = done({ id: 'restore', number: 7, title: 'Restore PostgreSQL', phase: 'data' }, -24, 10);
  const gate = step({
    id: 'prove', number: 9, title: 'Fail over to the standby', phase: 'keys', state: 'waiting', waiting_for: 'approval', waiting_since: at(-7), point_of_no_return: true,
    prose: 'Customers’ writes go to kredete-standby from here on. To return, kredete-primary is rebuilt: about 2 h 30 min.',
    commands: [['aws', 'rds', 'failover-db-cluster', '--db-cluster-identifier', 'kredete-cluster', '--target-db-instance-identifier', 'kredete-standby']],
    approvals_needed: { quorum: 2, by: ['dba', 'vp-engineering'], not_self: true }, approvals: [{ by: 'emeka', name: 'Emeka Obi', role: 'dba', at: at(-1), verdict: 'approved', unattended: false }], ...ahead(1, 8),
  });
  return run({ state: 'waiting', current: 'prove', mode: 'rehearsal' }, [restore, KEY, gate]);
}

function manual(): RunView {
  const restore = step({ id: 'restore', number: 7, title: 'Check the consoles by eye', phase: 'data', kind: 'manual', state: 'waiting', waiting_for: 'confirmation', waiting_since: at(-2), prose: 'Open the console from the spare laptop. <script>alert(1)</script> Look at **each** of these [pages](https://example.invalid/x).', asks: { kind: 'manual', confirm: 'All three consoles answer', checklist: ['Storage console', 'Network console', 'Power console'], evidence: 'note' } });
  return run({ state: 'waiting', mode: 'tabletop' }, [restore, KEY, PROVE]);
}

function check(part: Partial<CheckResult> & { id: string; title: string; kind: string; summary: string }): CheckResult {
  return { severity: 'blocker', outcome: 'pass', expired: false, evidence: {}, checked_at: at(-100), expires_at: at(60 * 17), duration_ms: 90_000, remedy: null, suspects: [], override: null, ...part };
}

const READINESS: ReadinessReport = {
  runbook: { id: 'ampora-total-loss', sha256: SHA }, state: 'READY_WITH_OVERRIDES', dependencies: [], warnings: [],
  checks: [
    check({ id: 'newest', title: 'The newest backup restores', kind: 'backup', summary: 'key-proven', evidence: { level: 'key-proven', path: '/media/kit/ampora/2026-09-11.dump', size: 305_000_000_000, age_s: 240, sha256: SHA } }),
    check({ id: 'oldest', title: 'The oldest kept one restores', kind: 'backup', summary: '12 Aug, asserted', evidence: { level: 'asserted' }, expires_at: at(60 * 72) }),
    check({ id: 'lock', title: 'Nobody can delete them', kind: 's3-object', summary: 'Object Lock, 29 d left', expires_at: at(60 * 150) }),
    check({ id: 'canary', title: 'The master key opens the canary', kind: 'known-answer', summary: 'v3, authenticated', expires_at: at(60 * 150) }),
    check({ id: 'escrow', title: 'No newer key than escrow’s', kind: 'escrow', summary: 'v4 since 30 Aug, not in escrow', outcome: 'overridden', remedy: 'Split v4 among the five custodians, then prove it against the newest backup.', override: { by: 'Helena Brandt', reason: 'The ceremony is booked for 17 Sep; the database still uses v3.', at: at(-60 * 24 * 9) }, evidence: { escrow: 'v3', manager: 'v4', database: 'v3, proven today 09:31' } }),
    check({ id: 'tls', title: 'Server TLS', kind: 'tls', summary: 'ampora.acme.io, 62 d left' }),
    check({ id: 'images', title: 'Container images', kind: 'image', summary: '14 of 14 digests match' }),
    check({ id: 'tools', title: 'Tools', kind: 'tool', summary: '6 of 6 pinned' }),
    check({ id: 'disk', title: 'Disk', kind: 'disk', summary: '412 GiB free' }),
    check({ id: 'phone', title: 'Phone list called through', kind: 'attest', severity: 'warning', summary: 'last by Claire Dubois, 10 Jun', expired: true, expires_at: at(-60 * 26) }),
  ],
};

const HOME: HomeView = {
  headline: 'Three of five systems need you before they are ready', detail: 'AKKO first: its newest dump cannot be read to the end.', dead: [], fresh: false, open_runs: [],
  systems: [
    { system: 'akko', runbooks: ['akko-a', 'akko-b'], state: 'NOT_READY', why: 'The Superset dump of 08:00 breaks off at 41 %. An older dump, 04:00, is intact.', backup: { level: 'listed', at: at(-102), summary: '' }, key: { level: 'L3 · quorum', at: at(-60 * 24 * 90) }, last_drill: { run: null, title: 'Drill 1', kind: 'rehearsal', at: at(-60 * 24 * 70), rto_s: 1_200, rto_target_s: 7_200, rpo_s: 2_880, rpo_target_s: 3_600, status: 'pass' }, next_due: { title: 'Full cluster rebuild', at: at(-60 * 24 * 37), overdue_days: 37, runbook: 'akko-a' } },
    { system: 'kravn', runbooks: ['kravn'], state: 'NEEDS_VERIFICATION', why: 'The runbook was edited on 10 Sep. Nine checks must run again, about 6 min.', backup: { level: 'restored', at: at(-492), summary: '' }, key: { level: 'L4 · proven', at: at(-60 * 24 * 100) }, last_drill: { run: null, title: 'Rehearsal', kind: 'rehearsal', at: at(-60 * 24 * 100), rto_s: 6_000, rto_target_s: 14_400, rpo_s: 28_800, rpo_target_s: 86_400, status: 'pass' }, next_due: { title: 'Rehearsal', at: at(-60 * 24 * 13), overdue_days: 13, runbook: 'kravn' } },
    { system: 'ampora', runbooks: ['ampora-total-loss', 'ampora-key'], state: 'READY_WITH_OVERRIDES', why: 'Key v4 is not in escrow yet. Helena Brandt accepted that until 18 Sep.', backup: { level: 'key-proven', at: at(-4), summary: '' }, key: { level: 'L4 · proven v3', at: at(-10) }, last_drill: { run: null, title: 'Rehearsal', kind: 'rehearsal', at: at(-60 * 24 * 79), rto_s: 11_520, rto_target_s: 14_400, rpo_s: 540, rpo_target_s: 900, status: 'pass' }, next_due: { title: 'Rehearsal', at: at(60 * 24 * 11), overdue_days: 0, runbook: 'ampora-total-loss' } },
    { system: 'kredete', runbooks: ['kredete'], state: 'READY', why: 'All 17 checks hold. The first expires tomorrow at 02:20.', backup: { level: 'key-proven', at: at(-12), summary: '' }, key: { level: 'L4 · proven', at: at(-60 * 24 * 28) }, last_drill: { run: null, title: 'Full DR', kind: 'rehearsal', at: at(-60 * 24 * 240), rto_s: 8_100, rto_target_s: 14_400, rpo_s: 720, rpo_target_s: 3_600, status: 'pass' }, next_due: { title: 'Partial DR', at: at(60 * 24 * 6), overdue_days: 0, runbook: 'kredete' } },
    { system: 'veza', runbooks: ['veza'], state: 'READY', why: 'All 14 checks hold, yet the last drill ended 16 min past its target.', backup: { level: 'asserted', at: at(-42), summary: '' }, key: null, last_drill: { run: null, title: 'Full DR', kind: 'rehearsal', at: at(-60 * 24 * 43), rto_s: 15_360, rto_target_s: 14_400, rpo_s: 2_460, rpo_target_s: 3_600, status: 'fail' }, next_due: { title: 'Full DR', at: at(60 * 24 * 49), overdue_days: 0, runbook: 'veza' } },
  ],
  kit: [{ title: 'Tools pinned', value: '23 of 23', state: 'good' }, { title: 'Images, by digest', value: '61 of 61', state: 'good' }, { title: 'Disk free for a restore', value: '412 of 350 GiB', state: 'good' }, { title: 'Clock', value: '+0.4 s, checked today', state: 'good' }],
  drills: [{ title: 'AKKO full cluster rebuild', runbook: 'akko-a', at: at(-60 * 24 * 37), overdue_days: 37 }, { title: 'Kravn rehearsal', runbook: 'kravn', at: at(-60 * 24 * 13), overdue_days: 13 }, { title: 'Kredete partial DR', runbook: 'kredete', at: at(60 * 24 * 6), overdue_days: 0 }],
  findings: [{ id: 'v-12', title: 'DNS change waited 22 min', runbook: 'veza', due: at(-60 * 24 * 11).slice(0, 10), severity: 'high', status: 'open', overdue_days: 11 }, { id: 'a-07', title: 'Put master key v4 into escrow', runbook: 'ampora-key', due: at(60 * 24 * 7).slice(0, 10), severity: 'high', status: 'in-work', overdue_days: 0 }],
};

const RUNBOOKS = ['ampora-total-loss', 'akko-a', 'kravn', 'kredete', 'veza'].map((id) => ({ id, title: id === 'ampora-total-loss' ? 'Rebuild Ampora after total loss' : `Rebuild ${id}`, system: id.split('-')[0] ?? id, sha256: SHA, severity: 'critical', path: `/kit/${id}/${id}.runbook.md`, rto: '4h', steps: 18, signature: { state: 'signed', signers: ['kit bundle 2026.09'] }, error: null }));
const PEOPLE = [{ id: 'nadia', name: 'Nadia Clarke', roles: ['vp-engineering'], enrolled_at: at(-9_000), revoked_at: null, vkey: 'person/nadia+1b2c+AAA' }, { id: 'emeka', name: 'Emeka Obi', roles: ['dba'], enrolled_at: at(-9_000), revoked_at: null, vkey: 'person/emeka+77aa+BBB' }];
const OUTPUT = Array.from({ length: 60 }, (_, index) => `02:${String(30 + Math.floor(index / 10)).padStart(2, '0')}:${String((index * 7) % 60).padStart(2, '0')} P0${index % 4 + 1} DETAIL: restore file base/16386/172${String(index).padStart(2, '0')} (1GB, ${(40 + index / 3).toFixed(2)}%) \u001b[32mchecksum\u001b[0m ${(index * 7919).toString(16).padStart(8, '0')}`).join('\n');

function views(scene: string): RunView | null {
  switch (scene) {
    case 'run-live': return live();
    case 'run-failed': return failed();
    case 'run-approval': return approval();
    case 'run-manual': return manual();
    default: return null;
  }
}

const OTHER = { id: '26-08-02-b', runbook: { id: 'kravn-restore', sha256: 'ab'.repeat(32) }, mode: 'rehearsal', state: 'succeeded', outage_at: '2026-08-02T08:00:00.000Z', declared_at: '2026-08-02T08:00:00.000Z', finished_at: '2026-08-02T09:10:00.000Z', rto: { target_s: 14_400, achieved_s: 4_200, met: true }, rpo: { target_s: null, achieved_s: null, met: null, newest_at: null }, clocks: { tool_s: 1, human_s: 1, blocked_s: 0 }, forecast_finish: null, title: 'Bring Kravn back', system: 'kravn' };
const OWN = { ...OTHER, id: '26-09-15-a', runbook: { id: 'ampora-total-loss', sha256: '12'.repeat(32) }, mode: 'live', outage_at: '2026-09-15T01:12:00.000Z', declared_at: '2026-09-15T01:19:20.000Z', finished_at: '2026-09-15T04:43:48.000Z', rto: { target_s: 14_400, achieved_s: 12_708, met: true }, rpo: { target_s: 900, achieved_s: 690, met: true, newest_at: '2026-09-15T01:00:30.000Z' }, title: 'Rebuild Ampora after total loss', system: 'ampora' };
const IMPORTED = [
  { run: OTHER.id, sha256: 'cd'.repeat(32), device: 'device/5ec0nd00', imported_at: '2026-09-14T10:00:00.000Z', ok: true, known: true, problems: [], summary: OTHER },
  { run: '26-08-03-a', sha256: 'ef'.repeat(32), device: 'device/77777777', imported_at: '2026-09-14T10:05:00.000Z', ok: false, known: false, problems: ['report.html is not the file that was signed.'], summary: null },
];
const SIGNED = { person: 'jonas-weidmann', name: 'Jonas Weidmann', role: 'operator', at: '2026-09-15T06:00:00.000Z', enrolled_at: '2026-03-01T08:00:00.000Z', note: '', vkey: '' };
const REPORT_STATUS = {
  run: '26-09-15-a', over: true, issued: { number: 1, sha256: '9d'.repeat(32), issued_at: '2026-09-15T06:00:00.000Z', signatures: [SIGNED], current: true }, earlier: [], open: ['activation.criterion_met', 'approval.retention'],
  roles: [{ role: 'operator', title: 'Operator', signed: 'Jonas Weidmann', may: [] }, { role: 'witness', title: 'Witness', signed: null, may: [{ id: 'ruth-adeyemi', name: 'Ruth Adeyemi' }] }, { role: 'compliance-officer', title: 'Compliance officer', signed: null, may: [] }],
};

export function answersOf(scene: string): ReadonlyMap<string, unknown> {
  const view = views(scene);
  const open = view === null ? [] : [{ ...view, steps: undefined }];
  return new Map<string, unknown>([
    ['home.view', { ...HOME, open_runs: open, ...(scene === 'fresh' ? { fresh: true, kit: [], drills: [], findings: [], systems: [] } : {}) }],
    ['runbook.list', { runbooks: RUNBOOKS }], ['readiness.view', READINESS], ['people.list', { people: PEOPLE }], ['run.list', { runs: scene === 'record' ? [OWN] : open }],
    ['run.prepare', { questions: [{ name: 'restore_to', type: 'datetime', prompt: 'Last good moment (UTC)', required: true, values: null, value: '2026-09-15 01:00:30+00', candidates: [], problem: null }, { name: 'target', type: 'enum', prompt: 'Where to', required: true, values: ['kubernetes', 'vm'], value: 'kubernetes', candidates: [], problem: null }, { name: 'backup', type: 'file', prompt: 'Backup', required: true, values: null, value: '/media/kit/ampora/2026-09-11.dump', candidates: [], problem: null }], signature: { state: 'unsigned', signers: [] }, readiness: 'NOT_READY', operators: PEOPLE, needs: ['operator', 'unsigned', 'not-ready', 'outage'] }],
    ['device.view', { name: 'device/1c0ffee1', vkey: 'device/1c0ffee1+00000000+AQ==', guards: ['keyring', 'passphrase'], locked: null, words: 'Wrapped: the keyring of this system opens it, and so does a passphrase.' }],
    ['record.verify', { ok: true, entries: 1412, head: { size: 1412, hash: '9d'.repeat(32) }, checkpoints: 9, problems: [] }],
    ['record.imported', { runs: IMPORTED }],
    ['record.match', { answer: 'matches', kind: 'note', size: 1388, entries: 1412, origin: 'device/0badcafe', message: 'It matches at 1388 entries: what was written up to then is unchanged. 24 came since.', signatures: [{ name: 'device/0badcafe', kind: 'device', holds: true, time: null }, { name: 'device/5ec0nd00', kind: 'witness', holds: null, time: '2026-09-15T05:00:00.000Z' }] }],
    ['report.status', REPORT_STATUS],
    ['report.complete', REPORT_STATUS],
    ['report.html', { html: '<!doctype html><title>Report</title><h2 id="identity">1 Identity</h2><p>Rebuild Ampora after total loss</p><h2 id="scope">2 Scope</h2>' }],
    ['run.output', { offset: 0, bytes: new TextEncoder().encode(OUTPUT), size: OUTPUT.length }],
    ...(view === null ? [] : [['run.view', view] satisfies [string, unknown], ['run.command', view] satisfies [string, unknown]]),
  ]);
}
