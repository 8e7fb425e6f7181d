/**
 * The engine's side of a page's port: calls are read by the contract's schemas and answered, events go out in batches.
 * A page is not trusted: whatever does not read is refused with a plain error, and the engine goes on.
 */
import type { z } from 'zod';
import { EngineError, toEnvelope } from '../../contract/errors.ts';
import type { Greeting } from '../../contract/home.ts';
import { METHODS, type EngineEvent, type MethodName } from '../../contract/methods.ts';
import { Request, type Port } from '../../contract/rpc.ts';

/** Answers one method from raw parameters. */
export type Answer = (raw: unknown) => Promise<unknown>;
export type Answers = Readonly<Record<MethodName, Answer>>;

/** What a page can reach. */
export interface PageEngine {
  readonly answers: Answers;
  /** What a page is told before it asks. */
  greeting(): Promise<Greeting>;
  subscribe(listener: (event: EngineEvent) => void): () => void;
}

/** How pages are told what happens. */
export interface Say {
  emit(event: EngineEvent): void;
  /** An event that changes Home as well. */
  changed(event: EngineEvent): void;
}

/** Calls in flight of one page; a page that asks more than that has lost its mind. */
const MAX_IN_FLIGHT = 256;
/** Output bytes per batch; the page fetches what it misses by offset. */
const MAX_OUTPUT = 256 * 1024;
/** One batch a frame. */
const FRAME_MS = 16;

/** Ties a method's schemas to the function that answers it. Wrong parameters are refused before it is called. */
export function answer<P extends z.ZodType, R extends z.ZodType>(method: { params: P; result: R }, give: (params: z.output<P>) => z.input<R> | Promise<z.input<R>>): Answer {
  return async (raw) => give(readParams(method.params, raw));
}

function readParams<P extends z.ZodType>(schema: P, raw: unknown): z.output<P> {
  const read = schema.safeParse(raw);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  throw new EngineError('usage', `These parameters do not read: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim());
}

function isMethod(name: string): name is MethodName {
  return Object.hasOwn(METHODS, name);
}

/** Serves one page until `closed` aborts. */
export function servePage(port: Port, closed: AbortSignal, engine: PageEngine): void {
  let inFlight = 0;
  const post = (frame: Parameters<Port['post']>[0]): void => {
    if (!closed.aborted) port.post(frame);
  };
  port.onFrame((frame) => {
    const request = Request.safeParse(frame);
    if (!request.success) return; // it has no id, so nobody waits for an answer
    const { id, method, params } = request.data;
    if (inFlight >= MAX_IN_FLIGHT) {
      post({ id, error: toEnvelope(new EngineError('usage', 'Too many calls at once.')) });
      return;
    }
    inFlight += 1;
    void reply(engine.answers, method, params)
      .then((result) => post({ id, result }), (thrown: unknown) => post({ id, error: toEnvelope(thrown) }))
      .finally(() => { inFlight -= 1; });
  });
  const stop = batchEvents(engine, (events) => post({ events }));
  void engine.greeting().catch((): Greeting => ({ event: 'greeting', home: null })).then((greeting) => post({ events: [greeting] }));
  closed.addEventListener('abort', stop, { once: true });
}

async function reply(answers: Answers, method: string, params: unknown): Promise<unknown> {
  if (!isMethod(method)) throw new EngineError('not-found', `There is no method "${method.slice(0, 64)}".`);
  return answers[method](params);
}

/** Collects events for one frame; of several views of the same thing only the newest travels. */
function batchEvents(engine: PageEngine, send: (events: EngineEvent[]) => void): () => void {
  let batch = new Map<string, EngineEvent>();
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    timer = undefined;
    const events = [...batch.values()];
    batch = new Map();
    send(events);
  };
  const unsubscribe = engine.subscribe((event) => {
    addToBatch(batch, event);
    timer ??= setTimeout(flush, FRAME_MS);
  });
  return () => {
    unsubscribe();
    clearTimeout(timer);
  };
}

function addToBatch(batch: Map<string, EngineEvent>, event: EngineEvent): void {
  const key = keyOf(event, batch.size);
  const earlier = batch.get(key);
  batch.delete(key); // so that the newest stands last
  batch.set(key, earlier?.event === 'run.output' && event.event === 'run.output' ? joined(earlier, event) : event);
}

function keyOf(event: EngineEvent, place: number): string {
  switch (event.event) {
    case 'run.changed':
      return `run ${event.run}`;
    case 'run.output':
      return `output ${event.run} ${event.step}`;
    case 'readiness.progress':
      return `progress ${event.progress.runbook} ${event.progress.check}`;
    case 'readiness.changed':
      return `readiness ${event.report.runbook.id}`;
    case 'home.changed':
      return 'home';
    case 'greeting':
      return 'greeting';
    case 'kit.progress':
      return 'kit';
    case 'replication.progress':
      return 'replication';
    case 'escrow.changed':
      return 'escrow';
    case 'notice':
      return `notice ${place} ${event.text}`;
  }
}

type Output = Extract<EngineEvent, { event: 'run.output' }>;

/** Two pieces of one output as one; under a flood the older part is left out, and the offset says so. */
function joined(earlier: Output, later: Output): Output {
  if (earlier.offset + earlier.bytes.length !== later.offset) return later;
  const bytes = new Uint8Array(earlier.bytes.length + later.bytes.length);
  bytes.set(earlier.bytes);
  bytes.set(later.bytes, earlier.bytes.length);
  const excess = Math.max(0, bytes.length - MAX_OUTPUT);
  return { ...later, offset: earlier.offset + excess, bytes: bytes.subarray(excess) };
}
