/** The table that `npm run rehearse` prints. */
import type { RunAnswer } from '../integration/command-line.ts';
import type { Count } from './step-fidelity.ts';

export interface Row {
  runbook: string;
  result: 'green' | 'red' | 'left out';
  /** Why it is not green. */
  reasons: readonly string[];
  /** Absent when no run came about. `seconds` is the whole run by the wall clock. */
  figures?: { count: Count; held: number; broken: number; seconds: number; rto: RunAnswer['run']['rto']; rpo: RunAnswer['run']['rpo'] };
}

const HEADINGS = ['runbook', 'real', 'emulated', 'stand-in', 'judged', 'manual', 'not run', 'assertions', 'took', 'RTO', 'RPO', 'result'];

export function printTable(rows: readonly Row[]): void {
  const cells = [HEADINGS, ...rows.map(cellsOf)];
  const widths = HEADINGS.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  for (const row of cells) process.stdout.write(`${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()}\n`);
  for (const { runbook, result, reasons } of rows) for (const reason of reasons) process.stdout.write(`${result.toUpperCase()} ${runbook}: ${reason}\n`);
  const [green, red, out] = (['green', 'red', 'left out'] as const).map((wanted) => rows.filter(({ result }) => result === wanted).length);
  process.stdout.write(`${green} green, ${red} red, ${out} left out\n`);
}

function cellsOf({ runbook, result, figures }: Row): string[] {
  if (figures === undefined) return [runbook, ...HEADINGS.slice(2).map(() => '–'), result];
  const { count, held, broken, seconds, rto, rpo } = figures;
  const counts = [count.real, count.emulated, count['stand-in'], count.judged, count.manual, count['not run']].map(String);
  return [runbook, ...counts, broken === 0 ? String(held) : `${held}, ${broken} broken`, duration(seconds), against(rto), against(rpo), result];
}

/** What was measured against what is allowed. */
function against({ achieved_s, target_s }: { achieved_s: number | null; target_s: number | null }): string {
  return target_s === null ? duration(achieved_s) : `${duration(achieved_s)} of ${duration(target_s)}`;
}

function duration(seconds: number | null): string {
  if (seconds === null) return '–';
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
