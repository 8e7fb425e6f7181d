/**
 * A step that ends at once, in every order in which a page can hear of it. The engine's side is played here, over a real port:
 * it moves on, sends an event, answers the oldest question with what it has by then, or the answer gets lost. Which of these
 * happens next is chosen systematically until every order was tried.
 */
import { describe, expect, it, onTestFinished } from 'vitest';
import type { EngineEvent } from '../../../../electron/contract/methods.ts';
import { followOutput, type FollowedOutput } from '../../../../renderer/src/screens/run/follow-output.ts';
import { openPortClient, type PortClient } from '../../../support/port-client.ts';
import { runView, stepView } from '../../../support/run-view.ts';

const PIECES = ['31 tables\n', 'restored\n'];
const WHOLE = PIECES.join('');
const bytes = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text));
/** What the engine has when so much has happened: two pieces of output, then the result. */
const text = (happened: number): string => PIECES.slice(0, happened).join('');
const ended = runView({ id: 'r', steps: [stepView({ id: 's', number: 1, output: { sha256: 'ab'.repeat(32), size: WHOLE.length } })] });
const EVENTS: readonly EngineEvent[] = [
  ...PIECES.map((piece, index): EngineEvent => ({ event: 'run.output', run: 'r', step: 's', offset: text(index).length, bytes: bytes(piece) })),
  { event: 'run.changed', run: 'r', view: ended },
];

interface Question { id: number; method: string; params: { offset: number; length: number } }
type Deed = 'happens' | 'event' | 'drawn' | 'answer' | 'lost' | 'restart';

/** Plays one order. `choose` says which of the deeds that are possible now is next. */
class Play {
  readonly #pair: PortClient;
  readonly #questions: Question[] = [];
  readonly #source: FollowedOutput;
  #happened = 0;
  #sent = 0;
  #drawn = false;
  #faults: number;
  shown = '';
  readonly deeds: Deed[] = [];

  constructor(faults: number) {
    this.#faults = faults;
    this.#pair = openPortClient();
    this.#source = followOutput(this.#pair.client, 'r', 's');
    this.#pair.far.onmessage = ({ data }: MessageEvent<Question>) => {
      if (data.method === 'app.echo') this.#pair.far.postMessage({ id: data.id, result: { text: '' } });
      else this.#questions.push(data);
    };
  }

  close(): void {
    this.#pair.close();
  }

  get #possible(): Deed[] {
    const possible: Deed[] = [];
    if (this.#happened < EVENTS.length) possible.push('happens');
    if (this.#sent < this.#happened) possible.push('event');
    if (!this.#drawn) possible.push('drawn');
    if (this.#questions.length > 0) possible.push('answer');
    if (this.#questions.length > 0 && this.#faults > 0) possible.push('lost');
    if (this.#drawn && this.#faults > 0) possible.push('restart');
    return possible;
  }

  async run(choose: (count: number) => number): Promise<void> {
    for (let possible = this.#possible; possible.length > 0; possible = this.#possible) {
      const deed = possible[choose(possible.length)];
      if (deed === undefined) throw new Error('nothing was chosen');
      this.deeds.push(deed);
      this.#do(deed);
      await this.#settle();
    }
    // What the screen has anyway: it is drawn from a view that says how much there is.
    this.#source.know(WHOLE.length);
    await this.#settle();
    while (this.#questions.length > 0) {
      this.#do('answer');
      await this.#settle();
    }
  }

  #do(deed: Deed): void {
    const { far, become } = this.#pair;
    switch (deed) {
      case 'happens':
        this.#happened += 1;
        return;
      case 'event':
        far.postMessage({ events: [EVENTS[this.#sent]] });
        this.#sent += 1;
        return;
      case 'drawn':
        this.#drawn = true;
        this.#source.follow((piece) => { this.shown += new TextDecoder().decode(piece); });
        return;
      case 'answer': {
        const { id, params } = this.#questions.shift() ?? { id: 0, params: { offset: 0, length: 0 } };
        const has = text(this.#happened);
        far.postMessage({ id, result: { offset: params.offset, bytes: bytes(has.slice(params.offset, params.offset + params.length)), size: has.length } });
        return;
      }
      case 'lost': {
        this.#faults -= 1;
        far.postMessage({ id: this.#questions.shift()?.id, error: { code: 'usage', message: 'Too many calls at once.' } });
        return;
      }
      case 'restart':
        // The engine that comes back knows the end from its journal, and tells of nothing that was before.
        this.#faults -= 1;
        become('starting');
        this.#questions.length = 0;
        [this.#happened, this.#sent] = [EVENTS.length, EVENTS.length];
        become('connected');
    }
  }

  /** Frames keep their order, so once two echoes are back everything sent before them was heard on both sides. */
  async #settle(): Promise<void> {
    for (let round = 0; round < 2; round += 1) await this.#pair.client.call('app.echo', { text: '' });
  }
}

/** Every sequence of choices, one after the other: the last choice that can still be another one is. */
async function everyOrder(faults: number): Promise<{ orders: number; wrong: string[] }> {
  const wrong: string[] = [];
  let choices: { taken: number; of: number }[] = [];
  for (let orders = 1; ; orders += 1) {
    let at = 0;
    const play = new Play(faults);
    onTestFinished(() => { play.close(); });
    await play.run((of) => {
      choices[at] ??= { taken: 0, of };
      at += 1;
      return choices[at - 1]?.taken ?? 0;
    });
    play.close();
    if (play.shown !== WHOLE) wrong.push(`${play.deeds.join(', ')} → ${JSON.stringify(play.shown)}`);
    choices = choices.slice(0, choices.findLastIndex(({ taken, of }) => taken + 1 < of) + 1);
    const last = choices.at(-1);
    if (last === undefined) return { orders, wrong };
    last.taken += 1;
  }
}

describe('the output of a step that ends at once', () => {
  it('is whole and shown once, in whatever order answers and events come', async () => {
    const { orders, wrong } = await everyOrder(0);
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(orders).toBeGreaterThan(100);
  });

  it('is whole and shown once when an answer gets lost or the engine is started again in between', async () => {
    const { orders, wrong } = await everyOrder(1);
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(orders).toBeGreaterThan(1000);
    console.log(`${orders} orders`);
  }, 120_000);
});
