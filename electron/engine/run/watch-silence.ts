/** The quiet alarm: journals that a tool has said nothing for too long, once a silence. */
import type { StepFold } from '../../contract/run/state.ts';
import { durationSeconds } from '../../contract/scalars.ts';
import type { RunHost } from './host.ts';

export interface SilenceWatch {
  heard(): void;
  end(): void;
}

export function watchSilence(host: RunHost, step: StepFold): SilenceWatch {
  const alarm = step.plan.block.quiet_alarm;
  if (alarm === undefined) return { heard: () => {}, end: () => {} };
  const limit = durationSeconds(alarm) * 1000;
  const stop = new AbortController();
  let last = host.clock.uptime();
  let told = false;
  const watch = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const left = last + limit - host.clock.uptime();
      if (left > 0 || told) {
        await host.clock.sleep(Math.max(left, told ? limit : 1), stop.signal);
        continue;
      }
      told = true;
      const silent_ms = Math.round(host.clock.uptime() - last);
      await host.record(() => [{ type: 'step.quiet', data: { step: step.plan.path, silent_ms } }], stop.signal);
    }
  };
  watch().catch((thrown: unknown) => host.fault(thrown));
  return {
    heard: () => {
      last = host.clock.uptime();
      told = false;
    },
    end: () => stop.abort(),
  };
}
