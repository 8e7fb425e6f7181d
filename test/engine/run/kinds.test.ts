import { describe, expect, it } from 'vitest';
import { openLab, step } from '../../support/run-lab.ts';

describe('a run step', () => {
  it('succeeds when its program exits with 0 and what must hold holds', async () => {
    const done = await openLab().drive(step('hello', 'kind: run\nrun: [echo, "42"]\nverify:\n  - { stdout: { equals: "42" } }\n  - { number: { min: 41 } }'));
    expect(done).toMatchObject({ state: 'succeeded', exit: 0 });
    expect(done.step('hello')).toMatchObject({ state: 'succeeded', attempts: 1, exit_codes: [0] });
    expect(done.step('hello').assertions.map(({ ok }) => ok)).toEqual([true, true]);
  });
});
