/** Kits on a stick: signed on one laptop, checked and imported on another. */
import { userInfo } from 'node:os';
import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { EngineError } from '../../contract/errors.ts';
import type { KitInPlace, KitLack, KitProgress } from '../../contract/kit.ts';
import { counted, spokenBytes, spokenDuration } from '../../contract/wording.ts';
import { readDeviceVkey, trustedKeys } from '../../engine/data-folder.ts';
import { readKitFile, requireListed } from '../../engine/kit/kit-files.ts';
import { progressOf } from '../../engine/kit/import-kit.ts';
import { openKit, presentNumber, readKitNote, refuse, sheetOf, type SignedKit } from '../../engine/kit/kit-manifest.ts';
import { signKit } from '../../engine/kit/sign-kit.ts';
import { parseSigningKey, parseVerifier, type Verifier } from '../../engine/note/note.ts';
import { EXIT } from '../exit-codes.ts';
import type { Perform } from '../perform.ts';
import type { Session } from '../session.ts';
import type { Terminal } from '../terminal.ts';
import { collect, deviceSigner, vkeyOf } from './runbook.ts';

const TRUST = ['--trust <vkey>', 'a verifier key or a file that holds one, may be repeated'] as const;

export function signCommand(perform: Perform): Command {
  return new Command('sign')
    .description('make FOLDER a kit: write FOLDER/MANIFEST, every file with its digest, signed')
    .argument('<folder>', 'holds runbooks/, toolbox/, backups/, images/, contacts/SYSTEM/ and whatever else belongs to the kit')
    .option('--key <file>', 'a signing key; default: this device’s')
    .option('--number <n>', 'number of the kit; default: one more than the folder’s, or than that of the kit in place')
    .addHelpText('after', '\nExample:\n  blackstart kit sign /media/stick/kit --key kit.key')
    .action(async (folder: string, { key, number }: { key?: string; number?: string }, command: Command) =>
      perform(command, async (session) => {
        const path = kitFolder(session, folder);
        if (number !== undefined && !/^[1-9]\d{0,8}$/u.test(number)) throw new EngineError('usage', `--number: "${number}" is not a number of a kit.`, { hint: 'It is a whole number from 1.' });
        const signer = key === undefined ? await deviceSigner(session) : parseSigningKey(Buffer.from(session.read(key)).toString('utf8').trim());
        const given = number === undefined ? nextNumber(session, path) : Number(number);
        const kit = await interruptible((signal) => signKit(path, { signer, number: given, now: Date.now(), signal }));
        const { name, vkey } = signer;
        if (session.terminal.json) session.terminal.document({ kit: sheetOf(kit), signer: vkey });
        session.terminal.line(`Signed kit ${kit.number}: ${amount(kit)}, by ${name}.`);
        return EXIT.good;
      }),
    );
}

/** Numbers only grow: past the folder's own, and past that of the kit that is in place here. */
function nextNumber(session: Session, path: string): number {
  const reader = session.reader();
  return Math.max(presentNumber(path) ?? 0, reader.kit().imported?.sheet.number ?? 0) + 1;
}

function kitFolder({ path }: Session, folder: string): string {
  if (!existsSync(path(folder))) throw new EngineError('not-found', `The folder ${folder} does not exist.`, { hint: `Looked at ${path(folder)}. Is the stick mounted?` });
  return path(folder);
}

function amount(kit: SignedKit): string {
  const { files, bytes } = sheetOf(kit);
  return `${counted(files, 'file', 'files')}, ${spokenBytes(bytes)}`;
}

function verifiersOf(session: Session, trust: readonly string[]): Verifier[] {
  const device = readDeviceVkey(session.dataDir);
  return [...trustedKeys(session.dataDir, device === null ? [] : [device]), ...trust.map((text) => parseVerifier(vkeyOf(session, text)))];
}

export function verifyCommand(perform: Perform): Command {
  return new Command('verify')
    .description('check every byte of FOLDER against its signed MANIFEST')
    .argument('<folder>', 'the kit')
    .option(...TRUST, collect, [])
    .addHelpText('after', '\nExample:\n  blackstart kit verify /media/stick/kit --trust kit.vkey')
    .action(async (folder: string, { trust }: { trust: string[] }, command: Command) =>
      perform(command, async (session) => {
        const path = kitFolder(session, folder);
        const verifiers = verifiersOf(session, trust);
        return judge(session.terminal, () => interruptible((signal) => verifyKit(path, verifiers, session, signal)));
      }),
    );
}

async function verifyKit(folder: string, verifiers: readonly Verifier[], { terminal, folderOptions }: Session, signal: AbortSignal): Promise<SignedKit> {
  const kit = openKit(readKitNote(folder), verifiers);
  await requireListed(folder, kit.files);
  const onBytes = progressOf(folderOptions.clock, kit, progressTeller(terminal), 'reading');
  for (const { path, sha256 } of kit.files) {
    const read = await readKitFile(folder, path, { signal, onBytes });
    if (read.sha256 !== sha256) refuse(`${path} was changed after it was signed.`, 'Put the signed file back, or sign the folder again.');
  }
  return kit;
}

/** A kit that does not hold is an answer, not a fault of the question. */
async function judge(terminal: Terminal, verify: () => Promise<SignedKit>) {
  try {
    const kit = await verify();
    const sheet = sheetOf(kit);
    if (terminal.json) terminal.document({ ok: true, kit: sheet });
    terminal.line(`The kit holds: number ${sheet.number} of ${sheet.made_at.slice(0, 10)}, ${amount(kit)}, signed by ${sheet.signers.join(', ')}.`);
    return EXIT.good;
  } catch (thrown) {
    if (!(thrown instanceof EngineError) || thrown.code !== 'refused') throw thrown;
    if (terminal.json) terminal.document({ ok: false, problem: thrown.message });
    terminal.line(`The kit does NOT hold: ${thrown.message}`);
    if (thrown.hint !== undefined) terminal.line(`  ${thrown.hint}`);
    return EXIT.bad;
  }
}

interface ImportOptions {
  trust: string[];
  by?: string;
  allowOlder?: string;
}

export function importCommand(perform: Perform): Command {
  return new Command('import')
    .description('put a signed kit in place of the one before, all of it or nothing')
    .argument('<folder>', 'the kit, as it lies on the stick')
    .option(...TRUST, collect, [])
    .option('--by <name>', 'who imports it, for the record; default: this account’s name')
    .option('--allow-older <reason>', 'go back to an older kit; recorded, with --by')
    .addHelpText('after', '\nExample:\n  blackstart kit import /media/stick/kit --by "Kim Lee"')
    .action(async (folder: string, { trust, by, allowOlder }: ImportOptions, command: Command) =>
      perform(command, async (session) => {
        if (allowOlder !== undefined && (allowOlder.trim() === '' || by === undefined)) throw new EngineError('usage', '--allow-older wants a reason, and --by NAME.', { hint: 'Both are kept in the record.' });
        const path = kitFolder(session, folder);
        const { kits } = session.writer();
        const kit = await interruptible((signal) => kits.import({
          folder: path, by: by ?? userInfo().username, older: allowOlder, signal, trust: trust.map((text) => vkeyOf(session, text)), onProgress: progressTeller(session.terminal),
        }));
        if (session.terminal.json) session.terminal.document({ kit, lacks: kit.lacks, gone: kit.gone });
        else printImported(session.terminal, kit);
        return EXIT.good;
      }),
    );
}

function printImported(terminal: Terminal, kit: KitInPlace): void {
  const { sheet, older_because } = kit;
  terminal.line(`${terminal.paint('green', 'In place')}: kit ${sheet.number} of ${sheet.made_at.slice(0, 10)}, ${counted(sheet.files, 'file', 'files')}, ${spokenBytes(sheet.bytes)}, signed by ${sheet.signers.join(', ')}.`);
  if (older_because !== null) terminal.line(terminal.paint('amber', `It is older than the kit before, because: ${older_because}`));
  printLacks(terminal, kit);
}

/** What the kit in place lacks, and what went away with the one before. */
export function printLacks(terminal: Terminal, { sheet, problem, lacks, gone }: KitInPlace): void {
  if (problem !== null) terminal.line(terminal.paint('red', problem));
  terminal.line(lacks.length === 0 ? `Kit ${sheet.number} lacks nothing that the checks name.` : `With kit ${sheet.number} in place, ${counted(lacks.length, 'thing lacks', 'things lack')} that checks name:`);
  for (const lack of lacks) terminal.line(`  ${terminal.paint(lack.severity === 'blocker' ? 'red' : 'amber', lack.severity === 'blocker' ? '✕' : '!')} ${lack.kind} ${lack.what}, for ${neededBy(lack)}`);
  if (gone.length > 0) terminal.line(`Gone since the kit before: ${counted(gone.length, 'file', 'files')}`);
  for (const { kind, path } of gone) terminal.line(`  - ${kind} ${path}`);
}

function neededBy({ needed_by }: KitLack): string {
  return [...new Set(needed_by.map(({ runbook }) => runbook))].join(', ');
}

/** One line a tenth of the way. */
function progressTeller({ progress }: Terminal): (progress: KitProgress) => void {
  let told = 0;
  return ({ doing, done, total, eta_s }) => {
    const tenth = Math.floor((done / Math.max(1, total)) * 10);
    if (tenth <= told) return;
    told = tenth;
    progress(`${doing}: ${spokenBytes(done)} of ${spokenBytes(total)}${eta_s === null || done === total ? '' : `, about ${spokenDuration(eta_s)} yet`}`);
  };
}

/** Ctrl+C stops the copying in an orderly way. */
async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    return await work(stop.signal);
  } finally {
    process.removeListener('SIGINT', interrupt).removeListener('SIGTERM', interrupt);
  }
}
