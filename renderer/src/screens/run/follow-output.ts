/**
 * Follows the output of one attempt of a step: the stored tail, then what comes, each byte once. Nothing that the engine has
 * may stay unseen, in whatever order answers and events come, and when an answer does not come at all.
 */
import type { EngineClient } from '../../engine-client.ts';
import { OutputJoiner } from './output-joiner.ts';

/** How much of what a step has already said is shown at first; the rest is in the full output. */
const TAIL_BYTES = 256 * 1024;

export interface FollowedOutput {
  /** Calls back with what is there and then with what comes, in order. @returns what ends it */
  follow(write: (bytes: Uint8Array) => void): () => void;
  /** What a view says of the stored output, whichever way it came: an event, an answer, a page that was drawn late. */
  know(size: number): void;
}

export function followOutput(client: EngineClient, run: string, step: string): FollowedOutput {
  const followers = new Set<Follower>();
  let known = 0;
  return {
    follow(write) {
      const follower = new Follower(client, run, step, write);
      followers.add(follower);
      follower.know(known);
      return () => {
        followers.delete(follower);
        follower.end();
      };
    },
    know(size) {
      known = size;
      for (const follower of followers) follower.know(size);
    },
  };
}

class Follower {
  readonly #client: EngineClient;
  readonly #of: { run: string; step: string };
  readonly #joiner: OutputJoiner;
  readonly #stops: (() => void)[];
  #ended = false;
  #reading = false;
  /** Of the stored output, as far as it is known. */
  #whole = 0;

  constructor(client: EngineClient, run: string, step: string, write: (bytes: Uint8Array) => void) {
    this.#client = client;
    this.#of = { run, step };
    this.#joiner = new OutputJoiner((bytes) => { if (!this.#ended) write(bytes); });
    this.#stops = [
      client.onEvent((event) => {
        if (event.event === 'run.output' && event.run === run && event.step === step) this.#hear(event);
        if (event.event === 'run.changed' && event.run === run) this.know(event.view.steps.find(({ id }) => id === step)?.output?.size ?? 0);
      }),
      client.onChange(() => { this.#read(); }), // an engine that is back answers again
    ];
    this.#read();
  }

  know(size: number): void {
    this.#whole = size;
    this.#read();
  }

  end(): void {
    this.#ended = true;
    for (const stop of this.#stops) stop();
  }

  #hear({ offset, bytes }: { offset: number; bytes: Uint8Array }): void {
    this.#joiner.live(offset, bytes);
    this.#read();
  }

  /** Whether there is, or may be, something that neither an answer nor an event has brought. */
  get #lacks(): boolean {
    return this.#joiner.next === null || this.#joiner.next < this.#whole;
  }

  /** One answer at a time. Without one nothing is given up: the next event, view or connection asks again. */
  #read(): void {
    if (this.#ended || this.#reading || !this.#lacks || this.#client.state !== 'connected') return;
    this.#reading = true;
    this.#readOn().then(
      () => { this.#reading = false; this.#read(); },
      () => { this.#reading = false; },
    );
  }

  async #readOn(): Promise<void> {
    const size = this.#joiner.next === null ? (await this.#client.call('run.output', { ...this.#of, offset: 0, length: 0 })).size : this.#whole;
    const from = Math.max(this.#joiner.next ?? 0, size - TAIL_BYTES);
    const { offset, bytes } = await this.#client.call('run.output', { ...this.#of, offset: from, length: TAIL_BYTES });
    if (this.#joiner.next === null) this.#joiner.begin(offset, bytes);
    else if (bytes.length > 0) this.#joiner.live(offset, bytes);
    else this.#whole = Math.min(this.#whole, this.#joiner.next); // it has no more than that
  }
}
