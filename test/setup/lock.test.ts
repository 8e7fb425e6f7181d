import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withLock } from '../../electron/setup/lock.mjs';
import { CACHE } from '../../electron/setup/places.mjs';

describe('the lock between two commands', () => {
  it('lets one in at a time', async () => {
    const name = `test-${randomUUID()}`;
    const order: string[] = [];
    const work = (who: string) => async (): Promise<void> => {
      order.push(`${who} in`);
      await new Promise(setImmediate);
      order.push(`${who} out`);
    };
    await Promise.all([withLock(name, work('a')), withLock(name, work('b'))]);
    expect(order).toHaveLength(4);
    expect(order[1]).toBe(order[0]?.replace('in', 'out'));
    expect(existsSync(join(CACHE, `${name}.lock`))).toBe(false);
  });

  it('is taken over from a process that died with it', async () => {
    const name = `test-${randomUUID()}`;
    const dead = spawnSync(process.execPath, ['--version']).pid;
    mkdirSync(CACHE, { recursive: true });
    writeFileSync(join(CACHE, `${name}.lock`), String(dead));
    expect(await withLock(name, () => 'done')).toBe('done');
  });

  it('is given back when the work fails', async () => {
    const name = `test-${randomUUID()}`;
    await expect(withLock(name, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await withLock(name, () => 'again')).toBe('again');
  });
});
