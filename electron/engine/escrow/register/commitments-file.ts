/**
 * Public commitments on their own: with this file and the command line a custodian proves a share unchanged (L1), without the
 * register or the laptop that keeps it. A signed note: `blackstart/escrow-commitments/v1`, then one line of JSON.
 */
import { z } from 'zod';
import { EngineError } from '../../../contract/errors.ts';
import { KeyCommitment, ShareCommitment, ShareScheme } from '../../../contract/escrow.ts';
import { KeyId } from '../../../contract/escrow-register.ts';
import { canonicalJson } from '../../journal/canonical.ts';
import { openNote, type Verifier } from '../../note/note.ts';
import { inForce, type FoldedKey, type FoldedVersion } from './fold-register.ts';

const HEADER = 'blackstart/escrow-commitments/v1';
const LARGEST = 4 * 1024 * 1024;

export const CommitmentsFile = z.object({
  key: KeyId, title: z.string(), version: z.int(), generation: z.int(),
  scheme: ShareScheme, threshold: z.int(), total: z.int(), diffusion: z.boolean().nullable(),
  commitment: KeyCommitment.nullable(),
  /** Of the generation in force, then superseded ones, so that an old share is named as old. */
  shares: z.array(z.object({ generation: z.int(), slot: z.string(), commitment: ShareCommitment })),
  issued_at: z.string(),
});
export type CommitmentsFile = z.infer<typeof CommitmentsFile>;

/** The text to sign. EngineError `refused` for a key that has no shares. */
export function commitmentsText(key: FoldedKey, version: FoldedVersion, now: number): string {
  const { enrolled, generation } = inForce(version);
  const scheme = ShareScheme.safeParse(enrolled.scheme);
  if (!scheme.success) throw new EngineError('refused', `The key ${key.key} is held as ${enrolled.scheme}: it has no shares to check one by one.`);
  const shares = version.generations.toReversed().flatMap((one) => [...one.shares.values()].flatMap(({ slot, commitment }) => (commitment === null ? [] : [{ generation: one.generation, slot, commitment }])));
  const file: CommitmentsFile = {
    key: key.key, title: key.title, version: version.version, generation, scheme: scheme.data, threshold: enrolled.threshold, total: enrolled.total, diffusion: enrolled.diffusion,
    commitment: enrolled.commitment, shares, issued_at: new Date(now).toISOString(),
  };
  return `${HEADER}\n${canonicalJson(z.record(z.string(), z.json()).parse(JSON.parse(JSON.stringify(file))))}\n`;
}

export interface ReadCommitments {
  file: CommitmentsFile;
  /** Keys that are trusted here and whose signature holds; empty when nobody's is known. */
  signers: string[];
}

/**
 * @param bytes the signed note, or its JSON alone
 * @param trusted keys to check the signature with; with any of them given, one must have signed
 * @throws EngineError `refused` for what is no such file, or whose signature does not hold
 */
export function readCommitments(bytes: Uint8Array, trusted: readonly Verifier[] = []): ReadCommitments {
  if (bytes.length > LARGEST) throw refused('it is larger than 4 MiB');
  const text = Buffer.from(bytes).toString('utf8');
  const isNote = text.startsWith(`${HEADER}\n`);
  if (trusted.length > 0 && !isNote) throw refused('it is not signed, and a signature was asked for');
  const opened = trusted.length > 0 ? openNote(text, [...trusted]) : null;
  if (opened !== null && opened.signedBy.length === 0) throw refused('none of the keys that are trusted has signed it');
  const body = opened?.text ?? text;
  return { file: parseBody(isNote ? (body.split('\n')[1] ?? '') : body), signers: opened?.signedBy.map(({ name }) => name) ?? [] };
}

function parseBody(json: string): CommitmentsFile {
  try {
    return CommitmentsFile.parse(JSON.parse(json));
  } catch {
    throw refused('its content does not read');
  }
}

function refused(why: string): EngineError {
  return new EngineError('refused', `This is no file of public commitments: ${why}.`, { hint: '"blackstart escrow export --key ID -o FILE" writes one.' });
}
