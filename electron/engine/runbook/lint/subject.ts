/** What the linter's rules look at: a step or a check, with every program that it would start. */
import type { Assertion } from '../../../contract/assertion.ts';
import type { CheckBlock } from '../../../contract/check.ts';
import type { Finding, Step } from '../../../contract/runbook.ts';
import type { Command, UsedArgv } from '../commands.ts';
import { argvsOf, commandsOf } from '../commands.ts';
import type { Draft, Locate } from '../draft.ts';
import { warningAt } from '../finding.ts';

/** A command line of a subject, taken apart. */
export interface UsedCommands extends UsedArgv {
  /** Outermost first; never empty. */
  commands: readonly Command[];
}

export interface Subject {
  id: string;
  step: Step | null;
  check: CheckBlock | null;
  locate: Locate;
  argvs: readonly UsedCommands[];
  draft: Draft;
}

/** One program in its surroundings. */
export interface Case {
  subject: Subject;
  used: UsedCommands;
  command: Command;
}

/** What is wrong and what to do; the rule's id and the place are added by the linter. */
export interface Advice {
  message: string;
  fix: string;
}

export interface CommandRule {
  id: string;
  judge(found: Case): Advice | null;
}

export interface SubjectRule {
  id: string;
  judge(subject: Subject): (Advice & { path?: readonly (string | number)[] })[];
}

export interface DraftRule {
  id: string;
  judge(draft: Draft, at: Date): Finding[];
}

export function subjectsOf(draft: Draft): Subject[] {
  const taken = (argvs: readonly UsedArgv[]): UsedCommands[] => argvs.map((used) => ({ ...used, commands: commandsOf(used.argv) }));
  return [
    ...[...draft.steps].map(([step, locate]) => ({ id: step.id, step, check: null, locate, argvs: taken(argvsOf(step.block)), draft })),
    ...[...draft.checks].map(([check, locate]) => ({ id: check.id, step: null, check: check.block, locate, argvs: taken(checkArgvs(check.block)), draft })),
  ];
}

function checkArgvs(block: CheckBlock): UsedArgv[] {
  const own: UsedArgv[] = block.kind === 'command' ? [{ argv: block.run, path: ['run'], use: 'run' }] : [];
  const verify = block.kind === 'command' || block.kind === 'http' ? (block.verify ?? []) : [];
  const runs: UsedArgv[] = verify.flatMap((item, index) => ('run' in item ? [{ argv: item.run, path: ['verify', index, 'run'], use: 'verify' as const }] : []));
  return [...own, ...runs];
}

export function advise(subject: Subject, rule: string, path: readonly (string | number)[], advice: Advice): Finding {
  return warningAt(subject.locate(path), rule, advice.message, advice.fix);
}

/** What must hold after the step or in the check. */
export function assertionsOf(subject: Subject): readonly Assertion[] {
  if (subject.step !== null) return subject.step.block.verify ?? [];
  return subject.check?.kind === 'command' || subject.check?.kind === 'http' ? (subject.check.verify ?? []) : [];
}

export function hasWait(subject: Subject): boolean {
  const block = subject.step?.block;
  return block !== undefined && (block.kind === 'run' || block.kind === 'wait') && block.wait_until !== undefined;
}

/** Whether anything looks at what the subject's program printed. */
export function isJudged(subject: Subject): boolean {
  const block = subject.step?.block;
  return assertionsOf(subject).length > 0 || hasWait(subject) || (block !== undefined && block.capture !== undefined);
}

/** The program that does the work of a command line: the innermost. */
export function isInnermost({ used, command }: Case): boolean {
  return used.commands.at(-1) === command;
}

/** The value of an option in any of its spellings: `--x=v`, `--x v`, `-xv`. */
export function optionValue(args: readonly string[], ...names: readonly string[]): string | undefined {
  for (const [index, arg] of args.entries()) {
    for (const name of names) {
      if (arg === name) return args[index + 1] ?? '';
      if (arg.startsWith(`${name}=`)) return arg.slice(name.length + 1);
      if (/^-[a-zA-Z]$/u.test(name) && arg.startsWith(name) && arg.length > 2 && !arg.startsWith('--')) return arg.slice(2);
    }
  }
  return undefined;
}

/** All values of a repeatable option. */
export function optionValues(args: readonly string[], ...names: readonly string[]): string[] {
  return args.flatMap((_, index) => {
    const value = optionValue(args.slice(index, index + 2), ...names);
    const here = args[index] ?? '';
    return value !== undefined && names.some((name) => here === name || here.startsWith(`${name}=`) || (/^-[a-zA-Z]$/u.test(name) && here.startsWith(name) && !here.startsWith('--'))) ? [value] : [];
  });
}

export function hasOption(args: readonly string[], ...names: readonly string[]): boolean {
  return optionValue(args, ...names) !== undefined;
}

/** The words of a command that are no options, in order. */
export function words(args: readonly string[]): string[] {
  return args.filter((arg) => !arg.startsWith('-'));
}
