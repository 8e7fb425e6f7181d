/**
 * The engine's side of the spawner: a small process that starts programs in its place (see spawner-child.ts). One serves
 * the whole engine; it is started with the first tool and used from when it is ready. Whoever finds none starts programs
 * from this process, which takes longer and is otherwise the same.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { isLiving } from './process-table.ts';
import { SpawnerNotice, type StartOrder } from './spawner-protocol.ts';

/** Source in a checkout, a bundle in the package. */
const CHILD = fileURLToPath(new URL('./spawner-child.ts', import.meta.url));
/** How often a process is looked for whose end nobody reports. */
const LOOK_MS = 100;

/** Both null where the end was not observed. */
export interface Ending {
  exitCode: number | null;
  signal: string | null;
}
export type Spawned =
  | { pid: number; startTime: string | null; ended: Promise<Ending> }
  | { code: string | null } // an errno; nothing runs
  | 'lost'; // the spawner died over it: the program may run or not

interface Order {
  started: (spawned: Spawned) => void;
  process: { pid: number; startTime: string | null; ended: (ending: Ending) => void } | null;
}

export class Spawner {
  readonly #child: ChildProcess;
  readonly #orders = new Map<number, Order>();
  #next = 1;
  #state: 'starting' | 'ready' | 'gone' = 'starting';
  /** Whether it ever served; one that never did would not at the next try either. */
  served = false;

  /** @param node a Node; Electron's executable is none */
  constructor(node: string) {
    // A session of its own: an interrupt from the terminal is for the engine to heed.
    this.#child = spawn(node, ['--disable-warning=ExperimentalWarning', CHILD], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], env: {}, cwd: '/', detached: true });
    this.#child.on('message', (message) => this.#take(SpawnerNotice.parse(message)));
    this.#child.once('disconnect', () => this.#lose());
    this.#child.once('error', () => this.#lose());
    this.#child.unref();
    this.#child.channel?.unref();
  }

  get state(): 'starting' | 'ready' | 'gone' {
    return this.#state;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  start(order: Omit<StartOrder, 'start'>): Promise<Spawned> {
    if (this.#state !== 'ready') return Promise.resolve('lost');
    const start = this.#next;
    this.#next += 1;
    return new Promise((started) => {
      this.#orders.set(start, { started, process: null });
      this.#child.channel?.ref(); // this process must not end before it knows
      this.#child.send({ start, ...order } satisfies StartOrder, () => undefined); // a channel that breaks shows as a disconnect
    });
  }

  #take(notice: SpawnerNotice): void {
    if ('ready' in notice) {
      this.#state = 'ready';
      this.served = true;
    } else if ('started' in notice) this.#started(notice);
    else if ('refused' in notice) this.#close(notice.refused)?.started({ code: notice.code });
    else this.#close(notice.ended)?.process?.ended({ exitCode: notice.exitCode, signal: notice.signal });
  }

  #started({ started, pid, startTime }: { started: number; pid: number; startTime: string | null }): void {
    const order = this.#orders.get(started);
    if (order === undefined) throw new Error(`the spawner started ${started}, which nobody asked for`);
    const ended = new Promise<Ending>((resolve) => { order.process = { pid, startTime, ended: resolve }; });
    order.started({ pid, startTime, ended });
  }

  #close(number: number): Order | undefined {
    const order = this.#orders.get(number);
    this.#orders.delete(number);
    if (this.#orders.size === 0) this.#child.channel?.unref();
    return order;
  }

  #lose(): void {
    if (this.#state === 'gone') return;
    this.#state = 'gone';
    for (const { started, process } of this.#orders.values()) {
      if (process === null) started('lost');
      else awaitEnd(process, process.ended);
    }
    this.#orders.clear();
  }
}

/** An exit status is told to the parent alone; without one only the absence can be seen. */
function awaitEnd(known: { pid: number; startTime: string | null }, ended: (ending: Ending) => void): void {
  const timer = setInterval(() => {
    if (isLiving(known)) return;
    clearInterval(timer);
    ended({ exitCode: null, signal: null });
  }, LOOK_MS);
}

const spawners = new Map<string, Spawner>();

/** @returns the spawner that runs in this Node, or null while there is none; the first call starts it */
export function spawnerIn(node: string): Spawner | null {
  const present = spawners.get(node);
  if (present?.state === 'ready') return present;
  if (present === undefined || (present.state === 'gone' && present.served)) spawners.set(node, new Spawner(node));
  return null;
}
