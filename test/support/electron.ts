/** Opens the console as a person would get it, under Playwright. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, type ElectronApplication, type Page } from 'playwright';
import { vi } from 'vitest';
import { ensureBuilt } from '../../electron/setup/build.mjs';
import { ensureElectron } from '../../electron/setup/electron-runtime.mjs';
import { findNode } from '../../electron/setup/node.mjs';
import { ROOT } from '../../electron/setup/places.mjs';

export const SHELL_HOST = fileURLToPath(new URL('../fixtures/shell/host.ts', import.meta.url));
const SHELL_PAGE = fileURLToPath(new URL('../fixtures/shell/page', import.meta.url));
/** The sizes that the screens are drawn for. */
export const SIZES = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
] as const;

export interface ConsoleOptions {
  dataDir: string;
  /** The application's folder; default: the checkout with its bundles. */
  app?: string;
  env?: Record<string, string>;
  args?: string[];
  /** Gives the program to start in place of Electron: one that first becomes another user, for example. */
  through?(executable: string): string;
}

export interface LaunchedConsole {
  app: ElectronApplication;
  page: Page;
  /** Complaints of the page: console errors, failed loads, uncaught exceptions. */
  complaints: string[];
  close(): Promise<void>;
}

function inherited(): Record<string, string> {
  return Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Words and variables that the runtime needs here: root has no Chromium sandbox, an old runtime cannot host the engine. */
export async function runtimeFor(options: ConsoleOptions): Promise<{ executable: string; args: string[]; env: Record<string, string> }> {
  const runtime = await ensureElectron();
  const asRoot = process.platform === 'linux' && process.getuid?.() === 0;
  return {
    executable: runtime.executable,
    args: [...(asRoot ? ['--no-sandbox'] : []), options.app ?? ROOT, `--data-dir=${options.dataDir}`, ...(options.args ?? [])],
    env: { ...inherited(), ...(runtime.fallback ? { BLACKSTART_ENGINE_NODE: findNode() } : {}), ...options.env },
  };
}

export async function launchConsole(options: ConsoleOptions): Promise<LaunchedConsole> {
  if (options.app === undefined) await ensureBuilt(['engine', 'shell', 'renderer']);
  const { executable, args, env } = await runtimeFor(options);
  const app = await _electron.launch({ executablePath: options.through?.(executable) ?? executable, args, env, chromiumSandbox: !args.includes('--no-sandbox'), timeout: 30_000 });
  const page = await app.firstWindow();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return { app, page, complaints, close: () => app.close() };
}

/** The real shell around a small page and a small engine process, in a folder of its own. */
export async function makeShellApp(): Promise<{ folder: string; env: Record<string, string>; remove(): void }> {
  await ensureBuilt(['shell']);
  const folder = mkdtempSync(join(tmpdir(), 'blackstart-shell-'));
  mkdirSync(join(folder, 'build'));
  cpSync(join(ROOT, 'build', 'shell'), join(folder, 'build', 'shell'), { recursive: true });
  cpSync(SHELL_PAGE, join(folder, 'build', 'renderer'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'blackstart', version: '0.0.0', main: 'build/shell/main.cjs' }));
  return { folder, env: { BLACKSTART_ENGINE_FILE: SHELL_HOST }, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * Waits until an expression holds in the page. Polled from here: the page's content policy refuses to evaluate what
 * Playwright's `waitForFunction` would poll with inside it.
 */
export async function until(page: Page, condition: string, timeout = 15_000): Promise<void> {
  await vi.waitUntil(() => page.evaluate(`Boolean(${condition})`), { timeout, interval: 50 });
}

/** Pictures of one screen, in both sizes and both colour schemes, in `screenshots/` (not kept in git). */
export async function takePictures({ app, page }: LaunchedConsole, name: string): Promise<void> {
  for (const size of SIZES) {
    await app.evaluate(({ BrowserWindow }, { width, height }) => BrowserWindow.getAllWindows()[0]?.setContentSize(width, height), size);
    await until(page, `innerWidth === ${size.width} && innerHeight === ${size.height}`);
    for (const scheme of ['dark', 'light'] as const) {
      // The person's choice on the page, not the system's, decides the colours.
      await page.evaluate(`document.documentElement.dataset.theme = ${JSON.stringify(scheme)}`);
      await page.screenshot({ path: join(ROOT, 'screenshots', `${name}-${size.width}x${size.height}-${scheme}.png`) });
    }
  }
}

/** Every save dialog is answered with `folder` and the name that was offered. */
export async function answerSaveDialogs(app: ElectronApplication, folder: string): Promise<void> {
  await app.evaluate(({ dialog }, where) => {
    dialog.showSaveDialog = (_window: unknown, options?: { defaultPath?: string }) => Promise.resolve({ canceled: false, filePath: `${where}/${options?.defaultPath ?? 'nameless'}` });
  }, folder);
}
