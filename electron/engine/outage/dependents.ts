/** What of a runbook leans on a thing that can die, and how it goes without it. Pure. */
import type { SecretSource } from '../../contract/front-matter.ts';
import type { Dependency, Dependent } from '../../contract/outage.ts';
import type { Audience, Runbook, Step } from '../../contract/runbook.ts';
import { otherWayWords } from '../../contract/step.ts';

/** Every thing that a runbook names as able to die. */
export function lifelinesOf({ front, steps, checks, audiences }: Runbook): string[] {
  const sources = Object.values(front.secrets ?? {}).flatMap((secret) => secret.sources);
  return [...new Set([
    ...(front.lost ?? []),
    ...steps.flatMap(({ block }) => [...(block.needs_alive ?? []), ...(block.alternate?.when_dead ?? [])]),
    ...checks.flatMap(({ block }) => block.needs_alive ?? []),
    ...sources.flatMap((source) => (typeof source === 'object' ? (source.needs_alive ?? []) : [])),
    ...audiences.flatMap(({ channels }) => channels.map(kindOf)),
  ])];
}

/** In the order of the runbook: secrets, checks, steps, and whom to tell. */
export function dependentsOf(runbook: Runbook, on: string): Dependent[] {
  return [...secretsOn(runbook, on), ...checksOn(runbook, on), ...stepsOn(runbook, on), ...audiencesOn(runbook, on)];
}

/** What the runbook leans on and is dead: marked so, or lost by its own scenario. */
export function deadDependencies(runbook: Runbook, marked: readonly string[]): Dependency[] {
  const lost = runbook.front.lost ?? [];
  return [...new Set([...marked, ...lost])].flatMap((on): Dependency[] => {
    const dependents = dependentsOf(runbook, on);
    return dependents.length === 0 ? [] : [{ on, because: lost.includes(on) ? 'scenario' : 'marked', dependents }];
  });
}

/** Whether the recovery comes to a halt: something vital needs what is dead and has no other way. */
export function isStranded({ dependents }: Dependency): boolean {
  return dependents.some(({ vital, otherwise }) => vital && otherwise === null);
}

/** Whom one tells by it; the next channel of the audience is the other way. A recovery goes on without a message. */
function audiencesOn({ audiences }: Runbook, on: string): Dependent[] {
  return audiences.flatMap(({ id, title = id, channels }): Dependent[] => {
    const kinds = channels.map(kindOf);
    const other = kinds.find((kind) => kind !== on);
    return kinds.some((kind) => kind === on) ? [{ kind: 'audience', id, title: `Telling ${title}`, otherwise: other === undefined ? null : `by ${other}`, vital: false }] : [];
  });
}

function kindOf(channel: Audience['channels'][number]): string {
  return typeof channel === 'string' ? channel : channel.kind;
}

/** What a live run leaves out leans on nothing, and the teardown comes when the service is back. */
function stepsOn(runbook: Runbook, on: string): Dependent[] {
  const { steps } = runbook;
  return steps.flatMap((step): Dependent[] => {
    const { alternate, modes, teardown } = step.block;
    if (teardown === true || (modes?.live ?? 'run') !== 'run') return [];
    if (!needsOf(runbook, step).includes(on) && alternate?.when_dead.includes(on) !== true) return [];
    return [{ kind: 'step', id: step.id, title: step.title, otherwise: otherWay(step, steps, on), vital: true }];
  });
}

/** A step that makes a check needs what the check needs. */
function needsOf({ checks }: Runbook, { block }: Step): readonly string[] {
  const check = block.kind === 'check' ? checks.find(({ id }) => id === block.check) : undefined;
  return [...(block.needs_alive ?? []), ...(check?.block.needs_alive ?? [])];
}

function otherWay({ block: { alternate } }: Step, steps: readonly Step[], on: string): string | null {
  if (alternate?.when_dead.includes(on) !== true) return null;
  return otherWayWords(alternate, (wanted) => steps.find(({ id }) => id === wanted)?.title);
}

/** A check has no other way: what it examines cannot be reached. */
function checksOn({ checks }: Runbook, on: string): Dependent[] {
  return checks.flatMap(({ block }): Dependent[] =>
    block.needs_alive?.includes(on) === true ? [{ kind: 'check', id: block.id, title: block.title, otherwise: null, vital: block.severity === 'blocker' }] : []);
}

function secretsOn({ front }: Runbook, on: string): Dependent[] {
  return Object.entries(front.secrets ?? {}).flatMap(([name, { sources }]): Dependent[] => {
    const needs = sources.map((source) => typeof source === 'object' && source.needs_alive?.includes(on) === true);
    if (!needs.includes(true)) return [];
    const other = sources[needs.indexOf(false)];
    return [{ kind: 'secret', id: name, title: `The secret ${name}`, otherwise: other === undefined ? null : sourceWords(other), vital: true }];
  });
}

function sourceWords(source: SecretSource): string {
  if (source === 'prompt') return 'typed by a person';
  if ('escrow' in source) return `from the escrow ${source.escrow}`;
  if ('file' in source) return `from the file ${source.file}`;
  return 'env' in source ? `from the variable ${source.env}` : `from the keyring, ${source.keychain}`;
}
