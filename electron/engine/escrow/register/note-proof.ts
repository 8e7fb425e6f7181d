/** A check in a run that an escrowed key passed or failed: L4 of that key, put on record with the run. */
import { basename } from 'node:path';
import type { Probe } from '../../../contract/check.ts';
import { ProofStrength } from '../../../contract/known-answer.ts';
import type { ProbeFinding } from '../../../contract/readiness.ts';
import type { Journal } from '../../journal/journal.ts';
import type { FoldedKey, Which } from './fold-register.ts';
import { escrowEvent, readRegister } from './register.ts';

/** Nothing happens for other checks, and for secrets that did not come out of escrow in this run. */
export function noteProof(journal: Journal, run: string, probe: Probe, { outcome, evidence }: ProbeFinding): void {
  const secret = probe.kind === 'known-answer' ? probe.secret : probe.kind === 'backup' ? probe.key?.secret : undefined;
  // a backup that could not be restored says nothing of the key
  if (secret === undefined || outcome === 'unknown' || (probe.kind === 'backup' && evidence['level'] !== 'key-proven')) return;
  const fold = readRegister(journal);
  const obtained = fold.obtained.findLast((one) => one.run === run && one.secret === secret);
  const key = obtained === undefined ? undefined : fold.keys.get(obtained.key);
  if (obtained === undefined || key === undefined) return;
  const path = typeof evidence['path'] === 'string' ? evidence['path'] : '';
  const proven = probe.kind === 'backup' || outcome === 'pass';
  const sha256 = evidence['sample_sha256'];
  const samples = placesOf(key, path).map(({ set, which }) => ({
    set, which, name: basename(path).slice(0, 300), verdict: proven ? ('opens' as const) : ('refused' as const),
    strength: ProofStrength.safeParse(evidence['strength']).data ?? 'authenticated', sample_sha256: typeof sha256 === 'string' ? sha256 : null,
  }));
  journal.append(escrowEvent('escrow.samples', { id: obtained.id, key: key.key, version: obtained.version, samples }, 'engine', run));
}

/** The sets whose oldest or newest sample this file is; else it stands by itself. */
function placesOf({ sets }: FoldedKey, path: string): { set: string | null; which: Which }[] {
  const places = [...sets.values()].flatMap(({ id, oldest, newest }) => [...(oldest === path ? [{ set: id, which: 'oldest' as const }] : []), ...(newest === path ? [{ set: id, which: 'newest' as const }] : [])]);
  return places.length === 0 ? [{ set: null, which: 'given' }] : places;
}
