/**
 * Decides whether Enter may trigger the primary action. A held key must not run two steps: an action that has just
 * appeared takes no Enter until the key has been up and 500 ms have gone by.
 */
const SETTLE_MS = 500;

export class PrimaryGuard {
  #id: string | null = null;
  #since = -Infinity;
  #down = false;
  #released = true;

  /** @param id names the action on screen; null when there is none. @param now milliseconds of a monotonic clock */
  present(id: string | null, now: number): void {
    if (id === this.#id) return;
    this.#id = id;
    this.#since = now;
    this.#released = !this.#down;
  }

  /** Enter went down. @returns whether the action may run */
  press(now: number, repeated: boolean): boolean {
    this.#down = true;
    if (repeated || !this.#released || this.#id === null) return false;
    this.#released = false;
    return now - this.#since >= SETTLE_MS;
  }

  /** Enter went up, or the window lost the focus and will never be told. */
  release(): void {
    this.#down = false;
    this.#released = true;
  }
}
