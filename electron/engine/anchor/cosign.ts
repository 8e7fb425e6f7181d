/**
 * Witnesses of a record (C2SP cosignature/v1). A second laptop, or a person, signs a checkpoint of another record with the
 * time at which it was seen; the record that was witnessed keeps the signature.
 *
 * What a witness promises: it never signs two histories of one size, nor an older state after a newer one. It sees no
 * entries, so that a longer history continues the shorter one is for `record match` to say.
 */
import { z } from 'zod';
import { EngineError } from '../../contract/errors.ts';
import type { Cosigned, RecordMatch } from '../../contract/record.ts';
import type { Clock } from '../deps.ts';
import type { Journal, JournalReader } from '../journal/journal.ts';
import { cosignerVkey, cosignNote, openNote, parseVerifier, type Verifier } from '../note/note.ts';
import type { People } from '../people/people.ts';
import { readPaper } from '../verify/match-record.ts';

const Blob = z.object({ sha256: z.string(), size: z.int() });
const Seen = z.object({ origin: z.string(), size: z.int(), root: z.string(), by: z.string(), note: Blob });
const Witnessed = z.object({ size: z.int(), root: z.string(), witnesses: z.array(z.object({ name: z.string(), at: z.string().nullable() })), note: Blob });

export interface CosignRequest {
  /** The checkpoint as it came from the other record. */
  note: string;
  /** Keys that vouch for the other record: `trust/*.vkey`, and what somebody gave by hand. */
  trusted: readonly Verifier[];
  /** A person of this laptop; without one the laptop itself signs. */
  person?: { id: string; passphrase: string } | undefined;
}

export interface Witness { journal: Journal; people: People; clock: Clock }

/** @throws EngineError `refused` for no checkpoint, an unknown record, or this laptop's own; `bad` when the record was seen otherwise before */
export async function cosignCheckpoint({ journal, people, clock }: Witness, { note, trusted, person }: CosignRequest): Promise<Cosigned> {
  const paper = readPaper(note);
  const { size, hash, origin } = paper;
  if (size === null || hash === null || origin === null) throw new EngineError('refused', 'Words cannot be cosigned: a signature goes under a note.', { hint: 'Take the checkpoint as a file: "blackstart record checkpoint > checkpoint.note" on the other laptop.' });
  if (person === undefined && origin === journal.device.name) throw new EngineError('refused', 'This is a checkpoint of this laptop: it cannot witness itself.', { hint: 'Take it to a second laptop, or let a person sign it with --as.' });
  const log = origin === journal.device.name ? [parseVerifier(journal.device.vkey)] : trusted.filter(({ name }) => name === origin);
  if (log.length === 0) throw new EngineError('refused', `The key of ${origin} is not known here.`, { hint: 'Give it with --trust, or put it into the trust folder: it is keys/device.vkey on that laptop.' });
  openNote(note, log);
  refuseOtherHistory(journal, { origin, size, root: hash });
  const at = new Date(clock.now());
  const signer = person === undefined ? null : await people.unlock(person.id, person.passphrase);
  const cosigned = signer === null ? journal.cosign(note) : cosignNote(note, signer, Math.floor(at.getTime() / 1000));
  const blob = journal.blobs.put(Buffer.from(cosigned));
  const by = signer?.name ?? journal.device.name;
  journal.append({ type: 'record.cosigned', run: null, actor: signer?.name ?? 'device', data: { origin, size, root: hash, by, note: { sha256: blob.sha256, size: blob.size } } });
  return { note: cosigned, origin, size, hash, by, vkey: signer?.cosignerVkey ?? cosignerKey(journal), at: at.toISOString() };
}

/** Before any name signs anything else of the same record. */
function refuseOtherHistory(journal: Pick<JournalReader, 'events'>, { origin, size, root }: { origin: string; size: number; root: string }): void {
  const seen = [...journal.events({ types: ['record.cosigned'] })].map(({ data }) => Seen.parse(data)).filter((one) => one.origin === origin);
  if (seen.some((one) => one.size === size && one.root !== root)) throw new EngineError('bad', `Another history of ${origin} with the same ${size} entries was witnessed here before: that record was rewritten.`, { hint: 'Do not trust either before somebody has looked into it.' });
  const newest = Math.max(0, ...seen.map((one) => one.size));
  if (size < newest) throw new EngineError('bad', `${newest} entries of ${origin} were witnessed here before; this checkpoint speaks of ${size}. It is an old one, or that record was rolled back.`);
}

/** The device's key as that of a witness: what the other laptop puts into its trust folder. */
function cosignerKey({ device }: Journal): string {
  const { name, publicKey } = parseVerifier(device.vkey);
  return cosignerVkey(name, Buffer.from(publicKey, 'hex'));
}

/**
 * Keeps a checkpoint of this record that others have signed, once it matches and a signature of a known witness holds.
 * @throws EngineError `refused` otherwise
 */
export function keepWitnessed(journal: Journal, note: string, match: RecordMatch): RecordMatch {
  const { hash } = readPaper(note);
  const witnesses = match.signatures.filter(({ kind, holds }) => kind === 'witness' && holds === true);
  if (match.answer !== 'matches' || match.size === null || hash === null) throw new EngineError('refused', match.message);
  if (witnesses.length === 0) throw new EngineError('refused', 'No witness that is known here has signed this checkpoint.', { hint: 'Put the witness’s key into the trust folder first: "record cosign" prints it.' });
  const blob = journal.blobs.put(Buffer.from(note));
  journal.append({ type: 'record.witnessed', run: null, actor: 'device', data: { size: match.size, root: hash, witnesses: witnesses.map(({ name, time }) => ({ name, at: time })), note: { sha256: blob.sha256, size: blob.size } } });
  return match;
}

/** Who has witnessed this record, and how far. */
export function readWitnessed(journal: Pick<JournalReader, 'events'>): { size: number; name: string; at: string | null }[] {
  return [...journal.events({ types: ['record.witnessed'] })].flatMap(({ data }) => {
    const { size, witnesses } = Witnessed.parse(data);
    return witnesses.map(({ name, at }) => ({ size, name, at }));
  });
}
