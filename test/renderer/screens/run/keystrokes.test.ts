import { describe, expect, it } from 'vitest';
import { Keystrokes } from '../../../../renderer/src/screens/run/keystrokes.ts';

/** Sends that wait until the test answers them. */
function slowDoor(): { sent: string[]; keys: Keystrokes; answer(taken: boolean): Promise<void> } {
  const sent: string[] = [];
  const open: ((taken: boolean) => void)[] = [];
  const keys = new Keystrokes((text) => {
    sent.push(text);
    return new Promise((resolve) => { open.push(resolve); });
  });
  return { sent, keys, answer: async (taken) => { open.shift()?.(taken); await Promise.resolve(); } };
}

describe('keystrokes for a tool', () => {
  it('arrive in order and whole, however fast they are typed', async () => {
    const { sent, keys, answer } = slowDoor();
    for (const key of 'Nord') keys.type(key);
    expect(sent).toEqual(['N']);
    await answer(true);
    expect(sent).toEqual(['N', 'ord']);
    keys.type('\r');
    await answer(true);
    expect(sent).toEqual(['N', 'ord', '\r']);
  });

  it('are dropped when the tool is gone, and begin anew with the next', async () => {
    const { sent, keys, answer } = slowDoor();
    keys.type('a');
    keys.type('b');
    await answer(false);
    expect(sent).toEqual(['a']);
    keys.type('c');
    expect(sent).toEqual(['a', 'c']);
  });
});
