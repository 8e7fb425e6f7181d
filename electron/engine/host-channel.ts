/**
 * The engine process's end of its channel to the shell: the utility process's parent port, or an external Node's IPC
 * channel. Either way pages come and go as `Port`s, and the engine never learns which of the two it is in.
 */
import { z } from 'zod';
import { ShellToEngine, type EngineToShell, type ShellNotice } from '../contract/host.ts';
import type { Port } from '../contract/rpc.ts';

export interface HostChannel {
  /** A page connected. `closed` aborts when it went away: then the port leads nowhere and posts are dropped. */
  onPage(listener: PageListener): void;
  /** The shell asks for an orderly end, or is gone. Called at most once. */
  onEnd(listener: () => void): void;
  tell(notice: ShellNotice): void;
}

/** @param watch the run whose participants' view the page may listen to; null for the console's own page */
export type PageListener = (port: Port, closed: AbortSignal, watch: string | null) => void;
type Listener = (message: unknown, port: MessagePortLike | undefined) => void;
/** The part of Electron's MessagePortMain that is used here. */
interface MessagePortLike {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown;
  start(): void;
  close(): void;
}
interface Wire {
  send(message: EngineToShell): void;
  listen(onMessage: Listener, onGone: () => void): void;
}

const isCallable = z.custom<(...words: never[]) => unknown>((value) => typeof value === 'function');
const ParentPort = z.custom<{
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown; ports: MessagePortLike[] }) => void): unknown;
}>((value) => z.looseObject({ postMessage: isCallable, on: isCallable }).safeParse(value).success);

/** Electron adds `parentPort` to `process` in a utility process; a plain Node has none. */
function findWire(): Wire | null {
  const parent = ParentPort.safeParse(Reflect.get(process, 'parentPort'));
  if (parent.success) {
    return {
      send: (message) => parent.data.postMessage(message),
      listen: (onMessage) => parent.data.on('message', (event) => onMessage(event.data, event.ports[0])),
    };
  }
  if (process.send === undefined) return null;
  return {
    send: (message) => void (process.connected && process.send?.(message)),
    listen: (onMessage, onGone) => {
      process.on('message', (message) => onMessage(message, undefined));
      process.on('disconnect', onGone);
    },
  };
}

class Page implements Port {
  readonly #send: (frame: unknown) => void;
  readonly #gone = new AbortController();
  #listener: ((frame: unknown) => void) | undefined;
  /** Frames that came before the engine listened. */
  readonly #early: unknown[] = [];

  readonly watch: string | null;

  constructor(send: (frame: unknown) => void, watch: string | null) {
    this.#send = send;
    this.watch = watch;
  }
  get closed(): AbortSignal {
    return this.#gone.signal;
  }
  post(frame: unknown): void {
    if (!this.closed.aborted) this.#send(frame);
  }
  onFrame(listener: (frame: unknown) => void): void {
    this.#listener = listener;
    for (const frame of this.#early.splice(0)) listener(frame);
  }
  take(frame: unknown): void {
    if (this.#listener === undefined) this.#early.push(frame);
    else this.#listener(frame);
  }
  close(): void {
    this.#gone.abort();
  }
}

class Pages {
  readonly #wire: Wire;
  readonly #open = new Map<number, Page>();
  #onPage: PageListener | undefined;

  constructor(wire: Wire) {
    this.#wire = wire;
  }
  listen(listener: PageListener): void {
    this.#onPage = listener;
    for (const page of this.#open.values()) listener(page, page.closed, page.watch);
  }
  take(message: ShellToEngine, port: MessagePortLike | undefined): void {
    if ('shell' in message) return;
    if ('frame' in message) this.#open.get(message.page)?.take(message.frame);
    else if (message.state === 'open') this.#add(message.page, port, message.watch ?? null);
    else this.#remove(message.page);
  }
  #add(number: number, port: MessagePortLike | undefined, watch: string | null): void {
    const page = new Page(port === undefined ? (frame) => this.#wire.send({ page: number, frame }) : (frame) => port.postMessage(frame), watch);
    this.#open.set(number, page);
    port?.on('message', (event) => page.take(event.data));
    port?.start();
    page.closed.addEventListener('abort', () => port?.close());
    this.#onPage?.(page, page.closed, page.watch);
  }
  #remove(number: number): void {
    this.#open.get(number)?.close();
    this.#open.delete(number);
  }
}

/** @returns null when no shell started this process */
export function openHostChannel(): HostChannel | null {
  const wire = findWire();
  if (wire === null) return null;
  const pages = new Pages(wire);
  let end: (() => void) | undefined;
  let ended = false;
  const finish = (): void => {
    if (ended) return;
    ended = true;
    end?.();
  };
  wire.listen((message, port) => {
    // The shell is ours; what does not parse is a fault and must not be swallowed.
    const parsed = ShellToEngine.parse(message);
    if ('shell' in parsed) finish();
    else pages.take(parsed, port);
  }, finish);
  wire.send({ shell: { alive: true } });
  return {
    onPage: (listener) => pages.listen(listener),
    onEnd: (listener) => {
      end = listener;
      if (ended) listener();
    },
    tell: (notice) => wire.send({ shell: notice }),
  };
}
