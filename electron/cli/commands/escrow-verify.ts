/** Whether shares, a quorum or a whole key are the right ones. */
import { Command, Option } from 'commander';
import { EngineError } from '../../contract/errors.ts';
import type { VerifiedShare } from '../../contract/escrow-register.ts';
import { VerificationPurpose } from '../../contract/escrow-register.ts';
import { KeyFormat, type ShareScheme } from '../../contract/escrow.ts';
import { recogniseFormat } from '../../engine/escrow/key/recognise-format.ts';
import { proveKey, verifyShares } from '../../engine/escrow/quorum/ask-quorum.ts';
import type { ShareInput } from '../../engine/escrow/quorum/quorum.ts';
import { requirePeople } from '../../engine/escrow/register/require-people.ts';
import { readCommitments } from '../../engine/escrow/register/commitments-file.ts';
import { escrowId } from '../../engine/escrow/register/enroll.ts';
import { currentVersion, inForce, isWhole } from '../../engine/escrow/register/fold-register.ts';
import { lookAtNetwork } from '../../engine/escrow/register/network.ts';
import { signVerification } from '../../engine/escrow/register/record-verification.ts';
import { escrowEvent, findKey, versionOf, type RegisterHost } from '../../engine/escrow/register/register.ts';
import { readyTrial, sampleProof, trialsOfSet, type SampleTrial } from '../../engine/escrow/register/trials.ts';
import { setFor, verifyKey, type Verified } from '../../engine/escrow/register/verify.ts';
import { parseVerifier } from '../../engine/note/note.ts';
import { personId } from '../../engine/people/people.ts';
import { withoutFinalNewline } from '../../engine/secrets/final-newline.ts';
import { knownAnswers, passphraseInput, secretInput, shareInput, shareInputs, wholeNumber } from '../escrow-input.ts';
import { EXIT, type ExitStatus } from '../exit-codes.ts';
import type { Perform } from '../perform.ts';
import type { Session } from '../session.ts';
import { collect, vkeyOf } from './runbook.ts';

interface ShareOptions { key?: string; share: string[]; commitments?: string; trust: string[] }

export function verifyShareCommand(perform: Perform): Command {
  return new Command('verify-share')
    .description('one custodian alone: is this share unchanged? (L1; no key comes into being)')
    .option('--key <id>', 'the key; with --commitments it may be left out')
    .requiredOption('--share <file...>', 'the share; - is standard input')
    .option('--commitments <file>', 'public commitments from "escrow export": then neither register nor data folder is needed')
    .option('--trust <vkey>', 'with --commitments: a verifier key that must have signed them, may be repeated', collect, [])
    .addHelpText('after', '\nExample:\n  blackstart escrow verify-share --key ampora-master --share - < my.share')
    .action(async (options: ShareOptions, command: Command) => perform(command, async (session) => (options.commitments === undefined ? verifyHere(session, options) : verifyAlone(session, options, options.commitments))));
}

async function inputsFor(session: Session, named: readonly string[], scheme: ShareScheme): Promise<ShareInput[]> {
  const shares: ShareInput[] = [];
  for (const one of named) shares.push(await shareInput(session, one, scheme));
  return shares;
}

async function verifyHere(session: Session, { key, share }: ShareOptions): Promise<ExitStatus> {
  if (key === undefined) throw new EngineError('usage', '--key is missing.', { hint: 'Or give the public commitments with --commitments FILE.' });
  const { host } = session.writer().escrow;
  const { scheme } = setFor(currentVersion(findKey(host.fold(), key)), [], undefined);
  const shares = await inputsFor(session, share, scheme);
  try {
    const { record } = await verifyKey(host, { key, brought: { shares }, sharesOnly: true, trials: [], purpose: 'routine', operator: null, network: null });
    return answer(session, { key, version: record.version, generation: record.generation, signers: [] }, record.shares);
  } finally {
    for (const { bytes } of shares) bytes.fill(0);
  }
}

/** With the public commitments alone: nothing is recorded. */
async function verifyAlone(session: Session, { key, share, trust }: ShareOptions, named: string): Promise<ExitStatus> {
  const { file, signers } = readCommitments(session.read(named), trust.map((text) => parseVerifier(vkeyOf(session, text))));
  if (key !== undefined && key !== file.key) throw new EngineError('refused', `These commitments are of the key ${file.key}, not of ${key}.`);
  const shares = await inputsFor(session, share, file.scheme);
  try {
    const commitments = file.shares.map(({ generation, commitment }) => ({ ...commitment, generation }));
    const verdicts = await verifyShares({ scheme: file.scheme, shares, threshold: file.threshold, ...(file.diffusion === null ? {} : { diffusion: file.diffusion }) }, commitments, { nodePath: session.folderOptions.nodePath });
    const seen = verdicts.map(({ index, x, slot, fault, commitment, matched }): Answered => {
      const generation = matched === null ? null : (file.shares[matched]?.generation ?? null);
      const result = generation !== null ? (generation === file.generation ? 'match' : 'superseded') : fault !== null ? 'unreadable' : commitment === 'not-enrolled' ? 'no-commitment' : 'no-match';
      const detail = result === 'match' ? 'It is the enrolled share, unchanged.' : result === 'superseded' ? `It is of generation ${generation ?? '?'}, which generation ${file.generation} superseded: destroy it.` : (fault?.detail ?? 'It is not the share that was enrolled.');
      return { label: shares[index]?.label ?? '', x, slot, generation, result, detail };
    });
    return answer(session, { key: file.key, version: file.version, generation: file.generation, signers }, seen);
  } finally {
    for (const { bytes } of shares) bytes.fill(0);
  }
}

type Answered = Pick<VerifiedShare, 'label' | 'x' | 'slot' | 'generation' | 'result' | 'detail'>;

/** A share that cannot be read at all is refused input; one that is another is an answer. */
function answer({ terminal }: Session, about: { key: string; version: number; generation: number; signers: string[] }, shares: readonly Answered[]): ExitStatus {
  const [only] = shares;
  if (shares.length === 1 && only?.result === 'unreadable') throw new EngineError('refused', `${only.label} is no share that can be compared: ${only.detail}.`, { hint: 'Type or copy it again; nothing of it was kept.' });
  const ok = shares.every(({ result }) => result === 'match');
  if (terminal.json) {
    const rows = shares.map(({ label, x, slot, generation, result, detail }) => ({ file: label, x, slot, generation, match: result === 'match', result, detail }));
    terminal.document({ ...about, ok, level: ok ? 'L1' : null, match: ok, ...(rows.length === 1 ? { share: rows[0] } : {}), shares: rows });
  }
  for (const { label, slot, result, detail } of shares) terminal.line(`${result === 'match' ? terminal.paint('green', 'match') : terminal.paint('red', result.replaceAll('-', ' '))}: ${slot ?? label} of ${about.key} version ${about.version}. ${detail}`);
  return ok ? EXIT.good : EXIT.bad;
}

interface VerifyOptions {
  key: string; shares?: string[]; secretFile?: string; passphraseEnv?: string; knownAnswer: string[]; set?: string; sample?: string; backups?: boolean; keyVersion?: string;
  purpose: string; operator?: string; operatorEnv?: string; witness: string[]; deviation: string[];
}

export function verifyCommand(perform: Perform): Command {
  return new Command('verify')
    .description('do the shares agree, do they make the committed key, does it open the backups? (L2, L3, L4)')
    .requiredOption('--key <id>', 'the key')
    .option('--shares <file...>', 'the shares, one a file, or a folder of them')
    .option('--secret-file <file>', 'the whole key, for one that is held whole; - is standard input')
    .option('--passphrase-env <variable>', 'variable with the passphrase of SLIP-39 shares, or of the key’s file')
    .option('--known-answer <file>', 'the `answer:` mapping of what the key has to open, may be repeated', collect, [])
    .option('--set <id>', 'the backup set that the known answer is of').option('--sample <which>', 'oldest or newest backup of that set')
    .option('--backups', 'open the oldest and the newest backup of every set that the register has')
    .option('--key-version <n>', 'version of the key; default: the one that the shares belong to')
    .option('--purpose <purpose>', `why: ${VerificationPurpose.options.join(', ')}`, 'routine')
    .option('--operator <person>', 'enrolled person who does it').option('--operator-env <variable>', 'variable with their passphrase: they sign the record')
    .option('--witness <person=variable>', 'enrolled person who watches, with the variable that holds their passphrase; may be repeated', collect, [])
    .option('--deviation <text>', 'what went otherwise, for the record; may be repeated', collect, [])
    .addHelpText('after', '\nExample:\n  blackstart escrow verify --key ampora-master --shares /media/stick/shares --known-answer answer.yaml')
    .action(async (options: VerifyOptions, command: Command) =>
      perform(command, async (session) => {
        const done = await verify(session, options);
        if (session.terminal.json) session.terminal.document(documentOf(done));
        else printVerified(session, done);
        return done.record.ok ? EXIT.good : EXIT.bad;
      }),
    );
}

async function verify(session: Session, options: VerifyOptions): Promise<Verified> {
  const { host } = session.writer().escrow;
  const key = findKey(host.fold(), options.key);
  const version = wholeNumber(options.keyVersion, '--key-version');
  const people = namedPeople(session, host, options);
  requirePeople(host, { operator: people.operator?.id ?? null, witnesses: people.witnesses.map(({ id }) => id) }, key, versionOf(key, version));
  const { trials, lacks } = trialsFor(session, host, options);
  const passphrase = passphraseInput(session, options.passphraseEnv);
  const purpose = VerificationPurpose.safeParse(options.purpose);
  if (!purpose.success) throw new EngineError('usage', `--purpose: "${options.purpose}" is none.`, { hint: `There are: ${VerificationPurpose.options.join(', ')}.` });
  const brought = await broughtFor(session, options, inForce(versionOf(key, version)).enrolled.scheme);
  const many = 'shares' in brought && brought.shares.length > 1;
  const network = many ? lookAtNetwork(host.clock.now()) : null;
  if (network !== null && !network.off) session.terminal.progress(`${network.words} It is said so in the record.`);
  const id = escrowId(host.clock.now());
  const witnesses = people.witnesses.map(({ id: person, name }) => ({ id: person, name }));
  if (network !== null) begin(host, { id, key: options.key, version: versionOf(key, version).version, generation: inForce(versionOf(key, version)).generation, purpose: purpose.data, witnesses: witnesses.map((one) => one.id), by: people.operator?.id ?? 'the command line', network });
  try {
    const done = await verifyKey(host, {
      key: options.key, version, brought, passphrase, trials, purpose: purpose.data, operator: people.operator?.id ?? null, witnesses, network, id,
      deviations: [...options.deviation, ...lacks, ...(network?.off === false ? ['The network was not off'] : [])],
    }, network === null ? [] : [escrowEvent('escrow.ceremony-ended', { id, how: 'finished', reason: 'recorded' })]);
    for (const { id: person, passphrase: word, role } of [...people.witnesses, ...(people.operator === null ? [] : [people.operator])]) if (word !== null) await signVerification(host, id, { person, passphrase: word, role });
    return done;
  } finally {
    if ('shares' in brought) for (const { bytes } of brought.shares) bytes.fill(0);
    else brought.whole.fill(0);
    passphrase?.fill(0);
  }
}

/** Several shares in one place are a ceremony: that it begins is on record before the first is looked at. */
function begin(host: RegisterHost, { network, ...about }: Omit<Parameters<typeof escrowEvent<'escrow.ceremony'>>[1], 'goal' | 'network'> & { network: ReturnType<typeof lookAtNetwork> }): void {
  host.journal.append(escrowEvent('escrow.ceremony', { ...about, goal: 'L3', network: { off: network.off, words: network.words.slice(0, 2000) } }));
}

async function broughtFor(session: Session, { shares, secretFile }: VerifyOptions, scheme: ReturnType<typeof inForce>['enrolled']['scheme']): Promise<{ shares: ShareInput[] } | { whole: Uint8Array }> {
  if ((shares === undefined) === (secretFile === undefined)) throw new EngineError('usage', 'Give either --shares or --secret-file.');
  if (secretFile !== undefined) return { whole: await secretInput(session, secretFile) };
  if (isWhole(scheme)) throw new EngineError('usage', `The key is held whole, as ${scheme}: give it with --secret-file.`);
  return { shares: shareInputs(session, shares ?? [], setScheme(scheme)) };
}

function setScheme(scheme: string): ShareScheme {
  if (scheme === 'vault' || scheme === 'ssss' || scheme === 'slip39' || scheme === 'horcrux') return scheme;
  throw new EngineError('usage', `${scheme} has no shares.`);
}

function trialsFor(session: Session, host: RegisterHost, { key, knownAnswer, set, sample, backups }: VerifyOptions): { trials: SampleTrial[]; lacks: string[] } {
  if (sample !== undefined && sample !== 'oldest' && sample !== 'newest') throw new EngineError('usage', '--sample is oldest or newest.');
  const given = knownAnswers(session, knownAnswer, { set: set ?? null, which: sample ?? 'given' });
  if (backups !== true) return { trials: given, lacks: [] };
  const found = [...findKey(host.fold(), key).sets.values()].map(trialsOfSet);
  return { trials: [...given, ...found.flatMap(({ trials }) => trials)], lacks: found.flatMap(({ lacks }) => lacks) };
}

interface Named { id: string; name: string; passphrase: string | null; role: 'operator' | 'witness' }

function namedPeople({ around }: Session, host: RegisterHost, { operator, operatorEnv, witness }: VerifyOptions): { operator: Named | null; witnesses: Named[] } {
  const named = (who: string, variable: string | undefined, role: Named['role']): Named => {
    const id = host.people.find(who) === null ? personId(who) : who;
    const passphrase = variable === undefined ? null : (around.env[variable] ?? null);
    if (variable !== undefined && passphrase === null) throw new EngineError('usage', `The environment variable ${variable} is not set.`, { hint: `It holds the passphrase of ${who}.` });
    return { id, name: host.people.find(id)?.name ?? who, passphrase, role };
  };
  const witnesses = witness.map((text) => {
    const [who = '', variable] = text.split('=');
    return named(who, variable, 'witness');
  });
  return { operator: operator === undefined ? null : named(operator, operatorEnv, 'operator'), witnesses };
}

function documentOf({ record, sha256 }: Verified) {
  const { id, key, version, generation, ok, level, result, shares, agreement, quorum, proofs, deviations, next_due } = record;
  return {
    key, version, generation, ok, level, result,
    shares: shares.map(({ label, x, slot, generation: of, result: found, detail }) => ({ file: label, x, slot, generation: of, match: found === 'match', result: found, detail })),
    bad_shares: shares.filter((share) => share.result !== 'match').map(({ label, x, slot }) => ({ file: label, x, slot })),
    agreement, quorum, proofs, deviations, next_due, verification: { id, sha256, record },
  };
}

function printVerified({ terminal }: Session, { record }: Verified): void {
  terminal.line(`${record.ok ? terminal.paint('green', '✓') : terminal.paint('red', '✕')} ${record.level ?? '–'} ${record.result}`);
  for (const { label, slot, result, detail } of record.shares) terminal.line(`  ${result === 'match' ? terminal.paint('green', '✓') : terminal.paint('red', '✕')} ${label}${slot === null ? '' : `, ${slot}`}: ${detail}`);
  if (record.agreement !== null) terminal.line(`  shares: ${record.agreement.detail}`);
  if (record.quorum !== null) terminal.line(`  quorum: ${record.quorum.detail}`);
  for (const { name, verdict, strength, detail } of record.proofs) terminal.line(`  ${verdict === 'opens' ? terminal.paint('green', '✓') : terminal.paint('red', '✕')} ${name} (${strength}): ${detail}`);
  for (const deviation of record.deviations) terminal.line(`  ${terminal.paint('amber', '!')} ${deviation}`);
  terminal.line(`Recorded as ${record.id}.`);
}

export function proveCommand(perform: Perform): Command {
  return new Command('prove')
    .description('does this whole key open this sample? (L4; needs no register, records nothing)')
    .requiredOption('--secret-file <file>', 'the key; - is standard input')
    .requiredOption('--known-answer <file>', 'the `answer:` mapping of what the key has to open, may be repeated', (value: string, all: string[] | undefined) => [...(all ?? []), value])
    .option('--passphrase-env <variable>', 'variable with the passphrase of the key’s file')
    .addOption(new Option('--format <format>', 'how the key is written down; else its file is recognised').choices(KeyFormat.options.filter((one) => one !== 'kms-wrapped')))
    .addHelpText('after', '\nExample:\n  blackstart escrow prove --secret-file master.key --known-answer answer.yaml')
    .action(async ({ secretFile, knownAnswer, passphraseEnv, format }: { secretFile: string; knownAnswer: string[]; passphraseEnv?: string; format?: KeyFormat }, command: Command) =>
      perform(command, async (session) => {
        const trials = knownAnswers(session, knownAnswer);
        const proofs = await proveWhole(session, { bytes: await secretInput(session, secretFile), format, passphrase: passphraseInput(session, passphraseEnv) }, trials);
        const ok = opensAll(proofs);
        if (session.terminal.json) session.terminal.document({ ok, level: ok ? 'L4' : null, proofs });
        for (const { name, verdict, strength, detail } of proofs) session.terminal.line(`${verdict === 'opens' ? session.terminal.paint('green', 'opens') : session.terminal.paint('red', verdict.replaceAll('-', ' '))} ${name} (${strength}): ${detail}`);
        return ok ? EXIT.good : EXIT.bad;
      }),
    );
}

interface KeyFile { bytes: Uint8Array; format: KeyFormat | undefined; passphrase: Uint8Array | undefined }

/** @returns what the first way to read the key proves that opens everything, else what the first way of all proves */
async function proveWhole({ folderOptions }: Session, key: KeyFile, trials: readonly SampleTrial[]) {
  const ready = trials.map(readyTrial);
  const locked = key.passphrase === undefined ? {} : { passphrase: key.passphrase };
  const attempt = async ({ format, bytes }: { format: KeyFormat; bytes: Uint8Array }) => {
    const verdict = await proveKey({ format, bytes, ...locked }, { trials: ready }, { nodePath: folderOptions.nodePath });
    if (verdict.proofs.length === 0) throw new EngineError('refused', `The secret cannot be tried: ${verdict.key.detail}.`);
    return verdict.proofs.flatMap(({ id, proof }) => trials[Number(id)] === undefined ? [] : [sampleProof(trials[Number(id)] ?? trialMissing(), proof)]);
  };
  try {
    const [way, ...others] = waysToRead(key);
    const first = await attempt(way);
    if (opensAll(first)) return first;
    for (const other of others) {
      const proofs = await attempt(other);
      if (opensAll(proofs)) return proofs;
    }
    return first;
  } finally {
    key.bytes.fill(0);
    key.passphrase?.fill(0);
  }
}

function opensAll(proofs: readonly { verdict: string }[]): boolean {
  return proofs.length > 0 && proofs.every(({ verdict }) => verdict === 'opens');
}

/** By its shape; bare bytes without the newline that an editor leaves, then with it, since a binary key may end so. */
function waysToRead({ bytes, format }: KeyFile): [{ format: KeyFormat; bytes: Uint8Array }, ...{ format: KeyFormat; bytes: Uint8Array }[]] {
  const shape = format ?? recogniseFormat(bytes);
  if (shape !== 'raw') return [{ format: shape, bytes }];
  const short = withoutFinalNewline(bytes);
  return [{ format: shape, bytes: short }, ...(short.length === bytes.length ? [] : [{ format: shape, bytes }])];
}

function trialMissing(): never {
  throw new EngineError('internal', 'A proof came for a sample that nobody asked about.');
}
