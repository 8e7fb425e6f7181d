/** The shell's start: one console a data folder, the engine beside it, one window that can come and go. */
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { app, ipcMain, MessageChannelMain, Notification, powerSaveBlocker, protocol, session, type BrowserWindow, type IpcMainEvent, type IpcMainInvokeEvent, type Session } from 'electron';
import { Theme } from './contract/preferences.ts';
import { settleChromium } from './electron-compat.ts';
import { chosenDataDir, EngineKeeper, type EngineStatus } from './engine-process.ts';
import { FAILURE_PAGE, failurePage, RETRY } from './failure-page.ts';
import { servePageCalls } from './page-calls.ts';
import { ParticipantsWindow } from './participants.ts';
import { keepPreferences, readPreferences } from './preferences.ts';
import { closeContents, closeSession, ORIGIN, PAGE, PARTICIPANTS_PAGE, PARTITION, servePage } from './security.ts';
import { bringToFront, openConsoleWindow, printable, setMenu, windowPreferences } from './windows.ts';

/** A live-reloading page, on a developer's machine only; a shipping bundle does not know the variable. */
const devServer = __DEV_SERVER__ ? (process.env['BLACKSTART_DEV_SERVER'] ?? null) : null;

/** The window's own files lie in the data folder, so that the one-console lock is a lock on that folder. */
function settleUserData(dataDir: string): void {
  const folder = join(dataDir, 'window');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    app.setPath('userData', folder);
  } catch {
    // The engine will say what is wrong with the data folder; the window must open to show it.
    app.setPath('userData', mkdtempSync(join(tmpdir(), 'blackstart-window-')));
  }
}

/** How a person calls the command line that belongs to this window. */
function commandLine(): string {
  return app.isPackaged ? join(dirname(process.execPath), process.platform === 'win32' ? 'blackstart-cli.cmd' : 'blackstart-cli') : 'npm run -s blackstart --';
}

/** The page as it comes in the light theme: from its first moment, as there is no flash of the dark one then. */
function inLight(): string {
  return readFileSync(join(__dirname, '..', 'renderer', 'index.html'), 'utf8').replace('data-theme="dark"', 'data-theme="light"');
}

class Console {
  readonly #dataDir: string;
  readonly #engine: EngineKeeper;
  #session: Session | undefined;
  #window: BrowserWindow | undefined;
  /** The page's connection; a page has one, and a new document gets a new one. */
  #page: number | null = null;
  /** Whether the present document asked for the engine; it may have done so before the engine was ready. */
  #greeted = false;
  #blocker: number | null = null;
  #quitting = false;
  #wall: ParticipantsWindow | undefined;

  constructor(dataDir: string, engine: EngineKeeper) {
    this.#dataDir = dataDir;
    this.#engine = engine;
  }

  open(): void {
    const own = session.fromPartition(PARTITION);
    this.#session = own;
    closeSession(own, devServer);
    servePage(own, join(__dirname, '..', 'renderer'), (path) => this.#answer(path));
    servePageCalls((event) => this.#isOurs(event), own);
    this.#wall = new ParticipantsWindow(this.#engine, own, devServer === null ? PARTICIPANTS_PAGE : `${devServer}/participants.html`, (state) => this.#window?.webContents.send('participants', state));
    this.#wall.serve((event) => this.#isOurs(event));
    ipcMain.on('page-ready', (event) => this.#greet(event));
    ipcMain.on('keep-theme', (event, given: unknown) => {
      const theme = Theme.safeParse(given);
      if (theme.success && this.#isOurs(event)) keepPreferences(app.getPath('userData'), { theme: theme.data });
    });
    this.#engine.onStatus((status) => this.#follow(status));
    this.#engine.onKeepAwake = (keep) => this.#keepAwake(keep);
    this.#engine.start();
    this.show();
  }

  /** Opens the window, or brings it to the front. */
  show(): void {
    if (this.#session === undefined) return;
    if (this.#window !== undefined) {
      bringToFront(this.#window);
      return;
    }
    const window = openConsoleWindow(this.#session, readPreferences(app.getPath('userData')));
    this.#window = window;
    window.on('close', () => keepPreferences(app.getPath('userData'), windowPreferences(window)));
    window.on('closed', () => this.#forget(window));
    // The engine lives on in its own process: a new page finds everything as it was.
    window.webContents.on('render-process-gone', (_event, { reason }) => {
      if (!this.#quitting && reason !== 'clean-exit' && reason !== 'launch-failed') this.#load();
    });
    this.#load();
  }

  /** Decides on a navigation that the page began: it may only ask for another try. */
  follow(url: string): boolean {
    if (url === RETRY) {
      this.#engine.retry();
      this.#load();
    }
    return false;
  }

  async quit(): Promise<void> {
    this.#quitting = true;
    await this.#engine.end();
  }

  #load(): void {
    this.#dropPage();
    const failed = this.#engine.status.state === 'failed';
    const address = failed ? FAILURE_PAGE : devServer === null ? PAGE : `${devServer}/index.html`;
    // A load that another one overtakes rejects; the one that overtook it is what is wanted.
    this.#window?.loadURL(address).catch(() => undefined);
  }

  #forget(window: BrowserWindow): void {
    if (this.#window !== window) return;
    this.#dropPage();
    this.#window = undefined;
    this.#wall?.close();
    if (!this.#engine.keepAwake) app.quit();
    else if (Notification.isSupported()) new Notification({ title: 'The recovery goes on', body: 'Start Blackstart again to see it.' }).show();
  }

  /** Only the console's own page, in the window's own top frame. */
  #isOurs(event: IpcMainEvent | IpcMainInvokeEvent): boolean {
    const frame = event.senderFrame;
    if (this.#window === undefined || event.sender !== this.#window.webContents || frame === null || frame.parent !== null) return false;
    return frame.url.startsWith(`${ORIGIN}/`) || (devServer !== null && frame.url.startsWith(`${devServer}/`));
  }

  #greet(event: IpcMainEvent): void {
    if (!this.#isOurs(event)) return;
    this.#dropPage();
    this.#greeted = true;
    this.#connect();
  }

  #connect(): void {
    const contents = this.#window?.webContents;
    if (contents === undefined || !this.#greeted || this.#page !== null) return;
    const { port1, port2 } = new MessageChannelMain();
    this.#page = this.#engine.connect(port1);
    if (this.#page !== null) contents.postMessage('engine-port', null, [port2]);
  }

  #dropPage(): void {
    if (this.#page !== null) this.#engine.disconnect(this.#page);
    this.#page = null;
    this.#greeted = false;
  }

  #follow(status: EngineStatus): void {
    switch (status.state) {
      case 'ready':
        if (this.#window?.webContents.getURL() === FAILURE_PAGE) this.#load();
        else this.#connect();
        this.#wall?.connect();
        return;
      case 'starting':
        this.#page = null;
        this.#window?.webContents.send('engine-lost');
        this.#wall?.lose();
        return;
      case 'failed':
        this.#load();
        return;
      default:
        status satisfies never;
    }
  }

  #answer(path: string): { html: string; print: boolean } | null {
    const html = printable(path);
    if (html !== null) return { html, print: true };
    if (`${ORIGIN}${path}` === PAGE && readPreferences(app.getPath('userData')).theme === 'light') return { html: inLight(), print: false };
    const { status } = this.#engine;
    if (`${ORIGIN}${path}` !== FAILURE_PAGE || status.state !== 'failed') return null;
    return { html: failurePage(status.error, this.#dataDir, commandLine()), print: false };
  }

  #keepAwake(keep: boolean): void {
    if (keep && this.#blocker === null) this.#blocker = powerSaveBlocker.start('prevent-display-sleep');
    if (!keep && this.#blocker !== null) {
      powerSaveBlocker.stop(this.#blocker);
      this.#blocker = null;
    }
    if (!keep && this.#window === undefined && !this.#quitting) app.quit();
  }
}

/** The engine ends first: it has a journal to close. */
function quitInOrder(console: Console): void {
  let state: 'open' | 'ending' | 'ended' = 'open';
  app.on('before-quit', (event) => {
    if (state === 'ended') return;
    event.preventDefault();
    if (state === 'ending') return;
    state = 'ending';
    void console.quit().then(() => {
      state = 'ended';
      app.quit();
    });
  });
}

function start(dataDir: string): void {
  const engine = new EngineKeeper(dataDir);
  // At the very top, before Chromium opens sockets that a child would inherit.
  engine.start();
  const console = new Console(dataDir, engine);
  closeContents(app, (_contents, url) => console.follow(url));
  app.on('second-instance', () => console.show());
  app.on('activate', () => console.show());
  // Closing the window is the console's affair: a run may be under way.
  app.on('window-all-closed', () => undefined);
  quitInOrder(console);
  void app.whenReady().then(() => {
    console.open();
    setMenu(devServer !== null);
  });
}

const dataDir = chosenDataDir();
settleUserData(dataDir);
settleChromium();
protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true } }]);
if (app.requestSingleInstanceLock()) start(dataDir);
else app.exit(0);
