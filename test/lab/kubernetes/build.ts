/**
 * Kubernetes 1.20.2 from Debian's own source package (its Go dependencies are vendored, so nothing but a Debian mirror is needed). Debian
 * ships only the client of it; the servers are built once, in about four minutes, and kept in the cache.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePackages } from '../packages.ts';
import { say } from '../place.ts';
import type { LabPlace } from '../unit.ts';

const VERSION = '1.20.2';
const PROGRAMS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet'] as const;
/** The library that reads maps for JSON: the vendored copy is older than Go 1.18, and an API server with it dies of the first custom resource. */
const REFLECTION = 'github.com/modern-go/reflect2';
export const BUILD_PACKAGES = ['golang-1.19-go', 'make', 'gcc', 'rsync', 'golang-github-modern-go-reflect2-dev'];

export function kubernetesFolder(place: LabPlace): string {
  return join(place.cache, `kubernetes-${VERSION}-reflect2`);
}

export function isBuilt(place: LabPlace): boolean {
  return PROGRAMS.every((name) => existsSync(join(kubernetesFolder(place), name)));
}

/** The path of one program, built when it is not in the cache. */
export function kubernetesProgram(place: LabPlace, name: (typeof PROGRAMS)[number]): string {
  if (!isBuilt(place)) build(place);
  return join(kubernetesFolder(place), name);
}

function build(place: LabPlace): void {
  say(`building Kubernetes ${VERSION} into ${kubernetesFolder(place)}, this takes about five minutes the first time …`);
  ensurePackages(BUILD_PACKAGES);
  const work = join(place.cache, 'kubernetes-source');
  rmSync(work, { recursive: true, force: true });
  for (const folder of ['lists/partial', 'home', 'source']) mkdirSync(join(work, folder), { recursive: true });
  fetchSource(work);
  compile(join(work, 'source'), join(work, 'home'));
  keep(join(work, 'source', '_output', 'local', 'bin', 'linux', process.arch === 'arm64' ? 'arm64' : 'amd64'), kubernetesFolder(place));
  rmSync(work, { recursive: true, force: true });
}

/** With lists and settings of our own: the machine's list of sources stays as it is. */
function fetchSource(work: string): void {
  const mirrors = execFileSync('apt-get', ['indextargets', '--format', '$(REPO_URI)'], { encoding: 'utf8' }).split('\n').filter((uri) => uri !== '' && !uri.includes('-security'));
  const [mirror = 'http://deb.debian.org/debian/'] = [...new Set(mirrors)].sort();
  writeFileSync(join(work, 'source.list'), `deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${mirror} bookworm main\n`);
  const options = [`Dir::Etc::sourcelist=${work}/source.list`, 'Dir::Etc::sourceparts=/dev/null', `Dir::State::lists=${work}/lists`, `Dir::Cache=${work}`, 'APT::Sandbox::User=root'].flatMap((option) => ['-o', option]);
  execFileSync('apt-get', ['-qq', ...options, 'update'], { cwd: work, stdio: ['ignore', 2, 2] });
  execFileSync('apt-get', ['-qq', ...options, 'source', '--download-only', 'kubernetes'], { cwd: work, stdio: ['ignore', 2, 2] });
  const archive = readdirSync(work).find((name) => /^kubernetes_.*\.orig\.tar\.gz$/u.test(name));
  if (archive === undefined) throw new Error("Debian's source package of kubernetes holds no orig.tar.gz");
  execFileSync('tar', ['xzf', archive, '-C', 'source', '--strip-components=1'], { cwd: work });
  const vendored = join(work, 'source', 'vendor', REFLECTION);
  rmSync(vendored, { recursive: true });
  cpSync(join('/usr/share/gocode/src', REFLECTION), vendored, { recursive: true });
}

function compile(source: string, home: string): void {
  const inPath = join(source, '.go', 'src', 'k8s.io');
  mkdirSync(inPath, { recursive: true });
  symlinkSync('../../..', join(inPath, 'kubernetes'));
  const env = {
    PATH: '/usr/lib/go-1.19/bin:/usr/local/bin:/usr/bin:/bin', HOME: home, GOPATH: join(source, '.go'), CGO_ENABLED: '0', GOPROXY: 'off',
    KUBE_GIT_VERSION: `v${VERSION}`, KUBE_GIT_TREE_STATE: 'archive', KUBE_GIT_COMMIT: 'debian', KUBE_GIT_MAJOR: '1', KUBE_GIT_MINOR: '20',
  };
  execFileSync('make', [`WHAT=${PROGRAMS.map((name) => `cmd/${name}`).join(' ')}`], { cwd: source, env, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** The folder appears with all of its programs or not at all. */
function keep(from: string, folder: string): void {
  const half = `${folder}.part`;
  rmSync(half, { recursive: true, force: true });
  mkdirSync(half, { recursive: true });
  for (const name of PROGRAMS) {
    copyFileSync(join(from, name), join(half, name));
    chmodSync(join(half, name), 0o755);
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(half, folder);
}
