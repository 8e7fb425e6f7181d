import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineError } from '../../../electron/contract/errors.ts';
import { lockDataFolder } from '../../../electron/engine/journal/lock.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'blackstart-lock-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function refusal(): EngineError {
  try {
    lockDataFolder(dir).release();
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error('the lock was free');
}

describe('the lock on a data folder', () => {
  it('is held once, and names who holds it', () => {
    const lock = lockDataFolder(dir);
    expect(refusal()).toMatchObject({ code: 'locked', message: expect.stringContaining(`process ${process.pid}`) });
    lock.release();
    lockDataFolder(dir).release();
  });

  it('still says locked when the note about the holder is gone', () => {
    const lock = lockDataFolder(dir);
    rmSync(join(dir, 'lock.pid'));
    expect(refusal().message).toMatch(/^Another Blackstart holds/u);
    lock.release();
  });

  it('is free again when its holder was killed with SIGKILL', async () => {
    const module = new URL('../../../electron/engine/journal/lock.ts', import.meta.url).href;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', `import { lockDataFolder } from ${JSON.stringify(module)}; lockDataFolder(${JSON.stringify(dir)}); console.log('held'); setInterval(() => 0, 1e6);`], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(holder.stdout, 'data');
    expect(refusal()).toMatchObject({ code: 'locked', message: expect.stringContaining(`process ${holder.pid}`) });
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    lockDataFolder(dir).release();
  });

  it('refuses a lock file that something else wrote', () => {
    writeFileSync(join(dir, 'lock'), 'x'.repeat(5000));
    expect(refusal()).toMatchObject({ code: 'refused', message: expect.stringMatching(/is not a lock/u) });
  });

  it('cannot be taken where a folder cannot be made', () => {
    writeFileSync(join(dir, 'file'), '');
    dir = join(dir, 'file');
    expect(refusal().code).toBe('disk');
    dir = join(dir, '..');
  });
});
