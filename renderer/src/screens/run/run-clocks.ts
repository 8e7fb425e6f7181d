/** The clocks over a run, ticking between the engine's views. Pure. */
import type { RunView, Span } from '../../../../electron/contract/run.ts';
import { millis } from '../../wording.ts';

export interface RunClocks {
  /** From the outage (or the first thing that happened) to now, to the restored service, or to the end. Null before anything. */
  elapsed_s: number | null;
  since: number | null;
  left_s: number | null;
  until: number | null;
  running: boolean;
  tool_s: number;
  human_s: number;
  blocked_s: number;
}

const CLOCK: Readonly<Record<Span['what'], 'tool_s' | 'human_s' | 'blocked_s'>> = { tool: 'tool_s', human: 'human_s', approval: 'human_s', halted: 'human_s', blocked: 'blocked_s' };

/** @param received when the view came, on the same clock as `now`, in milliseconds */
export function runClocks(view: RunView, received: number, now: number): RunClocks {
  const since = millis(view.outage_at) ?? millis(view.declared_at) ?? firstMoment(view.spans);
  const ended = millis(view.restored_at) ?? millis(view.finished_at);
  const elapsed = since === null ? null : ((ended ?? now) - since) / 1000;
  const target = view.rto.target_s;
  const over = view.finished_at !== null || view.state === 'interrupted';
  const passed = over ? 0 : Math.max(0, (now - received) / 1000);
  const open = new Set(view.spans.filter((span) => span.to === null).map((span) => CLOCK[span.what]));
  const clock = (name: 'tool_s' | 'human_s' | 'blocked_s'): number => view.clocks[name] + (open.has(name) ? passed : 0);
  return {
    elapsed_s: view.rto.achieved_s ?? elapsed,
    since,
    left_s: target === null || elapsed === null ? null : target - elapsed,
    until: target === null || since === null ? null : since + target * 1000,
    running: ended === null,
    tool_s: clock('tool_s'), human_s: clock('human_s'), blocked_s: clock('blocked_s'),
  };
}

function firstMoment(spans: readonly Span[]): number | null {
  return spans.reduce<number | null>((first, span) => {
    const from = Date.parse(span.from);
    return first === null || from < first ? from : first;
  }, null);
}
