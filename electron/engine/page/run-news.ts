/** What pages are told of runs under way: output at once, views once a frame, and forecasts that move with the clock. */
import type { RunView } from '../../contract/run.ts';
import type { DataFolder } from '../data-folder.ts';
import type { Say } from './serve-page.ts';

/** How soon after an event a page gets the new view: one frame, however many events come in it. */
const VIEW_MS = 16;
/** How soon after output a page learns when it came. */
const HEARD_MS = 1_000;
/** How often the views of runs under way are made anew, so that forecasts move with the clock. */
const REFRESH_MS = 10_000;

export interface NewsHost {
  view(run: string): RunView;
  /** Runs whose views are to be made anew now and then. */
  underWay(): readonly string[];
  say: Say;
}

export class RunNews {
  readonly #host: NewsHost;
  readonly #stale = new Set<string>();
  readonly #talking = new Map<string, NodeJS.Timeout>();
  readonly #refresh: NodeJS.Timeout;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(host: NewsHost) {
    this.#host = host;
    this.#refresh = setInterval(() => { for (const run of host.underWay()) this.#markStale(run); }, REFRESH_MS).unref();
  }

  watch({ runs }: DataFolder): void {
    runs.subscribe((news) => {
      if (news.kind === 'output') {
        this.#host.say.emit({ event: 'run.output', run: news.run, step: news.step, offset: news.offset, bytes: Uint8Array.from(news.bytes) });
        this.#heard(news.run);
      }
      if (news.kind === 'fault') this.#host.say.emit({ event: 'notice', level: 'alarm', text: news.message });
      if (news.kind !== 'output') this.#markStale(news.run); // what went wrong stands in the view as well
    });
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const timer of this.#talking.values()) clearTimeout(timer);
    clearInterval(this.#refresh);
  }

  /** The view says when a tool last printed something; a flood of output makes it anew once a second. */
  #heard(run: string): void {
    if (this.#talking.has(run)) return;
    this.#talking.set(run, setTimeout(() => {
      this.#talking.delete(run);
      this.#markStale(run);
    }, HEARD_MS).unref());
  }

  #markStale(run: string): void {
    if (this.#isClosed) return; // runs that are parked at the end have nobody to be shown to
    this.#stale.add(run);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      for (const stale of this.#stale) this.#host.say.changed({ event: 'run.changed', run: stale, view: this.#host.view(stale) });
      this.#stale.clear();
    }, VIEW_MS);
  }
}
