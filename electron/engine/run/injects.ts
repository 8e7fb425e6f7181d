/** Timed injects of a tabletop: `H+0:45` comes three quarters of an hour after the exercise began. */
import { elapsed } from '../../contract/run/state.ts';
import type { RunHost } from './host.ts';

/** Fires each once, when its time has come; `signal` ends the waiting. */
export function fireTimedInjects(host: RunHost, signal: AbortSignal): void {
  for (const { id, at } of host.fold.plan.snapshot.root.runbook.injects) {
    const due = dueMs(at);
    if (due === null || host.fold.injects.includes(id)) continue;
    const left = Math.max(0, due - elapsed(host.fold.createdAt, host.now()));
    void host.clock.sleep(left, signal).then(async () => {
      if (signal.aborted || host.fold.finished !== null || host.fold.injects.includes(id)) return;
      await host.record(() => [{ type: 'inject.fired', data: { inject: id, by: 'schedule' } }]);
    }).catch((thrown: unknown) => host.fault(thrown));
  }
}

/** Milliseconds after the start, or null for an inject that is fired by hand. */
function dueMs(at: string): number | null {
  const [, hours, minutes] = /^H\+(\d+):(\d\d)$/u.exec(at) ?? [];
  return hours === undefined || minutes === undefined ? null : (Number(hours) * 60 + Number(minutes)) * 60_000;
}
