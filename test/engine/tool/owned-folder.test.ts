import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeOwnedFolder, orphanedFolders } from '../../../electron/engine/tool/owned-folder.ts';

let parent: string;
beforeEach(() => { parent = mkdtempSync(join(tmpdir(), 'owned-')); });
afterEach(() => rmSync(parent, { recursive: true }));

describe('a folder of a process', () => {
  it('is its owner’s alone and no orphan while the owner lives', () => {
    const folder = makeOwnedFolder(parent, 'thing');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(orphanedFolders(parent, 'thing')).toEqual([]);
  });

  it('is an orphan when its owner has ended, or its pid is another’s now', () => {
    const ended = join(parent, 'thing-999999-1-AbCdEf');
    const reused = join(parent, `thing-${process.pid}-1-AbCdEf`);
    for (const folder of [ended, reused, join(parent, 'thing-other'), join(parent, 'else-999999-1-AbCdEf')]) mkdirSync(folder);
    symlinkSync(tmpdir(), join(parent, 'thing-999998-1-AbCdEf'));
    expect(orphanedFolders(parent, 'thing').sort()).toEqual([ended, reused].sort());
  });

  it('is looked for in vain where there is no such parent', () => {
    expect(existsSync(join(parent, 'gone'))).toBe(false);
    expect(orphanedFolders(join(parent, 'gone'), 'thing')).toEqual([]);
  });
});
