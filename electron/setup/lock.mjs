// One installer or builder at a time: two commands started together must not write over each other.
import { mkdirSync, readFileSync, rmSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CACHE, say } from './places.mjs';

const POLL_MS = 100;
/** A holder writes its name within milliseconds of making the file, and a taker-over needs no longer. */
const PATIENCE_MS = 5_000;

/** When the process began, in clock ticks since boot; null when it has ended, even if nobody has reaped it yet. Linux only. */
function beganAt(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' || state === 'X' ? null : rest[18];
  } catch {
    return null;
  }
}

/** Where the system tells when a process began, a number that another process has by now is told from its holder's. */
function isAlive(pid, began) {
  if (process.platform === 'linux') return began === undefined ? beganAt(pid) !== null : beganAt(pid) === began;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function ageOf(file) {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? 0 : Date.now() - stat.mtimeMs;
}

/** @returns the holder's process id and whether it lives; id 0 when it has not written it yet; null when nobody holds the lock */
function holderOf(file) {
  try {
    const [pid = '', began] = readFileSync(file, 'utf8').trim().split(' ');
    return Number(pid) > 0 ? { pid: Number(pid), alive: isAlive(Number(pid), began) } : { pid: 0, alive: ageOf(file) < PATIENCE_MS };
  } catch {
    return null;
  }
}

function tryTake(file) {
  try {
    writeFileSync(file, `${process.pid} ${beganAt(process.pid) ?? ''}`.trim(), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

/** Removes a dead holder's file. One at a time, or the second would remove the file of the first, which holds it by then. */
function breakLock(file) {
  const guard = `${file}.break`;
  try {
    mkdirSync(guard);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (ageOf(guard) > PATIENCE_MS) rmSync(guard, { recursive: true, force: true }); // its maker was killed over it
    return;
  }
  if (holderOf(file)?.alive === false) rmSync(file, { force: true });
  rmdirSync(guard);
}

/** Runs `work` while holding the named lock; a lock left by a dead process is taken over. */
export async function withLock(name, work) {
  mkdirSync(CACHE, { recursive: true });
  const file = join(CACHE, `${name}.lock`);
  let said = false;
  while (!tryTake(file)) {
    const holder = holderOf(file);
    if (holder?.alive === false) breakLock(file);
    else if (holder !== null && holder.pid !== 0 && !said) {
      say(`waiting for another ${name} (process ${holder.pid}) …`);
      said = true;
    }
    await pause(holder?.alive === false ? 0 : POLL_MS);
  }
  const release = () => rmSync(file, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}
