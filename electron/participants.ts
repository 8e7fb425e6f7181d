/**
 * The participants' window, for the projector. It only listens: its preload exposes nothing to send with, and the engine
 * serves its port with one run's situation and reads no frame that comes back.
 */
import { join } from 'node:path';
import { BrowserWindow, MessageChannelMain, ipcMain, screen, type IpcMainInvokeEvent, type MessagePortMain, type Session } from 'electron';
import { OpenParticipants, type ParticipantsState } from './contract/bridge.ts';
import { bringToFront, PAGE_PREFERENCES, WINDOW_COLOUR } from './windows.ts';

export interface Watching {
  /** Connects a listening page. Null when no engine serves pages now. */
  watch(port: MessagePortMain, run: string): number | null;
  disconnect(page: number): void;
}

export class ParticipantsWindow {
  readonly #engine: Watching;
  readonly #session: Session;
  readonly #address: string;
  readonly #tell: (state: ParticipantsState) => void;
  #window: BrowserWindow | undefined;
  #run: string | null = null;
  #page: number | null = null;
  #greeted = false;

  /** @param tell hears of every change of what is shown */
  constructor(engine: Watching, session: Session, address: string, tell: (state: ParticipantsState) => void) {
    this.#engine = engine;
    this.#session = session;
    this.#address = address;
    this.#tell = tell;
  }

  /** @param isOurs whether a call comes from the console's own page */
  serve(isOurs: (event: IpcMainInvokeEvent) => boolean): void {
    ipcMain.handle('open-participants', (event, given: unknown) => {
      if (!isOurs(event)) throw new Error('This page may not ask for that.');
      this.show(OpenParticipants.parse(given).run);
    });
    ipcMain.on('participants-ready', (event) => {
      const frame = event.senderFrame;
      if (this.#window === undefined || event.sender !== this.#window.webContents || frame === null || frame.parent !== null || !frame.url.startsWith(this.#address)) return;
      this.#drop();
      this.#greeted = true;
      this.connect();
    });
  }

  show(run: string): void {
    const again = this.#run === run;
    this.#run = run;
    this.#tell({ run });
    if (this.#window !== undefined) {
      bringToFront(this.#window);
      if (!again) this.#load(this.#window);
      return;
    }
    this.#window = this.#open();
    this.#load(this.#window);
  }

  close(): void {
    this.#window?.close();
  }

  /** When the engine serves pages, and the page has asked. */
  connect(): void {
    if (this.#window === undefined || this.#run === null || !this.#greeted || this.#page !== null) return;
    const { port1, port2 } = new MessageChannelMain();
    this.#page = this.#engine.watch(port1, this.#run);
    if (this.#page !== null) this.#window.webContents.postMessage('engine-port', null, [port2]);
  }

  /** The engine is gone; what is on the wall is from before. */
  lose(): void {
    this.#page = null;
    this.#window?.webContents.send('engine-lost');
  }

  /** On the second screen where there is one, full screen; else beside the console. */
  #open(): BrowserWindow {
    const second = screen.getAllDisplays().find(({ id }) => id !== screen.getPrimaryDisplay().id);
    const window = new BrowserWindow({
      width: 1280, height: 800, minWidth: 640, minHeight: 400, useContentSize: true, show: false, title: 'EXERCISE', autoHideMenuBar: true, backgroundColor: WINDOW_COLOUR.dark,
      ...(second === undefined ? {} : { x: second.bounds.x, y: second.bounds.y, fullscreen: true }),
      webPreferences: { ...PAGE_PREFERENCES, preload: join(__dirname, 'participants-preload.cjs'), session: this.#session },
    });
    window.once('ready-to-show', () => window.showInactive());
    window.on('closed', () => this.#forget(window));
    return window;
  }

  #load(window: BrowserWindow): void {
    this.#drop();
    window.loadURL(this.#address).catch(() => undefined); // a load that another one overtakes rejects
  }

  #drop(): void {
    if (this.#page !== null) this.#engine.disconnect(this.#page);
    this.#page = null;
    this.#greeted = false;
  }

  #forget(window: BrowserWindow): void {
    if (this.#window !== window) return;
    this.#drop();
    this.#window = undefined;
    this.#run = null;
    this.#tell({ run: null });
  }
}
