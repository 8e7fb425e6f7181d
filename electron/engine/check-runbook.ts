/** Runs a runbook's checks with the parameters, secrets and words that a person gave: for the page and the command line. */
import { dirname, resolve } from 'node:path';
import { CheckBlock } from '../contract/check.ts';
import { EngineError } from '../contract/errors.ts';
import type { ParamQuestion } from '../contract/methods.ts';
import type { ReadinessReport } from '../contract/readiness.ts';
import type { Runbook } from '../contract/runbook.ts';
import type { DataFolder } from './data-folder.ts';
import { fillAll } from './run/fill-all.ts';
import { resolveParams } from './runbook/params.ts';
import { fillAroundSecretFiles, fillTemplate } from './runbook/template.ts';
import { obtainSecret } from './secrets/obtain-secret.ts';
import type { SecretStore } from './secrets/secret.ts';
import { createRedactor } from './tool/create-redactor.ts';

export interface CheckRequest {
  runbook: Runbook;
  params: Readonly<Record<string, string>>;
  only?: readonly string[];
  /** See `CheckRun`. */
  prove?: boolean;
  /** Holds what a person gave; sources of the runbook fill the rest. The caller forgets it. */
  secrets: SecretStore;
  actor: string;
  env: Readonly<Record<string, string | undefined>>;
  launcher: string;
  base?: string;
  signal?: AbortSignal;
}

/** Values that are known, and the questions that are open. */
interface Values {
  known: Record<string, string>;
  questions: readonly ParamQuestion[];
}

export async function checkRunbook(folder: DataFolder, request: CheckRequest): Promise<ReadinessReport> {
  const { runbook, secrets, only, prove, actor, signal } = request;
  const values = valuesFor(folder, request);
  await fetchSecrets(folder, runbook, values.known, secrets, request.env);
  return folder.readiness.check(runbook, {
    ...(only === undefined ? {} : { only }),
    ...(prove === undefined ? {} : { prove }),
    fill: (block) => fillCheck(block, values),
    secrets,
    redactor: createRedactor(secrets.all()),
    actor,
    ...(signal === undefined ? {} : { signal }),
  });
}

/** @throws EngineError `usage` for an unknown parameter, a wrong value, or a required one that is missing */
export function requireParams(folder: DataFolder, request: CheckRequest): void {
  const { questions } = valuesFor(folder, request);
  const wrong = questions.find(({ name, problem, required, value }) => problem !== null && (name in request.params || (required && value === null)));
  if (wrong !== undefined) throw new EngineError('usage', `The parameter ${wrong.name}: ${wrong.problem ?? ''}.`, { hint: `Give it with --param ${wrong.name}=…: ${wrong.prompt}` });
}

function valuesFor(folder: DataFolder, { runbook, params, launcher, base }: CheckRequest): Values {
  const builtIns = { runbook_dir: folderOf(runbook), data_dir: folder.dataDir, blackstart: launcher };
  const { questions } = resolveParams(runbook, params, 'live', { builtIns, ...(base === undefined ? {} : { base }) });
  const known = Object.fromEntries(questions.flatMap(({ name, value, problem }) => (value === null || problem !== null ? [] : [[name, value]])));
  return { known: { ...known, ...builtIns }, questions };
}

function folderOf(runbook: Runbook): string {
  return dirname(resolve(runbook.path));
}

/** A check that needs a parameter without a value is unknown, and says which. */
function fillCheck(block: CheckBlock, { known, questions }: Values): CheckBlock {
  const text = (written: string): string => {
    const missing = questions.find(({ name }) => !(name in known) && written.includes(`{{${name}}}`));
    if (missing !== undefined) throw new EngineError('usage', `The parameter ${missing.name} has no value: ${missing.problem ?? 'it was not given'}.`, { hint: missing.prompt });
    return fillTemplate(written, known, { in: 'text' });
  };
  return CheckBlock.parse(fillAll(block, (written) => fillAroundSecretFiles(written, text)));
}

/** From the sources that the runbook names, in their order; what is not there stays missing, and its checks say so. */
async function fetchSecrets({ credentials, escrow }: DataFolder, runbook: Runbook, values: Readonly<Record<string, string>>, store: SecretStore, processEnv: CheckRequest['env']): Promise<void> {
  const context = { store, dead: [], folder: folderOf(runbook), processEnv, keychain: credentials, escrow: { access: escrow.access, wish: { for: `checks of ${runbook.front.id}`, run: null, mode: 'check' as const } } };
  for (const [name, spec] of Object.entries(runbook.front.secrets ?? {})) {
    const sources = spec.sources.map((source) => (source !== 'prompt' && 'file' in source ? { ...source, file: fillTemplate(source.file, values, { in: 'path' }) } : source));
    await obtainSecret(name, { ...spec, sources }, context);
  }
}
