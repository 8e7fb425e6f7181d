/** The page's calls about the break-glass kit: its board, a look at one that is offered, its import. */
import { hostname } from 'node:os';
import { EngineError } from '../../contract/errors.ts';
import type { KitBoard, KitInPlace } from '../../contract/kit.ts';
import { METHODS } from '../../contract/methods.ts';
import type { Clock } from '../deps.ts';
import { kitFacts, type DataFolder } from '../data-folder.ts';
import { kitBoard } from '../kit/kit-board.ts';
import { answer, type Say } from './serve-page.ts';
import type { TwoFolders } from './two-folders.ts';

type Request = Pick<Parameters<DataFolder['kits']['import']>[0], 'folder' | 'by' | 'older' | 'trust'>;

/** One import at a time. */
class KitImport {
  readonly #folders: TwoFolders;
  readonly #say: Say;
  #now: { stop: AbortController; done: Promise<KitInPlace> } | null = null;

  constructor(folders: TwoFolders, say: Say) {
    this.#folders = folders;
    this.#say = say;
  }

  /** Steps under way may read from the kit in place, so it is not taken away under them. */
  async import(request: Request): Promise<KitInPlace> {
    const live = this.#folders.liveRuns();
    if (live.length > 0) throw new EngineError('refused', `A run is under way (${live.join(', ')}); the kit stays as it is until it is over.`, { hint: 'Refresh the kit afterwards.' });
    if (this.#now !== null) throw new EngineError('refused', 'A kit is being imported already.', { hint: 'Wait for it, or stop it first.' });
    const stop = new AbortController();
    const done = this.#folders.real.kits.import({ ...request, signal: stop.signal, onProgress: (progress) => this.#say.emit({ event: 'kit.progress', progress }) });
    this.#now = { stop, done };
    try {
      return await done;
    } finally {
      this.#now = null;
      this.#say.emit({ event: 'home.changed' });
    }
  }

  stop(): void {
    this.#now?.stop.abort();
  }

  async ended(): Promise<void> {
    await this.#now?.done.catch(() => undefined);
  }
}

function board(folders: TwoFolders, clock: Clock): KitBoard {
  const { library, journal, kits } = folders.real;
  const facts = kitFacts(library.list(), (runbook) => folders.ofRunbook(runbook.front.id).readiness.view(runbook), journal, clock.now(), kits.inPlace());
  return kitBoard({ ...facts, laptop: hostname() });
}

/** @returns the answers, and what ends an import that is under way */
export function kitAnswers(folders: TwoFolders, clock: Clock, say: Say) {
  const importing = new KitImport(folders, say);
  return {
    importing,
    answers: {
      'kit.view': answer(METHODS['kit.view'], () => board(folders, clock)),
      'kit.look': answer(METHODS['kit.look'], async ({ folder, trust }) => folders.real.kits.look(folder, trust === undefined ? [] : [trust])),
      'kit.import': answer(METHODS['kit.import'], async ({ folder, by, trust, older }) => importing.import({ folder, by, older, trust: trust === undefined ? [] : [trust] })),
      'kit.cancel': answer(METHODS['kit.cancel'], () => {
        importing.stop();
        return {};
      }),
    },
  };
}
