import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findDataDir, type Surroundings } from '../../electron/engine/data-dir.ts';

const linux: Surroundings = { platform: 'linux', env: {}, home: '/home/op', cwd: '/somewhere' };

describe('the data folder', () => {
  it('is the one on the command line, else the one in the environment', () => {
    const env = { BLACKSTART_DATA: '/from/env' };
    expect(findDataDir('/from/option', { ...linux, env })).toBe(resolve('/from/option'));
    expect(findDataDir(undefined, { ...linux, env })).toBe(resolve('/from/env'));
  });
  it('counts a relative path from the caller\'s folder', () => {
    expect(findDataDir('kit', linux)).toBe(resolve('/somewhere/kit'));
  });
  it.each([
    ['linux', {}, '/home/op/.local/share/blackstart'],
    ['linux', { XDG_DATA_HOME: '/xdg' }, '/xdg/blackstart'],
    ['linux', { XDG_DATA_HOME: 'relative' }, '/home/op/.local/share/blackstart'],
    ['linux', { BLACKSTART_DATA: '' }, '/home/op/.local/share/blackstart'],
    ['darwin', {}, '/home/op/Library/Application Support/Blackstart'],
    ['win32', { LOCALAPPDATA: 'C:\\Users\\op\\AppData\\Local' }, 'C:\\Users\\op\\AppData\\Local\\Blackstart'],
  ] as const)('is the platform\'s own otherwise (%s %o)', (platform, env, expected) => {
    expect(findDataDir(undefined, { ...linux, platform, env })).toBe(expected);
  });
});
