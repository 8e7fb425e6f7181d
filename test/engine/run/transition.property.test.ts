/** Whatever people and tools do, in whatever order: what must never happen, and what must always. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunFold, StepFold } from '../../../electron/contract/run/state.ts';
import type { Deed } from '../../../electron/engine/run/transition.ts';
import { paperRun, type PaperRun } from '../../support/paper-run.ts';

const IDS = ['a', 'b', 'c', 'd', 'e', 'f'] as const;

/** Each step needs some of those before it. */
const books = fc.record({
  kinds: fc.array(fc.constantFrom('run', 'run', 'run', 'manual', 'decide', 'approve', 'wait', 'retried', 'undoable', 'teardown', 'final'), { minLength: 2, maxLength: 6 }),
  needs: fc.array(fc.nat({ max: 63 }), { minLength: 6, maxLength: 6 }),
  mode: fc.constantFrom('live', 'rehearsal', 'tabletop'),
  pace: fc.constantFrom('step', 'auto'),
}, { noNullPrototype: true });
type Book = typeof books extends fc.Arbitrary<infer T> ? T : never;

function blockOf(kind: string, id: string, last: string): unknown {
  switch (kind) {
    case 'manual': return { kind, id, confirm: 'x' };
    case 'decide': return { kind, id, question: 'q', as: `d_${id}`, options: { stay: { label: 's' }, ...(last === id ? {} : { go: { label: 'g', goto: last } }) } };
    case 'approve': return { kind, id, by: ['vp'] };
    case 'wait': return { kind, id, for: '1m' };
    case 'retried': return { kind: 'run', id, run: ['x'], on_fail: { retry: 1 } };
    case 'undoable': return { kind: 'run', id, run: ['x'], undo: { run: ['y'] } };
    case 'teardown': return { kind: 'run', id, run: ['x'], teardown: true };
    case 'final': return { kind: 'run', id, run: ['x'], point_of_no_return: true };
    default: return { kind: 'run', id, run: ['x'] };
  }
}

function open({ kinds, needs, mode, pace }: Book): PaperRun {
  const ids = IDS.slice(0, kinds.length);
  const last = ids.at(-1) ?? 'a';
  return paperRun(kinds.map((kind, index) => blockOf(kind, ids[index] ?? 'a', last)), {
    mode, pace, needs: Object.fromEntries(ids.map((id, index) => [id, ids.slice(0, index).filter((_, before) => ((needs[index] ?? 0) >> before) % 2 === 1)])),
  });
}

const DEEDS = ['start', 'confirm', 'decide', 'go', 'approve', 'refuse', 'retry', 'done', 'skip', 'defer', 'override', 'goto', 'undo', 'stop-step', 'block', 'unblock', 'abort'] as const;
const moves = fc.array(fc.oneof(
  { weight: 4, arbitrary: fc.record({ move: fc.constantFrom('begin', 'ok', 'fail', 'crash'), at: fc.nat({ max: 5 }) }) },
  { weight: 4, arbitrary: fc.record({ move: fc.constantFrom(...DEEDS), at: fc.nat({ max: 5 }) }) },
), { maxLength: 60 });
type Move = typeof moves extends fc.Arbitrary<(infer T)[]> ? T : never;

function deedOf(move: (typeof DEEDS)[number], step: string): Deed {
  const proof = { id: 'vera', name: 'Vera', roles: ['vp'], unattended: false, statement: null, signature: null };
  switch (move) {
    case 'start': return { do: 'start', step, typed_id: step };
    case 'confirm': return { do: 'confirm', step, evidence: [] };
    case 'decide': return { do: 'decide', step, option: 'stay' };
    case 'go': return { do: 'decide', step, option: 'go' };
    case 'approve': return { do: 'approve', step, proof };
    case 'refuse': return { do: 'refuse', step, proof, reason: 'r' };
    case 'goto': return { do: 'goto', step, to: IDS[IDS.findIndex((id) => id === step) + 2] ?? 'f', reason: 'r' };
    case 'unblock': return { do: 'unblock', step };
    case 'abort': return { do: 'abort', reason: 'r' };
    default: return { do: move, step, reason: 'r' };
  }
}

function satisfies({ state, bypassed }: StepFold): boolean {
  return state === 'succeeded' || state === 'skipped' || state === 'overridden' || bypassed;
}

/** What may start now, after everything that happens by itself has; checked as it goes. */
function settle(run: PaperRun): string[] {
  const launch = run.settle();
  for (const { step: path, purpose } of launch) {
    const step = run.fold.steps.get(path);
    if (step === undefined) throw new Error(path);
    expect(step.effect, `${path} would start beside itself`).toBeNull();
    expect(step.survivors).toEqual([]);
    if (purpose === 'work' && !step.jumpedTo && !run.fold.teardown) {
      for (const need of step.plan.needs) expect(satisfies(run.fold.steps.get(need) ?? step), `${path} would start before ${need}`).toBe(true);
    }
    if (step.plan.block.kind === 'approve') throw new Error('an approval has no effect');
    if (step.plan.block.point_of_no_return === true && purpose === 'work') expect(step.typed).toBe(true);
  }
  return launch.map(({ step }) => step);
}

function make(run: PaperRun, { move, at }: Move): void {
  const path = IDS[at] ?? 'a';
  const step = run.fold.steps.get(path);
  if (step === undefined) return;
  switch (move) {
    case 'begin': {
      const launch = run.settle().find((one) => one.step === path);
      if (launch?.purpose === 'work') run.begins(path);
      if (launch?.purpose === 'undo') run.take({ type: 'step.intent', data: { step: path, attempt: Math.max(1, step.attempts), purpose: 'undo', what: 'x', argv: null, commands: null, tools: [], alternate: false, marker: 'm' } });
      return;
    }
    case 'ok': case 'fail':
      if (step.effect !== null) run.ends(path, move === 'ok');
      return;
    case 'crash': {
      const inEffect = run.fold.order.filter(({ effect }) => effect !== null);
      if (run.fold.finished !== null) return;
      run.take(...inEffect.map((one) => ({ type: 'step.unknown' as const, data: { step: one.plan.path, attempt: 1, survivors: [], reason: 'crash' } })), { type: 'run.resumed', data: { operator: null, pace: run.fold.pace, engine: run.fold.engine } });
      return;
    }
    default:
      run.does(deedOf(move, path));
  }
}

function photograph({ finished, order }: RunFold): string {
  return JSON.stringify([finished?.state, order.map(({ plan, state }) => [plan.path, state])]);
}

describe('the rules of a run', () => {
  it('never start a step beside itself, before its needs, or past a gate; and what is over stays over', () => {
    fc.assert(fc.property(books, moves, (book, history) => {
      const run = open(book);
      settle(run);
      let over: string | null = null;
      for (const move of history) {
        make(run, move);
        settle(run);
        if (over !== null) expect(photograph(run.fold)).toBe(over);
        if (run.fold.finished !== null) over = photograph(run.fold);
      }
    }), { numRuns: 1500 });
  });

  it('reject every command once the run is over, in plain words', () => {
    fc.assert(fc.property(books, fc.constantFrom(...DEEDS), (book, move) => {
      const run = open(book);
      run.settle();
      run.does({ do: 'abort', reason: 'r' });
      finishAll(run, true);
      expect(run.fold.finished).not.toBeNull();
      expect(run.does(deedOf(move, 'a'))).toMatchObject({ ok: false, reason: expect.stringContaining('over') });
    }), { numRuns: 200 });
  });

  it('always come to an end when everybody does their part', () => {
    fc.assert(fc.property(books, moves, (book, history) => {
      const run = open(book);
      settle(run);
      for (const move of history) { make(run, move); settle(run); }
      finishAll(run, true);
      expect(run.fold.finished, photograph(run.fold)).not.toBeNull();
    }), { numRuns: 800 });
  });
});

/** Everybody says yes, and every tool works, until the run is over. */
function finishAll(run: PaperRun, ok: boolean): void {
  for (let turn = 0; turn < 200 && run.fold.finished === null; turn += 1) {
    for (const path of settle(run)) make(run, { move: 'begin', at: IDS.findIndex((id) => id === path) });
    for (const step of run.fold.order) {
      const path = step.plan.path;
      if (step.effect !== null) run.ends(path, ok);
      else if (step.waitingFor === 'third-party') run.does({ do: 'unblock', step: path });
      else if (step.state === 'failed' || step.state === 'unknown' || step.waitingFor === 'answer') run.does({ do: 'retry', step: path, reason: 'r' });
      else if (step.state === 'waiting') for (const move of ['start', 'confirm', 'decide', 'approve'] as const) run.does(deedOf(move, path));
    }
    settle(run);
  }
}

describe('needs', () => {
  const two = (): PaperRun => paperRun([{ kind: 'run', id: 'a', run: ['x'] }, { kind: 'run', id: 'b', run: ['x'] }]);

  it.each(['skip', 'override', 'done'] as const)('are satisfied when a step was settled: %s', (how) => {
    const run = two();
    run.settle();
    run.begins('a');
    run.ends('a', false);
    run.does({ do: how, step: 'a', reason: 'r' });
    expect(run.settle().map(({ step }) => step)).toEqual(['b']);
  });

  it('are not satisfied by a step that failed, was deferred, or whose outcome is unknown', () => {
    const failed = two();
    failed.settle();
    failed.begins('a');
    expect(failed.settle()).toEqual([]);
    failed.ends('a', false);
    expect(failed.settle()).toEqual([]);
    failed.does({ do: 'defer', step: 'a', reason: 'r' });
    expect(failed.settle()).toEqual([]);
    const unknown = two();
    unknown.settle();
    unknown.begins('a');
    unknown.take({ type: 'step.unknown', data: { step: 'a', attempt: 1, survivors: [], reason: 'crash' } });
    expect(unknown.settle()).toEqual([]);
  });

  it('keep a second copy from starting while one lives', () => {
    const run = two();
    run.settle();
    run.begins('a');
    run.take({ type: 'step.unknown', data: { step: 'a', attempt: 1, survivors: [{ pid: 7, what: 'x' }], reason: 'crash' } });
    expect(run.does({ do: 'retry', step: 'a', reason: 'r' })).toMatchObject({ ok: false, reason: expect.stringContaining('still lives') });
    run.take({ type: 'step.survivors', data: { step: 'a', killed: [7], gone: true } });
    expect(run.does({ do: 'retry', step: 'a', reason: 'r' }).ok).toBe(true);
    expect(run.settle().map(({ step }) => step)).toEqual(['a']);
  });
});
