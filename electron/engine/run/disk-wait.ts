/**
 * A disk that refuses (full, read-only, failing) is a state that passes: what could not be recorded is tried again until the
 * disk takes it. It is told once, shown while it lasts, and recorded when it is over.
 */
import { EngineError, toEnvelope } from '../../contract/errors.ts';
import type { Clock } from '../deps.ts';

/** How long to wait before a disk that refused is asked again. */
export const DISK_PAUSE_MS = 2_000;

export class DiskWait {
  readonly #clock: Clock;
  readonly #tell: (thrown: unknown) => void;
  #since: number | null = null;
  #said: string | null = null;

  /** @param tell is called at the first refusal only, and whenever the disk says something else than before */
  constructor(clock: Clock, tell: (thrown: unknown) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** What stands in the way, in words; null while the disk takes everything. */
  get trouble(): string | null {
    return this.#said === null ? null : `${this.#said} Nothing that was acknowledged is lost; the run waits, and goes on by itself once the disk takes its record again.`;
  }

  /** Notes a refusal of the disk; false for any other fault, which is not told here. */
  notes(thrown: unknown): boolean {
    if (!(thrown instanceof EngineError) || thrown.code !== 'disk') return false;
    const said = toEnvelope(thrown).message;
    this.#since ??= this.#clock.uptime();
    if (said === this.#said) return true;
    this.#said = said;
    this.#tell(new EngineError('disk', this.trouble ?? said, { cause: thrown }));
    return true;
  }

  /** What the record should say of a refusal that is over now; null when there was none. */
  over(): string | null {
    if (this.#since === null) return null;
    return `The disk refused the record for ${Math.max(1, Math.round((this.#clock.uptime() - this.#since) / 1000))} s: ${this.#said ?? ''} Nothing that was acknowledged is lost.`;
  }

  forget(): void {
    this.#since = null;
    this.#said = null;
  }

  /**
   * Does `act` until the disk lets it; other faults are thrown on.
   * @param giveUp asked after each refusal; when it says so, or when `signal` aborts, the refusal is thrown
   */
  async until<T>(act: () => T | Promise<T>, giveUp: () => boolean, signal?: AbortSignal): Promise<T> {
    const isOver = (): boolean => giveUp() || (signal?.aborted ?? false);
    for (;;) {
      try {
        return await act();
      } catch (thrown) {
        if (!this.notes(thrown) || isOver()) throw thrown;
        await this.#clock.sleep(DISK_PAUSE_MS, signal);
        if (isOver()) throw thrown;
      }
    }
  }
}
