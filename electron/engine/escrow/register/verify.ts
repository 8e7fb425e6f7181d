/** Verifies shares, or a whole key, of an enrolled key: L1 to L4, as far as what was brought along allows; and records it. */
import type { AgreementOfShares, NetworkLook, QuorumResult, SampleProof, ShareResult, VerificationPurpose, VerificationRecord, VerifiedShare } from '../../../contract/escrow-register.ts';
import type { EscrowLevel, EscrowVerdict, KeyCommitment, KeyFormat, ShareCommitment, ShareScheme, ShareVerdict } from '../../../contract/escrow.ts';
import { KeyFormat as KeyFormats, ShareScheme as ShareSchemes } from '../../../contract/escrow.ts';
import { EngineError } from '../../../contract/errors.ts';
import { counted } from '../../../contract/wording.ts';
import type { NewEvent } from '../../journal/journal.ts';
import { obtainKey, proveKey, verifyQuorum, verifyShares } from '../quorum/ask-quorum.ts';
import type { KeyQuestion, ShareInput, ShareSet, WholeKey } from '../quorum/quorum.ts';
import { escrowId } from './enroll.ts';
import { findGeneration, inForce, type FoldedKey, type FoldedShare, type FoldedVersion } from './fold-register.ts';
import { recordVerification, type Findings } from './record-verification.ts';
import { escrowEvent, findKey, versionOf, type RegisterHost } from './register.ts';
import { readyTrial, sampleProof, type SampleTrial } from './trials.ts';

/** What was done with the envelope of a share around its check. */
export interface Handling {
  bag_found: string | null;
  seal: VerifiedShare['seal'];
  photo: VerifiedShare['photo'];
  new_bag: string | null;
  new_seal: string | null;
  out_at: string | null;
  in_at: string | null;
}
export const NO_HANDLING: Handling = { bag_found: null, seal: 'not-looked', photo: null, new_bag: null, new_seal: null, out_at: null, in_at: null };

export interface VerificationRequest {
  key: string;
  version?: number | undefined;
  /** L1 alone: no key comes into being, whatever is given. */
  sharesOnly?: boolean;
  brought: { shares: readonly ShareInput[] } | { whole: Uint8Array };
  passphrase?: Uint8Array | undefined;
  trials: readonly SampleTrial[];
  purpose: VerificationPurpose;
  operator: string | null;
  witnesses?: readonly { id: string; name: string }[];
  network: NetworkLook | null;
  deviations?: readonly string[];
  /** By position of the share. */
  handling?: ReadonlyMap<number, Handling>;
  /** Of a ceremony that has begun already; else one is made. */
  id?: string;
  beganAt?: string;
  run?: string | null;
}

export interface Verified {
  record: VerificationRecord;
  sha256: string; // of the record
  verdict: EscrowVerdict | null; // null for L1 alone
}

/**
 * @param more events of the same transaction as the record
 * @throws EngineError `not-found` for an unknown key or an unreadable sample, `refused` for a key that cannot be verified here
 */
export async function verifyKey(host: RegisterHost, request: VerificationRequest, more: readonly NewEvent[] = []): Promise<Verified> {
  const { findings, verdict } = await findOut(host, request);
  return { ...recordVerification(host, findings, more), verdict };
}

/**
 * Rebuilds the key for a run or a check, which gets its bytes when it is the committed one; recorded as a verification.
 * @param says what `escrow.obtained` tells: the secret's name, and what it is for
 * @param strict nothing is given when any of the shares is bad, even if the others make the key
 * @returns `key` null when it was not rebuilt or is another; the caller zeroes the bytes
 */
export async function obtainVerified(host: RegisterHost, request: VerificationRequest & { brought: { shares: readonly ShareInput[] } }, says: { secret: string; for: string }, strict: boolean): Promise<Verified & { key: Uint8Array | null }> {
  const enrolledKey = findKey(host.fold(), request.key);
  const version = versionOf(enrolledKey, request.version);
  const set = setFor(version, request.brought.shares, request.passphrase);
  const known = knownCommitments(enrolledKey, set.scheme);
  const { verdict, key } = await obtainKey(set, questionFor(version, marked(known, version), []), {}, { nodePath: host.nodePath });
  try {
    const findings = findingsOf(host, request, version, { verdicts: verdict.shares, known, inputs: request.brought.shares, verdict, proofs: [] });
    const used = findings.quorum?.used ?? [];
    const given = key !== null && !(strict && !sharesHold(findings.shares));
    const obtained = !given ? [] : [escrowEvent('escrow.obtained', { id: findings.id, key: request.key, version: findings.version, generation: findings.generation, used, ...says }, 'engine', request.run ?? null)];
    const recorded = recordVerification(host, findings, obtained);
    if (!given) key?.fill(0);
    return { ...recorded, verdict, key: given ? key : null };
  } catch (thrown) {
    key?.fill(0);
    throw thrown;
  }
}

/** Everything but the record: nothing is journaled. */
export async function findOut(host: RegisterHost, request: VerificationRequest): Promise<{ findings: Findings; verdict: EscrowVerdict | null }> {
  const beganAt = request.beganAt ?? new Date(host.clock.now()).toISOString();
  return findOutSince(host, { ...request, beganAt });
}

async function findOutSince(host: RegisterHost, request: VerificationRequest): Promise<{ findings: Findings; verdict: EscrowVerdict | null }> {
  const key = findKey(host.fold(), request.key);
  const version = versionOf(key, request.version);
  requireOffline(request.key, version);
  return 'whole' in request.brought ? findOutWhole(host, request, version, request.brought.whole) : findOutShares(host, request, { key, version }, request.brought.shares);
}

/** @throws EngineError `refused` for a key of which nothing can be proven on this laptop */
export function requireOffline(key: string, version: FoldedVersion): void {
  const { enrolled } = inForce(version);
  if (enrolled.scheme === 'kms-wrapped') throw new EngineError('refused', `${key} is wrapped by a key service: nothing about it can be verified offline.`, { hint: enrolled.kms?.detail ?? 'Unwrap it online and note the date.' });
}

/** What looking at a whole key says of it, in the terms of a share. */
export function wholeResult(quorum: QuorumResult | null): { result: ShareResult; detail: string } {
  switch (quorum?.state) {
    case 'match':
    case 'self-proven': return { result: 'match', detail: 'It is the enrolled key.' };
    case 'mismatch': return { result: 'no-match', detail: 'It is another key than the one that was enrolled.' };
    case 'unproven': return { result: 'no-commitment', detail: `${capital(quorum.detail)}.` };
    case 'none': return { result: 'unreadable', detail: `${capital(quorum.detail)}.` };
    case undefined: return { result: 'not-entered', detail: '' };
  }
}

/** Commitments of every version and generation, so that a share that turns up is named even when it is long superseded. */
interface KnownCommitment {
  version: number;
  generation: number;
  share: FoldedShare;
  commitment: ShareCommitment;
}

export function knownCommitments(key: FoldedKey, scheme: ShareScheme): KnownCommitment[] {
  return key.versions.toReversed().flatMap((version) => version.generations.toReversed().flatMap(({ generation, shares }) =>
    [...shares.values()].flatMap((share) => (share.commitment === null || share.commitment.scheme !== scheme ? [] : [{ version: version.version, generation, share, commitment: share.commitment }]))));
}

/** For the core, which takes the shares of the newest generation: those in force of this version, and all others. */
export function marked(known: readonly KnownCommitment[], version: FoldedVersion): ShareCommitment[] {
  const { generation } = inForce(version);
  return known.map((one) => ({ ...one.commitment, generation: one.version === version.version && one.generation === generation ? 2 : 1 }));
}

/** EngineError `refused` when the key was enrolled whole. */
export function setFor(version: FoldedVersion, shares: readonly ShareInput[], passphrase: Uint8Array | undefined): ShareSet {
  const { enrolled } = inForce(version);
  const scheme = ShareSchemes.safeParse(enrolled.scheme);
  if (!scheme.success) throw new EngineError('refused', `The key is held whole, as ${enrolled.scheme}: it has no shares.`, { hint: 'Give the key itself with --secret-file.' });
  return { scheme: scheme.data, shares, threshold: enrolled.threshold, ...(enrolled.diffusion === null ? {} : { diffusion: enrolled.diffusion }), ...(passphrase === undefined ? {} : { passphrase }) };
}

async function findOutShares(host: RegisterHost, request: VerificationRequest, { key, version }: { key: FoldedKey; version: FoldedVersion }, inputs: readonly ShareInput[]): Promise<{ findings: Findings; verdict: EscrowVerdict | null }> {
  const set = setFor(version, inputs, request.passphrase);
  const known = knownCommitments(key, set.scheme);
  const commitments = marked(known, version);
  const options = { nodePath: host.nodePath };
  if (request.sharesOnly === true) {
    const verdicts = await verifyShares(set, commitments, options);
    const meant = request.version === undefined ? versionMeant(verdicts, known, version.version) : version.version;
    if (meant !== version.version) return findOutShares(host, { ...request, version: meant }, { key, version: versionOf(key, meant) }, inputs);
    return { findings: findingsOf(host, request, version, { verdicts, known, inputs, verdict: null, proofs: [] }), verdict: null };
  }
  const question = questionFor(version, commitments, request.trials);
  const verdict = await verifyQuorum(set, question, options);
  const meant = request.version === undefined ? versionMeant(verdict.shares, known, version.version) : version.version;
  if (meant !== version.version) return findOutShares(host, { ...request, version: meant }, { key, version: versionOf(key, meant) }, inputs);
  const proofs = proofsOf(request.trials, verdict);
  return { findings: findingsOf(host, request, version, { verdicts: verdict.shares, known, inputs, verdict, proofs }), verdict };
}

/** The version that most of the shares belong to; the one in force unless another has more. */
function versionMeant(verdicts: readonly ShareVerdict[], known: readonly KnownCommitment[], current: number): number {
  const counts = new Map<number, number>();
  for (const { matched } of verdicts) {
    const hit = matched === null ? undefined : known[matched];
    if (hit !== undefined) counts.set(hit.version, (counts.get(hit.version) ?? 0) + 1);
  }
  const [best] = [...counts].sort((a, b) => b[1] - a[1]);
  return best !== undefined && best[1] > (counts.get(current) ?? 0) ? best[0] : current;
}

async function findOutWhole(host: RegisterHost, request: VerificationRequest, version: FoldedVersion, bytes: Uint8Array): Promise<{ findings: Findings; verdict: EscrowVerdict | null }> {
  const { enrolled } = inForce(version);
  const key: WholeKey = { format: wholeFormat(enrolled.scheme), bytes, ...(request.passphrase === undefined ? {} : { passphrase: request.passphrase }) };
  const question = questionFor(version, [], request.trials);
  const verdict = await proveKey(key, question, { nodePath: host.nodePath });
  const proofs = proofsOf(request.trials, verdict);
  return { findings: findingsOf(host, request, version, { verdicts: [], known: [], inputs: [], verdict, proofs }), verdict };
}

/** A key that is enrolled as shares may be brought whole as well: then its bytes are what counts. */
function wholeFormat(scheme: KeyFormat | ShareScheme): KeyFormat {
  return KeyFormats.safeParse(scheme).data ?? 'raw';
}

function questionFor(version: FoldedVersion, commitments: readonly ShareCommitment[], trials: readonly SampleTrial[]): KeyQuestion & { keyCommitment: KeyCommitment | null } {
  return { shareCommitments: commitments, keyCommitment: inForce(version).enrolled.commitment, trials: trials.map(readyTrial) };
}

function proofsOf(trials: readonly SampleTrial[], { proofs }: EscrowVerdict): SampleProof[] {
  return proofs.flatMap(({ id, proof }) => {
    const trial = trials[Number(id)];
    return trial === undefined ? [] : [sampleProof(trial, proof)];
  });
}

interface Found {
  verdicts: readonly ShareVerdict[];
  known: readonly KnownCommitment[];
  inputs: readonly ShareInput[];
  verdict: EscrowVerdict | null;
  proofs: SampleProof[];
}

function findingsOf(host: RegisterHost, request: VerificationRequest, version: FoldedVersion, found: Found): Findings {
  const now = host.clock.now();
  const shares = found.verdicts.map((one, position) => verifiedShare(host, request, version, found, one, position));
  const holds = sharesHold(shares) && found.proofs.every(({ verdict }) => verdict === 'opens') && (found.verdict === null || found.verdict.key.state === 'match' || found.verdict.key.state === 'self-proven');
  const level = levelOf(shares, found);
  return {
    id: request.id ?? escrowId(now), key: request.key, version: version.version, generation: inForce(version).generation,
    purpose: request.purpose, beganAt: request.beganAt ?? new Date(now).toISOString(),
    shares, agreement: agreementOf(found), quorum: quorumOf(found), proofs: found.proofs,
    level, ok: holds, result: resultWords({ ...request, version: version.version }, { shares, found, level, holds }),
    deviations: [...(request.deviations ?? []), ...mixedWords(shares)], network: request.network, operator: request.operator, witnesses: [...(request.witnesses ?? [])], run: request.run ?? null,
  };
}

function sharesHold(shares: readonly VerifiedShare[]): boolean {
  return shares.every(({ result }) => result === 'match');
}

function verifiedShare({ fold }: RegisterHost, { key, handling }: VerificationRequest, version: FoldedVersion, { known, inputs }: Found, { x, slot, fault, commitment, matched }: ShareVerdict, position: number): VerifiedShare {
  const hit = matched === null ? undefined : known[matched];
  const inThisVersion = hit === undefined || hit.version === version.version;
  const inForceNow = inForce(version);
  const owner = hit?.share ?? (x === null ? undefined : findGeneration(fold(), key, version.version, inForceNow.generation)?.shares.get(x));
  const result = resultOf(fault, commitment, hit, inForceNow.generation, inThisVersion);
  return {
    x: inThisVersion ? x : null, slot, label: inputs[position]?.label ?? '', generation: hit === undefined ? (x === null ? null : inForceNow.generation) : inThisVersion ? hit.generation : null,
    commitment: owner?.commitment?.digest ?? null, result, level: result === 'match' ? 'L1' : null,
    detail: detailOf(result, { fault, hit, x, version: version.version, generation: inForceNow.generation }),
    custody: owner?.custody ?? null, ...(handling?.get(position) ?? NO_HANDLING),
  };
}

function resultOf(fault: ShareVerdict['fault'], commitment: ShareVerdict['commitment'], hit: KnownCommitment | undefined, generation: number, inThisVersion: boolean): ShareResult {
  if (hit !== undefined && hit.share.destroyed !== null) return 'destroyed';
  if (hit !== undefined && !(inThisVersion && hit.generation === generation)) return 'superseded';
  if (fault !== null) return fault.code === 'mixed-set' ? 'no-match' : 'unreadable';
  if (hit !== undefined) return 'match';
  return commitment === 'not-enrolled' || commitment === 'unchecked' ? 'no-commitment' : 'no-match';
}

function detailOf(result: ShareResult, { fault, hit, x, version, generation }: { fault: ShareVerdict['fault']; hit: KnownCommitment | undefined; x: number | null; version: number; generation: number }): string {
  switch (result) {
    case 'match': return 'It is the enrolled share, unchanged.';
    case 'no-match': return `It is not share ${x ?? '?'} as it was enrolled: it was altered, or it belongs to another key.`;
    case 'no-commitment': return `No share ${x ?? '?'} was ever enrolled for version ${version}, so nothing says whether it is right.`;
    case 'unreadable': return fault?.detail ?? 'It cannot be read.';
    case 'superseded': return hit?.version === version ? `It is of generation ${hit.generation}, which generation ${generation} superseded: destroy it.` : `It belongs to version ${hit?.version ?? '?'} of the key, not to version ${version}.`;
    case 'destroyed': return 'It is recorded as destroyed, and here it is: find out why.';
    case 'not-entered': return 'It was not entered.';
  }
}

/** Which share is of which generation, where they are not all of the one in force. */
function mixedWords(shares: readonly VerifiedShare[]): string[] {
  const old = shares.filter(({ result }) => result === 'superseded' || result === 'destroyed');
  if (old.length === 0) return [];
  return [`Mixed generations: ${shares.filter(({ generation }) => generation !== null).map(({ label, slot, generation }) => `${label} (${slot ?? 'a share'}) is of generation ${generation ?? '?'}`).join('; ')}`];
}

function agreementOf({ verdict, verdicts }: Found): AgreementOfShares | null {
  if (verdict?.agreement == null) return null;
  const { state, bad, certain, detail } = verdict.agreement;
  return { state, certain, detail, bad: bad.flatMap((index) => verdicts[index]?.x ?? []) };
}

function quorumOf({ verdict, verdicts }: Found): QuorumResult | null {
  if (verdict === null) return null;
  return { state: verdict.key.state, detail: verdict.key.detail, used: verdict.used.flatMap((index) => verdicts[index]?.x ?? []) };
}

function levelOf(shares: readonly VerifiedShare[], { verdict, proofs, verdicts }: Found): EscrowLevel | null {
  const proven = verdict !== null && (verdict.key.state === 'match' || verdict.key.state === 'self-proven');
  if (proven) return proofs.length > 0 && proofs.every((proof) => proof.verdict === 'opens') ? 'L4' : 'L3';
  if (verdict?.agreement?.state === 'agree' && sharesHold(shares)) return 'L2';
  return verdicts.length > 0 && shares.some(({ result }) => result === 'match') ? 'L1' : null;
}

function resultWords({ key, version, sharesOnly }: { key: string; version: number; sharesOnly?: boolean }, { shares, found, level, holds }: { shares: readonly VerifiedShare[]; found: Found; level: EscrowLevel | null; holds: boolean }): string {
  const name = `${key} version ${version}`;
  const bad = shares.filter(({ result }) => result !== 'match').map(({ label, slot }) => `${label}${slot === null ? '' : ` (${slot})`}`);
  const named = bad.length === 0 ? '' : ` ${counted(bad.length, 'share does', 'shares do')} not hold: ${bad.join(', ')}.`;
  if (sharesOnly === true) return holds ? `${shares.length === 1 ? `${capital(shares[0]?.slot ?? 'The share')} of ${name} is` : `All ${shares.length} shares of ${name} are`} unchanged (L1).` : `${name}:${named}`;
  const refused = found.proofs.filter(({ verdict }) => verdict !== 'opens').map(({ name: sample, detail }) => `${sample}: ${detail}`);
  if (holds && level === 'L4') return `The key ${name} opens ${[...new Set(found.proofs.map((proof) => proof.name))].join(', ')} (L4).`;
  const whole = found.verdict?.threshold === null;
  if (holds) return whole ? `It is the key ${name} as it was enrolled (L3).` : `A quorum rebuilds the key ${name} (L3).`;
  const about = found.verdict?.key.state === 'match' ? (whole ? `It is the key ${name}.` : `The key ${name} was rebuilt.`) : `${found.verdict?.key.detail ?? 'Nothing was rebuilt'}${/[.!?]$/u.test(found.verdict?.key.detail ?? '') ? '' : '.'}`;
  return `${about}${named}${refused.length === 0 ? '' : ` It does not open ${refused.join('; ')}.`}`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
