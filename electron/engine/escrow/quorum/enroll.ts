/** Fixes commitments. Runs only in the escrow child; everything that leaves it is public. */
import type { CommitmentMethod, KeyFormat } from '../../../contract/escrow.ts';
import type { KeyInput } from '../key/key.ts';
import { openKey } from '../key/open-key.ts';
import type { Scheme, Share } from '../share/share.ts';
import { commitKey, commitShare, GENERATED_BYTES, methodFor } from './commitment.ts';
import type { Settled, ShareSource } from './examine.ts';
import { settle } from './examine.ts';
import type { EscrowReply } from './protocol.ts';
import { withScheme } from './read-shares.ts';

const refuse = (detail: string, index: number | null = null): EscrowReply => ({ do: 'refused', index, detail });

/** Every share must be good, and all must agree as far as they can tell: what is enrolled wrong is believed for years. */
export function enrollShares(source: ShareSource, asked: CommitmentMethod | null): Promise<EscrowReply> {
  return withScheme(source.scheme, source.diffusion, async (scheme): Promise<EscrowReply> => {
    const settled = settle(scheme, source, []);
    const problem = problemOf(scheme, settled, source.threshold);
    if (problem !== null) return problem;
    const { usable, threshold } = settled;
    const quorum = scheme.quorum(usable.map(({ share }) => share), threshold) ?? [];
    const picked = quorum.flatMap((at) => usable[at]?.share ?? []);
    const secret = await scheme.combine(picked, { passphrase: source.passphrase });
    if (typeof secret === 'string') return refuse(secret);
    const doubt = scheme.doubt?.(picked) ?? null;
    if (doubt !== null) return refuse(doubt);
    const method = asked ?? methodFor(secret);
    if (method === 'sha256' && secret.length < GENERATED_BYTES) return refuse('the key is too short for SHA-256 commitments: its shares could be guessed; take scrypt');
    const shares = usable.map(({ share, index }) => ({ index, x: share.x, slot: share.slot, commitment: commitShare(share, source.scheme, method) }));
    const enrolled = { scheme: source.scheme, threshold, shares, key: commitKey(secret), facts: { bytes: secret.length, algorithm: null, fingerprint: null } };
    secret.fill(0);
    return { do: 'enrolled-shares', enrolled };
  });
}

function problemOf<S extends Share>(scheme: Scheme<S>, settled: Settled<S>, asked: number | null): EscrowReply | null {
  const faulty = settled.entries.find((entry) => entry.verdict.fault !== null);
  if (faulty !== undefined) return refuse(faulty.verdict.fault?.detail ?? '', faulty.verdict.index);
  const shares = settled.usable.map(({ share }) => share);
  if (scheme.quorum(shares, settled.threshold) === null) return refuse(`${shares.length} shares were given, and a quorum takes ${settled.threshold}`);
  const told = shares.length > 2 ? scheme.threshold(shares, null) : shares.length;
  if (told < shares.length && asked !== null && told !== settled.threshold) return refuse(`the shares themselves show that ${told} of them make the key, not ${settled.threshold}`);
  if (settled.fit.state !== 'disagree') return null;
  const [bad] = settled.fit.bad;
  return refuse(bad === undefined ? `${settled.fit.detail}, or the threshold is not ${settled.threshold}` : 'it does not fit the others', bad === undefined ? null : (settled.usable[bad]?.index ?? null));
}

export async function enrollKey(format: KeyFormat, input: KeyInput): Promise<EscrowReply> {
  const opened = await openKey(format, input);
  if (typeof opened === 'string') return refuse(opened);
  const enrolled = { format, key: commitKey(opened.material), facts: opened.facts };
  opened.material.fill(0);
  opened.secret.fill(0);
  return { do: 'enrolled-key', enrolled };
}
