/** A run on paper: the rules and the fold without journal, tools or time, for tests that try many histories. */
import { createHash } from 'node:crypto';
import { readRunEvent, type RunEventBody } from '../../electron/contract/run/events.ts';
import { applyEvent, beginRun } from '../../electron/contract/run/fold.ts';
import { type RunFold } from '../../electron/contract/run/state.ts';
import { planRun } from '../../electron/contract/run/plan.ts';
import { RunSnapshot } from '../../electron/contract/run/snapshot.ts';
import type { StepBlock } from '../../electron/contract/step.ts';
import { StepBlock as StepSchema } from '../../electron/contract/step.ts';
import type { Mode } from '../../electron/contract/vocabulary.ts';
import { advance, type Advance, type Rules } from '../../electron/engine/run/advance.ts';
import { transition, type Actor, type Decision, type Deed } from '../../electron/engine/run/transition.ts';

export const KIM: Actor = { id: 'kim', name: 'Kim' };
const BLOB = { sha256: 'e'.repeat(64), size: 0 };

export interface PaperRun {
  fold: RunFold;
  /** Every event so far. */
  events: RunEventBody[];
  /** Takes events in, one second after the ones before. */
  take(...bodies: RunEventBody[]): void;
  /** What a person does; its events are taken in when it is allowed. */
  does(deed: Deed, actor?: Actor): Decision;
  /** Lets everything happen that happens by itself, and gives the effects that may start. */
  settle(): Advance['launch'];
  /** The effect of a step begins. */
  begins(step: string): void;
  /** The effect of a step ends. */
  ends(step: string, ok: boolean): void;
  /** The clock, in milliseconds. */
  wall: number;
}

export interface PaperOptions {
  mode?: Mode;
  pace?: 'step' | 'auto';
  front?: Record<string, unknown>;
  needs?: Record<string, string[]>;
  rules?: Partial<Rules>;
  outageAt?: string;
  measured?: Record<string, number>;
  audiences?: readonly unknown[];
}

export function paperRun(blocks: readonly unknown[], options: PaperOptions = {}): PaperRun {
  const parsed = blocks.map((block): StepBlock => StepSchema.parse(block));
  const snapshot = RunSnapshot.parse({ format: 1, root: { runbook: runbookOf(parsed, options), folder: '/books', params: {}, open: [] }, calls: {}, measured: options.measured ?? {} });
  const begun = Date.parse('2026-11-21T10:00:00.000Z');
  const created: RunEventBody = {
    type: 'run.created',
    data: {
      mode: options.mode ?? 'rehearsal', runbook: { id: 'paper', sha256: 'a'.repeat(64) }, title: 'Paper', system: 'paper', snapshot: BLOB, signature: 'signed', outage_at: options.outageAt ?? '2026-11-21T10:00:00.000Z', declared_at: null,
      operator: { id: 'olga', name: 'Olga', role: 'operator' }, pace: options.pace ?? 'auto', engine: { pid: 1, start_time: '1', boot: 'b' }, acknowledged_unsigned: null, proceeded_not_ready: null, readiness: null, run_dir: '/run',
    },
  };
  const run: PaperRun = {
    fold: beginRun('paper-1', planRun(snapshot), stamped(created, 1, begun)), events: [created], wall: begun,
    take(...bodies) {
      for (const body of bodies) {
        run.wall += 1000;
        run.events.push(body);
        applyEvent(run.fold, stamped(body, run.events.length, run.wall));
      }
    },
    does(deed, actor = KIM) {
      const decision = transition(run.fold, deed, actor);
      if (decision.ok) run.take(...decision.events);
      return decision;
    },
    settle() {
      for (let turn = 0; turn < 1000; turn += 1) {
        const { events, launch } = advance(run.fold, { condition: () => ({ value: true }), refusal: () => null, ...options.rules });
        run.take(...events);
        if (events.length === 0) return launch;
      }
      throw new Error('the rules never come to rest');
    },
    begins(step) {
      const attempt = (run.fold.steps.get(step)?.attempts ?? 0) + 1;
      run.take({ type: 'step.intent', data: { step, attempt, purpose: 'work', what: 'x', argv: null, commands: null, tools: [], alternate: false, marker: `paper-1/${step}/${attempt}` } });
    },
    ends(step, ok) {
      const { effect, plan } = run.fold.steps.get(step) ?? {};
      if (effect === undefined || effect === null || plan === undefined) throw new Error(`${step} is not in effect`);
      run.take({ type: 'step.result', data: { step, attempt: effect.attempt, purpose: effect.purpose, block: plan.sha256, ok, how: 'exited', exit_codes: [ok ? 0 : 1], output: null, judged: null, assertions: null, assertions_failed: 0, captures: {}, duration_ms: 0, survivors: [], reason: ok ? null : 'exit code 1' } });
    },
  };
  return run;
}

function stamped<T extends RunEventBody>(body: T, seq: number, wall: number): T & { seq: number; wall: string; boot: string; up: number; actor: string } {
  const event = { ...body, seq, wall: new Date(wall).toISOString(), boot: 'b', up: wall - Date.parse('2026-11-21T00:00:00Z'), actor: 'engine' };
  readRunEvent(event); // every event on paper is one that the journal would take
  return event;
}

function runbookOf(blocks: readonly StepBlock[], options: PaperOptions): unknown {
  const steps = blocks.map((block, index) => ({
    id: block.id, title: block.id, prose: '', phase: 'p', line: index, sha256: createHash('sha256').update(JSON.stringify(block)).digest('hex'),
    needs: options.needs?.[block.id] ?? block.needs ?? (index === 0 ? [] : [blocks[index - 1]?.id]), block,
  }));
  return {
    path: '/books/paper.runbook.md', sha256: 'a'.repeat(64), introduction: '',
    front: { blackstart: 1, id: 'paper', title: 'Paper', system: 'paper', owner: 'o', reviewed: '2026-11-01', severity: 'low', scenario: 's', ...options.front },
    phases: [{ id: 'p', title: 'P', prose: '', line: 1, steps: blocks.map(({ id }) => id) }], steps, checks: [], symptoms: [], audiences: options.audiences ?? [], injects: [], findings: [],
  };
}
