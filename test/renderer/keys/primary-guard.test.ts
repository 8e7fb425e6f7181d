import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PrimaryGuard } from '../../../renderer/src/keys/primary-guard.ts';

describe('the guard of the primary action', () => {
  it('lets Enter through once an action has stood for half a second', () => {
    const guard = new PrimaryGuard();
    guard.present('step 1', 0);
    expect(guard.press(499, false)).toBe(false);
    guard.release();
    expect(guard.press(500, false)).toBe(true);
  });

  it('ignores the repetitions of a held key', () => {
    const guard = new PrimaryGuard();
    guard.present('step 1', 0);
    expect(guard.press(1_000, false)).toBe(true);
    expect(guard.press(1_030, true)).toBe(false);
  });

  it('does not run the next action with the press that ran the one before', () => {
    const guard = new PrimaryGuard();
    guard.present('step 1', 0);
    expect(guard.press(1_000, false)).toBe(true);
    guard.present('step 2', 1_100);
    expect(guard.press(9_000, false)).toBe(false); // a keyboard that repeats without saying so
    guard.release();
    expect(guard.press(9_100, false)).toBe(true);
  });

  it('needs no key-up that the window could not see', () => {
    const guard = new PrimaryGuard();
    guard.present('a', 0);
    guard.press(1_000, false);
    guard.release(); // the window lost the focus
    guard.present('b', 1_100);
    expect(guard.press(2_000, false)).toBe(true);
  });

  it('runs nothing when there is nothing to run', () => {
    const guard = new PrimaryGuard();
    expect(guard.press(10_000, false)).toBe(false);
  });

  it('never runs two actions in one holding of the key, whatever happens meanwhile', () => {
    const happening = fc.oneof(fc.record({ kind: fc.constant('press' as const), repeated: fc.boolean() }), fc.record({ kind: fc.constant('present' as const), id: fc.integer({ min: 0, max: 5 }) }), fc.constant({ kind: 'release' as const }));
    fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 900 }), happening), { maxLength: 60 }), (events) => {
      const guard = new PrimaryGuard();
      let now = 0;
      let runs = 0;
      for (const [wait, event] of events) {
        now += wait;
        if (event.kind === 'release') { guard.release(); runs = 0; }
        else if (event.kind === 'present') guard.present(String(event.id), now);
        else if (guard.press(now, event.repeated)) runs += 1;
        expect(runs).toBeLessThanOrEqual(1);
      }
    }));
  });
});
