import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { EngineError } from '../../../electron/contract/errors.ts';
import type { Greeting } from '../../../electron/contract/home.ts';
import { METHODS, type EngineEvent, type MethodName } from '../../../electron/contract/methods.ts';
import type { Port } from '../../../electron/contract/rpc.ts';
import { answer, servePage, type Answer, type Answers } from '../../../electron/engine/page/serve-page.ts';

const silent: Answer = async () => Promise.reject(new EngineError('internal', 'not part of this test'));
const isMethodName = (name: string): name is MethodName => Object.hasOwn(METHODS, name);

function allAnswers(given: Partial<Answers>): Answers {
  const table = Object.fromEntries(Object.keys(METHODS).filter(isMethodName).map((name) => [name, given[name] ?? silent]));
  return z.custom<Answers>((value) => typeof value === 'object' && value !== null && Object.keys(METHODS).every((name) => name in value)).parse(table);
}

const unspoken = (): Promise<Greeting> => new Promise(() => undefined);

function connect(given: Partial<Answers> = {}, greeting: () => Promise<Greeting> = unspoken) {
  const posted: unknown[] = [];
  let deliver: (frame: unknown) => void = () => undefined;
  const port: Port = { post: (frame) => void posted.push(frame), onFrame: (listener) => { deliver = listener; } };
  const gone = new AbortController();
  const listeners = new Set<(event: EngineEvent) => void>();
  const engine = { answers: allAnswers(given), greeting, subscribe: (listener: (event: EngineEvent) => void) => { listeners.add(listener); return () => listeners.delete(listener); } };
  servePage(port, gone.signal, engine);
  return { posted, gone, listeners, send: (frame: unknown) => deliver(frame), emit: (event: EngineEvent) => listeners.forEach((listener) => listener(event)) };
}

const echo = { 'app.echo': answer(METHODS['app.echo'], ({ text }) => ({ text })) };

describe('a page calls the engine', () => {
  it('gets the answer under the id of its call', async () => {
    const page = connect(echo);
    page.send({ id: 7, method: 'app.echo', params: { text: 'hello' } });
    await expect.poll(() => page.posted).toEqual([{ id: 7, result: { text: 'hello' } }]);
  });

  it.each([
    ['a number for a text', { text: 1 }],
    ['nothing', undefined],
    ['a text', 'hello'],
  ])('is refused when it sends %s as parameters', async (_, params) => {
    const page = connect(echo);
    page.send({ id: 1, method: 'app.echo', params });
    await expect.poll(() => page.posted).toMatchObject([{ id: 1, error: { code: 'usage' } }]);
  });

  it.each(['no.such', 'constructor', '__proto__', 'toString'])('is refused when it calls %s', async (method) => {
    const page = connect(echo);
    page.send({ id: 1, method, params: {} });
    await expect.poll(() => page.posted).toMatchObject([{ id: 1, error: { code: 'not-found' } }]);
  });

  it.each([null, 7, 'x', [], { id: '1', method: 'app.echo' }, { method: 'app.echo' }])('is not heard when its frame is %j', async (frame) => {
    const page = connect(echo);
    page.send(frame);
    page.send({ id: 2, method: 'app.echo', params: { text: 'still here' } });
    await expect.poll(() => page.posted).toEqual([{ id: 2, result: { text: 'still here' } }]);
  });

  it('that calls a million times is told so and the engine still answers the next', async () => {
    let finish: () => void = () => undefined;
    const held = new Promise<void>((resolve) => { finish = resolve; });
    const page = connect({ 'app.echo': answer(METHODS['app.echo'], async ({ text }) => { await held; return { text }; }) });
    for (let id = 0; id < 1_000_000; id += 1) page.send({ id, method: 'app.echo', params: { text: '' } });
    expect(page.posted).toHaveLength(1_000_000 - 256);
    finish();
    await expect.poll(() => page.posted.length).toBe(1_000_000);
    page.send({ id: 1_000_001, method: 'app.echo', params: { text: 'again' } });
    await expect.poll(() => page.posted.at(-1)).toEqual({ id: 1_000_001, result: { text: 'again' } });
  });
});

describe('events to a page', () => {
  const output = (offset: number, size: number): EngineEvent => ({ event: 'run.output', run: 'r', step: 's', offset, bytes: new Uint8Array(size) });
  const batches = (posted: unknown[]) => z.array(z.object({ events: z.array(z.looseObject({ event: z.string(), offset: z.int().optional(), bytes: z.instanceof(Uint8Array).optional() })) })).parse(posted);

  it('travel in one batch, adjoining output joined', async () => {
    const page = connect();
    page.emit({ event: 'home.changed' });
    page.emit(output(0, 10));
    page.emit(output(10, 5));
    page.emit({ event: 'home.changed' });
    await expect.poll(() => page.posted.length).toBe(1);
    const [batch] = batches(page.posted);
    expect(batch?.events.map(({ event }) => event)).toEqual(['run.output', 'home.changed']);
    expect(batch?.events[0]?.bytes).toHaveLength(15);
  });

  it('leave out the older part of a flood and say where they begin', async () => {
    const page = connect();
    for (let n = 0; n < 64; n += 1) page.emit(output(n * 65_536, 65_536));
    await expect.poll(() => page.posted.length).toBe(1);
    const event = batches(page.posted)[0]?.events[0];
    expect(event?.bytes).toHaveLength(262_144);
    expect(event?.offset).toBe(64 * 65_536 - 262_144);
  });

  it('begin with the greeting, also when nothing can be said', async () => {
    const page = connect({}, async () => Promise.reject(new EngineError('disk', 'The disk is full.')));
    await expect.poll(() => page.posted).toEqual([{ events: [{ event: 'greeting', home: null }] }]);
  });

  it('end when the page is gone', () => {
    const page = connect();
    page.gone.abort();
    expect(page.listeners.size).toBe(0);
  });
});
