/** Whatever a block names must exist in the file. */
import type { SecretSource } from '../../../contract/front-matter.ts';
import type { Finding } from '../../../contract/runbook.ts';
import type { Draft, Locate } from '../draft.ts';
import type { FieldPath } from '../finding.ts';
import { errorAt, nearest } from '../finding.ts';

interface Reference {
  what: string;
  name: string;
  known: ReadonlySet<string>;
  locate: Locate;
  path: FieldPath;
}

/** Ids that blocks may refer to, by what they are. */
function vocabulary(draft: Draft) {
  const { runbook } = draft;
  const steps = new Set(runbook.steps.map((step) => step.id));
  const checks = new Set(runbook.checks.map((check) => check.id));
  return {
    step: steps,
    check: checks,
    'step or check': new Set([...steps, ...checks]),
    audience: new Set(runbook.audiences.map((audience) => audience.id)),
    symptom: new Set(runbook.symptoms.map((symptom) => symptom.id)),
    role: new Set(Object.keys(runbook.front.roles ?? {})),
    secret: new Set(Object.keys(runbook.front.secrets ?? {})),
    component: new Set((runbook.front.components ?? []).map((component) => component.id)),
    class: new Set((runbook.front.targets?.classes ?? []).map((target) => target.id)),
  };
}
type Words = ReturnType<typeof vocabulary>;
type Add = (what: keyof Words, name: string | undefined, path: FieldPath) => void;

export function knownReferences(draft: Draft): Finding[] {
  const words = vocabulary(draft);
  const found: Reference[] = [];
  const adder = (locate: Locate): Add => (what, name, path) => { if (name !== undefined) found.push({ what, name, known: words[what], locate, path }); };
  stepReferences(draft, adder);
  checkReferences(draft, adder);
  otherReferences(draft, adder);
  return found.flatMap(({ what, name, known, locate, path }) => {
    if (known.has(name) || draft.broken.has(name)) return [];
    const meant = nearest(name, known);
    return [errorAt(locate(path), `unknown-${what.replaceAll(' ', '-')}`, `There is no ${what} ${name}.`, meant === null ? `Define it in this file, or name one that is there${known.size === 0 ? '' : `: ${[...known].slice(0, 8).join(', ')}`}.` : `Did you mean ${meant}?`)];
  });
}

function stepReferences(draft: Draft, adder: (locate: Locate) => Add): void {
  for (const [{ block }, locate] of draft.steps) {
    const add = adder(locate);
    add('role', block.role, ['role']);
    block.approve?.by.forEach((role, index) => { add('role', role, ['approve', 'by', index]); });
    block.suspects?.forEach((symptom, index) => { add('symptom', symptom, ['suspects', index]); });
    add('step', block.alternate?.step, ['alternate', 'step']);
    add('class', block.target, ['target']);
    if (block.kind === 'approve') block.by.forEach((role, index) => { add('role', role, ['by', index]); });
    if (block.kind === 'notify') add('audience', block.audience, ['audience']);
    if (block.kind === 'secret') add('secret', block.secret, ['secret']);
    if (block.kind === 'check') {
      if (typeof block.check === 'string') add('check', block.check, ['check']);
      else probeSecrets(block.check, ['check'], add);
    }
    if (block.kind === 'run' || block.kind === 'secret') {
      for (const [name, value] of Object.entries(block.env ?? {})) if (typeof value === 'object') add('secret', value.secret, ['env', name, 'secret']);
      if (block.stdin !== undefined && 'secret' in block.stdin) add('secret', block.stdin.secret, ['stdin', 'secret']);
    }
  }
}

function probeSecrets(probe: Draft['runbook']['checks'][number]['block'] | { kind: string }, path: FieldPath, add: Add): void {
  if (probe.kind === 'known-answer' && 'secret' in probe) add('secret', probe.secret, [...path, 'secret']);
  if (probe.kind !== 'backup' || !('engine' in probe)) return;
  add('secret', probe.key?.secret, [...path, 'key', 'secret']);
  add('secret', probe.cipher?.secret, [...path, 'cipher', 'secret']);
}

function checkReferences(draft: Draft, adder: (locate: Locate) => Add): void {
  for (const [{ block }, locate] of draft.checks) {
    const add = adder(locate);
    block.suspects?.forEach((symptom, index) => { add('symptom', symptom, ['suspects', index]); });
    block.covers?.forEach((component, index) => { add('component', component, ['covers', index]); });
    add('class', block.target, ['target']);
    probeSecrets(block, [], add);
  }
}

function otherReferences(draft: Draft, adder: (locate: Locate) => Add): void {
  const { runbook } = draft;
  runbook.symptoms.forEach((symptom, index) => { const locate = draft.symptoms[index]; if (locate !== undefined) adder(locate)('check', symptom.check, ['check']); });
  runbook.injects.forEach((inject, index) => {
    const locate = draft.injects[index];
    if (locate !== undefined) inject.affects?.forEach((id, at) => { adder(locate)('step or check', id, ['affects', at]); });
  });
  const front = adder(draft.front);
  runbook.front.activation?.by?.forEach((role, index) => { front('role', role, ['activation', 'by', index]); });
  runbook.front.components?.forEach(({ covered_by }, index) => {
    if (typeof covered_by === 'string') front('check', covered_by, ['components', index, 'covered_by']);
    else covered_by?.forEach((check, at) => { front('check', check, ['components', index, 'covered_by', at]); });
  });
}

/** `targets.rpo_from` is a captured datetime. */
export function rpoCapture(draft: Draft): Finding[] {
  const name = draft.runbook.front.targets?.rpo_from;
  if (name === undefined || draft.broken.has(name)) return [];
  const types = [
    ...draft.runbook.steps.flatMap((step) => Object.entries(step.block.capture ?? {}).filter(([key]) => key === name).map(([, capture]) => capture.type)),
    ...draft.runbook.checks.flatMap(({ block }) => (block.kind === 'backup' ? (block.assert ?? []) : []).flatMap((item) => (item.capture?.name === name ? [item.capture.type] : []))),
    ...draft.runbook.steps.flatMap(({ block }) => (block.kind === 'check' && typeof block.check !== 'string' && block.check.kind === 'backup' ? (block.check.assert ?? []) : []).flatMap((item) => (item.capture?.name === name ? [item.capture.type] : []))),
  ];
  const at = draft.front(['targets', 'rpo_from']);
  if (types.length === 0) return [errorAt(at, 'unknown-capture', `No step captures ${name}.`, 'Capture the time of the newest recovered row in a step, with type datetime.')];
  return types.every((type) => type === 'datetime') ? [] : [errorAt(at, 'rpo-from', `${name} is not captured as a datetime.`, 'Give the capture type datetime.')];
}

export function isEscrowed(sources: readonly SecretSource[] | undefined): boolean {
  return sources?.some((source) => typeof source === 'object' && 'escrow' in source) === true;
}
