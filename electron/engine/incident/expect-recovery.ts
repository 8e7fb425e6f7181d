/** How long a runbook is expected to take from its start to the service restored. Pure. */
import { forecastRun } from '../../contract/run/forecast.ts';
import { beginRun } from '../../contract/run/fold.ts';
import { planRun } from '../../contract/run/plan.ts';
import type { RunSnapshot } from '../../contract/run/snapshot.ts';
import type { Mode } from '../../contract/vocabulary.ts';

/** Milliseconds over budgets and measured times, every branch counted; null when no step says how long it takes. */
export function expectRecovery(snapshot: RunSnapshot, mode: Mode): number | null {
  const { front, sha256 } = snapshot.root.runbook;
  const at = new Date(0).toISOString();
  const fold = beginRun('expected', planRun(snapshot), {
    type: 'run.created', seq: 1, wall: at, boot: 'expected', up: 0, actor: 'engine',
    data: {
      mode, runbook: { id: front.id, sha256 }, title: front.title, system: front.system, snapshot: { sha256, size: 0 }, signature: 'unsigned', outage_at: at, declared_at: at, operator: null, pace: 'step',
      engine: { pid: 0, start_time: null, boot: 'expected' }, acknowledged_unsigned: null, proceeded_not_ready: null, readiness: null, run_dir: '',
    },
  });
  const { restored } = forecastRun(fold, fold.createdAt);
  return restored === null || restored === 0 ? null : Math.round(restored);
}
