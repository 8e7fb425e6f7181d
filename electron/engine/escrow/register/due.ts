/** What of an escrowed key has to be looked at again, and by when. Pure. */
import type { EscrowDue } from '../../../contract/escrow-register.ts';
import { addPeriod } from '../../../contract/scalars.ts';
import { inOrder } from '../../../contract/order.ts';
import { currentVersion, inForce, isComparable, isWhole, type FoldedKey, type FoldedShare, type FoldedVersion, type RegisterFold } from './fold-register.ts';

const DAY_MS = 86_400_000;
/** After a rotation, a resharing or a change of custodian there are so many days to prove quorum and backups again. */
const GRACE_DAYS = 30;
/** A drill that used the key owes a proof on a backup at once: by the end of the next day. */
const DRILL_DAYS = 1;

type Item = Pick<EscrowDue, 'version' | 'x' | 'level' | 'what'> & { at: Date };

/** Of every version that is not retired, the soonest first. */
export function dueOf(fold: RegisterFold, key: FoldedKey, now: number): EscrowDue[] {
  const items = key.versions.filter(({ retired }) => retired === null).flatMap((version) => [...sharesDue(fold, version), ...quorumDue(version), ...backupsDue(key, version)]);
  return items.map(({ at, ...item }): EscrowDue => ({ key: key.key, ...item, at: at.toISOString(), overdue: at.getTime() < now, days: Math.trunc((at.getTime() - now) / DAY_MS) })).sort(bySoonest);
}

export function bySoonest(a: EscrowDue, b: EscrowDue): number {
  return inOrder(a.at, b.at) || inOrder(a.key, b.key) || a.version - b.version || (a.x ?? 0) - (b.x ?? 0);
}

/** Null for a share that cannot be compared with anything, or whose custodian left. */
export function shareDue(fold: RegisterFold, version: FoldedVersion, share: FoldedShare): Date | null {
  const generation = inForce(version);
  const { enrolled, enrolledAt } = generation;
  if (!isComparable(generation, share) || share.destroyed !== null || isRevoked(fold, share)) return null;
  if (share.last !== null && share.last.result !== 'match') return new Date(share.last.at);
  return addPeriod(new Date(share.last?.at ?? enrolledAt), enrolled.periods.share);
}

export function isRevoked(fold: RegisterFold, { custody }: FoldedShare): boolean {
  return custody !== null && fold.revoked.has(custody.custodian);
}

function sharesDue(fold: RegisterFold, version: FoldedVersion): Item[] {
  return [...inForce(version).shares.values()].flatMap((share): Item[] => {
    const at = shareDue(fold, version, share);
    const who = share.custody === null ? '' : `, ${share.custody.custodian}`;
    return at === null ? [] : [{ version: version.version, x: share.x, level: isWhole(inForce(version).enrolled.scheme) ? 'L3' : 'L1', what: `${capital(share.slot)}${who}: compare it with its commitment`, at }];
  });
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function quorumDue(version: FoldedVersion): Item[] {
  const { enrolled, enrolledAt } = inForce(version);
  if (enrolled.commitment === null) return []; // nothing to compare a key with: a key service keeps it
  if (isWhole(enrolled.scheme)) return []; // its one item is due, and more often
  const failed = version.quorumFailedAt !== null && version.quorumFailedAt > (version.quorumAt ?? '');
  const at = failed && version.quorumFailedAt !== null ? new Date(version.quorumFailedAt) : afterProof(version.quorumAt ?? enrolledAt, version, enrolled.periods.quorum);
  return [{ version: version.version, x: null, level: 'L3', what: `Version ${version.version}: rebuild the key from a quorum and compare it${reasonOf(version, version.quorumAt)}`, at }];
}

function backupsDue(key: FoldedKey, version: FoldedVersion): Item[] {
  const { enrolled } = inForce(version);
  if (enrolled.commitment === null) return [];
  const isCurrent = currentVersion(key).version === version.version;
  if (!isCurrent && version.openedAt === null) return []; // replaced before any backup was made with it
  const item = (what: string, at: Date): Item => ({ version: version.version, x: null, level: 'L4', what: `Version ${version.version}: ${what}`, at });
  if (version.openedAt === null) return [item('open a backup with it, for the first time', addDays(version.since, GRACE_DAYS))];
  const why = reasonOf(version, version.openedAt);
  const due = item(`open the oldest and the newest backup with it${why}`, afterProof(version.openedAt, version, enrolled.periods.quorum));
  const owed = version.drilledAt !== null && version.drilledAt > version.openedAt ? [item('open a backup with it: a drill used the key', addDays(version.drilledAt, DRILL_DAYS))] : [];
  return [due, ...owed];
}

/** One period after the proof, or sooner when something changed since. */
function afterProof(provenAt: string, { changed }: FoldedVersion, period: string): Date {
  const regular = addPeriod(new Date(provenAt), period);
  if (changed === null || changed.at <= provenAt) return regular;
  const sooner = addDays(changed.at, GRACE_DAYS);
  return sooner < regular ? sooner : regular;
}

function reasonOf({ changed }: FoldedVersion, provenAt: string | null): string {
  return changed === null || changed.at <= (provenAt ?? '') ? '' : `, since ${changed.why}`;
}

function addDays(at: string, days: number): Date {
  return new Date(Date.parse(at) + days * DAY_MS);
}
