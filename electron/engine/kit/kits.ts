/** The imported kits of a data folder: what is in place, what another one would change, and the import. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EngineError, toEnvelope } from '../../contract/errors.ts';
import type { KitFile, KitInPlace, KitPlan, KitSheet } from '../../contract/kit.ts';
import type { Runbook } from '../../contract/runbook.ts';
import type { JournalReader } from '../journal/journal.ts';
import { parseVerifier, splitNote, type Verifier } from '../note/note.ts';
import { listRunbooks, type LibraryOptions } from '../runbook/library.ts';
import { readKitState, type KitEntry } from './fold-kit.ts';
import { importKit, olderThan, roomFor, type ImportPlace, type ImportRequest } from './import-kit.ts';
import { entryInPlace, kitProblem, openKitInPlace, vouchedRunbooks } from './judge-kit.ts';
import { requireListed } from './kit-files.ts';
import { openKit, parseKitText, readKitNote, sheetOf, type KitList } from './kit-manifest.ts';
import { kitRoot } from './kit-place.ts';
import { changesBetween, goneFrom, lacksOf, type LackFacts } from './lacks.ts';

export interface KitPlaceFacts extends Omit<LackFacts, 'root' | 'runbooks'> {
  journal: Pick<JournalReader, 'events' | 'blobs'>;
  verifiers: readonly Verifier[];
}

/** The kit in place with what it lacks; null when none was ever imported. */
export function kitInPlace(facts: KitPlaceFacts, runbooks: readonly Runbook[]): KitInPlace | null {
  const { journal, dataDir, verifiers } = facts;
  const state = readKitState(journal);
  const entry = entryInPlace(dataDir, state);
  if (entry === null) return null;
  const list = listOf(entry, journal);
  const former = entry === state.open ? state.inPlace : state.former;
  return {
    sheet: recordedSheet(entry, list), imported_at: entry.at, by: entry.by, from: entry.from, older_because: entry.older_because,
    problem: problemOf(dataDir, entry, verifiers),
    lacks: lacksOf({ ...facts, runbooks, root: kitRoot(dataDir) }),
    gone: former === null ? [] : goneFrom(listOf(former, journal).files, list.files),
  };
}

function problemOf(dataDir: string, entry: KitEntry, verifiers: readonly Verifier[]): string | null {
  try {
    return kitProblem(dataDir, openKitInPlace(dataDir, entry, verifiers));
  } catch (thrown) {
    return toEnvelope(thrown).message;
  }
}

/** The list as the record keeps it, whatever became of the kit. */
function listOf({ manifest }: KitEntry, { blobs }: Pick<JournalReader, 'blobs'>): KitList {
  return parseKitText(splitNote(Buffer.from(blobs.read(manifest.sha256)).toString('utf8')).text);
}

function recordedSheet({ root, signers }: KitEntry, list: KitList): KitSheet {
  return sheetOf({ ...list, root, signers, note: '' });
}

/**
 * What an import would do. Reads the list and the runbooks; the other files are only looked for.
 * @throws EngineError as `importKit` does before it copies, except for an older kit and for room, which the plan tells
 */
export async function planKit(facts: KitPlaceFacts, folder: string, runbookDirs: readonly string[], options: LibraryOptions): Promise<KitPlan> {
  const { journal, dataDir, verifiers } = facts;
  const kit = openKit(readKitNote(folder), verifiers);
  await requireListed(folder, kit.files);
  const { inPlace } = readKitState(journal);
  const former: readonly KitFile[] = inPlace === null ? [] : listOf(inPlace, journal).files;
  const own = join(folder, 'runbooks');
  const entries = listRunbooks(runbookDirs, { ...options, kit: existsSync(own) ? { folder: own, judged: vouchedRunbooks(own, kit) } : null });
  return {
    sheet: sheetOf(kit),
    in_place: inPlace === null ? null : recordedSheet(inPlace, listOf(inPlace, journal)),
    older: olderThan(kit, inPlace),
    changes: changesBetween(former, kit.files),
    lacks: lacksOf({ ...facts, runbooks: entries.flatMap(({ runbook }) => runbook ?? []), root: folder }),
    gone: goneFrom(former, kit.files),
    room: roomFor(kit, dataDir),
  };
}

export interface Kits {
  /** @param trust a verifier key that a person vouches for, besides those that are trusted here */
  look(folder: string, trust?: readonly string[]): Promise<KitPlan>;
  /** @throws EngineError as `importKit` does, and `refused` while another import is under way */
  import(request: Omit<ImportRequest, 'verifiers'> & { trust?: readonly string[] | undefined }): Promise<KitInPlace>;
  inPlace(): KitInPlace | null;
}

export interface KitsDeps extends KitPlaceFacts, ImportPlace {
  journal: ImportPlace['journal'];
  runbookDirs: readonly string[];
  library: LibraryOptions;
  /** The runbooks at hand, with those of the kit in place. */
  runbooks(): Runbook[];
}

export function createKits(deps: KitsDeps): Kits {
  let busy = false;
  const withTrust = (trust: readonly string[] = []): Verifier[] => [...deps.verifiers, ...trust.map((vkey) => parseVerifier(vkey))];
  const inPlace = (): KitInPlace | null => kitInPlace(deps, deps.runbooks());
  return {
    inPlace,
    look: async (folder, trust) => planKit({ ...deps, verifiers: withTrust(trust) }, resolve(folder), deps.runbookDirs, deps.library),
    import: async ({ trust, ...request }) => {
      if (busy) throw new EngineError('refused', 'A kit is being imported already.', { hint: 'Wait for it, or stop it first.' });
      busy = true;
      try {
        await importKit(deps, { ...request, folder: resolve(request.folder), verifiers: withTrust(trust) });
      } finally {
        busy = false;
      }
      const placed = inPlace();
      if (placed === null) throw new EngineError('internal', 'The kit was imported and is not in place.');
      return placed;
    },
  };
}
