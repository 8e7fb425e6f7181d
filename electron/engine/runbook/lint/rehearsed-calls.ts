/** Why a rehearsal would halt at a call, or inside what it calls: seen from the calling runbook, before anybody rehearses it. */
import type { Runbook, Step } from '../../../contract/runbook.ts';
import type { StepBlock, StepOf } from '../../../contract/step.ts';
import type { FieldPath } from '../finding.ts';
import { misaimedByCall } from '../rules/step-rules.ts';
import { templateNames } from '../template.ts';

interface Unrehearsed {
  path: FieldPath;
  message: string;
  fix: string;
}

type Call = StepOf<'call'>;
type Find = (id: string) => Runbook | undefined;

/** @param find the runbooks that a call can name; what it does not know is a finding of its own */
export function unrehearsedCall(caller: Runbook, { block }: Step, called: Runbook, find: Find): Unrehearsed[] {
  if (block.kind !== 'call' || (block.modes?.rehearsal ?? 'run') !== 'run') return [];
  return [...valuesThatLack(caller, block), ...refusedBelow(called, find), ...scratchThatClashes(caller, called, find)];
}

/** What the call hands over comes from a step that a rehearsal only simulates or leaves out: it has no value then. */
function valuesThatLack(caller: Runbook, { params = {} }: Call): Unrehearsed[] {
  return Object.entries(params).flatMap(([param, text]) => templateNames(text).flatMap((name) => {
    const from = caller.steps.filter(({ block }) => yields(block, name));
    if (from.length === 0 || from.some(({ block }) => yieldsInRehearsal(block))) return [];
    return [{ path: ['params', param], message: `In a rehearsal {{${name}}} has no value: ${from.map(({ id }) => id).join(' and ')} is not run then.`, fix: `Let a rehearsal run that step, or say modes: {rehearsal: simulate} here as well.` }];
  }));
}

function yields(block: StepBlock, name: string): boolean {
  if (block.kind === 'decide' && block.as === name) return true;
  const probe = block.kind === 'check' && typeof block.check !== 'string' && block.check.kind === 'backup' ? block.check : null;
  return block.capture?.[name] !== undefined || (probe?.assert ?? []).some(({ capture }) => capture?.name === name);
}

/** A branch is decided by people in a rehearsal too, whatever its mode says short of skip. */
function yieldsInRehearsal(block: StepBlock): boolean {
  const mode = block.modes?.rehearsal ?? 'run';
  return mode !== 'skip' && (mode !== 'simulate' || block.kind === 'decide');
}

/** Calls further down that a rehearsal refuses. (A step that it refuses by itself is an error of the runbook that holds it.) */
function refusedBelow(called: Runbook, find: Find): Unrehearsed[] {
  return below(called, find).flatMap(({ front, steps }) => steps.flatMap(({ id, block }) => {
    const next = block.kind === 'call' ? find(block.runbook) : undefined;
    const misaimed = next === undefined ? [] : misaimedByCall(block, front.params, next.front.params);
    return misaimed.length === 0 ? [] : [{ path: ['runbook'], message: `A rehearsal halts at ${front.id}/${id}: ${misaimed.join(', ')} would aim ${next?.front.id ?? ''} at the real thing.`, fix: 'Mend that call, or say modes: {rehearsal: simulate} or skip for this one.' }];
  }));
}

/** All runbooks of a run share its scratch resources by name; the caller's wins. */
function scratchThatClashes(caller: Runbook, called: Runbook, find: Find): Unrehearsed[] {
  const own = caller.front.scratch ?? {};
  return below(called, find).flatMap(({ front }) => Object.entries(front.scratch ?? {}).flatMap(([name, { kind }]) => {
    const mine = own[name]?.kind;
    return mine === undefined || mine === kind ? [] : [{ path: ['runbook'], message: `In a rehearsal scratch.${name} is the ${mine} of this runbook, and ${front.id} wants a ${kind}.`, fix: 'Give one of the two another name.' }];
  }));
}

/** The called runbook and those that it calls in a rehearsal, each once. */
function below(called: Runbook, find: Find, seen = new Set<string>()): Runbook[] {
  if (seen.has(called.front.id)) return [];
  seen.add(called.front.id);
  const next = called.steps.flatMap(({ block }) => (block.kind === 'call' && (block.modes?.rehearsal ?? 'run') === 'run' ? [find(block.runbook)] : []));
  return [called, ...next.flatMap((runbook) => (runbook === undefined ? [] : below(runbook, find, seen)))];
}
