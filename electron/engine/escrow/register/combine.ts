/** The emergency: the key is rebuilt and written to a file. What will be done is on record before the first byte is. */
import { existsSync } from 'node:fs';
import { EngineError } from '../../../contract/errors.ts';
import type { EscrowVerdict, ShareScheme } from '../../../contract/escrow.ts';
import { combineToFile, verifyShares } from '../quorum/ask-quorum.ts';
import type { ShareInput, ShareSet } from '../quorum/quorum.ts';
import { escrowId } from './enroll.ts';
import { inForce, type FoldedKey, type FoldedVersion } from './fold-register.ts';
import { escrowEvent, findKey, versionOf, type RegisterHost } from './register.ts';
import { knownCommitments, marked, setFor } from './verify.ts';

export interface CombineRequest {
  scheme: ShareScheme;
  shares: readonly ShareInput[];
  /** Default: the enrolled key that the shares belong to, if there is one. */
  key?: string | undefined;
  version?: number | undefined;
  /** Where no key is enrolled: how many shares make it; default all that are given. */
  threshold: number | null;
  diffusion?: boolean | undefined;
  passphrase?: Uint8Array | undefined;
  out: string; // absolute; must not exist
  by: string;
}

export interface Combined {
  id: string;
  key: string | null;
  version: number | null;
  path: string;
  bytes: number;
  /** `commitment`: it is the enrolled key. `scheme`: the scheme itself says that it was rebuilt whole. `nothing`: it may be wrong. */
  proven: 'commitment' | 'scheme' | 'nothing';
  detail: string;
  /** Labels of shares that were left out, since they are not the enrolled ones. */
  leftOut: string[];
}

/**
 * @throws EngineError `refused` for shares that cannot be read or a file that exists, `bad` when they do not make the enrolled
 *   key, `not-found` for a key that is not enrolled
 */
export async function combineKey(host: RegisterHost, request: CombineRequest): Promise<Combined> {
  if (existsSync(request.out)) throw new EngineError('refused', `${request.out} exists already; a key is never written over something else.`, { hint: 'Name another file with --out.' });
  const found = await ownerOf(host, request);
  const id = escrowId(host.clock.now());
  const { key, version } = found;
  host.journal.append(escrowEvent('escrow.combining', {
    id, key: key?.key ?? null, version: version?.version ?? null, scheme: request.scheme, shares: found.shares.length, out: request.out, by: request.by, proven_by: version === null ? 'nothing' : 'commitment',
  }));
  const ended = (ok: boolean, detail: string, bytes: number): void => void host.journal.append(escrowEvent('escrow.combined', { id, ok, detail: detail.slice(0, 500), bytes }));
  try {
    const { verdict, written } = await combineToFile(setOf(request, version, found.shares), { keyCommitment: version === null ? null : inForce(version).enrolled.commitment }, { path: request.out, acceptUnproven: version === null }, { nodePath: host.nodePath });
    if (written === null) throw notWritten(verdict, key);
    ended(true, verdict.detail, written.bytes);
    return { id, key: key?.key ?? null, version: version?.version ?? null, ...written, proven: provenBy(verdict), detail: verdict.detail, leftOut: found.leftOut };
  } catch (thrown) {
    if (thrown instanceof EngineError) ended(false, thrown.message, 0);
    throw thrown;
  }
}

function provenBy({ key }: EscrowVerdict): Combined['proven'] {
  return key.state === 'match' ? 'commitment' : key.state === 'self-proven' ? 'scheme' : 'nothing';
}

function notWritten(verdict: EscrowVerdict, key: FoldedKey | null): EngineError {
  const faulty = verdict.shares.find(({ fault }) => fault !== null);
  const hint = key === null ? 'Nothing was written. Look at the shares one by one with "blackstart escrow verify-share".' : `Nothing was written. "blackstart escrow verify --key ${key.key}" says which share is wrong.`;
  return new EngineError(faulty === undefined ? 'bad' : 'refused', verdict.detail, { hint });
}

function setOf(request: CombineRequest, version: FoldedVersion | null, shares: readonly ShareInput[]): ShareSet {
  if (version !== null) return setFor(version, shares, request.passphrase);
  const { scheme, threshold, diffusion, passphrase } = request;
  return { scheme, shares, threshold, ...(diffusion === undefined ? {} : { diffusion }), ...(passphrase === undefined ? {} : { passphrase }) };
}

interface Owner {
  key: FoldedKey | null;
  version: FoldedVersion | null;
  shares: readonly ShareInput[];
  leftOut: string[];
}

/** The enrolled key whose commitments the shares match; shares that do not match it are left out. */
async function ownerOf(host: RegisterHost, request: CombineRequest): Promise<Owner> {
  const fold = host.fold();
  if (request.key !== undefined) return matching(host, request, findKey(fold, request.key));
  for (const key of fold.keys.values()) {
    const owner = await matching(host, request, key);
    if (owner.version !== null && owner.shares.length > 0) return owner;
  }
  return { key: null, version: null, shares: request.shares, leftOut: [] };
}

async function matching(host: RegisterHost, request: CombineRequest, key: FoldedKey): Promise<Owner> {
  const known = knownCommitments(key, request.scheme);
  const named = request.key !== undefined;
  if (known.length === 0) {
    if (named) throw new EngineError('refused', `The key ${key.key} has no shares of the scheme ${request.scheme}.`, { hint: 'Name the scheme that it was enrolled with.' });
    return { key, version: null, shares: [], leftOut: [] };
  }
  const verdicts = await verifyShares({ ...setOf(request, null, request.shares) }, marked(known, versionOf(key, request.version)), { nodePath: host.nodePath });
  const faulty = verdicts.find(({ fault, matched }) => fault !== null && matched === null);
  if (faulty?.fault != null) throw new EngineError('refused', `${request.shares[faulty.index]?.label ?? 'A share'} cannot be used: ${faulty.fault.detail}.`, { hint: 'Nothing was written.' });
  const hits = verdicts.map(({ matched }) => (matched === null ? undefined : known[matched]));
  const versionNumber = request.version ?? mostCommonVersion(hits) ?? (named ? versionOf(key, undefined).version : null);
  if (versionNumber === null) return { key, version: null, shares: [], leftOut: [] };
  return pick(request, key, versionOf(key, versionNumber), hits);
}

/** Shares of one generation make the key; the largest number of them is taken. */
function pick(request: CombineRequest, key: FoldedKey, version: FoldedVersion, hits: readonly ({ version: number; generation: number } | undefined)[]): Owner {
  const generations = hits.flatMap((hit) => (hit?.version === version.version ? [hit.generation] : []));
  const best = [...new Set(generations)].sort((a, b) => generations.filter((one) => one === b).length - generations.filter((one) => one === a).length || b - a)[0];
  const fits = request.shares.map((_, index) => hits[index]?.version === version.version && hits[index]?.generation === best);
  const shares = request.shares.filter((_, index) => fits[index]);
  const leftOut = request.shares.filter((_, index) => !fits[index]).map(({ label }) => label);
  const { threshold } = inForce(version).enrolled;
  if (shares.length < threshold) {
    throw new EngineError('bad', `Only ${shares.length} of the ${request.shares.length} shares are those of ${key.key} version ${version.version}; ${threshold} are needed.`, { hint: `Not the enrolled ones: ${leftOut.join(', ') || 'none'}. Nothing was written.` });
  }
  return { key, version, shares, leftOut };
}

function mostCommonVersion(hits: readonly ({ version: number } | undefined)[]): number | null {
  const versions = hits.flatMap((hit) => hit?.version ?? []);
  return [...new Set(versions)].sort((a, b) => versions.filter((one) => one === b).length - versions.filter((one) => one === a).length || b - a)[0] ?? null;
}
