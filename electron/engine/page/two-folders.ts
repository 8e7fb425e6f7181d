/** The two data folders behind a page: the laptop's own and, from its first use on, the First drill's. Which one is meant follows from a runbook or a run. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '../../contract/errors.ts';
import type { Runbook } from '../../contract/runbook.ts';
import { inOrder } from '../../contract/order.ts';
import type { RunSummary } from '../../contract/run/summary.ts';
import { openDataFolder, type DataFolder, type FolderOptions } from '../data-folder.ts';
import { FIRST_DRILL_ID, firstDrillDataDir } from '../drill/first-drill.ts';
import { openFirstDrill, type OpenDrill } from '../drill/open-first-drill.ts';
import type { LibraryEntry } from '../runbook/library.ts';

export class TwoFolders {
  readonly real: DataFolder;
  readonly #options: FolderOptions;
  readonly #opened: (folder: DataFolder) => void;
  #drill: DataFolder | null = null;
  #openingDrill: Promise<OpenDrill> | null = null;

  /**
   * @param opened told of each folder as it is opened
   * @throws EngineError as `openDataFolder` does
   */
  constructor(options: FolderOptions, opened: (folder: DataFolder) => void) {
    this.#options = options;
    this.#opened = opened;
    this.real = openDataFolder(options);
    opened(this.real);
  }

  all(): DataFolder[] {
    const dataDir = firstDrillDataDir(this.#options.dataDir);
    if (this.#drill === null && this.#openingDrill === null && existsSync(join(dataDir, 'journal.sqlite'))) this.#adopt(openDataFolder({ ...this.#options, dataDir }));
    return this.#drill === null ? [this.real] : [this.real, this.#drill];
  }

  /** The First drill's folder, its material made; opened once, however many ask for it at the same time. */
  async openDrill(): Promise<OpenDrill> {
    const opened = this.all()[1];
    if (opened !== undefined && existsSync(join(opened.dataDir, 'lanterns'))) return { folder: opened, made: false };
    this.#openingDrill ??= this.#makeDrill().finally(() => { this.#openingDrill = null; });
    return this.#openingDrill;
  }

  /** To read: the laptop's own stands in for a drill that was never opened. */
  ofRunbook(id: string): DataFolder {
    return id === FIRST_DRILL_ID ? (this.all()[1] ?? this.real) : this.real;
  }

  /** To write: the First drill's is made where it is not there yet. */
  async toUse(id: string): Promise<DataFolder> {
    return id === FIRST_DRILL_ID ? (await this.openDrill()).folder : this.real;
  }

  findRun(run: string): DataFolder | null {
    return this.all().find(({ runs }) => runs.has(run)) ?? null;
  }

  /** @throws EngineError `not-found` */
  ofRun(run: string): DataFolder {
    const found = this.findRun(run);
    if (found === null) throw new EngineError('not-found', `There is no run ${run}.`);
    return found;
  }

  /** @throws EngineError `not-found`, `refused` */
  runbook(id: string): LibraryEntry & { runbook: Runbook } {
    return this.real.library.find(id);
  }

  runbooks(): Runbook[] {
    return this.real.library.list().flatMap(({ runbook }) => runbook ?? []);
  }

  /** Newest first. */
  summaries(): RunSummary[] {
    return this.all().flatMap(({ runs }) => runs.summaries()).sort((a, b) => inOrder(b.id, a.id));
  }

  /** Runs that this process carries. */
  liveRuns(): string[] {
    return this.all().flatMap(({ runs }) => runs.ids().filter((id) => runs.live(id) !== null));
  }

  async close(): Promise<void> {
    await this.#openingDrill?.catch(() => undefined);
    await this.#drill?.close();
    await this.real.close();
  }

  #adopt(folder: DataFolder): DataFolder {
    this.#drill = folder;
    this.#opened(folder);
    return folder;
  }

  async #makeDrill(): Promise<OpenDrill> {
    await this.#drill?.close();
    this.#drill = null;
    const { folder, made } = await openFirstDrill(this.#options);
    return { folder: this.#adopt(folder), made };
  }
}
