import { afterEach, expect, it, describe } from 'vitest';
import type { HomeView } from '../../electron/contract/methods.ts';
import { askForHome } from '../../renderer/src/app/first-home.ts';
import { EngineClient, type Door } from '../../renderer/src/engine-client.ts';
import type { EngineState } from '../../electron/contract/bridge.ts';

const HOME: HomeView = { headline: 'No runbook is here yet', detail: '', fresh: true, systems: [], dead: [], kit: [], drills: [], findings: [], open_runs: [] };

const opened: MessagePort[] = [];
afterEach(() => { for (const port of opened.splice(0)) port.close(); });

function open(state: EngineState): { client: EngineClient; far: MessagePort; asked(): number } {
  const { port1, port2 } = new MessageChannel();
  opened.push(port1, port2);
  let asked = 0;
  const door: Door = {
    post: (frame) => { asked += 1; port1.postMessage(frame); },
    onFrame: (take) => { port1.onmessage = ({ data }: MessageEvent<unknown>) => { take(data); }; },
    onEngine: (take) => { take(state); },
  };
  return { client: new EngineClient(door), far: port2, asked: () => asked };
}

describe('Home’s first answer', () => {
  it('is asked for at once, and given once', async () => {
    const { client, far, asked } = open('connected');
    far.onmessage = ({ data }: MessageEvent<{ id: number }>) => { far.postMessage({ id: data.id, result: HOME }); };
    const first = askForHome(client);
    expect(asked()).toBe(1);
    await expect(first()).resolves.toEqual(HOME);
    expect(first()).toBeNull();
  });

  it('is not asked for before the engine is there', () => {
    const { client, asked } = open('starting');
    expect(askForHome(client)()).toBeNull();
    expect(asked()).toBe(0);
  });

  it('is worth nothing once the engine has had news', async () => {
    const { client, far } = open('connected');
    const first = askForHome(client);
    const heard = new Promise<void>((resolve) => { client.onEvent(() => { resolve(); }); });
    far.postMessage({ events: [{ event: 'home.changed' }] });
    await heard;
    expect(first()).toBeNull();
  });

  it('brings the engine’s error to whoever takes it', async () => {
    const { client, far } = open('connected');
    far.onmessage = ({ data }: MessageEvent<{ id: number }>) => { far.postMessage({ id: data.id, error: { code: 'disk', message: 'The disk is full.' } }); };
    await expect(askForHome(client)()).rejects.toThrow('The disk is full.');
  });
});
