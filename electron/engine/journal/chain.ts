/** Where a stored journal stands, and whether its end is the end that was signed. */
import type { Verifier } from '../note/note.ts';
import type { CheckpointFolder, TreeHead } from './checkpoints.ts';
import type { EntryTable } from './database.ts';
import { NO_ENTRY, parseEntry } from './event.ts';
import type { Position } from './event.ts';
import type { JournalEvent } from './journal.ts';
import { leafHash, MerkleFrontier } from './merkle.ts';

export interface Chain {
  frontier: MerkleFrontier;
  position: Position;
  last: JournalEvent | null;
  /** Checkpoints that were journaled but whose note never reached the disk. */
  unsigned: TreeHead[];
  /** What does not fit together, in words; null when all does. */
  damage: string | null;
}

/**
 * Reads the journal's tail and holds it against the newest checkpoint and the head hint. Entries up to that checkpoint are
 * taken from its signed root where the frontier hint fits; `record verify` is what reads everything.
 */
export function readChain(table: EntryTable, folder: CheckpointFolder, device: Verifier): Chain {
  const { head: signed, damage } = folder.newest(device);
  const chain = startAt(table, signed === null ? null : folder.frontierAt(signed));
  chain.damage = damage;
  readRows(table, folder, chain, signed);
  chain.damage ??= headDamage(chain, signed, folder.readHead());
  return chain.damage === null ? chain : settledBefore(table, folder, chain, device);
}

/**
 * A damaged record that a person went on with is read from its first entry to its last: its damage counts as settled when a
 * statement that this device signed covers the person's word, every entry since follows the one before, and the end is the
 * one that was written last.
 */
function settledBefore(table: EntryTable, folder: CheckpointFolder, damaged: Chain, device: Verifier): Chain {
  const signed = folder.signed(device);
  const chain: Chain = { frontier: new MerkleFrontier(), position: { seq: 0, leaf: NO_ENTRY }, last: null, unsigned: [], damage: damaged.damage };
  let [accepted, covered, broken] = [0, false, false];
  for (const { seq, bytes } of table.rows()) {
    const event = parseEntry(bytes);
    if (event?.type === 'record.damaged') [accepted, covered, broken] = [seq, false, false];
    else broken ||= event?.prev !== chain.position.leaf || event.seq !== seq;
    chain.position = { seq, leaf: leafHash(bytes) };
    chain.frontier.append(chain.position.leaf);
    chain.last = event ?? chain.last;
    const roots = signed.get(chain.frontier.size);
    if (accepted > 0 && roots !== undefined) covered ||= roots.includes(chain.frontier.root());
  }
  const isSettled = accepted > 0 && covered && !broken;
  return { ...chain, damage: isSettled ? headDamage(chain, null, folder.readHead()) : damaged.damage };
}

/** At the signed base when its last row is there, else at the very beginning. */
function startAt(table: EntryTable, base: MerkleFrontier | null): Chain {
  const row = base === null ? null : table.row(base.size);
  if (base === null || row === null) return { frontier: new MerkleFrontier(), position: { seq: 0, leaf: NO_ENTRY }, last: null, unsigned: [], damage: null };
  return { frontier: base, position: { seq: row.seq, leaf: leafHash(row.bytes) }, last: parseEntry(row.bytes), unsigned: [], damage: null };
}

/** Extends `chain` by the rows after its position. */
function readRows(table: EntryTable, folder: CheckpointFolder, chain: Chain, signed: TreeHead | null): void {
  for (const { seq, bytes } of table.rows(chain.position.seq)) {
    const beyond = seq > (signed?.size ?? 0);
    const event = beyond || seq === signed?.size ? parseEntry(bytes) : null;
    if (beyond && (event?.prev !== chain.position.leaf || event.seq !== seq || seq !== chain.position.seq + 1)) {
      chain.damage ??= `entry ${seq} does not follow the one before it`;
    }
    chain.position = { seq, leaf: leafHash(bytes) };
    chain.frontier.append(chain.position.leaf);
    chain.last = event ?? chain.last;
    if (seq === signed?.size && chain.frontier.root() !== signed.hash) chain.damage ??= `the first ${seq} entries are not those that were signed`;
    if (beyond && event?.type === 'record.checkpoint' && !folder.has(seq)) chain.unsigned.push({ size: seq, hash: chain.frontier.root() });
  }
}

function headDamage({ position }: Chain, signed: TreeHead | null, head: Position | null): string | null {
  const expected = Math.max(signed?.size ?? 0, head?.seq ?? 0);
  if (position.seq < expected) return `the journal held ${expected} entries and now holds ${position.seq}`;
  if (head !== null && head.seq === position.seq && head.leaf !== position.leaf) return `the last entry, ${position.seq}, is not the one that was written`;
  return null;
}
