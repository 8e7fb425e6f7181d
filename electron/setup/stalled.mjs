// A test run that stands still says which program holds it up, and goes on without it: no test can be late while its worker waits for a program that never ends.
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Each runs one test file. */
const WORKER = '/vitest/dist/workers/';

/** A process as Linux tells it, or null when it has ended meanwhile. */
function readProcess(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim();
    return { pid, parent: Number(parent), state, startedAt: Number(rest[17]), words };
  } catch {
    return null;
  }
}

function readProcesses() {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => readProcess(Number(name)) ?? []);
}

/** Those below a process, a parent always before its children. */
function below(pid, all) {
  return all.filter(({ parent }) => parent === pid).flatMap((child) => [child, ...below(child.pid, all)]);
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** Ends what it started; true when that was anything. A worker that waits for it then has its answer, and its test fails with it. */
function endPrograms(worker, all, tell) {
  const programs = below(worker.pid, all);
  for (const { pid, state, words } of programs) tell(`  ended ${pid} (${state}) ${words.slice(0, 300)}`);
  for (const { pid } of programs) kill(pid);
  return programs.length > 0;
}

/** Hundredths of a second since the machine's start: the unit of `startedAt`. */
const uptime = () => Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 100;

/**
 * Ends what holds up the workers of a test run that are older than the limit: first the programs that such a worker started, at the next look the worker.
 * @param {number} pid the test run, whose children are its workers
 * @param {{limit: number, tell: (line: string) => void, seen: Set<number>}} options limit in seconds; `seen` is kept from look to look
 */
export function endStalled(pid, { limit, tell, seen }) {
  const all = readProcesses();
  const late = all.filter(({ parent, startedAt, words }) => parent === pid && words.includes(WORKER) && uptime() - startedAt > limit * 100);
  for (const worker of late) {
    tell(`a test file has been running for more than ${limit} s (worker ${worker.pid}, ${worker.state}):`);
    if (endPrograms(worker, all, tell) && !seen.has(worker.pid)) {
      seen.add(worker.pid);
      continue;
    }
    tell('  ended the worker');
    kill(worker.pid);
  }
}

/** Looks until the signal comes. Only Linux tells who started whom; elsewhere a stalled run stands still. */
export async function watchForStalls(pid, { limit, tell, signal }) {
  if (process.platform !== 'linux') return;
  const seen = new Set();
  while (!signal.aborted) {
    endStalled(pid, { limit, tell, seen });
    await sleep(20_000, undefined, { signal }).catch(() => undefined);
  }
}
