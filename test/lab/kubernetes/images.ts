/**
 * Container images made offline from this machine's own Debian files, with umoci and skopeo: a pause container, a small system (busybox),
 * and PostgreSQL with its clients. They are docker archives in the cache, made again when Debian's package or this file changes.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { say } from '../place.ts';
import type { LabPlace } from '../unit.ts';

export const IMAGE_PACKAGES = ['umoci', 'skopeo', 'busybox-static', 'postgresql-15'];
export const PAUSE = 'drill.local/pause:1';
export const BUSYBOX = 'drill.local/busybox:1';
export const POSTGRES = 'drill.local/postgres:15';
/** A web application that is healthy while it can read its database. */
export const BACKEND = 'drill.local/backend:1';
const PG = '/usr/lib/postgresql/15';

/** Another recipe makes another archive. */
const RECIPE_BOOK = createHash('sha256').update(readFileSync(import.meta.filename)).digest('hex').slice(0, 8);

interface Recipe {
  image: string;
  /** Packages whose versions are part of the archive's name. */
  of: readonly string[];
  fill(root: string): void;
  config: readonly string[];
}

const RECIPES: readonly Recipe[] = [
  { image: PAUSE, of: ['busybox-static'], fill: fillBusybox, config: entrypoint('/bin/sleep', '2147483647') },
  { image: BUSYBOX, of: ['busybox-static'], fill: fillBusybox, config: entrypoint('/bin/sh', '-c', 'trap "exit 0" TERM; while :; do sleep 1; done') },
  { image: POSTGRES, of: ['busybox-static', 'postgresql-15'], fill: fillPostgres, config: ['--config.user', '999:999', '--config.env', `PATH=${PG}/bin:/usr/bin:/bin`, ...entrypoint('/start.sh')] },
  { image: BACKEND, of: ['busybox-static', 'postgresql-client-15'], fill: fillBackend, config: entrypoint('/serve.sh') },
];

/** The archive of one image, made where the cache lacks it. */
export function imageArchive(place: LabPlace, image: string): string {
  const recipe = RECIPES.find((known) => known.image === image);
  if (recipe === undefined) throw new Error(`nobody knows how to make the image ${image}`);
  const folder = join(place.cache, 'images');
  mkdirSync(folder, { recursive: true });
  const name = image.replaceAll(/[/:]/gu, '-');
  const archive = join(folder, `${name}_${RECIPE_BOOK}_${versionsOf(recipe.of)}.tar`);
  if (existsSync(archive)) return archive;
  for (const old of readdirSync(folder).filter((file) => file.startsWith(`${name}_`))) rmSync(join(folder, old));
  make(recipe, archive);
  return archive;
}

/** All of them. */
export function imageArchives(place: LabPlace): string[] {
  return RECIPES.map(({ image }) => imageArchive(place, image));
}

function versionsOf(packages: readonly string[]): string {
  return execFileSync('dpkg-query', ['-W', '-f', '${Version}\n', ...packages], { encoding: 'utf8' }).trim().replaceAll('\n', '_').replaceAll(/[^A-Za-z0-9._+-]/gu, '-');
}

function entrypoint(...words: string[]): string[] {
  return words.flatMap((word) => ['--config.entrypoint', word]);
}

function make({ image, fill, config }: Recipe, archive: string): void {
  say(`making the image ${image} from this machine's Debian files`);
  const work = mkdtempSync(join(tmpdir(), 'bs-image-'));
  const tool = (program: string, ...words: string[]): void => void execFileSync(program, words, { cwd: work, stdio: ['ignore', 'ignore', 'pipe'] });
  try {
    tool('umoci', 'init', '--layout', 'layout');
    tool('umoci', 'new', '--image', 'layout:made');
    tool('umoci', 'unpack', '--image', 'layout:made', 'bundle');
    fill(join(work, 'bundle', 'rootfs'));
    tool('umoci', 'repack', '--image', 'layout:made', 'bundle');
    tool('umoci', 'config', '--image', 'layout:made', ...config);
    tool('skopeo', '--insecure-policy', 'copy', '--quiet', 'oci:layout:made', `docker-archive:made.tar:${image}`);
    cpSync(join(work, 'made.tar'), `${archive}.part`);
    renameSync(`${archive}.part`, archive);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function fillBusybox(root: string): void {
  for (const folder of ['bin', 'etc', 'tmp', 'dev', 'proc', 'sys', 'usr/bin', 'var', 'backups']) mkdirSync(join(root, folder), { recursive: true });
  chmodSync(join(root, 'tmp'), 0o1777);
  cpSync('/bin/busybox', join(root, 'bin', 'busybox'));
  const applets = execFileSync('/bin/busybox', ['--list'], { encoding: 'utf8' }).trim().split('\n');
  for (const applet of applets.filter((name) => name !== 'busybox')) symlinkSync('busybox', join(root, 'bin', applet));
  writeFileSync(join(root, 'etc', 'passwd'), 'root:x:0:0:root:/:/bin/sh\n');
  writeFileSync(join(root, 'etc', 'group'), 'root:x:0:\n');
}

/** Server, clients and every library that they load, without the compiler of queries, which is larger than all of it; the account has the number that the official image gives it. */
function fillPostgres(root: string): void {
  fillBusybox(root);
  for (const folder of ['var/lib/postgresql', 'var/run/postgresql', 'usr/share/zoneinfo', 'usr/lib/locale']) mkdirSync(join(root, folder), { recursive: true });
  for (const path of [`${PG}/bin`, `${PG}/lib`, '/usr/share/postgresql/15', '/usr/share/zoneinfo/UTC', '/usr/share/zoneinfo/Etc', '/usr/lib/locale/C.utf8']) cpSync(path, join(root, path), { recursive: true, dereference: true, filter: (from) => !/\/lib\/(bitcode|pgxs|llvmjit)/u.test(from) });
  copyLibraries(root, [...readdirSync(`${PG}/bin`).map((name) => `${PG}/bin/${name}`), ...readdirSync(`${PG}/lib`).filter((name) => name.endsWith('.so') && !name.startsWith('llvmjit')).map((name) => `${PG}/lib/${name}`)]);
  for (const name of ['psql', 'pg_dump', 'pg_dumpall', 'pg_restore', 'pg_isready', 'createdb', 'dropdb']) symlinkSync(`${PG}/bin/${name}`, join(root, 'usr', 'bin', name));
  appendFileSync(join(root, 'etc', 'passwd'), 'postgres:x:999:999::/var/lib/postgresql:/bin/sh\n');
  appendFileSync(join(root, 'etc', 'group'), 'postgres:x:999:\n');
  for (const path of ['var/lib/postgresql', 'var/run/postgresql', 'backups']) execFileSync('chown', ['999:999', join(root, path)]);
  writeFileSync(join(root, 'start.sh'), START, { mode: 0o755 });
}

/** Where the loader looks for them: a merged /usr on the host becomes real folders in the image. */
function copyLibraries(root: string, objects: readonly string[]): void {
  for (const library of new Set(objects.flatMap(librariesOf))) {
    mkdirSync(join(root, dirname(library)), { recursive: true });
    cpSync(realpathSync(library), join(root, library));
  }
}

/** psql alone of PostgreSQL. */
function fillBackend(root: string): void {
  fillBusybox(root);
  copyLibraries(root, [`${PG}/bin/psql`]);
  cpSync(`${PG}/bin/psql`, join(root, 'usr', 'bin', 'psql'));
  writeFileSync(join(root, 'serve.sh'), SERVE, { mode: 0o755 });
}

function librariesOf(object: string): string[] {
  try {
    return execFileSync('ldd', [object], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).match(/\/\S+(?= \(0x)/gu) ?? [];
  } catch {
    // A script is no object that the loader knows.
    return [];
  }
}

const START = `#!/bin/sh
cd /var/lib/postgresql
[ -f data/PG_VERSION ] || { initdb -D data -U postgres -A trust -E UTF8 --locale=C.UTF-8 >/dev/null; echo 'host all all all scram-sha-256' >> data/pg_hba.conf; }
exec postgres -D data -c listen_addresses='*' -c unix_socket_directories=/var/run/postgresql
`;

/**
 * The web server listens on LISTEN:PORT alone. Its pages are there while DATABASE_URL leads to a database in which users can be counted, and
 * are away half a second after it does not. Two servers can share a host for the moment of a rollout: the new one waits for the port.
 */
const SERVE = `#!/bin/sh
trap 'exit 0' TERM
mkdir -p /www/auth
while :; do httpd -f -p "$LISTEN:$PORT" -h /www; sleep 0.3; done 2>/dev/null &
while :; do
  if users=$(psql "$DATABASE_URL" --no-psqlrc --quiet --no-align --tuples-only --command='SELECT count(*) FROM users'); then
    for page in index.html health auth/health; do echo "users: $users" > "/www/$page"; done
  else
    rm -f /www/index.html /www/health /www/auth/health
  fi
  sleep 0.5 & wait $!
done
`;
