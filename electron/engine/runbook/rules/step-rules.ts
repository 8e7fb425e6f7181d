/** What a step or a check must have, and what cannot stand together in one. */
import type { Finding, Step } from '../../../contract/runbook.ts';
import type { Probe } from '../../../contract/check.ts';
import type { StepBlock } from '../../../contract/step.ts';
import { argvDestroys, argvsOf } from '../commands.ts';
import type { Draft, Locate } from '../draft.ts';
import type { FieldPath } from '../finding.ts';
import { errorAt } from '../finding.ts';
import { templateNames } from '../template.ts';
import { isEscrowed } from './reference-rules.ts';

type Fault = { path: FieldPath; rule: string; message: string; fix: string };

export function wellFormedSteps(draft: Draft): Finding[] {
  return [...draft.steps].flatMap(([step, locate]) => [...kindFaults(step.block), ...commonFaults(step.block), ...secretFaults(step.block, draft)].map((fault) => told(fault, locate)));
}

export function wellFormedChecks(draft: Draft): Finding[] {
  return [
    ...[...draft.checks].flatMap(([{ block }, locate]) => probeFaults(block).map((fault) => told(fault, locate))),
    ...[...draft.steps].flatMap(([{ block }, locate]) => (block.kind === 'check' && typeof block.check !== 'string' ? probeFaults(block.check).map((fault) => told({ ...fault, path: ['check', ...fault.path] }, locate)) : [])),
  ];
}

function told(fault: Fault, locate: Locate): Finding {
  return errorAt(locate(fault.path), fault.rule, fault.message, fault.fix);
}

function kindFaults(block: StepBlock): Fault[] {
  switch (block.kind) {
    case 'run':
      return runFaults(block);
    case 'wait':
      return exactlyOne([block.for, block.wait_until]) ? [] : [{ path: ['kind'], rule: 'wait-for', message: 'A wait has either for or wait_until.', fix: 'Keep one of the two.' }];
    case 'decide':
      return Object.keys(block.options).length > 0 ? [] : [{ path: ['options'], rule: 'decide-options', message: 'There is nothing to choose from.', fix: 'Give at least one option: {id: {label}}.' }];
    case 'notify':
      return block.template === undefined || block.template_file === undefined ? [] : [{ path: ['template_file'], rule: 'notify-template', message: 'A notification has either template or template_file.', fix: 'Keep one of the two.' }];
    case 'check':
    case 'manual':
    case 'approve':
    case 'secret':
    case 'call':
      return [];
  }
}

function runFaults(block: Extract<StepBlock, { kind: 'run' }>): Fault[] {
  const faults: Fault[] = [];
  if (!exactlyOne([block.run, block.pipe])) faults.push({ path: ['kind'], rule: 'run-or-pipe', message: 'A run step has either run or pipe.', fix: 'Give the argv in run, or several of them in pipe.' });
  if (block.tty !== true) return faults;
  const clash = (path: FieldPath, what: string): void => { faults.push({ path, rule: 'tty', message: `tty: true cannot stand together with ${what}.`, fix: 'Remove tty: a terminal mixes the streams and changes what the tool prints.' }); };
  if (block.pipe !== undefined) clash(['pipe'], 'pipe');
  if (block.stdin !== undefined) clash(['stdin'], 'stdin');
  block.verify?.forEach((item, index) => { if ('json' in item) clash(['verify', index], 'a JSON assertion'); });
  for (const [name, capture] of Object.entries(block.capture ?? {})) if (capture.json !== undefined) clash(['capture', name], 'a JSON capture');
  return faults;
}

function exactlyOne(values: readonly unknown[]): boolean {
  return values.filter((value) => value !== undefined).length === 1;
}

function commonFaults(block: StepBlock): Fault[] {
  const faults: Fault[] = [];
  if (block.alternate !== undefined && !exactlyOne([block.alternate.run, block.alternate.manual, block.alternate.step])) {
    faults.push({ path: ['alternate'], rule: 'alternate', message: 'An alternate has exactly one of run, manual and step.', fix: 'Keep one of them.' });
  }
  const proves = block.verify !== undefined || block.kind === 'check' || (block.kind === 'wait' && block.wait_until !== undefined);
  if (block.teardown === true && !proves) faults.push({ path: ['teardown'], rule: 'teardown-verify', message: 'A teardown must verify that nothing is left.', fix: 'Add verify, for example {file: path, exists: false}.' });
  return faults;
}

/** A process's environment can be read by others of the same account and lands in crash dumps; an escrowed key goes by file or stdin. */
function secretFaults(block: StepBlock, draft: Draft): Fault[] {
  if (block.kind !== 'run' && block.kind !== 'secret') return [];
  return Object.entries(block.env ?? {}).flatMap(([name, value]) => {
    if (typeof value === 'string' || !isEscrowed(draft.runbook.front.secrets?.[value.secret]?.sources)) return [];
    return [{ path: ['env', name, 'secret'], rule: 'escrowed-in-env', message: `The escrowed key ${value.secret} may not go through the environment.`, fix: `Use {{secret_file:${value.secret}}} in argv, or stdin: {secret: ${value.secret}}.` }];
  });
}

function probeFaults(probe: Probe): Fault[] {
  if (probe.kind === 'known-answer') {
    const { answer } = probe;
    const needsFile = answer.kind !== 'command' && answer.kind !== 'public-key-match' && answer.file === undefined;
    return needsFile ? [{ path: ['answer'], rule: 'answer-file', message: 'The answer names no sample.', fix: 'Add file: the path of the stored sample.' }] : [];
  }
  if (probe.kind !== 'backup') return [];
  if (probe.level === 'asserted' && probe.assert === undefined) return [{ path: ['level'], rule: 'asserted-without-assert', message: 'level: asserted asserts nothing.', fix: 'Add assert with a query and what must come out.' }];
  if (probe.level === 'key-proven' && probe.key === undefined) return [{ path: ['level'], rule: 'key-proven-without-key', message: 'level: key-proven names no key.', fix: 'Add key: {secret, query, answer}.' }];
  return [];
}

export function noSelfCall(draft: Draft): Finding[] {
  return [...draft.steps].flatMap(([{ block }, locate]) => (block.kind === 'call' && block.runbook === draft.runbook.front.id ? [errorAt(locate(['runbook']), 'call-cycle', 'The runbook calls itself.', 'Call another runbook.')] : []));
}

/** Why a rehearsal may not run a step as it stands; null when it may. Also asked at run time. */
export function rehearsalRefusal(step: Step, params: Params): string | null {
  const { block } = step;
  const mode = block.modes?.rehearsal ?? 'run';
  if (mode === 'simulate' || mode === 'skip' || block.kind === 'decide' || block.kind === 'approve') return null;
  const replaced = typeof mode === 'object';
  if (replaced && block.kind === 'call') return 'only simulate or skip can stand in for a call';
  const used = argvsOf(block).filter(({ use }) => (replaced ? use === 'undo' || use === 'alternate' : use !== 'rehearsal' && use !== 'verify' && use !== 'poll'));
  const destructive = used.find(({ argv }) => argvDestroys(argv) !== null);
  if (destructive === undefined && (replaced || block.point_of_no_return !== true)) return null;
  return unreplaced(block, replaced ? [] : programTexts(block), used.flatMap(({ argv }) => argv), params);
}

function programTexts(block: StepBlock): string[] {
  if (block.kind === 'call') return Object.values(block.params ?? {});
  if (block.kind !== 'run' && block.kind !== 'secret') return [];
  const env = Object.values(block.env ?? {}).filter((value) => typeof value === 'string');
  const stdin = block.stdin === undefined ? [] : 'text' in block.stdin ? [block.stdin.text] : 'file' in block.stdin ? [block.stdin.file] : [];
  return [...env, ...(block.cwd === undefined ? [] : [block.cwd]), ...stdin];
}

type Params = Draft['runbook']['front']['params'];

function unreplaced(block: StepBlock, texts: readonly string[], argv: readonly string[], params: Params): string | null {
  const names = [...new Set([...texts, ...argv].flatMap(templateNames))];
  const bare = bareOf(names, params);
  if (bare.length > 0) return `${bare.join(', ')} ${bare.length === 1 ? 'has' : 'have'} no rehearsal value`;
  return isAimed(names, params) ? null : `${block.id} names its target outright, so a rehearsal would hit the real one`;
}

/** Parameters that have the real value in a rehearsal too. */
function bareOf(names: readonly string[], params: Params): string[] {
  return names.filter((name) => params?.[name] !== undefined && params[name].rehearsal === undefined);
}

/** Whether something in it takes another value in a rehearsal. */
function isAimed(names: readonly string[], params: Params): boolean {
  return names.some((name) => params?.[name] !== undefined || name.startsWith('scratch.') || name === 'run_dir' || name === 'data_dir');
}

/** Whether a rehearsal is aimed elsewhere by it. The same value in both says that it names no target: a database, a prefix. */
function isAim(param: NonNullable<Params>[string] | undefined): boolean {
  return param?.rehearsal !== undefined && param.rehearsal !== param.default;
}

/**
 * The parameters that a call gives a value of its own where the called runbook has one for rehearsals: its steps would no
 * longer be aimed at what the rehearsal may touch. Also asked at run time.
 * @param own the calling runbook's parameters @param called those of the called one
 */
export function misaimedByCall(block: StepBlock, own: Params, called: Params): string[] {
  if (block.kind !== 'call' || (block.modes?.rehearsal ?? 'run') !== 'run') return [];
  const isSafe = (names: readonly string[]): boolean => isAimed(names, own) && bareOf(names, own).length === 0;
  return Object.entries(block.params ?? {}).flatMap(([name, text]) => (!isAim(called?.[name]) || isSafe(templateNames(text)) ? [] : [name]));
}

/** No drill touches production by omission. */
export function safeRehearsals(draft: Draft): Finding[] {
  return [...draft.steps].flatMap(([step, locate]) => {
    const why = rehearsalRefusal(step, draft.runbook.front.params);
    if (why === null) return [];
    return [errorAt(locate(['id']), 'rehearsal-hits-production', `A rehearsal would do this for real: ${why}.`, 'Give the parameters rehearsal values, or say modes: {rehearsal: {run: [...]}}, simulate or skip.')];
  });
}
