import { existsSync, readFileSync } from 'node:fs';
import { Command } from 'commander';
import { EngineError } from '../../contract/errors.ts';
import type { LintReport } from '../../contract/runbook.ts';
import { Day } from '../../contract/scalars.ts';
import { counted } from '../../contract/wording.ts';
import { readDeviceVkey, trustedKeys } from '../../engine/data-folder.ts';
import { parseSigningKey, parseVerifier, type Signer } from '../../engine/note/note.ts';
import { readInstant } from '../../engine/runbook/expression.ts';
import { entryError } from '../../engine/runbook/library.ts';
import { lintPaths } from '../../engine/runbook/lint.ts';
import { presentVersion, signRunbooks, verifyRunbooks, type VerifiedRunbooks } from '../../engine/runbook/manifest.ts';
import { runbookSchema } from '../../engine/runbook/schema.ts';
import { EXIT } from '../exit-codes.ts';
import type { Perform } from '../perform.ts';
import type { Session } from '../session.ts';
import type { Terminal } from '../terminal.ts';

export function runbookCommand(perform: Perform): Command {
  return new Command('runbook')
    .description('list, read, lint and sign runbooks')
    .addCommand(listCommand(perform))
    .addCommand(showCommand(perform))
    .addCommand(lintCommand(perform))
    .addCommand(schemaCommand(perform))
    .addCommand(signCommand(perform))
    .addCommand(verifyCommand(perform));
}

export function collect(value: string, all: string[]): string[] {
  return [...all, value];
}

function listCommand(perform: Perform): Command {
  return new Command('list')
    .description('the runbooks at hand')
    .addHelpText('after', '\nExample:\n  blackstart runbook list --json')
    .action(async (_options: unknown, command: Command) =>
      perform(command, async ({ terminal, reader }) => {
        const entries = reader().library.list();
        const runbooks = entries.map((entry) => ({
          id: entry.id, title: entry.runbook?.front.title ?? null, system: entry.runbook?.front.system ?? null, severity: entry.runbook?.front.severity ?? null,
          path: entry.path, sha256: entry.sha256, steps: entry.runbook?.steps.length ?? 0, signature: entry.signature, error: entryError(entry),
        }));
        if (terminal.json) terminal.document({ runbooks });
        for (const row of runbooks) terminal.line(`${(row.id ?? '?').padEnd(24)} ${row.signature.state.padEnd(10)} ${row.error === null ? (row.title ?? '') : terminal.paint('red', `broken: ${row.error}`)}`);
        return EXIT.good;
      }),
    );
}

function showCommand(perform: Perform): Command {
  return new Command('show')
    .description('one runbook: its text, or with --json all that was read from it')
    .argument('<id>', 'its id, or the path of its file')
    .addHelpText('after', '\nExample:\n  blackstart runbook show first-drill')
    .action(async (id: string, _options: unknown, command: Command) =>
      perform(command, async ({ terminal, reader, around }) => {
        const { runbook, signature, bytes } = reader().library.find(id);
        if (terminal.json) terminal.document({ runbook, signature });
        else around.stdout.write(bytes);
        return EXIT.good;
      }),
    );
}

function lintCommand(perform: Perform): Command {
  return new Command('lint')
    .description('find mistakes: errors, and the classic ones that real tools refuse')
    .argument('<path...>', 'files or folders')
    .option('--at <date>', 'the day on which staleness is judged; default today')
    .addHelpText('after', '\nExample:\n  blackstart runbook lint runbooks --at 2026-12-01')
    .action(async (paths: string[], { at }: { at?: string }, command: Command) =>
      perform(command, async ({ terminal, path }) => {
        const day = at === undefined ? new Date() : (readInstant(Day.safeParse(at).success ? `${at}T00:00:00Z` : at));
        if (day === null) throw new EngineError('usage', `--at: "${at ?? ''}" is not a date.`, { hint: 'A date reads 2026-12-01.' });
        const report = lintPaths(paths.map(path), { at: day });
        if (terminal.json) terminal.document(report);
        else printLint(terminal, report, path);
        return report.errors === 0 ? EXIT.good : EXIT.bad;
      }),
    );
}

function printLint(terminal: Terminal, { files, errors, warnings }: LintReport, path: (named: string) => string): void {
  for (const file of files) {
    for (const { rule, severity, line, column, message, fix } of file.findings) {
      terminal.line(`${path(file.path)}:${line}:${column}: ${terminal.paint(severity === 'error' ? 'red' : 'amber', severity)} ${message} [${rule}]`);
      if (fix !== '') terminal.line(`    ${fix}`);
    }
  }
  terminal.line(`${counted(files.length, 'file', 'files')}, ${counted(errors, 'error', 'errors')}, ${counted(warnings, 'warning', 'warnings')}`);
}

function schemaCommand(perform: Perform): Command {
  return new Command('schema')
    .description('the JSON Schema of the front matter and of every block')
    .addHelpText('after', '\nExample:\n  blackstart runbook schema > runbook-v1.schema.json')
    .action(async (_options: unknown, command: Command) =>
      perform(command, async ({ around }) => {
        around.stdout.write(`${JSON.stringify(runbookSchema(), null, 2)}\n`);
        return EXIT.good;
      }),
    );
}

function signCommand(perform: Perform): Command {
  return new Command('sign')
    .description('write DIR/MANIFEST: every file with its digest, signed')
    .argument('<dir>', 'the folder of runbooks')
    .option('--key <file>', 'a signing key; default: this device’s')
    .addHelpText('after', '\nExample:\n  blackstart runbook sign runbooks')
    .action(async (dir: string, { key }: { key?: string }, command: Command) =>
      perform(command, async (session) => {
        const folder = session.path(dir);
        if (!existsSync(folder)) throw new EngineError('not-found', `The folder ${dir} does not exist.`, { hint: `Looked at ${folder}.` });
        const signer = key === undefined ? await deviceSigner(session) : parseSigningKey(Buffer.from(session.read(key)).toString('utf8').trim());
        const version = (presentVersion(folder) ?? 0) + 1;
        const signed = { ...signRunbooks(folder, [signer], version), version, signer: signer.vkey };
        if (session.terminal.json) session.terminal.document(signed);
        session.terminal.line(`Signed ${counted(signed.files, 'file', 'files')} as version ${version} by ${signer.name}.`);
        return EXIT.good;
      }),
    );
}

/** Opening the data folder makes the device key at first use. EngineError `waiting` while it is locked. */
export async function deviceSigner(session: Session): Promise<Signer> {
  return (await session.signing()).deviceSigner();
}

function verifyCommand(perform: Perform): Command {
  return new Command('verify')
    .description('check DIR against its signed MANIFEST')
    .argument('<dir>', 'the folder of runbooks')
    .option('--trust <vkey>', 'a verifier key or a file that holds one, may be repeated', collect, [])
    .option('--require <n>', 'how many different keys must have signed', '1')
    .addHelpText('after', '\nExample:\n  blackstart runbook verify runbooks --require 2')
    .action(async (dir: string, { trust, require }: { trust: string[]; require: string }, command: Command) =>
      perform(command, async (session) => {
        if (!/^[1-9]\d?$/u.test(require)) throw new EngineError('usage', `--require: "${require}" is not a number of keys.`);
        const device = readDeviceVkey(session.dataDir);
        const verifiers = [...trustedKeys(session.dataDir, device === null ? [] : [device]), ...trust.map((text) => parseVerifier(vkeyOf(session, text)))];
        return judge(session.terminal, () => verifyRunbooks(session.path(dir), verifiers, { require: Number(require) }));
      }),
    );
}

/** A manifest that does not hold is an answer, not a fault of the question. */
function judge(terminal: Terminal, verify: () => VerifiedRunbooks) {
  try {
    const { version, signers, files } = verify();
    if (terminal.json) terminal.document({ ok: true, version, signers, files: files.size });
    terminal.line(`The runbooks hold: version ${version}, ${counted(files.size, 'file', 'files')}, signed by ${signers.join(', ')}.`);
    return EXIT.good;
  } catch (thrown) {
    if (!(thrown instanceof EngineError) || thrown.code !== 'refused') throw thrown;
    if (terminal.json) terminal.document({ ok: false, problem: thrown.message });
    terminal.line(`The runbooks do NOT hold: ${thrown.message}`);
    if (thrown.hint !== undefined) terminal.line(`  ${thrown.hint}`);
    return EXIT.bad;
  }
}

export function vkeyOf({ path }: Session, text: string): string {
  return existsSync(path(text)) ? readFileSync(path(text), 'utf8').trim() : text;
}
