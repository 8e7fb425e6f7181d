/** A runbook's readiness as it changes: the report, and what runs just now. */
import { useState } from 'react';
import type { CheckProgress, ReadinessReport } from '../../../../electron/contract/readiness.ts';
import { type Action, type Query, useAction, useEngine, useEngineEvents, useQuery } from '../../engine-context.ts';

export interface Readiness {
  report: ReadinessReport | null;
  query: Query<ReadinessReport>;
  /** Checks under way, with what each is doing when it has said so. */
  running: ReadonlyMap<string, CheckProgress | null>;
  start: Action<[only: string[] | null, params: Record<string, string>, prove?: boolean]>;
  cancel: Action<[]>;
  show(report: ReadinessReport): void;
}

export function useReadiness(id: string | null): Readiness {
  const { client } = useEngine();
  const query = useQuery('readiness.view', id === null ? null : { id });
  const [newest, setNewest] = useState<{ asked: ReadinessReport | null; report: ReadinessReport } | null>(null);
  const [running, setRunning] = useState<ReadonlyMap<string, CheckProgress | null>>(new Map());
  const show = (report: ReadinessReport): void => { setNewest({ asked: query.result, report }); };
  useEngineEvents((event) => {
    if (event.event === 'readiness.progress' && event.progress.runbook === id) {
      setRunning((old) => (old.has(event.progress.check) ? new Map(old).set(event.progress.check, event.progress) : old));
    }
    if (event.event === 'readiness.changed' && event.report.runbook.id === id) {
      setRunning((old) => stillRunning(old, newest?.report ?? query.result, event.report));
      show(event.report);
    }
  });
  const start = useAction(async (only: string[] | null, params: Record<string, string>, prove?: boolean) => {
    if (id === null) return;
    const { started } = await client.call('readiness.start', { id, params, ...(only === null ? {} : { only }), ...(prove === true ? { prove } : {}) });
    setRunning((old) => new Map([...old, ...started.map((check): [string, null] => [check, null])]));
  });
  const cancel = useAction(async () => {
    if (id === null) return;
    await client.call('readiness.cancel', { id });
    setRunning(new Map());
    query.reload();
  });
  // A newly asked report replaces what came before it.
  const report = newest !== null && newest.asked === query.result ? newest.report : query.result ?? newest?.report ?? null;
  return { report, query, running, start, cancel, show };
}

/** A check has ended when its result is of another moment than before. */
function stillRunning(running: ReadonlyMap<string, CheckProgress | null>, before: ReadinessReport | null, after: ReadinessReport): ReadonlyMap<string, CheckProgress | null> {
  const moment = (report: ReadinessReport | null, check: string): string | null => report?.checks.find((candidate) => candidate.id === check)?.checked_at ?? null;
  return new Map([...running].filter(([check]) => moment(after, check) === moment(before, check)));
}
