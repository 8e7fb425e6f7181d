/** A finished rehearsal as the engine would show it: for the tests of what is made from a view. */
import { RunView, StepView } from '../../electron/contract/run.ts';
import { Runbook } from '../../electron/contract/runbook.ts';

const at = (minute: number, second = 0): string => new Date(Date.UTC(2026, 8, 15, 1, 12 + minute, second)).toISOString();

export function stepView(step: Partial<StepView> & { id: string; number: number }): StepView {
  return StepView.parse({
    kind: 'run', state: 'succeeded', attempts: 1, started_at: at(step.number), finished_at: at(step.number, 40), budget_s: 300, tool_s: 30, human_s: 10,
    exit_codes: [0], assertions: [], title: `Step ${step.number}`, phase: 'data', lane: 0, role: null, prose: '', needs: [], point_of_no_return: false,
    waiting_for: null, waiting_since: null, commands: [], env: {}, missing: [], other_way: null, simulated: false, expected: [], output: null, last_output_at: null, quiet_since: null, pid: null,
    suspects: [], gotos: [], approvals: [], approvals_needed: null, captures: {}, forecast: null, undoable: false, asks: null,
    ...step,
  });
}

export function runView(view: Partial<RunView> = {}): RunView {
  const steps = view.steps ?? [
    stepView({ id: 'restore', number: 1, title: 'Restore PostgreSQL', commands: [['pgbackrest', '--stanza=ampora', 'restore', '--target=2026-09-15 01:00:30+00']], assertions: [{ ok: true, expected: 'at least 1,250', actual: '1,250' }], point_of_no_return: true, output: { sha256: 'ab'.repeat(32), size: 18_204 } }),
    stepView({ id: 'key', number: 2, title: 'Prove the key on the restored data', state: 'overridden', reason: 'The manager is authoritative', lane: 1, assertions: [{ ok: false, expected: '3 of 3 open', actual: '0 of 3' }] }),
  ];
  return RunView.parse({
    id: '26-09-15-a', runbook: { id: 'ampora-total-loss', sha256: 'cd'.repeat(32) }, mode: 'rehearsal', state: 'succeeded',
    outage_at: at(0), declared_at: at(7), finished_at: at(31), rto: { target_s: 14_400, achieved_s: 1860, met: true }, rpo: { target_s: 900, achieved_s: 690, met: true, newest_at: at(-12) },
    clocks: { tool_s: 900, human_s: 600, blocked_s: 300 }, forecast_finish: null, title: 'Rebuild Ampora after total loss', system: 'ampora', seq: 42, signature: 'signed',
    operator: { id: 'jonas-weidmann', name: 'Jonas Weidmann' }, present: [{ id: 'jonas-weidmann', name: 'Jonas Weidmann', role: 'operator' }],
    phases: [{ id: 'data', title: 'Data', budget_s: null }], steps,
    spans: [
      { what: 'human', step: 'restore', attempt: 1, from: at(0, 30), to: at(2) }, { what: 'tool', step: 'restore', attempt: 1, from: at(2), to: at(20) },
      { what: 'approval', step: 'key', attempt: 1, from: at(12), to: at(18) }, { what: 'halted', step: 'key', attempt: 1, from: at(18), to: at(21) }, { what: 'blocked', step: 'key', attempt: 2, from: at(21), to: at(29) },
    ],
    params: { restore_to: '2026-09-15 01:00:30+00' }, notes: [{ at: at(3), by: 'Jonas Weidmann', text: 'Hall B has no power before noon', step: null }], attachments: [], dead: [], injects: [], survivors: [], current: null, lookout: [],
    restored_at: at(29), slack_s: null, messages: [{ audience: 'executives', due_at: at(30), sent_at: null, channel: null }], checkpoint_words: 'ocean-tango-pilot',
    ...view,
  });
}

export function smallRunbook(front: Record<string, unknown> = {}): Runbook {
  return Runbook.parse({
    path: 'ampora-total-loss.runbook.md', sha256: 'cd'.repeat(32),
    front: {
      blackstart: 1, id: 'ampora-total-loss', title: 'Rebuild Ampora after total loss', system: 'ampora', owner: 'platform-operations', reviewed: '2026-04-25', severity: 'critical',
      scenario: 'The data centre and the cluster are gone.', targets: { rto: '4h', rpo: '15m' }, drills: [{ kind: 'rehearsal', title: 'Quarterly drill', every: '3mo' }], secrets: { master_key: { sources: ['prompt'] } }, ...front,
    },
    introduction: '', phases: [{ id: 'data', title: 'Data', prose: '', line: 20, steps: [] }], steps: [], checks: [], symptoms: [], audiences: [], injects: [],
    findings: [{ id: 'no-iac', title: 'No environment on demand', severity: 'high' }],
  });
}
