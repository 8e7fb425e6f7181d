/** The real shell in a real window, with a small page and a small engine process behind it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { launchConsole, makeShellApp, runtimeFor, until, type LaunchedConsole } from '../support/electron.ts';

let shell: Awaited<ReturnType<typeof makeShellApp>>;
const made: string[] = [];

function newDataDir(): string {
  const folder = mkdtempSync(join(tmpdir(), 'blackstart-data-'));
  made.push(folder);
  return folder;
}

async function open(dataDir: string, env: Record<string, string> = {}): Promise<LaunchedConsole> {
  return launchConsole({ dataDir, app: shell.folder, env: { ...shell.env, ...env } });
}

const greeted = (page: Page): Promise<void> => until(page, 'seen.events.length > 0');
const About = z.object({ pid: z.int(), node: z.string(), env: z.array(z.string()), options: z.object({ dataDir: z.string(), node: z.string() }) });
const about = async (page: Page): Promise<z.infer<typeof About>> => About.parse(await page.evaluate('ask("about")'));
const lines = (dataDir: string): string[] => (existsSync(join(dataDir, 'host.log')) ? readFileSync(join(dataDir, 'host.log'), 'utf8').trim().split('\n') : []);

/** What a descriptor leads to when it can be shared over a fork: `socket:[123]`, `pipe:[456]`. */
function linked(descriptor: string): string[] {
  try {
    return [readlinkSync(descriptor)].filter((name) => /^(?:socket|pipe):/u.test(name));
  } catch {
    return []; // closed meanwhile
  }
}

beforeAll(async () => {
  shell = await makeShellApp();
});
afterAll(() => {
  shell.remove();
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

describe('the window', () => {
  let opened: LaunchedConsole;
  const dataDir = newDataDir();
  beforeAll(async () => {
    opened = await open(dataDir, { NODE_REPL_EXTERNAL_MODULE: '/nowhere.js', LD_AUDIT: '' });
    await greeted(opened.page);
  });
  afterAll(() => opened.close());

  it('reaches the engine, bytes stay bytes', async () => {
    expect(await opened.page.evaluate('ask("echo", {text: "ä", bytes: new Uint8Array([7, 8])}).then(r => [r.text, r.bytes instanceof Uint8Array, r.bytes[1]])')).toEqual(['ä', true, 8]);
    expect(await opened.page.evaluate('seen.events[0].hello instanceof Uint8Array')).toBe(true);
    expect(await opened.page.evaluate('seen.states.at(-1)')).toBe('connected');
  });

  it('gives the engine its data folder and a clean environment', async () => {
    const { options, env } = await about(opened.page);
    expect(options.dataDir).toBe(dataDir);
    expect(env.filter((name) => /^(NODE_OPTIONS|NODE_REPL|LD_|ELECTRON_|BLACKSTART_ENGINE_NODE)/.test(name))).toEqual([]);
  });

  it.runIf(process.platform === 'linux')('hands the engine none of Chromium’s own sockets and pipes, over which both have hung', async () => {
    const open = (pid: number): string[] => readdirSync(`/proc/${pid}/fd`).filter((name) => Number(name) > 2).flatMap((name) => linked(`/proc/${pid}/fd/${name}`));
    const own = new Set(open(opened.app.process().pid ?? 0));
    expect(own.size).toBeGreaterThan(5);
    expect(open((await about(opened.page)).pid).filter((name) => own.has(name))).toEqual([]);
  });

  it('shows the page nothing of Node or Electron', async () => {
    expect(await opened.page.evaluate('[typeof require, typeof process, typeof module, typeof Buffer, typeof ipcRenderer]')).toEqual(Array(5).fill('undefined'));
    expect(await opened.page.evaluate('Object.keys(blackstart).sort()')).toEqual(['chooseOpen', 'chooseSave', 'keepTheme', 'onEngine', 'onFrame', 'onParticipants', 'openParticipants', 'post', 'printPdf']);
  });

  it('isolates the page from the preload, and carries no Node in it', async () => {
    const settings = await opened.app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      const own: unknown = contents === undefined ? null : Reflect.get(contents, 'getLastWebPreferences');
      return typeof own === 'function' ? JSON.stringify(own.call(contents)) : null;
    });
    expect(JSON.parse(settings ?? '{}')).toMatchObject({ contextIsolation: true, sandbox: true, nodeIntegration: false, webviewTag: false });
  });

  it.each([
    ['a file', 'location.href = "file:///etc/passwd"'],
    ['a page of the web', 'location.href = "https://example.invalid/"'],
    ['a data address', 'location.href = "data:text/html,x"'],
    ['script in an address', 'location.href = "javascript:document.title=1"'],
    ['another file of the bundle', 'location.href = "app://blackstart/page.js"'],
    ['a form', 'const f = document.createElement("form"); f.action = "https://example.invalid/"; document.body.append(f); f.submit()'],
  ])('goes nowhere: %s', async (_what, script) => {
    await opened.page.evaluate(`(() => { ${script} })()`);
    expect(await opened.page.evaluate('ask("echo", 1).then(() => [location.href, document.title])')).toEqual(['app://blackstart/index.html', 'Shell fixture']);
  });

  it('goes nowhere when a file is dropped on it', async () => {
    const devtools = await opened.page.context().newCDPSession(opened.page);
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) await devtools.send('Input.dispatchDragEvent', { type, x: 100, y: 100, data: { items: [], files: ['/etc/hostname'], dragOperationsMask: 1 } });
    expect(await opened.page.evaluate('ask("echo", 1).then(() => [location.href, document.title])')).toEqual(['app://blackstart/index.html', 'Shell fixture']);
    expect(await opened.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((window) => window.webContents.getURL()))).toEqual(['app://blackstart/index.html']);
    await devtools.detach();
  });

  it('opens no second window, no frame and no web view', async () => {
    expect(await opened.page.evaluate('window.open("https://example.invalid/") === null && window.open("app://blackstart/index.html") === null')).toBe(true);
    await opened.page.evaluate('document.body.insertAdjacentHTML("beforeend", `<iframe src="app://blackstart/index.html"></iframe><webview src="https://example.invalid/"></webview>`)');
    expect(await opened.page.evaluate('ask("echo", 1)')).toBe(1);
    expect(await opened.app.evaluate(({ BrowserWindow, webContents }) => [BrowserWindow.getAllWindows().length, webContents.getAllWebContents().filter((contents) => contents.getType() === 'webview').length])).toEqual([1, 0]);
    expect(lines(dataDir).filter((line) => line.endsWith('page open'))).toHaveLength(1);
  });

  it('runs no inline script and no evaluated text, and reaches no network', async () => {
    const tried = await opened.page.evaluate(`(async () => {
      const script = document.createElement('script'); script.textContent = 'window.inline = true'; document.body.append(script);
      let evaluated = 'ran'; try { new Function('return 1')(); } catch { evaluated = 'refused'; }
      const reached = await fetch('https://example.invalid/').then(() => 'reached', () => 'refused');
      return [window.inline === undefined, evaluated, reached];
    })()`);
    // Playwright's own evaluation does not count: the policy binds what the page's code does later.
    expect(tried).toEqual([true, expect.any(String), 'refused']);
    expect(await opened.page.evaluate('navigator.permissions.query({name: "geolocation"}).then(p => p.state)')).toBe('denied');
  });

  it('gives a second window that claims the engine neither a port nor a dialog', async () => {
    const before = lines(dataDir).filter((line) => line.endsWith('page open')).length;
    const answer = await opened.app.evaluate(async ({ BrowserWindow, session }, preload) => {
      const rogue = new BrowserWindow({ show: false, webPreferences: { preload, session: session.fromPartition('blackstart'), sandbox: true, contextIsolation: true } });
      await rogue.loadURL('app://blackstart/index.html');
      const refused: unknown = await rogue.webContents.executeJavaScript('blackstart.chooseOpen({title: "x", kinds: []}).then(() => "answered", (error) => error.message)');
      const states: unknown = await rogue.webContents.executeJavaScript('seen.states');
      rogue.destroy();
      return { refused, states };
    }, join(shell.folder, 'build', 'shell', 'preload.cjs'));
    expect(answer.states).toEqual(['starting']);
    expect(answer.refused).toContain('may not ask');
    expect(await opened.page.evaluate('ask("echo", 2)')).toBe(2);
    expect(lines(dataDir).filter((line) => line.endsWith('page open'))).toHaveLength(before);
  });

  it('prints a document to a PDF, with its scripts dead', async () => {
    const file = join(dataDir, 'report.pdf');
    await opened.app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    }, file);
    const html = '<!doctype html><title>R</title><h1>Report of a run</h1><script>document.body.remove()</script>';
    expect(await opened.page.evaluate(`blackstart.printPdf(${JSON.stringify({ html, name: 'report.pdf' })})`)).toBe(file);
    expect(readFileSync(file).subarray(0, 5).toString()).toBe('%PDF-');
  });

  it('refuses a shell call of the wrong shape', async () => {
    expect(await opened.page.evaluate('blackstart.chooseSave({title: 1}).then(() => "answered", () => "refused")')).toBe('refused');
    expect(await opened.page.evaluate('blackstart.printPdf({html: "x", name: "x", path: "/etc/passwd"}).then(() => "answered", () => "refused")')).toBe('refused');
  });

  it('reconnects a page that was loaded anew', async () => {
    await opened.page.reload();
    await greeted(opened.page);
    expect(await opened.page.evaluate('ask("echo", 3)')).toBe(3);
    await expect.poll(() => lines(dataDir).filter((line) => line.endsWith('page closed')).length).toBeGreaterThan(0);
  });

  it('starts a dead engine again and tells the page', async () => {
    const { pid } = await about(opened.page);
    await opened.page.evaluate('void ask("die")');
    await until(opened.page, 'seen.states.join().endsWith("connected,lost,connected")');
    expect((await about(opened.page)).pid).not.toBe(pid);
  });

  it('brings the page back after the page died', async () => {
    const before = lines(dataDir).filter((line) => line.endsWith('page open')).length;
    await opened.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer());
    await expect.poll(() => lines(dataDir).filter((line) => line.endsWith('page open')).length, { timeout: 20_000 }).toBe(before + 1);
  });
});

describe('the console of one data folder', () => {
  it('lives on without its window while a run is under way, and a second start shows it again', async () => {
    const dataDir = newDataDir();
    const opened = await open(dataDir);
    await greeted(opened.page);
    await opened.page.evaluate('ask("awake", true)');
    const { pid } = await about(opened.page);
    await opened.page.close();
    await expect.poll(() => lines(dataDir)).toContain(`${pid} page closed`);
    const second = await runtimeFor({ dataDir, app: shell.folder, env: shell.env });
    const again = opened.app.waitForEvent('window');
    const [status] = await once(spawn(second.executable, second.args, { env: second.env, stdio: 'ignore' }), 'exit');
    expect(status).toBe(0);
    const page = await again;
    await greeted(page);
    expect((await about(page)).pid).toBe(pid);
    await page.evaluate('ask("awake", false)');
    await opened.close();
    expect(lines(dataDir).at(-1)).toBe(`${pid} end`);
  });

  it('ends its engine when it is killed', async () => {
    const dataDir = newDataDir();
    const opened = await open(dataDir);
    await greeted(opened.page);
    const { pid } = await about(opened.page);
    opened.app.process().kill('SIGKILL');
    await expect.poll(() => lines(dataDir).at(-1), { timeout: 10_000 }).toBe(`${pid} end`);
  });

  it('says in plain words when the engine cannot start, and tries again when asked', async () => {
    const dataDir = newDataDir();
    const opened = await open(dataDir, { BLACKSTART_TEST_HOST: 'fails' });
    await opened.page.waitForURL('app://blackstart/engine-failed');
    const text = await opened.page.innerText('main');
    expect(text).toContain('The data folder <b>cannot</b> be written.');
    expect(text).toContain('npm run -s blackstart -- resume last');
    await opened.app.evaluate(() => {
      delete process.env['BLACKSTART_TEST_HOST'];
    });
    await opened.page.click('text=Try again');
    await opened.page.waitForURL('app://blackstart/index.html');
    await greeted(opened.page);
    await opened.close();
  });

  it('connects a page that was there before the engine', async () => {
    const dataDir = newDataDir();
    const opened = await open(dataDir, { BLACKSTART_TEST_HOST: 'late' });
    await until(opened.page, 'document.readyState === "complete" && seen.states.length > 0');
    await expect.poll(() => lines(dataDir)).toHaveLength(1);
    expect(await opened.page.evaluate('seen.states')).toEqual(['starting']);
    writeFileSync(join(dataDir, 'go'), '');
    await greeted(opened.page);
    expect(await opened.page.evaluate('seen.states')).toEqual(['starting', 'connected']);
    await opened.close();
  });

  it('ends an engine that stays silent, and starts another', async () => {
    const dataDir = newDataDir();
    const opened = await open(dataDir, { BLACKSTART_TEST_HOST: 'silent', BLACKSTART_ENGINE_PATIENCE_MS: '1000' });
    await greeted(opened.page);
    expect(lines(dataDir).map((line) => line.replace(/^\d+ /u, ''))).toEqual(['silent', 'ready', 'page open']);
    await opened.close();
  });

  it('gives up on an engine that keeps dying before it is ready, and says so', async () => {
    const opened = await open(newDataDir(), { BLACKSTART_TEST_HOST: 'dies' });
    await opened.page.waitForURL('app://blackstart/engine-failed');
    expect(await opened.page.innerText('main')).toContain('ended 3 times before it was ready (exit status 9)');
    await opened.close();
  });
});
