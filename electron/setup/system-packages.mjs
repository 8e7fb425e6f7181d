// Debian packages that the tests use: a screen without a monitor for Electron, and the real tools that runbooks drive.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { say, stop } from './places.mjs';

const PACKAGES = [
  ...['xvfb', 'libgtk-3-0', 'libnss3', 'libasound2', 'libgbm1', 'libxss1', 'libatk-bridge2.0-0', 'libdrm2'],
  ...['postgresql', 'pgbackrest', 'age', 'openssl', 'sqlite3', 'strace', 'gnupg', 'zstd', 'python3', 'ssss', 'skopeo', 'git', 'dbus', 'gnome-keyring', 'libsecret-tools', 'iproute2'],
  // keytar has no prebuilt binary: its tests build it
  ...['libsecret-1-dev', 'pkg-config', 'make', 'g++'],
  ...['mariadb-server-core', 'mariadb-client', 'restic', 'xz-utils', 'bzip2', 'radosgw', 'ceph-mon', 'ceph-osd'],
];

/** Many have it from elsewhere, at the same place as Debian's package. */
const KUBECTL = ['/usr/bin/kubectl', '/usr/local/bin/kubectl'].some((path) => existsSync(path)) ? [] : ['kubernetes-client'];

export function isDebian() {
  return process.platform === 'linux' && existsSync('/usr/bin/dpkg-query');
}

/** Those of the packages that are not installed. */
export function missingPackages(names) {
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status} ${Package}\n', ...names], { encoding: 'utf8' });
  const present = new Set(stdout.split('\n').filter((line) => line.startsWith('installed ')).map((line) => line.slice('installed '.length)));
  return names.filter((name) => !present.has(name));
}

function apt(words) {
  return spawnSync('apt-get', words, { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }).status === 0;
}

/** Root only. Whether they are installed now. */
export function installPackages(names) {
  say(`installing Debian packages: ${names.join(' ')}`);
  const install = ['install', '-y', '--no-install-recommends', ...names];
  return apt(install) || (apt(['update']) && apt(install));
}

/** Installs what is missing when we may; otherwise says how, and ends with a status that is not 0. */
export function ensureSystemPackages() {
  if (!isDebian()) return;
  const missing = missingPackages([...PACKAGES, ...KUBECTL]);
  if (missing.length === 0) return;
  const line = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid?.() !== 0) stop(`the tests need Debian packages that are not installed. Run:\n  sudo ${line}`);
  if (!installPackages(missing)) stop(`could not install them; run by hand:\n  ${line}`);
}

// Run by itself it lists them, for another installer.
if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(`${[...PACKAGES, ...KUBECTL].join(' ')}\n`);
