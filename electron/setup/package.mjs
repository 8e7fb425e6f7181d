// `npm run package [-- --flavour fallback-test] [TARGET…]`: an unpacked application in release/, or what the targets name (deb, AppImage, dmg, nsis).
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from './build.mjs';
import { ensureElectron } from './electron-runtime.mjs';
import { ensureInstalled } from './install.mjs';
import { findNode } from './node.mjs';
import { ROOT, say, stop } from './places.mjs';
import { stagePackage } from './stage-package.mjs';

/**
 * @param {'shipping' | 'fallback-test'} flavour
 * @returns {Promise<string>} the unpacked application's folder
 */
export async function makePackage(flavour, targets = []) {
  const out = join(ROOT, 'release', flavour);
  await ensureBuilt(['engine', 'renderer']);
  await ensureBuilt(['shell'], { out, flavour });
  const runtime = await ensureElectron();
  if (runtime.fallback && flavour === 'shipping') say(`only Electron ${runtime.version} could be had: this package shows that packaging works, but its engine needs the newer one`);
  stagePackage(join(out, 'stage'), join(out, 'shell'));
  const script = fileURLToPath(new URL('./make-package.mjs', import.meta.url));
  // Under a test runner electron-builder would link files instead of copying: a file of two names could be changed from elsewhere.
  const { NODE_OPTIONS: _options, VITEST: _runner, ...env } = process.env;
  const unpacked = join(out, 'dist', { linux: 'linux-unpacked', darwin: `mac${process.arch === 'arm64' ? '-arm64' : ''}`, win32: 'win-unpacked' }[process.platform] ?? '');
  const { status } = spawnSync(findNode(), [script, flavour, out, unpacked, JSON.stringify(runtime), ...targets], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
    env,
  });
  if (status !== 0) throw new Error('electron-builder failed; its messages are above');
  return unpacked;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const words = process.argv.slice(2);
  const at = words.indexOf('--flavour');
  const flavour = at < 0 ? 'shipping' : words.splice(at, 2)[1];
  if (flavour !== 'shipping' && flavour !== 'fallback-test') stop('there are two flavours: shipping and fallback-test');
  await ensureInstalled();
  say(`the application lies in ${await makePackage(flavour, words)}`);
}
