import type { Runbook } from '../../../../../electron/contract/runbook.ts';

export interface Dependency {
  name: string;
  /** Numbers of the steps that need it alive, and of those that have another way when it is dead. */
  needed: number[];
  otherwise: number[];
  /** Titles of the audiences that are told by it. */
  tells: string[];
}

/** Everything that the runbook, or this run, names as able to die: what the scenario lost comes first. */
export function dependenciesOf(runbook: Runbook, dead: readonly string[]): Dependency[] {
  const steps = runbook.steps.map((step, index) => ({ number: index + 1, needs: step.block.needs_alive ?? [], otherwise: step.block.alternate?.when_dead ?? [] }));
  const checks = runbook.checks.flatMap((check) => check.block.needs_alive ?? []);
  const told = runbook.audiences.map(({ id, title = id, channels }) => ({ title, kinds: channels.map((channel): string => (typeof channel === 'string' ? channel : channel.kind)) }));
  const names = new Set([...(runbook.front.lost ?? []), ...dead, ...steps.flatMap(({ needs, otherwise }) => [...needs, ...otherwise]), ...checks, ...told.flatMap(({ kinds }) => kinds)]);
  return [...names].map((name) => ({
    name,
    needed: steps.filter(({ needs }) => needs.includes(name)).map(({ number }) => number),
    otherwise: steps.filter(({ otherwise }) => otherwise.includes(name)).map(({ number }) => number),
    tells: told.filter(({ kinds }) => kinds.includes(name)).map(({ title }) => title),
  }));
}
