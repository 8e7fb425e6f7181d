/** A key comes into escrow, and in an emergency out of it. */
import { Command } from 'commander';
import { EngineError } from '../../contract/errors.ts';
import { EscrowFormat, KeyFormat, ShareScheme } from '../../contract/escrow.ts';
import { foldWords } from '../../engine/escrow/quorum/ask-quorum.ts';
import { combineKey } from '../../engine/escrow/register/combine.ts';
import { enrollFromShares, enrollKms, enrollWhole, type EnrolledSummary, type Enrolment } from '../../engine/escrow/register/enroll.ts';
import { nameOf, passphraseInput, secretInput, shareInputs, shareScheme, wholeNumber } from '../escrow-input.ts';
import { EXIT } from '../exit-codes.ts';
import type { Perform } from '../perform.ts';
import type { Session } from '../session.ts';

interface EnrollOptions {
  key: string; scheme: string; threshold?: string; shares?: string; fromDir?: string; secretFile?: string; diffusion: boolean; generated?: boolean; passphraseEnv?: string;
  title?: string; purpose?: string; algorithm?: string; fingerprint?: string; witnesses?: string; rotate?: boolean; reshare?: boolean; by?: string;
  everyShare?: string; everyQuorum?: string; arn?: string; keyVersion?: string; lastUnwrapped?: string;
}

export function enrollCommand(perform: Perform): Command {
  return new Command('enroll')
    .description('fix public commitments of a key and of its shares; nothing else of them is kept')
    .requiredOption('--key <id>', 'id of the key, as runbooks name it')
    .requiredOption('--scheme <scheme>', `how it is held: ${EscrowFormat.options.join(', ')}`)
    .option('--threshold <t>', 'how many shares make the key')
    .option('--shares <n>', 'how many shares there are; default: as many as files')
    .option('--from-dir <dir>', 'folder of the shares, one a file')
    .option('--secret-file <file>', 'the whole key, for formats that are held whole; - is standard input')
    .option('--no-diffusion', 'ssss: the shares were made with -D')
    .option('--generated', 'the secret is a generated key of 128 bits or more, so that a fast hash is safe')
    .option('--passphrase-env <variable>', 'variable with the passphrase of SLIP-39 shares, or of the key’s file')
    .option('--title <text>', 'what people call the key').option('--purpose <text>', 'what it is for').option('--algorithm <text>', 'for example AES-256')
    .option('--fingerprint <text>', 'public fingerprint, to compare with what backups name')
    .option('--witnesses <n>', 'dual control: how many witnesses a verification needs')
    .option('--every-share <period>', 'how often each share is compared; default 6mo').option('--every-quorum <period>', 'how often the key is rebuilt and tried; default 1y')
    .option('--rotate', 'another key takes the place of the one that is enrolled').option('--reshare', 'the same key was split anew; the old shares are superseded')
    .option('--arn <arn>', 'kms-wrapped: the wrapping key').option('--key-version <version>', 'kms-wrapped: its version').option('--last-unwrapped <time>', 'kms-wrapped: when it was last unwrapped online')
    .option('--by <name>', 'who enrols it; default: this account’s name')
    .addHelpText('after', '\nExample:\n  blackstart escrow enroll --key ampora-master --scheme vault --threshold 3 --shares 5 --from-dir /media/stick/shares --generated')
    .action(async (options: EnrollOptions, command: Command) =>
      perform(command, async (session) => {
        const summary = await enroll(session, options);
        const words = summary.commitment === null ? null : foldWords(summary.commitment.digest);
        if (session.terminal.json) session.terminal.document({ ...summary, words, shares: summary.shares.map((share) => ({ ...share, words: foldWords(share.commitment.digest) })) });
        else printEnrolled(session, summary, words);
        return EXIT.good;
      }),
    );
}

async function enroll(session: Session, options: EnrollOptions): Promise<EnrolledSummary> {
  if (options.rotate === true && options.reshare === true) throw new EngineError('usage', '--rotate and --reshare exclude each other.');
  const format = EscrowFormat.safeParse(options.scheme);
  if (!format.success) throw new EngineError('usage', `There is no scheme or format "${options.scheme}".`, { hint: `There are: ${EscrowFormat.options.join(', ')}.` });
  const passphrase = passphraseInput(session, options.passphraseEnv);
  const said = enrolmentOf(options);
  const scheme = ShareScheme.safeParse(format.data);
  if (scheme.success) return enrollShares(session, options, said, scheme.data, passphrase);
  if (options.secretFile === undefined) throw new EngineError('usage', `A key held as ${format.data} is enrolled whole: --secret-file is missing.`, { hint: 'Name the file, or - for standard input.' });
  const bytes = await secretInput(session, options.secretFile);
  try {
    const { host } = session.writer().escrow;
    if (format.data === 'kms-wrapped') return enrollKms(host, said, bytes, { arn: options.arn ?? '', keyVersion: options.keyVersion ?? '', lastUnwrappedAt: options.lastUnwrapped ?? null });
    return await enrollWhole(host, said, { format: KeyFormat.parse(format.data), bytes, ...(passphrase === undefined ? {} : { passphrase }) });
  } finally {
    bytes.fill(0);
    passphrase?.fill(0);
  }
}

async function enrollShares(session: Session, options: EnrollOptions, said: Enrolment, scheme: ShareScheme, passphrase: Uint8Array | undefined): Promise<EnrolledSummary> {
  if (options.fromDir === undefined) throw new EngineError('usage', '--from-dir is missing: the folder that holds the shares, one a file.');
  const threshold = wholeNumber(options.threshold, '--threshold');
  if (threshold === undefined && (scheme === 'vault' || scheme === 'ssss')) throw new EngineError('usage', `--threshold is missing: shares of ${scheme} do not say how many of them make the key.`);
  const shares = shareInputs(session, [options.fromDir], scheme);
  try {
    const set = { scheme, shares, threshold: threshold ?? null, diffusion: options.diffusion, ...(passphrase === undefined ? {} : { passphrase }) };
    return await enrollFromShares(session.writer().escrow.host, said, { set, total: wholeNumber(options.shares, '--shares') ?? shares.length, method: options.generated === true ? 'sha256' : null });
  } finally {
    for (const { bytes } of shares) bytes.fill(0);
    passphrase?.fill(0);
  }
}

function enrolmentOf(options: EnrollOptions): Enrolment {
  const { key, title, purpose, algorithm, fingerprint } = options;
  const periods = { ...(options.everyShare === undefined ? {} : { share: options.everyShare }), ...(options.everyQuorum === undefined ? {} : { quorum: options.everyQuorum }) };
  return { key, title, purpose, algorithm, fingerprint, periods, witnesses: wholeNumber(options.witnesses, '--witnesses'), by: nameOf(options.by), as: options.rotate === true ? 'rotate' : options.reshare === true ? 'reshare' : 'new' };
}

function printEnrolled({ terminal }: Session, summary: EnrolledSummary, words: string | null): void {
  const { key, version, generation, scheme, threshold, total, shares, superseded } = summary;
  terminal.line(`${terminal.paint('green', 'In escrow')}: ${key} version ${version}, generation ${generation}, ${scheme}${total > 1 ? `, ${threshold} of ${total}` : ''}`);
  if (words !== null) terminal.line(`  key: ${words}`);
  for (const { slot, file, commitment } of shares) terminal.line(`  ${slot} (${file}): ${foldWords(commitment.digest)}`);
  if (total > shares.length && shares.length > 0) terminal.line(`  ${total - shares.length} shares were not there and have no commitment.`);
  if (superseded !== null) terminal.line(`  Generation ${superseded.generation} is superseded: have its shares destroyed, then say so with "blackstart escrow destroyed".`);
  if (scheme === 'kms-wrapped') terminal.line('  Nothing about it can be proven offline; the record says so.');
}

interface CombineOptions { scheme: string; shares: string[]; out: string; iUnderstand?: boolean; key?: string; keyVersion?: string; threshold?: string; diffusion: boolean; passphraseEnv?: string; by?: string }

export function combineCommand(perform: Perform): Command {
  return new Command('combine')
    .description('the emergency: rebuild the key and write it to a file (0600); recorded before it is done')
    .requiredOption('--scheme <scheme>', `how it is split: ${ShareScheme.options.join(', ')}`)
    .requiredOption('--shares <file...>', 'the shares, one a file, or a folder of them')
    .requiredOption('--out <file>', 'where the key is written; must not exist')
    .option('--i-understand', 'say that the key will lie in a file, for everybody who can read it')
    .option('--key <id>', 'the enrolled key that it has to be; default: whichever the shares belong to').option('--key-version <n>', 'its version')
    .option('--threshold <t>', 'how many shares make a key that is not enrolled; default: all that are given')
    .option('--no-diffusion', 'ssss: the shares were made with -D').option('--passphrase-env <variable>', 'variable with the passphrase of SLIP-39 shares')
    .option('--by <name>', 'who does it; default: this account’s name')
    .addHelpText('after', '\nExample:\n  blackstart escrow combine --scheme vault --shares 1.share 3.share 4.share --out /dev/shm/master.key --i-understand')
    .action(async (options: CombineOptions, command: Command) => perform(command, async (session) => combine(session, options)));
}

async function combine(session: Session, options: CombineOptions) {
  if (options.iUnderstand !== true) throw new EngineError('usage', 'This writes a key to a file. Nothing was done.', { hint: 'Add --i-understand when that is what is needed now; take a folder in memory such as /dev/shm.' });
  const scheme = shareScheme(options.scheme);
  const passphrase = passphraseInput(session, options.passphraseEnv);
  const shares = shareInputs(session, options.shares, scheme);
  try {
    const made = await combineKey(session.writer().escrow.host, {
      scheme, shares, key: options.key, version: wholeNumber(options.keyVersion, '--key-version'), threshold: wholeNumber(options.threshold, '--threshold') ?? null,
      diffusion: options.diffusion, passphrase, out: session.path(options.out), by: nameOf(options.by),
    });
    const { terminal } = session;
    if (terminal.json) terminal.document({ combined: made, ok: true, proven: made.proven !== 'nothing' });
    terminal.line(`Wrote ${made.bytes} bytes to ${made.path} (0600). ${made.proven === 'nothing' ? terminal.paint('red', 'UNPROVEN: no commitment of this key is known, so nothing says that it is right') : `It is ${made.key === null ? 'proven' : `${made.key} version ${made.version ?? '?'}`}: ${made.detail}`}.`);
    if (made.leftOut.length > 0) terminal.line(terminal.paint('amber', `Left out, as they are not the enrolled shares: ${made.leftOut.join(', ')}`));
    terminal.line('Remove the file as soon as it has served, and look after the shares: they have been seen.');
    return EXIT.good;
  } finally {
    for (const { bytes } of shares) bytes.fill(0);
    passphrase?.fill(0);
  }
}
