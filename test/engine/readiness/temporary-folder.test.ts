import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { privateFolder, sweepFolders, temporaryFolder } from '../../../electron/engine/readiness/temporary-folder.ts';
import { startTimeOf } from '../../../electron/engine/tool/process-table.ts';

let parent = '';
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'owned-'));
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

describe('folders of checks', () => {
  it('of a living owner stay, those of a dead one go with what is in them', async () => {
    const ours = temporaryFolder(parent);
    const child = spawn('sleep', ['60']);
    await once(child, 'spawn');
    const pid = child.pid ?? 0;
    const theirs = join(parent, `bs-tmp-${pid}-${startTimeOf(pid) ?? '0'}-abcdef`);
    mkdirSync(theirs);
    writeFileSync(join(theirs, 'plain text of a sealed backup'), 'x');
    expect(sweepFolders(parent)).toBe(0);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(sweepFolders(parent)).toBe(1);
    expect([existsSync(ours), existsSync(theirs)]).toEqual([true, false]);
  });

  it('are not taken for those of another process that got the same number', () => {
    const reused = join(parent, `bs-tmp-${process.pid}-1-abcdef`);
    mkdirSync(reused);
    expect(sweepFolders(parent)).toBe(process.platform === 'linux' ? 1 : 0);
  });

  it('of other names are left alone, also files and a parent that is not there', () => {
    mkdirSync(join(parent, 'bs-tmp-notes'));
    mkdirSync(join(parent, 'other'));
    writeFileSync(join(parent, 'bs-tmp-999999999-1-file'), '');
    expect(sweepFolders(parent)).toBe(0);
    expect(sweepFolders(join(parent, 'nowhere'))).toBe(0);
  });

  it('for secrets are for their owner alone, and in memory where there is room', () => {
    const folder = privateFolder(parent, 1000);
    expect(execFileSync('stat', ['-c', '%a', folder]).toString().trim()).toBe('700');
    expect(privateFolder(parent, 2 ** 60).startsWith(parent)).toBe(true);
    rmSync(folder, { recursive: true });
  });
});
