/** Those who watch the journal: told of each append, in order, after it is durable. */
import type { JournalEvent } from './journal.ts';

type Listener = (events: readonly JournalEvent[]) => void;

export class Listeners {
  readonly #listeners = new Set<Listener>();
  readonly #undelivered: (readonly JournalEvent[])[] = [];
  #delivering = false;

  /** @returns the unsubscriber */
  add(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  deliver(events: readonly JournalEvent[]): void {
    if (events.length > 0) this.#undelivered.push(events);
    // A listener may append: its events wait until everyone has seen these.
    if (this.#delivering) return;
    this.#delivering = true;
    try {
      for (let batch = this.#undelivered.shift(); batch !== undefined; batch = this.#undelivered.shift()) this.#tell(batch);
    } finally {
      this.#delivering = false;
    }
  }

  /** A listener's fault surfaces as an uncaught exception: the append itself is durable and must not look failed. */
  #tell(events: readonly JournalEvent[]): void {
    for (const listener of this.#listeners) {
      try {
        listener(events);
      } catch (fault) {
        queueMicrotask(() => {
          throw fault;
        });
      }
    }
  }
}
