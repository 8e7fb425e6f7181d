import { describe, expect, it } from 'vitest';
import { type Binding, KeyDesk, KeyLayer, type KeyPress } from '../../../renderer/src/keys/key-desk.ts';

const press = (key: string, part: Partial<KeyPress> = {}): KeyPress => ({ key, ctrlKey: false, metaKey: false, altKey: false, repeat: false, isComposing: false, shiftKey: false, ...part });

function desk(): { desk: KeyDesk; log: string[]; screen: KeyLayer; pass(ms: number): void; bind(layer: KeyLayer, key: string, part?: Partial<Binding>): void; primary(layer: KeyLayer, id: string, disabled?: boolean): void } {
  let now = 0;
  const log: string[] = [];
  const made = new KeyDesk(() => now);
  const screen = new KeyLayer();
  made.open(screen);
  return {
    desk: made, log, screen,
    pass: (ms) => { now += ms; },
    bind: (layer, key, part = {}) => { layer.bindings.add([{ key, label: key, run: () => { log.push(key); }, ...part }]); },
    primary: (layer, id, disabled = false) => { layer.offer({ id, label: id, disabled, run: () => { log.push(`primary ${id}`); } }); made.present(); },
  };
}

describe('the key desk', () => {
  it('runs a single letter, but not while a field has the focus', () => {
    const { desk: keys, log, screen, bind } = desk();
    bind(screen, 'n');
    expect(keys.down(press('n'), 'none')).toBe(true);
    expect(keys.down(press('N'), 'native')).toBe(true);
    expect(keys.down(press('n'), 'line')).toBe(false);
    expect(keys.down(press('n'), 'text')).toBe(false);
    expect(keys.down(press('n'), 'menu')).toBe(false);
    expect(log).toEqual(['n', 'n']);
  });

  it('leaves the arrow keys to choices and to what scrolls, and only those', () => {
    const { desk: keys, log, screen, bind } = desk();
    bind(screen, 'ArrowDown');
    bind(screen, 'n');
    expect(keys.down(press('ArrowDown'), 'arrows')).toBe(false);
    expect(keys.down(press('n'), 'arrows')).toBe(true);
    expect(keys.down(press('ArrowDown'), 'none')).toBe(true);
    expect(log).toEqual(['n', 'ArrowDown']);
  });

  it('takes Escape also in a field', () => {
    const { desk: keys, log, screen, bind } = desk();
    expect(keys.down(press('Escape'), 'line')).toBe(false);
    bind(screen, 'Escape');
    expect(keys.down(press('Escape'), 'line')).toBe(true);
    expect(log).toEqual(['Escape']);
  });

  it('takes a key with Ctrl also in a field', () => {
    const { desk: keys, log, screen, bind } = desk();
    bind(screen, 'k', { ctrl: true });
    expect(keys.down(press('k'), 'none')).toBe(false);
    expect(keys.down(press('k', { ctrlKey: true }), 'line')).toBe(true);
    expect(log).toEqual(['k']);
  });

  it('asks only the topmost layer', () => {
    const { desk: keys, log, screen, bind, primary, pass } = desk();
    bind(screen, 's');
    primary(screen, 'run step 7');
    const dialog = new KeyLayer();
    keys.open(dialog);
    pass(1_000);
    expect(keys.down(press('s'), 'none')).toBe(false);
    keys.down(press('Enter'), 'none');
    keys.up('Enter');
    expect(log).toEqual([]);
    keys.close(dialog);
    pass(1_000);
    keys.down(press('Enter'), 'none');
    expect(log).toEqual(['primary run step 7']);
  });

  it('does not run two steps while Enter is held', () => {
    const { desk: keys, log, screen, primary, pass } = desk();
    primary(screen, 'step 1');
    pass(1_000);
    keys.down(press('Enter'), 'none');
    primary(screen, 'step 2');
    for (let i = 0; i < 100; i += 1) { pass(30); keys.down(press('Enter', { repeat: true }), 'none'); }
    expect(log).toEqual(['primary step 1']);
    keys.up('Enter');
    keys.down(press('Enter'), 'primary');
    expect(log).toEqual(['primary step 1', 'primary step 2']);
  });

  it('runs no disabled primary action, and guards it anew once it is enabled', () => {
    const { desk: keys, log, screen, primary, pass } = desk();
    primary(screen, 'approve', true);
    pass(1_000);
    keys.down(press('Enter'), 'line');
    keys.up('Enter');
    primary(screen, 'approve', false);
    keys.down(press('Enter'), 'line');
    keys.up('Enter');
    expect(log).toEqual([]);
    pass(500);
    keys.down(press('Enter'), 'line');
    expect(log).toEqual(['primary approve']);
  });

  it('leaves Enter to a focused button once, and takes its repetitions away', () => {
    const { desk: keys } = desk();
    expect(keys.down(press('Enter'), 'native')).toBe(false);
    expect(keys.down(press('Enter', { repeat: true }), 'native')).toBe(true);
  });

  it('breaks lines in a text field, and sends it with Ctrl', () => {
    const { desk: keys, log, screen, primary, pass } = desk();
    primary(screen, 'note');
    pass(1_000);
    expect(keys.down(press('Enter'), 'text')).toBe(false);
    expect(keys.down(press('Enter', { shiftKey: true }), 'line')).toBe(false);
    expect(keys.down(press('Enter', { ctrlKey: true }), 'text')).toBe(true);
    expect(log).toEqual(['primary note']);
  });

  it('does nothing while a word is being composed', () => {
    const { desk: keys, log, screen, primary, pass } = desk();
    primary(screen, 'note');
    pass(1_000);
    expect(keys.down(press('Enter', { isComposing: true }), 'line')).toBe(false);
    expect(log).toEqual([]);
  });
});
