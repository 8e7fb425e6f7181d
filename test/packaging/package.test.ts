/** The packaged application: the one flavour that can also run here, on an older Electron. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getRawHeader } from '@electron/asar';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { formatSigningKey, generateSeed, parseVerifier, signerFromSeed } from '../../electron/engine/note/note.ts';
import { checkBundle } from '../../electron/setup/bundle-manifest.ts';
import { makePackage } from '../../electron/setup/package.mjs';
import { openPackagedWindow, type PackagedWindow } from '../support/packaged-window.ts';

const isLinux = process.platform === 'linux';
const canCutNetwork = isLinux && process.getuid?.() === 0;
const home = mkdtempSync(join(tmpdir(), 'blackstart-packaged-'));
let folder: string;

/** A namespace of its own has no network at all; a laptop without network still has itself. */
const CUT = ['unshare', '-n', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];

/** As on a laptop that was just unpacked: nothing of the checkout in sight, and no network where it can be cut. */
function runPackaged(words: string[]): { status: number | null; stdout: string; stderr: string } {
  const program = join(folder, 'blackstart-cli');
  const [command, ...args] = canCutNetwork ? [...CUT, program, ...words] : [program, ...words];
  return spawnSync(command ?? program, args, { encoding: 'utf8', cwd: home, timeout: 170_000, env: { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', HOME: home, LANG: 'C.UTF-8' } });
}

function filesUnder(place: string): string[] {
  return readdirSync(place, { recursive: true, encoding: 'utf8' });
}

const seed = generateSeed();
const signer = signerFromSeed('release.test', seed);

beforeAll(async () => {
  const key = join(home, 'signing-key');
  writeFileSync(key, formatSigningKey(signer.name, seed), { mode: 0o600 });
  process.env['BLACKSTART_SIGNING_KEY'] = key;
  folder = await makePackage('fallback-test');
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe.runIf(isLinux)('the package', () => {
  it('carries a Node of its own, the native modules for this system alone, and no development files', () => {
    const unpacked = join(folder, 'resources', 'app.asar.unpacked');
    expect(spawnSync(join(folder, 'resources', 'runtime', 'node'), ['--version'], { encoding: 'utf8' }).stdout.trim()).toBe(process.version);
    const natives = filesUnder(join(unpacked, 'node_modules')).filter((file) => file.endsWith('.node'));
    expect(natives.filter((file) => /darwin|win32|musl|arm64/.test(file))).toEqual([]);
    expect(natives).toEqual(expect.arrayContaining([expect.stringContaining('better-sqlite3'), expect.stringContaining('node-pty'), expect.stringContaining('keyring')]));
    expect(filesUnder(unpacked).filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts'))).toEqual([]);
    expect(Object.keys(getRawHeader(join(folder, 'resources', 'app.asar')).header.files).sort()).toEqual(['build', 'package.json']);
    expect(existsSync(join(folder, 'resources', 'default_app.asar'))).toBe(false);
  });

  it('cannot be turned into something else from outside', async () => {
    const wire = await getCurrentFuseWire(join(folder, 'blackstart'));
    expect(wire[FuseV1Options.RunAsNode]).toBe(FuseState.DISABLE);
    expect(wire[FuseV1Options.EnableNodeOptionsEnvironmentVariable]).toBe(FuseState.DISABLE);
    expect(wire[FuseV1Options.EnableNodeCliInspectArguments]).toBe(FuseState.DISABLE);
    expect(wire[FuseV1Options.OnlyLoadAppFromAsar]).toBe(FuseState.ENABLE);
  });

  it('is signed file by file: what was changed, added or taken away shows', async () => {
    const trusted = [parseVerifier(signer.vkey)];
    expect(await checkBundle(folder, trusted)).toEqual([]);
    const changed = join(folder, 'resources', 'app.asar.unpacked', 'build', 'engine', 'blackstart.mjs');
    const size = statSync(changed).size;
    const added = join(folder, 'resources', 'app.asar.unpacked', 'build', 'engine', 'added.mjs');
    appendFileSync(changed, '\n');
    writeFileSync(added, '');
    expect(await checkBundle(folder, trusted)).toEqual([expect.stringMatching(/added\.mjs was added/), expect.stringMatching(/blackstart\.mjs was changed/)]);
    truncateSync(changed, size);
    rmSync(added);
    expect(await checkBundle(folder, trusted)).toEqual([]);
    await expect(checkBundle(folder, [parseVerifier(signerFromSeed('somebody', generateSeed()).vkey)])).rejects.toThrow('No known key signed this');
  });

  it('carries runbooks that its release key signed', () => {
    const { status, stdout } = runPackaged(['runbook', 'verify', join(folder, 'resources', 'app.asar.unpacked', 'runbooks'), '--trust', signer.vkey, '--json', '--data-dir', join(home, 'verify')]);
    expect({ status, ok: JSON.parse(stdout).ok }).toEqual({ status: 0, ok: true });
  });

  it('tells its version on the command line, with the network cut', () => {
    const about: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    const { status, stdout, stderr } = runPackaged(['--version']);
    expect(stderr).toBe('');
    expect(about).toMatchObject({ version: stdout.trim() });
    expect(status).toBe(0);
  });

  it('carries the First drill through on the command line, with the network cut', () => {
    const { status, stdout, stderr } = runPackaged(['drill', 'first', '--data-dir', join(home, 'drill')]);
    expect({ status, said: `${stdout}\n${stderr}` }).toMatchObject({ status: 0, said: expect.stringContaining('Recovery time') });
  });

  it('opens its window, and the page reaches the engine', async () => {
    const dataDir = join(home, 'window');
    const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const env = { PATH: process.env['PATH'], HOME: home, DISPLAY: process.env['DISPLAY'], BLACKSTART_ENGINE_NODE: join(folder, 'resources', 'runtime', 'node') };
    const window = await openPackagedWindow(join(folder, 'blackstart'), [...asRoot, `--data-dir=${dataDir}`], env);
    onTestFinished(() => window.close());
    await untilPageSays(window, 'First drill');
    expect(await window.evaluate('[location.href, typeof require, typeof process].join()')).toBe('app://blackstart/index.html,undefined,undefined');
  });
});

/** A page that never says it fails the test with what it says instead, and with what the program complained of. */
async function untilPageSays(window: PackagedWindow, words: string): Promise<void> {
  let page: unknown = null;
  const says = async (): Promise<boolean> => String(page = await window.evaluate('[location.href, document.readyState, document.body.innerText].join("\\n")')).includes(words);
  await vi.waitUntil(says, { timeout: 60_000, interval: 100 }).catch(() => {
    throw new Error(`The page did not say “${words}” within a minute. It says:\n${String(page)}\nThe program:\n${window.said()}`);
  });
}
