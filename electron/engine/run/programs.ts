/** The programs of a step, resolved: argv, environment, folder and input, once as they run and once as they are shown. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { EngineError } from '../../contract/errors.ts';
import type { RunFold, StepFold } from '../../contract/run/state.ts';
import type { StepBlock, StepOf } from '../../contract/step.ts';
import { secretOfTemplateName, templateNames } from '../runbook/template.ts';
import { deliverInEnvironment } from '../secrets/deliver-file.ts';
import type { SecretStore } from '../secrets/secret.ts';
import type { ToolInput } from '../tool/tool.ts';
import { refuseMetaCommands, refuseMetaCommandsIn } from './meta-commands.ts';
import { deadNames, modeRule } from './modes.ts';
import type { Names } from './names.ts';
import { fill, frozenOf } from './names.ts';

/** The programs as written: the step's own, or those that its mode or a dead dependency put in their place. */
export interface Written {
  stages: readonly (readonly string[])[];
  alternate: boolean;
}

export function writtenPrograms(fold: RunFold, step: StepFold): Written {
  const { block } = step.plan;
  const rule = modeRule(fold, step);
  if (rule.do === 'run' && rule.instead !== null) return { stages: rule.instead, alternate: false };
  if (block.alternate?.run !== undefined && deadNames(fold, step).length > 0) return { stages: [block.alternate.run], alternate: true };
  return { stages: ownPrograms(block), alternate: false };
}

function ownPrograms(block: StepBlock): readonly (readonly string[])[] {
  if (block.kind === 'run') return block.pipe ?? (block.run === undefined ? [] : [block.run]);
  return block.kind === 'secret' && block.run !== undefined ? [block.run] : [];
}

type Programmed = StepOf<'run'> | StepOf<'secret'>;

/** Names of secrets that a step's programs, assertions and polls are given. */
export function secretsOf(block: StepBlock, stages: readonly (readonly string[])[]): string[] {
  const poll = 'wait_until' in block ? (block.wait_until?.run ?? []) : [];
  const texts = [...stages.flat(), ...poll, ...(block.undo?.run ?? [])];
  const stdin = 'stdin' in block && block.stdin !== undefined && 'secret' in block.stdin ? [block.stdin.secret] : [];
  return [...new Set([...filesNamedIn(texts), ...secretsOfVerify(block), ...stdin])];
}

/** Names of secrets that a step's assertions are given: they run in its environment. */
export function secretsOfVerify(block: StepBlock): string[] {
  const env = 'env' in block ? Object.values(block.env ?? {}) : [];
  const verify = (block.verify ?? []).flatMap((item) => ('run' in item ? item.run : []));
  const direct = env.flatMap((value) => (typeof value === 'string' ? [] : [value.secret]));
  return [...new Set([...filesNamedIn([...env.filter((value) => typeof value === 'string'), ...verify]), ...direct])];
}

function filesNamedIn(texts: readonly string[]): string[] {
  return texts.flatMap(templateNames).flatMap((name) => secretOfTemplateName(name) ?? []);
}

/** What stands for a secret wherever a command is shown or recorded. */
export function shownSecret(name: string, secrets: Pick<SecretStore, 'get'>): string {
  const handle = secrets.get(name);
  return handle === null ? `‹secret ${name}›` : `‹secret ${name}, ${handle.length} bytes›`;
}

export function fillStages(stages: readonly (readonly string[])[], names: Names, secretFiles: Readonly<Record<string, string>>): string[][] {
  return stages.map((argv) => fillArgv(argv, names, secretFiles));
}

/** @throws EngineError `refused` when a value cannot stand where the runbook puts it */
export function fillArgv(argv: readonly string[], names: Names, secretFiles: Readonly<Record<string, string>>): string[] {
  const filled = argv.map((element) => fill(element, names, 'argv', secretFiles));
  refuseMetaCommands(argv, filled);
  return filled;
}

/** `secret_file:NAME` → what is shown instead of a path that lives as long as the step. */
export function shownFiles(wanted: readonly string[], secrets: Pick<SecretStore, 'get'>): Record<string, string> {
  return Object.fromEntries(wanted.map((name) => [`secret_file:${name}`, shownSecret(name, secrets)]));
}

/** @throws EngineError `refused` for an escrowed key in the environment */
export function fillEnv(block: Programmed, names: Names, secretFiles: Readonly<Record<string, string>>, secrets: SecretStore): Record<string, string> {
  return Object.fromEntries(Object.entries(block.env ?? {}).map(([key, value]) => [key, typeof value === 'string' ? fill(value, names, 'env', secretFiles) : secretValue(value.secret, secrets)]));
}

function secretValue(name: string, secrets: SecretStore): string {
  const handle = secrets.get(name);
  if (handle === null) throw new EngineError('refused', `The secret ${name} is not at hand.`);
  return deliverInEnvironment(handle);
}

export function fillStdin(block: Programmed, names: Names, folder: string, secrets: SecretStore): ToolInput | undefined {
  const { stdin } = block;
  if (stdin === undefined) return undefined;
  if ('file' in stdin) {
    const path = pathIn(folder, fill(stdin.file, names, 'path'));
    if (!existsSync(path)) throw new EngineError('not-found', `The input file ${path} does not exist.`);
    return { file: path };
  }
  if ('text' in stdin) {
    refuseMetaCommandsIn(stdin.text, names.values, ownPrograms(block)[0] ?? []);
    return { bytes: Buffer.from(fill(stdin.text, names, 'stdin'), 'utf8') };
  }
  const handle = secrets.get(stdin.secret);
  if (handle === null) throw new EngineError('refused', `The secret ${stdin.secret} is not at hand.`);
  return { bytes: Buffer.from(handle.bytes()) };
}

/** The folder that programs run in: the run's own unless the step says another; relative to the runbook. */
export function fillCwd(fold: RunFold, step: StepFold, names: Names, runDir: string): string {
  const { block } = step.plan;
  const cwd = 'cwd' in block ? block.cwd : undefined;
  return cwd === undefined ? runDir : pathIn(frozenOf(fold, step.plan.scope).folder, fill(cwd, names, 'cwd'));
}

export function pathIn(folder: string, path: string): string {
  return isAbsolute(path) ? path : resolve(folder, path);
}

/** `DATA/runs/RUN`, for this user alone. */
export function makeRunDir(dataDir: string, run: string): string {
  const path = join(dataDir, 'runs', run);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}

/** A text file of the runbook, for templates of messages. */
export function readBeside(folder: string, path: string): string {
  try {
    return readFileSync(pathIn(folder, path), 'utf8');
  } catch (thrown) {
    throw new EngineError('not-found', `The template ${pathIn(folder, path)} cannot be read.`, { cause: thrown });
  }
}
