/** Runbooks and runs as far as calendars read them. */
import type { FrontMatter } from '../../electron/contract/front-matter.ts';
import type { Runbook } from '../../electron/contract/runbook.ts';
import type { RunSummary } from '../../electron/contract/run/summary.ts';

const SHA = 'a'.repeat(64);

export function paperRunbook(id: string, front: Partial<FrontMatter>): Runbook {
  return {
    path: `/${id}.runbook.md`, sha256: SHA, introduction: '', phases: [], steps: [], checks: [], symptoms: [], audiences: [], injects: [], findings: [],
    front: { blackstart: 1, id, title: id, system: 'harbour', owner: 'o', reviewed: '2026-01-31', severity: 'low', scenario: 's', ...front },
  };
}

/** A rehearsal that succeeded and measured nothing. */
export function paperRunSummary(part: Partial<RunSummary>): RunSummary {
  return {
    id: 'r', runbook: { id: 'a', sha256: SHA }, mode: 'rehearsal', state: 'succeeded', outage_at: null, declared_at: null, finished_at: null,
    rto: { target_s: null, achieved_s: null, met: null }, rpo: { target_s: null, achieved_s: null, met: null, newest_at: null },
    clocks: { tool_s: 0, human_s: 0, blocked_s: 0 }, forecast_finish: null, title: 't', system: 'harbour', ...part,
  };
}
