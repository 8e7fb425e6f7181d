/** The machine's clocks: wall time, time since boot, and which boot this is. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname, uptime } from 'node:os';
import type { Clock } from './deps.ts';

/** Linux names each boot; elsewhere the boot's own instant does, to the ten seconds that clock corrections may move it. */
function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    const bootedAt = Math.round((Date.now() / 1000 - uptime()) / 10);
    const hex = createHash('sha256').update(`${hostname()}\n${bootedAt}`).digest('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
  }
}

/** The longest that a timer of Node can wait; a longer one would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  for (let left = ms; left > 0 && signal?.aborted !== true; left -= LONGEST_MS) await sleepOnce(Math.min(left, LONGEST_MS), signal);
}

function sleepOnce(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve();
      return;
    }
    const finish = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal?.addEventListener('abort', finish);
  });
}

/** Read once: a boot cannot end while this process lives. */
export function systemClock(): Clock {
  const boot = readBootId();
  return {
    now: () => Date.now(),
    // os.uptime counts suspended time, process.hrtime does not.
    uptime: () => Math.round(uptime() * 1000),
    bootId: () => boot,
    sleep,
  };
}
