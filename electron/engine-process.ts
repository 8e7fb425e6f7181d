/**
 * The engine's process, as the shell sees it: started early, started again when it dies, fed with pages' ports.
 * Frames pass through unread.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { app, utilityProcess, type MessagePortMain, type UtilityProcess } from 'electron';
import type { ErrorEnvelope } from './contract/errors.ts';
import { EngineToShell, type HostOptions, type ShellNotice, type ShellToEngine } from './contract/host.ts';
import { canHostEngine } from './electron-compat.ts';
import { findDataDir } from './engine/data-dir.ts';
import { cleanEnvironment } from './security.ts';

/** How long an engine may take to end by itself before it is killed. Its journal is safe either way. */
const END_MS = 5_000;
/** How long an engine may stay silent after its start before it is killed and started anew; each time it gets twice as long. */
const SILENT_MS = 20_000;
/** So many deaths without having been ready in between, and it is not started again. */
const HOPELESS = 3;

export type EngineStatus = { state: 'starting' } | { state: 'ready' } | { state: 'failed'; error: ErrorEnvelope };

interface Running {
  connect(page: number, port: MessagePortMain, watch?: string): void;
  send(message: ShellToEngine): void;
  kill(): void;
}
interface Listeners {
  onMessage(message: unknown): void;
  onExit(how: string): void;
}

/** @returns where the engine lies; unpacked, because a plain Node cannot read inside an archive */
function engineFile(): string {
  const named = __EXTERNAL_ENGINE__ ? process.env['BLACKSTART_ENGINE_FILE'] : undefined;
  return named ?? join(__dirname, '..', 'engine', 'engine-host.mjs').replace(/app\.asar([\\/])/, 'app.asar.unpacked$1');
}

/** A Node of one's own choice, for development and for runtimes that cannot host the engine; unknown to a shipping bundle. */
function externalNode(): string | null {
  return __EXTERNAL_ENGINE__ ? (process.env['BLACKSTART_ENGINE_NODE'] ?? null) : null;
}

/** Tests lose patience sooner. */
function patience(): number {
  return __EXTERNAL_ENGINE__ ? Number(process.env['BLACKSTART_ENGINE_PATIENCE_MS'] ?? SILENT_MS) : SILENT_MS;
}

/** The Node that the package carries, for what a utility process cannot run. */
function packagedNode(): string {
  return join(process.resourcesPath, 'runtime', process.platform === 'win32' ? 'node.exe' : 'node');
}

/**
 * Chromium's sockets leak into a child, some of them long before `ready`, and have hung both; a shell closes them before it
 * becomes Node. Descriptors 0 to 2 are the child's own, 3 is its channel.
 */
const CLOSE_INHERITED = 'for f in /proc/$$/fd/*; do n=${f##*/}; if [ "$n" -gt 3 ] && [ "$n" != 255 ]; then eval "exec $n>&-"; fi; done; exec "$@"';

/**
 * What Node compiled of the engine is kept beside the bundles, which halves its start. Not in a package: what its files
 * hold is signed, and what a program writes later is not.
 */
function compiledBefore(): Record<string, string> {
  return app.isPackaged ? {} : { NODE_COMPILE_CACHE: join(__dirname, '..', 'compiled') };
}

/** Room for what a start allocates (MiB): without it the collector takes a tenth of the engine's start. */
const ROOM_TO_START = '--min-semi-space-size=32';

/** Not `fork`: within Electron that adds ELECTRON_RUN_AS_NODE to the environment, from where it would reach every tool. */
function spawnExternal(node: string, words: string[]): ChildProcess {
  const wrap = existsSync('/proc/self/fd') && existsSync('/bin/bash');
  const [program, ...before] = wrap ? ['/bin/bash', '-c', CLOSE_INHERITED, 'engine', node] : [node];
  return spawn(program ?? node, [...before, ROOM_TO_START, engineFile(), ...words], {
    env: { ...cleanEnvironment(process.env), ...compiledBefore() },
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

function startExternal(node: string, options: HostOptions, { onMessage, onExit }: Listeners): Running {
  const child = spawnExternal(node, [JSON.stringify(options)]);
  const ports = new Map<number, MessagePortMain>();
  // A dead channel shows as the child's exit; a message that still wanted to go out is lost with it.
  const send = (message: ShellToEngine): void => void (child.connected && child.send(message, () => undefined));
  child.on('message', (message) => {
    const parsed = EngineToShell.parse(message);
    if ('shell' in parsed) onMessage(parsed);
    else ports.get(parsed.page)?.postMessage(parsed.frame);
  });
  child.once('exit', (status, signal) => onExit(signal ?? `exit status ${String(status)}`));
  child.once('error', (error) => onExit(error.message));
  return {
    send,
    kill: () => child.kill('SIGKILL'),
    connect(page, port, watch) {
      ports.set(page, port);
      send(opened(page, watch));
      port.on('message', (event) => send({ page, frame: event.data }));
      port.on('close', () => ports.delete(page));
      port.start();
    },
  };
}

function startUtility(options: HostOptions, { onMessage, onExit }: Listeners): Running {
  const child: UtilityProcess = utilityProcess.fork(engineFile(), [JSON.stringify(options)], {
    serviceName: 'Blackstart engine',
    env: cleanEnvironment(process.env),
    stdio: 'inherit',
  });
  child.on('message', onMessage);
  child.once('exit', (status) => onExit(`exit status ${status}`));
  return {
    send: (message) => child.postMessage(message),
    kill: () => child.kill(),
    connect: (page, port, watch) => child.postMessage(opened(page, watch), [port]),
  };
}

function opened(page: number, watch: string | undefined): ShellToEngine {
  return { page, state: 'open', ...(watch === undefined ? {} : { watch }) };
}

/** @returns the data folder that command line and environment name */
export function chosenDataDir(): string {
  // With no display server Chromium knows no `--data-dir=…` of ours, but keeps it for us.
  const named = app.commandLine.getSwitchValue('data-dir');
  return findDataDir(named === '' ? undefined : named, { platform: process.platform, env: process.env, home: homedir(), cwd: process.cwd() });
}

export class EngineKeeper {
  readonly #dataDir: string;
  readonly #statusListeners: ((status: EngineStatus) => void)[] = [];
  #running: Running | undefined;
  #status: EngineStatus = { state: 'starting' };
  #deaths = 0;
  #silence: NodeJS.Timeout | undefined;
  #ending = false;
  #ended: (() => void) | undefined;
  #nextPage = 1;
  /** Whether a run is under way. */
  keepAwake = false;
  onKeepAwake: (keep: boolean) => void = () => undefined;

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  get status(): EngineStatus {
    return this.#status;
  }

  onStatus(listener: (status: EngineStatus) => void): void {
    this.#statusListeners.push(listener);
  }

  /** Before `ready` where an external Node is named, and at `ready` otherwise; the second call does nothing. */
  start(): void {
    if (this.#running !== undefined || this.#ending) return;
    const node = externalNode();
    if (node === null && !app.isReady()) return;
    if (node === null && !canHostEngine()) {
      this.#become({ state: 'failed', error: { code: 'internal', message: `This Electron (${process.versions.electron ?? '?'}) is too old to run the engine.` } });
      return;
    }
    this.#become({ state: 'starting' });
    const options: HostOptions = { dataDir: this.#dataDir, node: node ?? (app.isPackaged ? packagedNode() : process.execPath) };
    const listeners: Listeners = { onMessage: (message) => this.#take(message), onExit: (how) => this.#died(how) };
    const running = node === null ? startUtility(options, listeners) : startExternal(node, options, listeners);
    this.#running = running;
    this.#silence = setTimeout(() => running.kill(), patience() * 2 ** this.#deaths);
  }

  /** After a failure: forget the deaths and try once more. */
  retry(): void {
    this.#deaths = 0;
    if (this.#running === undefined) {
      this.start();
      return;
    }
    // It said that it cannot start but has not ended yet; its death starts the next one.
    this.#become({ state: 'starting' });
    this.#running.kill();
  }

  /** @returns the page's number, or null when no engine serves pages now */
  connect(port: MessagePortMain): number | null {
    if (this.#running === undefined || this.#status.state !== 'ready') return null;
    const page = this.#nextPage++;
    this.#running.connect(page, port);
    return page;
  }

  /** The same for a page that only listens to one run. */
  watch(port: MessagePortMain, run: string): number | null {
    if (this.#running === undefined || this.#status.state !== 'ready') return null;
    const page = this.#nextPage++;
    this.#running.connect(page, port, run);
    return page;
  }

  disconnect(page: number): void {
    this.#running?.send({ page, state: 'closed' });
  }

  /** Asks the engine to end in order, kills it when it does not; resolves when it is gone. */
  end(): Promise<void> {
    this.#ending = true;
    const running = this.#running;
    if (running === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => running.kill(), END_MS);
      this.#ended = () => {
        clearTimeout(timer);
        resolve();
      };
      running.send({ shell: { end: true } });
    });
  }

  #take(message: unknown): void {
    const parsed = EngineToShell.parse(message);
    if ('shell' in parsed) this.#heed(parsed.shell);
  }

  #heed(notice: ShellNotice): void {
    clearTimeout(this.#silence);
    if ('alive' in notice) return;
    if ('ready' in notice) {
      this.#deaths = 0;
      this.#become({ state: 'ready' });
    } else if ('failed' in notice) {
      this.#become({ state: 'failed', error: notice.failed });
    } else {
      this.keepAwake = notice.keepAwake;
      this.onKeepAwake(notice.keepAwake);
    }
  }

  #died(how: string): void {
    if (this.#running === undefined) return;
    this.#running = undefined;
    clearTimeout(this.#silence);
    this.#ended?.();
    if (this.#ending || this.#status.state === 'failed') return;
    this.#deaths += 1;
    if (this.#deaths >= HOPELESS) {
      this.#become({ state: 'failed', error: { code: 'internal', message: `The engine ended ${HOPELESS} times before it was ready (${how}).` } });
      return;
    }
    this.start();
  }

  #become(status: EngineStatus): void {
    this.#status = status;
    if (status.state !== 'ready' && this.keepAwake) this.#heed({ keepAwake: false });
    for (const listener of this.#statusListeners) listener(status);
  }
}
