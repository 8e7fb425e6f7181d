import { describe, expect, it } from 'vitest';
import { METHODS, type MethodName } from '../../../electron/contract/methods.ts';
import { answersOf } from './scenes.ts';

const isMethod = (name: string): name is MethodName => name in METHODS;

describe('the recorded scenes', () => {
  it.each(['home', 'fresh', 'run-live', 'run-failed', 'run-approval', 'run-manual', 'record'])('follow the contract: %s', (scene) => {
    for (const [method, answer] of answersOf(scene)) {
      expect(isMethod(method)).toBe(true);
      if (isMethod(method)) expect(METHODS[method].result.safeParse(answer).error?.message).toBeUndefined();
    }
  });
});
