import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { askDisplays, displaysOf } from '../../electron/setup/displays.mjs';
import { startScreen } from '../support/screen.ts';

const folder = mkdtempSync(join(tmpdir(), 'bs-displays-'));
const servers: Server[] = [];
afterEach(() => { for (const server of servers.splice(0)) server.close(); });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A compositor's socket that treats its callers in one way. */
async function listen(name: string, treat: (caller: Socket) => void): Promise<Record<string, string>> {
  const server = createServer(treat).listen(join(folder, name));
  servers.push(server);
  await once(server, 'listening');
  return { WAYLAND_DISPLAY: name, XDG_RUNTIME_DIR: folder };
}

describe.runIf(process.platform === 'linux')('a display', () => {
  it('answers while its server lives, and no longer', async () => {
    const screen = await startScreen();
    const displays = displaysOf({ DISPLAY: `${screen.display}.0` });
    expect(displays).toHaveLength(1);
    expect(await askDisplays(displays)).toEqual({ alive: displays, dead: [] });
    await screen.stop();
    expect(await askDisplays(displays)).toEqual({ alive: [], dead: displays });
  });

  it('of Wayland is asked in its own protocol', async () => {
    const heard: Buffer[] = [];
    const displays = displaysOf(await listen('wayland-1', (caller) => caller.on('data', (hello: Buffer) => { heard.push(hello); caller.write('done'); })));
    expect((await askDisplays(displays)).alive).toEqual(displays);
    // wl_display (object 1), request sync (0) of 12 bytes, new object 2.
    expect(heard.map((hello) => [hello.readUInt32LE(0), hello.readUInt32LE(4), hello.readUInt32LE(8)])).toEqual([[1, 12 << 16, 2]]);
  });

  it('that takes the call and hangs up, or never says a word, is dead', async () => {
    const rude = displaysOf(await listen('rude', (caller) => caller.destroy()));
    const silent = displaysOf(await listen('silent', (caller) => caller.on('error', () => undefined)));
    expect((await askDisplays([...rude, ...silent], 50)).dead).toHaveLength(2);
  });

  it.each([
    [{}, []],
    [{ DISPLAY: '' }, []],
    [{ DISPLAY: 'no display' }, []],
    [{ WAYLAND_DISPLAY: 'wayland-0' }, []],
    [{ DISPLAY: 'localhost:10.0' }, ['localhost:10.0']],
    [{ DISPLAY: ':0', WAYLAND_DISPLAY: '/run/wayland-0' }, [':0', '/run/wayland-0']],
  ])('is named by the environment: %j', (env, names) => {
    expect(displaysOf(env).map(({ name }) => name)).toEqual(names);
  });
});
