// Lays out what goes into the package: the bundles, the runbooks, and of node_modules only the native modules, for this system alone.
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BUILD, MODULES, ROOT } from './places.mjs';

const PLATFORM = `${process.platform}-${process.arch}`;
/** What the bundles leave outside; the rest is inside them. keytar is there where the machine could build it. */
const NATIVE = ['better-sqlite3', '@lydell/node-pty', '@napi-rs/keyring', 'keytar'];
const ABOUT = ['name', 'productName', 'version', 'description', 'license', 'author', 'homepage'];

function copy(from, to, filter = () => true) {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true, filter });
}

/** The packages that carry the binaries for this system: `@scope/name-linux-x64`, `@scope/name-linux-x64-gnu`. */
function binariesOf(name) {
  const scope = name.startsWith('@') ? name.slice(0, name.indexOf('/')) : null;
  if (scope === null) return [];
  const bare = name.slice(scope.length + 1);
  return readdirSync(join(MODULES, scope)).filter((entry) => entry.startsWith(`${bare}-${PLATFORM}`)).map((entry) => `${scope}/${entry}`);
}

function isBuilt(name) {
  return name !== 'keytar' || existsSync(join(MODULES, 'keytar', 'build', 'Release', 'keytar.node'));
}

/** Sources, headers and other systems' binaries stay behind. */
function isNeeded(path) {
  const inside = path.slice(MODULES.length + 1).split(/[\\/]/).join('/');
  if (/^better-sqlite3\/(deps|src|binding\.gyp)/.test(inside) || /^keytar\/(src|node_modules|build\/(?!Release))/.test(inside)) return false;
  const prebuilt = /^better-sqlite3\/prebuilds\/(.+)\.node$/.exec(inside);
  return prebuilt === null || prebuilt[1] === PLATFORM;
}

function stageModules(folder) {
  const present = NATIVE.filter((name) => existsSync(join(MODULES, name)) && isBuilt(name));
  const all = present.flatMap((name) => [name, ...binariesOf(name)]);
  for (const name of all) copy(join(MODULES, name), join(folder, 'node_modules', name), isNeeded);
}

/**
 * Two folders: `asar` for what Electron reads, `unpacked` for what a plain Node reads, which cannot look into an archive.
 * @param {string} shell where the shell's bundle of the wanted flavour lies
 */
export function stagePackage(folder, shell) {
  rmSync(folder, { recursive: true, force: true });
  const [asar, unpacked] = [join(folder, 'asar'), join(folder, 'unpacked')];
  const noStamp = (path) => !path.endsWith('.stamp');
  copy(shell, join(asar, 'build', 'shell'), noStamp);
  copy(join(BUILD, 'renderer'), join(asar, 'build', 'renderer'), noStamp);
  copy(join(BUILD, 'engine'), join(unpacked, 'build', 'engine'), noStamp);
  const launcher = process.platform === 'win32' ? 'blackstart.cmd' : 'blackstart';
  copy(join(ROOT, 'electron', 'cli', launcher), join(unpacked, 'electron', 'cli', launcher));
  for (const part of ['runbooks', 'assets/fonts', 'LICENSE']) copy(join(ROOT, part), join(unpacked, part));
  stageModules(unpacked);
  const about = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const own = Object.fromEntries(ABOUT.map((key) => [key, about[key]]));
  writeFileSync(join(asar, 'package.json'), `${JSON.stringify({ ...own, main: 'build/shell/main.cjs' }, null, 2)}\n`);
}
