// The displays that a window may be shown on, and whether they still answer. Electron ends with status 0 when its display dies.
import { createConnection } from 'node:net';
import { isAbsolute, join } from 'node:path';

/** A living display answers within milliseconds, one beyond a tunnel within a second. */
const PATIENCE_MS = 3_000;
/** The first words of either protocol; both demand an answer. Little-endian, as the words themselves say or the machine is. */
const X11_SETUP = Buffer.from([0x6c, 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
const WAYLAND_SYNC = Buffer.from(new Uint32Array([1, 12 << 16, 2]).buffer);

/** X(7): `[PROTOCOL/][HOST]:NUMBER[.SCREEN]`; without a host it is a socket of this machine. */
function x11Display(name) {
  const [, host, number] = /^(?:[^/:]*\/)?(.*):(\d+)(?:\.\d+)?$/.exec(name) ?? [];
  if (number === undefined) return [];
  const address = host === '' || host === 'unix' ? { path: `/tmp/.X11-unix/X${number}` } : { host, port: 6000 + Number(number) };
  return [{ name, address, hello: X11_SETUP }];
}

function waylandDisplay(name, runtimeDir) {
  if (!isAbsolute(name) && runtimeDir === undefined) return [];
  return [{ name, address: { path: isAbsolute(name) ? name : join(runtimeDir, name) }, hello: WAYLAND_SYNC }];
}

/** A listening socket outlives a server that is closing down, so that a connection alone proves nothing. */
function answers({ address, hello }, patience) {
  return new Promise((resolve) => {
    const socket = createConnection(address);
    const end = (alive) => {
      socket.destroy();
      resolve(alive);
    };
    socket.setTimeout(patience, () => end(false));
    socket.once('connect', () => socket.write(hello));
    socket.once('data', () => end(true));
    socket.once('close', () => end(false));
    socket.on('error', () => end(false));
  });
}

/** @returns {{name: string}[]} the displays that the environment names */
export function displaysOf({ DISPLAY, WAYLAND_DISPLAY, XDG_RUNTIME_DIR }) {
  return [...(DISPLAY ? x11Display(DISPLAY) : []), ...(WAYLAND_DISPLAY ? waylandDisplay(WAYLAND_DISPLAY, XDG_RUNTIME_DIR) : [])];
}

/** Parts displays into those that answer and those that do not. @param patience milliseconds */
export async function askDisplays(displays, patience = PATIENCE_MS) {
  const alive = await Promise.all(displays.map((display) => answers(display, patience)));
  return { alive: displays.filter((_, index) => alive[index]), dead: displays.filter((_, index) => !alive[index]) };
}
