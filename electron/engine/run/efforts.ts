/** The effects of a run that are under way: at most one a step, each with a way to stop it, and none ends without a word in the record. */
import { spokenFault } from '../../contract/errors.ts';
import type { RunEventBody } from '../../contract/run/events.ts';
import { stepOf } from '../../contract/run/state.ts';
import type { Launch } from './advance.ts';
import type { DiskWait } from './disk-wait.ts';
import type { RunHost } from './host.ts';
import { performEffect } from './perform.ts';

export interface EffortHost extends RunHost {
  /** Whether this process still carries the run. */
  readonly alive: boolean;
  /** Whether nothing is started any more. */
  readonly halting: boolean;
  readonly disk: DiskWait;
}

export class Efforts {
  readonly #host: EffortHost;
  readonly #ended: () => void;
  readonly #underWay = new Map<string, { stop: AbortController; done: Promise<void> }>();

  /** @param ended called after each, whatever became of it */
  constructor(host: EffortHost, ended: () => void) {
    this.#host = host;
    this.#ended = ended;
  }

  get size(): number {
    return this.#underWay.size;
  }

  /** Does nothing for a step that has one already. */
  start(wanted: Launch): void {
    if (this.#underWay.has(wanted.step)) return;
    const stop = new AbortController();
    const done = this.#perform(wanted, stop.signal).finally(() => {
      this.#underWay.delete(wanted.step);
      this.#ended();
    });
    this.#underWay.set(wanted.step, { stop, done });
  }

  stop(step: string): void {
    this.#underWay.get(step)?.stop.abort();
  }

  stopAll(): void {
    for (const { stop } of this.#underWay.values()) stop.abort();
  }

  /** One promise for each, which never rejects. */
  ends(): Promise<void>[] {
    return [...this.#underWay.values()].map(({ done }) => done);
  }

  async #perform(wanted: Launch, signal: AbortSignal): Promise<void> {
    await Promise.resolve(); // it is registered before it can end
    const host = this.#host;
    const step = stepOf(host.fold, wanted.step);
    try {
      if (wanted.delayMs > 0) await host.clock.sleep(this.#leftOfDelay(wanted), signal);
      if (signal.aborted || !host.alive) return;
      await performEffect(host, { step, signal }, wanted.purpose);
    } catch (thrown) {
      await this.#failed(wanted, thrown);
    }
  }

  #leftOfDelay(wanted: Launch): number {
    const { retrying } = stepOf(this.#host.fold, wanted.step);
    const now = this.#host.now();
    return retrying === null || retrying.since.boot !== now.boot ? wanted.delayMs : Math.max(0, retrying.since.up + wanted.delayMs - now.up);
  }

  /** An effect that could not be carried to its result: the step halts with the reason, once the disk takes it. */
  async #failed({ step: path, purpose }: Launch, thrown: unknown): Promise<void> {
    const host = this.#host;
    if (!host.alive) return;
    const isDisk = host.disk.notes(thrown);
    if (isDisk && host.halting) return; // nothing more is recorded; who takes the run up finds it as it is
    if (!isDisk) host.fault(thrown);
    const reason = host.redactor().text(spokenFault(thrown)).slice(0, 2000);
    const event = (): RunEventBody => {
      const { effect, plan } = stepOf(host.fold, path);
      return effect === null
        ? { type: 'step.halted', data: { step: path, reason } }
        : { type: 'step.result', data: { step: path, attempt: effect.attempt, purpose: purpose === 'call' ? 'work' : purpose, block: plan.sha256, ok: false, how: 'refused', exit_codes: [], output: null, judged: null, assertions: null, assertions_failed: 0, captures: {}, duration_ms: 0, survivors: [], reason } };
    };
    await host.record(() => [event()]).catch((again: unknown) => {
      if (host.alive && !host.disk.notes(again)) host.fault(again);
    });
  }
}
