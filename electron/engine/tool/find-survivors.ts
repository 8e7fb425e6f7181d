/** Finds and ends the processes that a step left behind, whoever their parent is by now. */
import { setTimeout as delay } from 'node:timers/promises';
import { livingProcesses, readMarker, readProcess } from './process-table.ts';
import type { ProcessEntry } from './process-table.ts';

/** What is known of a step's processes: from the journal after a crash, from memory while it runs. */
export interface StepTrace {
  /** Processes that the step started since this boot, with their recorded start time; a reused pid is told apart by it. */
  processes: readonly { pid: number; startTime: string | null }[];
  /** `RUN/STEP/ATTEMPT`, or a prefix of it that ends in `/`. */
  marker: string;
}

export interface Survivor {
  pid: number;
  startTime: string;
  marker: string | null;
}

/**
 * Living processes of a step: those recorded, everything in their sessions, process groups and below them, and every
 * process that carries the marker. A child that has both left its session and been started with an emptied environment
 * is not found once its parent has ended. On systems without /proc the list is empty.
 */
export function findSurvivors(trace: StepTrace): Survivor[] {
  const living = livingProcesses();
  const roots = new Set(trace.processes.filter((known) => isSame(known, living)).map((known) => known.pid));
  const groups = new Set(trace.processes.filter((known) => !isReused(known, living)).map((known) => known.pid));
  const markers = new Map(living.map((entry) => [entry.pid, readMarker(entry.pid)]));
  const found = new Set<number>();
  for (const entry of living) {
    const marker = markers.get(entry.pid) ?? null;
    if (roots.has(entry.pid) || groups.has(entry.group) || groups.has(entry.session) || (marker !== null && carries(marker, trace.marker))) found.add(entry.pid);
  }
  addDescendants(found, living);
  found.delete(process.pid);
  return living.filter((entry) => found.has(entry.pid)).map((entry) => ({ pid: entry.pid, startTime: entry.startTime, marker: markers.get(entry.pid) ?? null }));
}

/**
 * TERM to all, then KILL to what is left after `graceMs`, until none lives.
 * @param find asked again and again, since a dying tree can still fork
 * @returns pids that outlived even that, for example in an uninterruptible read of a dead disk
 */
export async function killSurvivors(find: () => Survivor[], graceMs = 5_000, lastMs = 3_000): Promise<number[]> {
  const start = performance.now();
  const warned = new Set<number>();
  let pause = 5;
  for (;;) {
    const left = find();
    const elapsed = performance.now() - start;
    if (left.length === 0 || elapsed > graceMs + lastMs) return left.map((survivor) => survivor.pid);
    for (const survivor of left) {
      if (elapsed >= graceMs) signal(survivor, 'SIGKILL');
      else if (!warned.has(survivor.pid)) terminate(survivor);
      warned.add(survivor.pid);
    }
    await delay(pause);
    pause = Math.min(pause * 1.5, 100);
  }
}

/** A stopped process takes a TERM only once it goes on. */
function terminate(survivor: Survivor): void {
  signal(survivor, 'SIGTERM');
  signal(survivor, 'SIGCONT');
}

function signal(survivor: Survivor, name: NodeJS.Signals): void {
  if (readProcess(survivor.pid)?.startTime !== survivor.startTime) return;
  try {
    process.kill(survivor.pid, name);
  } catch {
    // It has ended in between, or is another user's: the next look tells.
  }
}

function carries(marker: string, wanted: string): boolean {
  return wanted.endsWith('/') ? marker.startsWith(wanted) : marker === wanted;
}

function isSame(known: StepTrace['processes'][number], living: readonly ProcessEntry[]): boolean {
  return living.some((entry) => entry.pid === known.pid && known.startTime !== null && entry.startTime === known.startTime);
}

/** A group keeps its number after its leader has ended, so the leader's absence proves nothing; another process at its pid does. */
function isReused(known: StepTrace['processes'][number], living: readonly ProcessEntry[]): boolean {
  return living.some((entry) => entry.pid === known.pid) && !isSame(known, living);
}

function addDescendants(found: Set<number>, living: readonly ProcessEntry[]): void {
  let grown = true;
  while (grown) {
    grown = false;
    for (const entry of living) {
      if (!found.has(entry.parent) || found.has(entry.pid)) continue;
      found.add(entry.pid);
      grown = true;
    }
  }
}
