/** Where keys go: to the topmost layer (the screen, or the dialog over it), and never letters while a field has the focus. */
import { PrimaryGuard } from './primary-guard.ts';

export interface Binding {
  /** As KeyboardEvent.key, letters in lower case. */
  key: string;
  /** What it does, for the overlay. */
  label: string;
  ctrl?: boolean;
  run(): void;
}

export interface PrimaryAction {
  /** Changes whenever the action means something else: step, attempt and question belong in it. */
  id: string;
  label: string;
  disabled: boolean;
  run(): void;
}

export class KeyLayer {
  readonly bindings = new Set<readonly Binding[]>();
  #primary: PrimaryAction | null = null;

  get primary(): PrimaryAction | null {
    return this.#primary;
  }

  /** @returns what takes the action away again, unless another has taken its place */
  offer(primary: PrimaryAction): () => void {
    this.#primary = primary;
    return () => {
      if (this.#primary === primary) this.#primary = null;
    };
  }
}

/** What the desk needs to know of a key event; a DOM KeyboardEvent is one. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly repeat: boolean;
  readonly isComposing: boolean;
  readonly shiftKey: boolean;
}

/** What has the focus, as far as keys care. `native`: Enter already means something there. `primary`: the primary button itself. `menu`: all keys belong to a list. `arrows`: only the arrow keys do (choices, what scrolls). */
export type Focus = 'none' | 'line' | 'text' | 'native' | 'primary' | 'menu' | 'arrows';

export class KeyDesk {
  readonly #layers: KeyLayer[] = [];
  readonly #guard = new PrimaryGuard();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  open(layer: KeyLayer): void {
    this.#layers.push(layer);
    this.present();
  }

  close(layer: KeyLayer): void {
    const at = this.#layers.indexOf(layer);
    if (at >= 0) this.#layers.splice(at, 1);
    this.present();
  }

  /** Tells the guard which primary action is on top; to be called whenever a layer's primary has changed. */
  present(): void {
    const top = this.#layers.at(-1);
    const primary = top?.primary ?? null;
    this.#guard.present(primary === null || primary.disabled ? null : `${this.#layers.length} ${primary.id}`, this.#now());
  }

  /** The keys of the layer under the overlay that asks. @param below how many layers to look under */
  bindings(below: number): { primary: PrimaryAction | null; bindings: Binding[] } {
    const layer = this.#layers.at(-1 - below) ?? this.#layers.at(0);
    return { primary: layer?.primary ?? null, bindings: [...(layer?.bindings ?? [])].flat() };
  }

  /** @returns whether the event is used up, so that the browser must not act on it as well */
  down(press: KeyPress, focus: Focus): boolean {
    if (press.isComposing || press.altKey || focus === 'menu') return false;
    if (press.key === 'Enter') return this.#enter(press, focus);
    // Escape is no character: it leaves a field as it leaves everything else.
    if (focus === 'line' || focus === 'text') return press.ctrlKey || press.metaKey || press.key === 'Escape' ? this.#bound(press) : false;
    if (focus === 'arrows' && press.key.startsWith('Arrow')) return false;
    return this.#bound(press);
  }

  up(key: string): void {
    if (key === 'Enter') this.#guard.release();
  }

  blur(): void {
    this.#guard.release();
  }

  #enter(press: KeyPress, focus: Focus): boolean {
    // A held Enter would press a focused button again and again.
    if (focus === 'native') return press.repeat;
    if (press.shiftKey || (focus === 'text' && !press.ctrlKey)) return false;
    const allowed = this.#guard.press(this.#now(), press.repeat);
    const primary = this.#layers.at(-1)?.primary ?? null;
    if (allowed && primary !== null && !primary.disabled) primary.run();
    return true;
  }

  #bound(press: KeyPress): boolean {
    const ctrl = press.ctrlKey || press.metaKey;
    const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
    const top = this.#layers.at(-1);
    for (const bindings of top?.bindings ?? []) {
      const hit = bindings.find((binding) => binding.key === key && (binding.ctrl ?? false) === ctrl);
      if (hit === undefined) continue;
      const moves = hit.key === 'ArrowDown' || hit.key === 'ArrowUp' || hit.key === 'j' || hit.key === 'k';
      if (!press.repeat || moves) hit.run();
      return true;
    }
    return false;
  }
}
