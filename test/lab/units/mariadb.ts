/** A MariaDB on loopback, and an account that may make the databases of Kravn and no others. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { daemonRuns, lastLines, startDaemon, stopDaemon, until } from '../daemon.ts';
import { giveToLab } from '../lab-account.ts';
import { ensurePackages, packagesMissing } from '../packages.ts';
import { unitFolder } from '../place.ts';
import { labRun } from '../postgres-server.ts';
import type { LabPlace, LabUnit } from '../unit.ts';

const PACKAGES = ['mariadb-server', 'mariadb-client'];
export const MARIADB_PORT = 33069;
export const MARIADB_USER = 'drill';
/** The server's own administrator is the account that it runs under, let in through the socket. */
const OWNER = process.getuid?.() === 0 ? 'postgres' : userInfo().username;

export const unit: LabUnit = {
  name: 'mariadb',
  what: 'MariaDB 10.11',
  fidelity: 'real',
  needs: [],
  missing: async () => packagesMissing(PACKAGES),
  async up(place) {
    ensurePackages(PACKAGES);
    const folder = unitFolder(place, unit.name);
    const data = join(folder, 'data');
    if (!existsSync(join(data, 'mysql'))) create(folder, data);
    startDaemon({ folder, name: 'mariadbd', account: 'lab', argv: ['/usr/sbin/mariadbd', '--no-defaults', `--datadir=${data}`, `--socket=${socketOf(place)}`, '--bind-address=127.0.0.1', `--port=${MARIADB_PORT}`, '--skip-name-resolve', '--innodb-buffer-pool-size=32M'] });
    try {
      await until('MariaDB takes connections', () => mariadb(place, 'SELECT 1') === '1', 60_000);
    } catch (error) {
      const last = lastLines(folder, 'mariadbd');
      await unit.down(place);
      throw new Error(`MariaDB did not come up: ${last}`, { cause: error });
    }
    mariadb(place, `CREATE OR REPLACE USER ${MARIADB_USER}@'127.0.0.1' IDENTIFIED BY '${mariadbPassword(place)}'; GRANT ALL ON \`kravn\\_%\`.* TO ${MARIADB_USER}@'127.0.0.1'`);
  },
  async down(place) {
    await stopDaemon(join(place.state, unit.name), 'mariadbd', 30_000);
    rmSync(join(place.state, unit.name), { recursive: true, force: true });
  },
  async status(place) {
    const folder = join(place.state, unit.name);
    if (!daemonRuns(folder, 'mariadbd')) return null;
    return { address: `127.0.0.1:${MARIADB_PORT}`, socket: socketOf(place), user: MARIADB_USER, password: join(folder, 'password'), version: mariadb(place, 'SELECT version()') };
  },
};

function create(folder: string, data: string): void {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, 'password'), `${randomBytes(12).toString('base64url')}\n`, { mode: 0o600 });
  giveToLab(folder);
  labRun(['mariadb-install-db', '--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=socket', `--auth-root-socket-user=${OWNER}`, '--skip-test-db'], folder);
}

const socketOf = (place: LabPlace): string => join(place.state, unit.name, 'socket');

export function mariadbPassword(place: LabPlace): string {
  return readFileSync(join(place.state, unit.name, 'password'), 'utf8').trim();
}

/** Runs the text as the server's administrator and gives the rows, without the last line break. Throws with the client's words. */
export function mariadb(place: LabPlace, text: string, database = ''): string {
  return labRun(['mariadb', '--no-defaults', `--socket=${socketOf(place)}`, `--user=${OWNER}`, '--default-character-set=utf8mb4', '--batch', '--raw', '--skip-column-names', ...(database === '' ? [] : [`--database=${database}`])], join(place.state, unit.name), text).trim();
}

/** A dump as mysqldump writes it. */
export function mariadbDump(place: LabPlace, database: string, file: string): void {
  labRun(['mysqldump', '--no-defaults', `--socket=${socketOf(place)}`, `--user=${OWNER}`, '--single-transaction', '--default-character-set=utf8mb4', `--result-file=${file}`, database], join(place.state, unit.name));
}
