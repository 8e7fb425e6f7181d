/** Typed calls to the engine and its events, over the one door that the shell opens (`window.blackstart`). */
import { z } from 'zod';
import type { EngineState, ShellBridge } from '../../electron/contract/bridge.ts';
import { EngineError, fromEnvelope } from '../../electron/contract/errors.ts';
import { Greeting } from '../../electron/contract/home.ts';
import type * as Methods from '../../electron/contract/methods.ts';
import type { EngineEvent, MethodName, Params, Result } from '../../electron/contract/methods.ts';
import { EventBatch, Response } from '../../electron/contract/rpc.ts';

/** What the client needs of the shell; a test passes one half of a MessageChannel. */
export type Door = Pick<ShellBridge, 'post' | 'onFrame' | 'onEngine'>;

type ResultSchemas = { [M in MethodName]: { result: z.ZodType<Result<M>> } };
/** The schemas of all calls and events. Only the greeting's are needed for the first screen; the others are read when it stands there. */
type Contract = Pick<typeof Methods, 'EngineEvent'> & { METHODS: ResultSchemas };
const loadContract = (): Promise<Contract> => import('../../electron/contract/methods.ts');
const GreetingBatch = z.object({ events: z.tuple([Greeting]) });

interface Pending {
  answer(result: unknown, contract: Contract): void;
  fail(error: EngineError): void;
}

const GONE = { hint: 'It is being started again; a run that was under way goes on from its journal.' };

export class EngineClient {
  readonly #door: Door;
  readonly #pending = new Map<number, Pending>();
  readonly #eventListeners = new Set<(event: EngineEvent) => void>();
  /** Events that came before anybody listened. */
  readonly #unheard: EngineEvent[] = [];
  readonly #stateListeners = new Set<() => void>();
  readonly #load: () => Promise<Contract>;
  #contract: Contract | null = null;
  #isLoading = false;
  #missing: EngineError | null = null;
  /** Frames that came before the contract was there to read them by. */
  readonly #unread: unknown[] = [];
  #state: EngineState = 'starting';
  #sequence = 0;
  #refused = 0;

  constructor(door: Door, load = loadContract) {
    this.#door = door;
    this.#load = load;
    door.onFrame((frame) => { this.#receive(frame); });
    door.onEngine((state) => { this.#change(state); });
  }

  get state(): EngineState {
    return this.#state;
  }

  /** Frames that followed no schema and were dropped; shown to the person, since it means a fault on the other side. */
  get refused(): number {
    return this.#refused;
  }

  /** Rejects with an `EngineError`: the engine's own, or one that says that it is gone or answered nonsense. */
  call<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>> {
    if (this.#missing !== null) return Promise.reject(this.#missing);
    if (this.#state !== 'connected') return Promise.reject(new EngineError('internal', 'The engine is not connected', GONE));
    this.#needContract();
    this.#sequence += 1;
    const id = this.#sequence;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, {
        answer: (result, { METHODS }) => {
          const read = METHODS[method].result.safeParse(result);
          if (read.success) resolve(read.data);
          else reject(new EngineError('internal', `The engine's answer to ${method} does not follow the contract`, { cause: read.error }));
        },
        fail: reject,
      });
      this.#door.post({ id, method, params });
    });
  }

  /** The first listener gets what came before it, at once. @returns what ends the subscription */
  onEvent(listener: (event: EngineEvent) => void): () => void {
    this.#eventListeners.add(listener);
    for (const event of this.#unheard.splice(0)) listener(event);
    return () => this.#eventListeners.delete(listener);
  }

  /** Called when `state` or `refused` has changed. @returns what ends the subscription */
  onChange(listener: () => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  #change(state: EngineState): void {
    this.#state = state;
    if (state !== 'connected') {
      this.#unread.length = 0;
      this.#voidCalls(new EngineError('internal', 'The engine stopped before it answered', GONE));
    }
    for (const listener of this.#stateListeners) listener();
  }

  #voidCalls(why: EngineError): void {
    const void_ = [...this.#pending.values()];
    this.#pending.clear();
    for (const call of void_) call.fail(why);
  }

  #needContract(): void {
    if (this.#isLoading) return;
    this.#isLoading = true;
    void this.#load().then(
      (contract) => {
        this.#contract = contract;
        for (const frame of this.#unread.splice(0)) this.#read(frame, contract);
      },
      (thrown: unknown) => {
        this.#missing = new EngineError('internal', 'A part of the page is missing', { hint: 'Install Blackstart anew, or work with the command line.', cause: thrown });
        this.#voidCalls(this.#missing);
      },
    );
  }

  #receive(frame: unknown): void {
    if (this.#contract !== null) this.#read(frame, this.#contract);
    else if (this.#missing === null && (this.#unread.length > 0 || !this.#isGreeting(frame))) {
      this.#unread.push(frame);
      this.#needContract();
    }
  }

  #isGreeting(frame: unknown): boolean {
    const greeting = GreetingBatch.safeParse(frame);
    if (greeting.success) this.#tell(greeting.data.events[0]);
    return greeting.success;
  }

  #read(frame: unknown, contract: Contract): void {
    const batch = EventBatch.safeParse(frame);
    if (batch.success) {
      for (const event of batch.data.events) this.#emit(event, contract);
      return;
    }
    const response = Response.safeParse(frame);
    const call = response.success ? this.#pending.get(response.data.id) : undefined;
    if (!response.success || call === undefined) {
      this.#refuse();
      return;
    }
    this.#pending.delete(response.data.id);
    if ('error' in response.data) call.fail(fromEnvelope(response.data.error));
    else call.answer(response.data.result, contract);
  }

  #emit(candidate: unknown, contract: Contract): void {
    const event = contract.EngineEvent.safeParse(candidate);
    if (event.success) this.#tell(event.data);
    else this.#refuse();
  }

  #tell(event: EngineEvent): void {
    if (this.#eventListeners.size === 0) this.#unheard.push(event);
    for (const listener of this.#eventListeners) listener(event);
  }

  #refuse(): void {
    this.#refused += 1;
    for (const listener of this.#stateListeners) listener();
  }
}
