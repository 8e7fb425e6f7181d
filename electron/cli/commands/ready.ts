import { Command } from 'commander';
import type { CheckResult, ReadinessReport } from '../../contract/readiness.ts';
import { EngineError } from '../../contract/errors.ts';
import { spokenDuration } from '../../contract/wording.ts';
import { checkRunbook, requireParams } from '../../engine/check-runbook.ts';
import type { DataFolder } from '../../engine/data-folder.ts';
import type { Runbook } from '../../contract/runbook.ts';
import type { ReadinessState } from '../../contract/vocabulary.ts';
import { parseAnswers, type Answers } from '../../engine/run/answers.ts';
import type { EscrowAccess } from '../../engine/secrets/escrow-access.ts';
import { keepSecret } from '../../engine/secrets/obtain-secret.ts';
import { createSecretStore } from '../../engine/secrets/secret-store.ts';
import type { SecretStore } from '../../engine/secrets/secret.ts';
import { EXIT } from '../exit-codes.ts';
import { printDependency } from '../print-dependency.ts';
import { collectParam } from '../params.ts';
import type { Perform } from '../perform.ts';
import type { Session } from '../session.ts';
import type { Colour, Terminal } from '../terminal.ts';

interface Options {
  param?: Record<string, string>;
  only: string[];
  prove: string[];
  answers?: string;
}

export function readyCommand(perform: Perform): Command {
  return new Command('ready')
    .description('prove that a recovery would work, check by check')
    .argument('<runbook>', 'its id, or the path of its file')
    .option('--param <name=value>', 'a parameter, may be repeated', collectParam)
    .option('--only <check>', 'only this check, may be repeated', (check: string, all: string[]) => [...all, check], [])
    .option('--prove <check>', 'only this backup, restored here and asked whatever the runbook has to ask; may be repeated', (check: string, all: string[]) => [...all, check], [])
    .option('--answers <file>', 'attestations, overrides and secrets that a person would give')
    .addHelpText('after', '\nExample:\n  blackstart ready ampora-total-loss --only newest-backup --json')
    .action(async (wanted: string, options: Options, command: Command) =>
      perform(command, async (session) => {
        const report = await runChecks(session, wanted, options);
        if (session.terminal.json) session.terminal.document(report);
        else printReadiness(session.terminal, report);
        return report.state === 'READY' || report.state === 'READY_WITH_OVERRIDES' ? EXIT.good : EXIT.bad;
      }),
    );
}

async function runChecks(session: Session, wanted: string, { param = {}, only, prove, answers: file }: Options): Promise<ReadinessReport> {
  const { around, installation } = session;
  const answers = file === undefined ? {} : parseAnswers(Buffer.from(session.read(file)).toString('utf8'), file);
  const folder = session.writer();
  const { runbook } = folder.library.find(wanted);
  const secrets = createSecretStore();
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once('SIGINT', interrupt);
  try {
    const wantedChecks = [...only, ...prove];
    const request = { runbook, params: param, secrets, actor: 'engine', env: around.env, launcher: installation.launcher, base: around.cwd, signal: stop.signal, ...(wantedChecks.length === 0 ? {} : { only: wantedChecks }), prove: prove.length > 0 };
    requireBackups(runbook, only, prove);
    requireParams(folder, request);
    await takeSecrets(session, folder, runbook, answers, secrets);
    attest(folder, runbook, answers);
    await checkRunbook(folder, request);
    override(folder, runbook, answers);
    return folder.readiness.view(runbook);
  } finally {
    process.removeListener('SIGINT', interrupt);
    secrets.forgetAll();
  }
}

function requireBackups(runbook: Runbook, only: readonly string[], prove: readonly string[]): void {
  if (only.length > 0 && prove.length > 0) throw new EngineError('usage', '--only and --prove exclude each other.', { hint: 'Check first, and prove the backup with a second command.' });
  const other = prove.find((id) => runbook.checks.some(({ block }) => block.id === id && block.kind !== 'backup'));
  if (other !== undefined) throw new EngineError('usage', `--prove ${other}: that check is no backup.`, { hint: `Its backups: ${runbook.checks.flatMap(({ block }) => (block.kind === 'backup' ? [block.id] : [])).join(', ') || 'none'}.` });
}

async function takeSecrets({ around, path, read }: Session, { escrow }: DataFolder, runbook: Runbook, answers: Answers, secrets: SecretStore): Promise<void> {
  for (const [name, from] of Object.entries(answers.secrets ?? {})) {
    const spec = runbook.front.secrets?.[name];
    if (spec === undefined) throw new EngineError('refused', `answers: secrets.${name}: this runbook has no secret "${name}".`);
    if ('shares' in from) await takeQuorum(escrow.access, runbook, name, { files: from.shares.map(path), passphrase: from.passphrase_env === undefined ? undefined : Buffer.from(variable(around.env, from.passphrase_env), 'utf8') }, secrets);
    else if ('file' in from) keepSecret(name, spec, read(from.file), `file ${path(from.file)}`, secrets);
    else keepSecret(name, spec, Buffer.from(variable(around.env, from.env), 'utf8'), `env ${from.env}`, secrets);
  }
}

/** EngineError `refused` for a secret without an escrow, and as `EscrowAccess` for the shares. */
async function takeQuorum(access: EscrowAccess, { front }: Runbook, name: string, { files, passphrase }: { files: string[]; passphrase: Uint8Array | undefined }, secrets: SecretStore): Promise<void> {
  const spec = front.secrets?.[name];
  const [key] = (spec?.sources ?? []).flatMap((source) => (source !== 'prompt' && 'escrow' in source ? [source.escrow] : []));
  if (spec === undefined || key === undefined) throw new EngineError('refused', `answers: secrets.${name}: this secret does not come out of escrow, so shares do not make it.`);
  const answer = await access.obtain(key, { secret: name, for: `checks of ${front.id}`, run: null, mode: 'drill', files, ...(passphrase === undefined ? {} : { passphrase }) });
  if (answer.kind === 'absent') throw new EngineError('refused', `The escrow ${key} did not give the key: ${answer.why}.`);
  keepSecret(name, spec, answer.bytes, answer.source, secrets);
}

function variable(env: Session['around']['env'], name: string): string {
  const value = env[name];
  if (value === undefined) throw new EngineError('refused', `answers: the environment variable ${name} is not set.`, { hint: `Set ${name}, or name another.` });
  return value;
}

function attest(folder: DataFolder, runbook: Runbook, { attestations = {} }: Answers): void {
  for (const [check, { by, note }] of Object.entries(attestations)) folder.readiness.attest(runbook, check, { by, actor: `person/${by}`, note });
}

/** After the checks, so that what holds by now needs no override. */
function override(folder: DataFolder, runbook: Runbook, { overrides = {} }: Answers): void {
  for (const [check, { by, reason }] of Object.entries(overrides)) folder.readiness.override(runbook, check, { by, actor: `person/${by}`, reason });
}

const MARK: Readonly<Record<CheckResult['outcome'], readonly [string, Colour]>> = { pass: ['✓', 'green'], warn: ['!', 'amber'], fail: ['✕', 'red'], unknown: ['?', 'amber'], overridden: ['◇', 'amber'] };
const STATE: Readonly<Record<ReadinessState, readonly [string, Colour]>> = {
  READY: ['Ready', 'green'], READY_WITH_OVERRIDES: ['Ready with overrides', 'amber'], NEEDS_VERIFICATION: ['Needs verification', 'amber'], NOT_READY: ['Not ready', 'red'],
};

function printReadiness(terminal: Terminal, { runbook, state, checks, dependencies, warnings }: ReadinessReport): void {
  const [word, colour] = STATE[state];
  terminal.line(`${terminal.paint('bold', runbook.id)}: ${terminal.paint(colour, word)}`);
  for (const check of checks) {
    const [mark, tone] = MARK[check.outcome];
    terminal.line(`  ${terminal.paint(tone, mark)} ${check.title}${check.severity === 'warning' ? ' (warning only)' : ''}`);
    terminal.line(`      ${check.summary}${check.duration_ms === null ? '' : `, ${spokenDuration(check.duration_ms / 1000)}`}${check.expired ? ' — expired' : ''}`);
    if ((check.outcome === 'fail' || check.outcome === 'unknown') && check.remedy !== null) terminal.line(`      What to do: ${check.remedy}`);
  }
  for (const dependency of dependencies) printDependency(terminal, dependency);
  for (const warning of warnings) terminal.line(`  ! ${warning}`);
}
