/** Keystrokes for a tool on a terminal: in order, none lost, one call on its way at a time; what is typed meanwhile goes with the next. */
export class Keystrokes {
  readonly #send: (text: string) => Promise<boolean>;
  #waiting = '';
  #busy = false;

  /** @param send answers whether the engine took the text; what waits behind a refusal is dropped, since the tool is gone */
  constructor(send: (text: string) => Promise<boolean>) {
    this.#send = send;
  }

  type(text: string): void {
    this.#waiting += text;
    if (!this.#busy) void this.#empty();
  }

  async #empty(): Promise<void> {
    this.#busy = true;
    while (this.#waiting !== '') {
      const text = this.#waiting;
      this.#waiting = '';
      if (!(await this.#send(text))) this.#waiting = '';
    }
    this.#busy = false;
  }
}
