/** Takes up a run that another process began: what it left is found, and what it was doing becomes a question. */
import type { RunEventBody } from '../../contract/run/events.ts';
import type { StepFold } from '../../contract/run/state.ts';
import { findSurvivors, killSurvivors, type Survivor } from '../tool/find-survivors.ts';
import { programName } from '../tool/program-name.ts';
import type { RunHost } from './host.ts';
import { adoptService } from './services.ts';

/** Living processes of a step. Recorded pids count only within the boot that they were started in. */
export function survivorsOf(host: RunHost, step: StepFold): Survivor[] {
  const effect = step.effect;
  const processes = effect !== null && effect.since.boot === host.clock.bootId() ? effect.processes : [];
  return findSurvivors({ processes, marker: `${host.id}/${step.plan.path}/` });
}

/** What the journal shows as begun and not ended: the outcome is unknown, and the operator decides. */
export function interruptions(host: RunHost): RunEventBody[] {
  return host.fold.order.filter(({ effect }) => effect !== null).map((step) => {
    const survivors = survivorsOf(host, step);
    const alive = survivors.length === 0 ? '' : `; ${survivors.length === 1 ? 'one process of it still lives' : `${survivors.length} processes of it still live`}`;
    return {
      type: 'step.unknown',
      data: {
        step: step.plan.path, attempt: step.effect?.attempt ?? 0,
        survivors: survivors.slice(0, 100).map(({ pid }) => ({ pid, what: programName(pid) ?? 'started by it' })),
        reason: `Interrupted: its outcome is unknown${alive}`,
      },
    };
  });
}

/** A service that still runs is kept and ended with the run; one that does not is told. */
export function takeUpServices(host: RunHost, before: readonly StepFold[]): RunEventBody[] {
  return before.map((step): RunEventBody => {
    const service = adoptService(host, step.plan.path);
    if (service !== null) host.keepService(step.plan.path, service);
    return { type: 'step.service', data: { step: step.plan.path, state: service === null ? 'died' : 'running', detail: service === null ? 'It ended with the process that carried the run' : 'It outlived the process that carried the run and goes on' } };
  });
}

/** Ends what lives of a step, or looks again. */
export async function settleSurvivors(host: RunHost, step: StepFold, then: 'kill' | 'look'): Promise<void> {
  const before = survivorsOf(host, step).map(({ pid }) => pid);
  const left = then === 'kill' ? await killSurvivors(() => survivorsOf(host, step)) : before;
  await host.record(() => [{ type: 'step.survivors', data: { step: step.plan.path, killed: before.filter((pid) => !left.includes(pid)), gone: left.length === 0 } }]);
}
