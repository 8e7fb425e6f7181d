// One installer or builder at a time: two commands started together must not write over each other.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CACHE, say } from './places.mjs';

const POLL_MS = 100;

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** The holder's process id, or 0 when it cannot be read (it may be just about to write it). */
function holderOf(file) {
  try {
    return Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    return 0;
  }
}

function tryTake(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

/** Runs `work` while holding the named lock; a lock left by a dead process is taken over. */
export async function withLock(name, work) {
  mkdirSync(CACHE, { recursive: true });
  const file = join(CACHE, `${name}.lock`);
  let said = false;
  let unreadable = 0;
  while (!tryTake(file)) {
    const holder = holderOf(file);
    unreadable = holder === 0 ? unreadable + 1 : 0;
    if ((holder !== 0 && !isAlive(holder)) || unreadable > 20) {
      rmSync(file, { force: true });
      continue;
    }
    if (!said) say(`waiting for another ${name} (process ${holder}) …`);
    said = true;
    await pause(POLL_MS);
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
