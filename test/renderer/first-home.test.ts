import { afterEach, describe, expect, it, vi } from 'vitest';
import { awaitHome } from '../../renderer/src/app/first-home.ts';
import { EngineClient, type Door } from '../../renderer/src/engine-client.ts';
import type { EngineState } from '../../electron/contract/bridge.ts';
import type { HomeView } from '../../electron/contract/home.ts';

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
  it('is the engine’s greeting, and nothing is asked', async () => {
    const { client, far, asked } = open('connected');
    const first = awaitHome(client);
    far.postMessage({ events: [{ event: 'greeting', home: HOME }] });
    await expect(first).resolves.toMatchObject({ result: HOME });
    expect(asked()).toBe(0);
  });

  it('is there also when it came before the page had anybody to hear it', async () => {
    const door: Door = { post: () => undefined, onFrame: (take) => { take({ events: [{ event: 'greeting', home: HOME }] }); }, onEngine: (take) => { take('connected'); } };
    await expect(awaitHome(new EngineClient(door))).resolves.toMatchObject({ result: HOME });
  });

  it('is outdated once the engine has had news', async () => {
    const { client, far } = open('connected');
    const first = awaitHome(client);
    far.postMessage({ events: [{ event: 'greeting', home: HOME }] });
    expect((await first)?.isOutdated()).toBe(false);
    const heard = new Promise<void>((resolve) => { client.onEvent(() => { resolve(); }); });
    far.postMessage({ events: [{ event: 'home.changed' }] });
    await heard;
    expect((await first)?.isOutdated()).toBe(true);
  });

  it('is missing where the engine has none to give: then the page asks, and hears why', async () => {
    const { client, far } = open('connected');
    far.postMessage({ events: [{ event: 'greeting', home: null }] });
    await expect(awaitHome(client)).resolves.toBeNull();
  });

  it('is not waited for long', async () => {
    vi.useFakeTimers();
    const first = awaitHome(open('starting').client);
    vi.advanceTimersByTime(100);
    vi.useRealTimers();
    await expect(first).resolves.toBeNull();
  });
});
