/** Background services of a run: started by a step, stopped at the end. */
import type { StepFold } from '../../contract/run/state.ts';
import { stepOf } from '../../contract/run/state.ts';
import { findSurvivors, killSurvivors } from '../tool/find-survivors.ts';
import type { RunHost, Service } from './host.ts';
import { fillArgv } from './programs.ts';
import { runAside } from './run-aside.ts';

const STOP_MS = 30_000;

/** Asks each to stop as its step says, then ends what is left of it. */
export async function stopServices(host: RunHost, services: ReadonlyMap<string, Service>): Promise<void> {
  for (const [path, service] of services) {
    const step = stepOf(host.fold, path);
    if (step.service !== 'running') {
      await service.end();
      continue;
    }
    await host.record(() => [{ type: 'step.service', data: { step: path, state: 'stopping', detail: 'The run is over or left' } }]);
    const detail = await askToStop(host, step);
    await service.end();
    await host.record(() => [{ type: 'step.service', data: { step: path, state: 'stopped', detail } }]);
  }
}

async function askToStop(host: RunHost, step: StepFold): Promise<string> {
  const { block, scope } = step.plan;
  if (block.kind !== 'run' || block.background === undefined) return 'Its processes were ended';
  try {
    const argv = fillArgv(block.background.stop, host.names(scope), {});
    const outcome = await runAside(host, { argv, cwd: host.runDir, env: host.environment(scope), marker: `${host.id}/${step.plan.path}/stop`, timeoutMs: STOP_MS });
    return outcome.ok ? 'Stopped as its step says' : `Its stop command did not work: ${outcome.reason ?? 'no reason given'}`;
  } catch (thrown) {
    return `Its stop command could not be run: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  }
}

/** A service that outlived the process which started it: it is left running, and ended with the run. */
export function adoptService(host: RunHost, step: string): Service | null {
  const find = (): ReturnType<typeof findSurvivors> => findSurvivors({ processes: [], marker: `${host.id}/${step}/` });
  if (find().length === 0) return null;
  return { end: async () => void (await killSurvivors(find)) };
}
