/**
 * How soon the console's window is usable (Home stands there with the engine's answer and its primary action), against a window that says hello and does nothing else; and how long a call
 * takes from the page to the engine and back. Both windows open in turn, on the same runtime.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { _electron, type Page } from 'playwright';
import { z } from 'zod';
import { ensureBuilt } from '../../electron/setup/build.mjs';
import { runtimeFor } from '../support/electron.ts';
import { setup as openScreen } from '../support/screen.ts';

const ROUNDS = 9;
const CALLS = 2_000;
const HELLO = `
const { app, BrowserWindow } = require('electron');
app.disableHardwareAcceleration();
app.whenReady().then(() => { const w = new BrowserWindow({ width: 1280, height: 800 }); w.loadFile('index.html'); });
app.on('window-all-closed', () => app.quit());
`;

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

function makeHello(folder: string): void {
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'hello', version: '0.0.0', main: 'main.cjs' }));
  writeFileSync(join(folder, 'main.cjs'), HELLO);
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>hello</title><h1>Hello</h1>');
}

/** What a person waits for: before the engine has answered, Home has a heading and nothing to press. */
const USABLE = { selector: '[data-primary][aria-disabled="false"]', text: 'Run the First drill' };
const GREETED = { selector: 'h1', text: 'Hello' };

/** As text, since it runs in the page: resolves with the frame in which it is to be seen. Told by the page itself; asking again and again would round the times up to the next question. */
const seen = ({ selector, text }: typeof USABLE): string => `new Promise((resolve) => {
  const look = () => {
    const found = [...document.querySelectorAll(${JSON.stringify(selector)})].some((element) => element.textContent.includes(${JSON.stringify(text)}) && element.getBoundingClientRect().height > 0);
    if (!found) return;
    observer.disconnect();
    requestAnimationFrame(() => resolve(true));
  };
  const observer = new MutationObserver(look);
  observer.observe(document, { subtree: true, childList: true, attributes: true });
  look();
  setTimeout(() => resolve(false), 30000);
})`;

/** Milliseconds from the launch until what the person waits for is seen; rejects when it does not come. */
async function open(app: string | undefined, dataDir: string, then: (page: Page) => Promise<void> = async () => Promise.resolve()): Promise<number> {
  const { executable, args, env } = await runtimeFor(app === undefined ? { dataDir } : { app, dataDir });
  const start = performance.now();
  const running = await _electron.launch({ executablePath: executable, args, env });
  const page = await running.firstWindow();
  const came = await page.evaluate(seen(app === undefined ? USABLE : GREETED));
  const taken = performance.now() - start;
  if (came !== true) throw new Error('what the person waits for did not come');
  await then(page);
  await running.close();
  return taken;
}

/** As text, since it runs in the page: one call after the other over the bridge, each timed. */
const IN_THE_PAGE = `(async () => {
  const waiting = new Map();
  window.blackstart.onFrame((frame) => waiting.get(frame.id)?.());
  const times = [];
  for (let id = 1000000; id < 1000000 + ${CALLS}; id += 1) {
    const from = performance.now();
    await new Promise((resolve) => {
      waiting.set(id, resolve);
      window.blackstart.post({ id, method: 'app.echo', params: { text: 'x'.repeat(100) } });
    });
    times.push(performance.now() - from);
  }
  return times;
})()`;

async function measureCalls(page: Page): Promise<number[]> {
  return z.array(z.number()).parse(await page.evaluate(IN_THE_PAGE));
}

const folder = mkdtempSync(join(tmpdir(), 'window-start-'));
const closeScreen = await openScreen();
try {
  await ensureBuilt(['engine', 'shell', 'renderer']);
  const hello = join(folder, 'hello');
  makeHello(hello);
  const ours: number[] = [];
  const theirs: number[] = [];
  await open(hello, folder);
  await open(undefined, join(folder, 'data'));
  for (let round = 0; round < ROUNDS; round += 1) {
    theirs.push(await open(hello, folder));
    ours.push(await open(undefined, join(folder, 'data')));
  }
  let calls: number[] = [];
  await open(undefined, join(folder, 'data'), async (page) => { calls = await measureCalls(page); });
  const ratio = median(ours) / median(theirs);
  process.stdout.write(`window usable: ${median(ours).toFixed(0)} ms, hello-world window ${median(theirs).toFixed(0)} ms: ${ratio.toFixed(2)} × (reach ≤ 1.25)\n`);
  process.stdout.write(`page → engine → page: median ${median(calls).toFixed(2)} ms over ${CALLS} calls (reach < 1 ms)\n`);
} finally {
  await closeScreen();
  rmSync(folder, { recursive: true, force: true });
}
