import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanEnvironment, CONTENT_POLICY, fileFor } from '../../electron/security.ts';

const FOLDER = resolve('/opt/page');

describe('the address of a file of the page', () => {
  it('names a file below the page\'s folder', () => {
    expect(fileFor(FOLDER, 'app://blackstart/index.html')).toBe(resolve(FOLDER, 'index.html'));
    expect(fileFor(FOLDER, 'app://blackstart/assets/a%20b.js?x#y')).toBe(resolve(FOLDER, 'assets/a b.js'));
  });
  it.each(['app://blackstart/../../etc/passwd', 'app://blackstart/%2e%2e/%2e%2e/etc/passwd'])('%s stays below it: an address has no folder above its root', (address) => {
    expect(fileFor(FOLDER, address)).toBe(resolve(FOLDER, 'etc/passwd'));
  });
  it.each([
    'app://blackstart/..%2f..%2fetc/passwd',
    'app://blackstart/..%5c..%5cetc',
    'app://blackstart/a%00.html',
    'app://blackstart/%ff',
    'app://blackstart/',
    'app://other/index.html',
    'file:///etc/passwd',
    'https://blackstart/index.html',
  ])('%s names none', (address) => {
    expect(fileFor(FOLDER, address)).toBeNull();
  });
  it('never leaves the folder, whatever the path', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('..', '%2e%2e', '.', 'a', '%2f', '%5c', '\\', '%00', 'ä', '%')), (parts) => {
        const file = fileFor(FOLDER, `app://blackstart/${parts.join('/')}`);
        expect(file === null || file.startsWith(`${FOLDER}/`)).toBe(true);
      }),
    );
  });
});

describe('the engine\'s environment', () => {
  it('holds no variable that makes a program load or run something else', () => {
    const hostile = { NODE_OPTIONS: '--require x', LD_PRELOAD: 'x.so', ld_preload: 'x', DYLD_INSERT_LIBRARIES: 'x', ELECTRON_RUN_AS_NODE: '1', NODE_PATH: 'x', NODE_COMPILE_CACHE: 'x', BLACKSTART_ENGINE_NODE: 'x' };
    expect(cleanEnvironment({ ...hostile, PATH: '/bin', HOME: '/home/op', BLACKSTART_DATA: '/data', UNSET: undefined })).toEqual({ PATH: '/bin', HOME: '/home/op', BLACKSTART_DATA: '/data' });
  });
});

describe('the content policy', () => {
  it('allows no remote source, no inline script and no eval', () => {
    expect(CONTENT_POLICY).toContain("default-src 'none'");
    expect(CONTENT_POLICY).toContain("script-src 'self';");
    expect(CONTENT_POLICY).not.toMatch(/https?:|\*|unsafe-eval/);
  });
});
