/** Whether the kit in place is the one that was imported, and what its runbooks are worth. */
import { existsSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError, toEnvelope } from '../../contract/errors.ts';
import type { Verifier } from '../note/note.ts';
import { parseVerifier } from '../note/note.ts';
import { listTree, readRegular, sha256Of, type JudgedRunbooks } from '../runbook/manifest.ts';
import type { KitEntry, KitState } from './fold-kit.ts';
import { openKit, readKitNote, refuse, type SignedKit } from './kit-manifest.ts';
import { kitRoot, linkedKit } from './kit-place.ts';

const RUNBOOKS = 'runbooks';

/** `entry`: what the journal says of the kit that the link leads to; between the rename and its event that is the open import. */
export function entryInPlace(dataDir: string, { inPlace, open }: KitState): KitEntry | null {
  const linked = linkedKit(dataDir);
  return open !== null && open.name === linked ? open : inPlace;
}

/** @throws EngineError `refused` or `not-found` with what is wrong with the kit in place */
export function openKitInPlace(dataDir: string, entry: KitEntry, verifiers: readonly Verifier[]): SignedKit {
  const linked = linkedKit(dataDir);
  if (linked === null) throw new EngineError('not-found', `The kit ${entry.number} is not in the data folder any more.`, { hint: 'Import it again.' });
  const kit = openKit(readKitNote(kitRoot(dataDir)), allKeys(verifiers, entry));
  if (kit.root !== entry.root) refuse(`The kit in the data folder is not the one that was imported: it says that it is number ${kit.number}, and number ${entry.number} was imported.`, 'Import the newest kit again.');
  return kit;
}

/** The keys that signed it were trusted when it was imported, and the record keeps them. */
function allKeys(verifiers: readonly Verifier[], { signers }: KitEntry): Verifier[] {
  const known = new Set(verifiers.map(({ vkey }) => vkey));
  return [...verifiers, ...signers.filter(({ vkey }) => !known.has(vkey)).map(({ vkey }) => parseVerifier(vkey))];
}

/** Where the kit's runbooks lie and how they are judged; null when there is no kit, or none with runbooks. */
export function judgeKitRunbooks(dataDir: string, state: KitState, verifiers: readonly Verifier[]): { folder: string; judged: JudgedRunbooks } | null {
  const folder = join(kitRoot(dataDir), RUNBOOKS);
  const entry = entryInPlace(dataDir, state);
  if (entry === null || !existsSync(folder)) return null;
  try {
    return { folder, judged: vouchedRunbooks(folder, openKitInPlace(dataDir, entry, verifiers)) };
  } catch (thrown) {
    return { folder, judged: { signature: { state: 'altered', signers: [], reason: toEnvelope(thrown).message }, files: null } };
  }
}

/** Runbooks that a signed kit lists. @throws EngineError `refused` when one is not as it was signed */
export function vouchedRunbooks(folder: string, kit: SignedKit): JudgedRunbooks {
  return { signature: { state: 'signed', signers: kit.signers.map(({ name }) => name), version: kit.number }, files: readRunbookFiles(folder, kit) };
}

function readRunbookFiles(folder: string, kit: SignedKit): Map<string, Uint8Array> {
  const listed = new Map(kit.files.filter(({ path }) => path.startsWith(`${RUNBOOKS}/`)).map((file) => [file.path.slice(RUNBOOKS.length + 1), file]));
  const files = new Map<string, Uint8Array>();
  for (const path of listTree(folder, '', 0)) {
    const file = listed.get(path);
    if (file === undefined) refuse(`${RUNBOOKS}/${path} is not in the kit's list.`, 'Import the kit again.');
    const bytes = readRegular(join(folder, path), `${RUNBOOKS}/${path}`);
    if (sha256Of(bytes) !== file.sha256) refuse(`${RUNBOOKS}/${path} was changed after it was signed.`, 'Import the kit again, from a stick that holds it as it was signed.');
    files.set(path, bytes);
  }
  const gone = [...listed.keys()].find((path) => !files.has(path));
  if (gone !== undefined) refuse(`${RUNBOOKS}/${gone} is missing from the kit.`, 'Import the kit again.');
  return files;
}

/** Why the kit in place cannot be relied on, judged by its list, names and sizes; null when it can. Digests are `kit verify`'s. */
export function kitProblem(dataDir: string, kit: SignedKit): string | null {
  for (const { path, size } of kit.files) {
    const state = lstatSync(join(kitRoot(dataDir), path), { throwIfNoEntry: false });
    if (state === undefined) return `${path} is missing from the kit in place.`;
    if (!state.isFile() || state.size !== size) return `${path} was changed after the kit was imported.`;
  }
  return null;
}
