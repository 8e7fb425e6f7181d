import { afterEach, describe, expect, it } from 'vitest';
import { EngineError } from '../../electron/contract/errors.ts';
import type { EngineEvent } from '../../electron/contract/methods.ts';
import type { EngineState } from '../../electron/contract/bridge.ts';
import { EngineClient, type Door } from '../../renderer/src/engine-client.ts';
import { openPortClient, type PortClient } from '../support/port-client.ts';

type Frame = { id: number; method: string; params: unknown };
function answering(far: MessagePort, answer: (frame: Frame) => unknown): Frame[] {
  const seen: Frame[] = [];
  far.onmessage = ({ data }: MessageEvent<Frame>) => {
    seen.push(data);
    const frame = answer(data);
    if (frame !== undefined) far.postMessage(frame);
  };
  return seen;
}

const opened: PortClient[] = [];
afterEach(() => { for (const pair of opened.splice(0)) pair.close(); });
function pair(): PortClient {
  const made = openPortClient();
  opened.push(made);
  return made;
}

describe('the engine client', () => {
  it('matches answers to calls, whatever their order', async () => {
    const { client, far } = pair();
    const held: Frame[] = [];
    answering(far, (frame) => {
      held.push(frame);
      if (held.length === 2) for (const call of held.reverse()) far.postMessage({ id: call.id, result: { text: `echo ${JSON.stringify(call.params)}` } });
      return undefined;
    });
    const [first, second] = await Promise.all([client.call('app.echo', { text: 'a' }), client.call('app.echo', { text: 'b' })]);
    expect(first.text).toContain('"a"');
    expect(second.text).toContain('"b"');
  });

  it('carries bytes as bytes', async () => {
    const { client, far } = pair();
    const seen = answering(far, ({ id }) => ({ id, result: { held: ['key'] } }));
    await client.call('readiness.secret', { id: 'x', secret: 'key', value: new TextEncoder().encode('not shown') });
    expect(seen[0]?.params).toMatchObject({ value: new TextEncoder().encode('not shown') });
  });

  it('rejects with the engine’s own error', async () => {
    const { client, far } = pair();
    answering(far, ({ id }) => ({ id, error: { code: 'not-found', message: 'There is no run x', hint: 'List the runs.' } }));
    await expect(client.call('run.view', { run: 'x' })).rejects.toMatchObject({ code: 'not-found', hint: 'List the runs.' });
  });

  it('rejects an answer that does not follow the contract instead of showing it', async () => {
    const { client, far } = pair();
    answering(far, ({ id }) => ({ id, result: { text: 42 } }));
    await expect(client.call('app.echo', { text: 'a' })).rejects.toThrow('does not follow the contract');
  });

  it('fails calls in plain words when a part of the page cannot be read', async () => {
    const { port1 } = new MessageChannel();
    const door: Door = { post: (frame) => { port1.postMessage(frame); }, onFrame: () => undefined, onEngine: (take) => { take('connected'); } };
    const client = new EngineClient(door, () => Promise.reject(new Error('no such file')));
    await expect(client.call('app.echo', { text: 'a' })).rejects.toThrow('A part of the page is missing');
    await expect(client.call('app.echo', { text: 'later' })).rejects.toThrow('A part of the page is missing');
    port1.close();
  });

  it('drops garbage, counts it, and goes on', async () => {
    const { client, far } = pair();
    const events: EngineEvent[] = [];
    client.onEvent((event) => { events.push(event); });
    const garbage = [null, 'text', 7, [], {}, { id: 'one', result: 1 }, { id: 999, result: {} }, { id: 1.5, error: {} }, { events: 'all' }, { events: [null, { event: 'unknown' }, { event: 'run.changed', run: 3 }] }];
    for (const frame of garbage) far.postMessage(frame);
    answering(far, ({ id, params }) => ({ id, result: params }));
    await expect(client.call('app.echo', { text: 'still here' })).resolves.toEqual({ text: 'still here' });
    expect(client.refused).toBe(garbage.length - 1 + 3);
    expect(events).toEqual([]);
  });

  it('delivers the good events of a batch that holds a bad one', async () => {
    const { client, far } = pair();
    const got = new Promise<EngineEvent>((resolve) => { client.onEvent(resolve); });
    far.postMessage({ events: [{ event: 'nonsense' }, { event: 'notice', level: 'info', text: 'hello' }] });
    await expect(got).resolves.toEqual({ event: 'notice', level: 'info', text: 'hello' });
    expect(client.refused).toBe(1);
  });

  it('fails the calls under way when the engine is lost, says why, and serves again when it is back', async () => {
    const { client, far, become } = pair();
    const states: EngineState[] = [];
    client.onChange(() => { states.push(client.state); });
    const arrived = new Promise((resolve) => { far.onmessage = resolve; });
    const lost = client.call('home.view', {});
    await arrived;
    become('lost');
    await expect(lost).rejects.toThrow('stopped before it answered');
    await expect(client.call('home.view', {})).rejects.toBeInstanceOf(EngineError);
    become('connected');
    answering(far, ({ id, params }) => ({ id, result: params }));
    await expect(client.call('app.echo', { text: 'back' })).resolves.toEqual({ text: 'back' });
    expect(states).toEqual(['lost', 'connected']);
  });

  it('gives nobody an answer that comes after the loss', async () => {
    const { client, far, become } = pair();
    const asked = new Promise<Frame>((resolve) => { far.onmessage = ({ data }: MessageEvent<Frame>) => { resolve(data); }; });
    const call = client.call('app.echo', { text: 'a' });
    const { id } = await asked;
    become('lost');
    await expect(call).rejects.toThrow();
    become('connected');
    far.postMessage({ id, result: { text: 'too late' } });
    answering(far, (frame) => ({ id: frame.id, result: frame.params }));
    await client.call('app.echo', { text: 'next' });
    expect(client.refused).toBe(1);
  });
});
