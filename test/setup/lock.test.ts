import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
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

  it('is taken over from a process that nobody has reaped, and from one whose number another has by now', async () => {
    // The shell becomes a program that never waits for its child, which stays a zombie.
    const parent = spawn('/bin/sh', ['-c', 'sleep 0 & echo $!; exec sleep 600'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [zombie] = z.tuple([z.instanceof(Buffer)]).parse(await once(parent.stdout, 'data'));
    for (const holder of [zombie.toString().trim(), `${process.pid} 1`]) {
      const name = `test-${randomUUID()}`;
      writeFileSync(join(CACHE, `${name}.lock`), holder);
      expect(await withLock(name, () => 'done')).toBe('done');
    }
    parent.kill('SIGKILL');
  });

  it('is taken over by one of many that find it dead, and by the next when that is killed', { timeout: 60_000 }, async () => {
    const name = `test-${randomUUID()}`;
    writeFileSync(join(CACHE, `${name}.lock`), '1 1');
    const told = join(CACHE, `${name}.told`);
    const lock = JSON.stringify(new URL('../../electron/setup/lock.mjs', import.meta.url).href);
    const code = `import { appendFileSync } from 'node:fs'; import { withLock } from ${lock};
      await withLock('${name}', () => { appendFileSync('${told}', 'in '); for (const until = Date.now() + 20; Date.now() < until;); appendFileSync('${told}', 'out '); if (process.argv[1] === 'dies') process.kill(process.pid, 'SIGKILL'); });`;
    const many = Array.from({ length: 8 }, (_, index) => spawn(process.execPath, ['--input-type=module', '-e', code, index % 2 === 0 ? 'dies' : 'lives'], { stdio: 'ignore' }));
    await Promise.all(many.map((one) => once(one, 'exit')));
    expect(readFileSync(told, 'utf8')).toBe('in out '.repeat(8));
    for (const left of ['told', 'lock']) rmSync(join(CACHE, `${name}.${left}`), { force: true });
  });

  it('is given back when the work fails', async () => {
    const name = `test-${randomUUID()}`;
    await expect(withLock(name, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await withLock(name, () => 'again')).toBe('again');
  });
});
