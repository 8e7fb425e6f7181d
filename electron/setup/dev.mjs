// `npm run dev`: the console with a page that reloads as it is edited; a change to shell or engine starts both again.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { ensureBuilt } from './build.mjs';
import { ensureElectron } from './electron-runtime.mjs';
import { ensureInstalled } from './install.mjs';
import { findNode } from './node.mjs';
import { MODULES, ROOT, say } from './places.mjs';

const SETTLE_MS = 150;

/** @returns the page's address, once the server answers there */
async function startPageServer() {
  const words = [join(MODULES, 'vite', 'bin', 'vite.js'), '--config', 'electron/setup/vite.renderer.config.ts', '--configLoader', 'runner', '--clearScreen', 'false'];
  const server = spawn(findNode(), words, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NO_COLOR: '1' } });
  process.once('exit', () => server.kill());
  for await (const line of createInterface({ input: server.stdout })) {
    const address = /(http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
    if (address !== undefined) return address;
  }
  throw new Error('the page\'s server ended before it was ready');
}

function openConsole(runtime, page) {
  const root = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const engine = { BLACKSTART_ENGINE_NODE: findNode(), BLACKSTART_ENGINE_FILE: join(ROOT, 'electron', 'engine', 'host.ts') };
  return spawn(runtime.executable, [...root, ROOT, ...process.argv.slice(2)], { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...engine, BLACKSTART_DEV_SERVER: page } });
}

/** Resolves at the next change below `electron/`, when the editor has finished writing. */
async function nextChange(watcher) {
  await once(watcher, 'change');
  await pause(SETTLE_MS);
  return 'changed';
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(0));
await ensureInstalled();
const runtime = await ensureElectron();
const page = await startPageServer();
const watcher = watch(join(ROOT, 'electron'), { recursive: true });
for (let outcome = 'changed'; outcome === 'changed'; ) {
  await ensureBuilt(['shell']);
  const opened = openConsole(runtime, page);
  const end = () => opened.kill();
  process.once('exit', end);
  const closed = once(opened, 'exit').then(() => 'closed');
  outcome = await Promise.race([nextChange(watcher), closed]);
  if (outcome === 'changed') {
    say('shell or engine changed, starting again …');
    end();
    await closed;
  }
  process.off('exit', end);
}
process.exit(0);
