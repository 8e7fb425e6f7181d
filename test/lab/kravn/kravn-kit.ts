/** The kit of Kravn: a backup of each engine made by that engine's own tool, the key and a canary, the chart and its values. */
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { sealValue } from '../../../electron/engine/drill/seal.ts';
import { labEnv } from '../daemon.ts';
import { giveToLab } from '../lab-account.ts';
import { binFolder } from '../units/helm.ts';
import { mariadb, mariadbDump, mariadbPassword } from '../units/mariadb.ts';
import { labPostgres } from '../units/postgres.ts';
import type { LabPlace } from '../unit.ts';
import { writePhoto } from '../write-photo.ts';
import { kravnSql, type Dialect } from './kravn-data.ts';

export const VERSION = '0.1.91';
const SOURCE = 'kravn_source';

export interface KravnKit {
  kit: string;
  backup: string;
  secret: string;
  photo: string;
  chart: string;
}

/** Everything for one engine. The newest row is a little older than the dump, as after a quiet hour. */
export function makeKravnKit(place: LabPlace, folder: string, engine: Dialect, newest: Date): KravnKit {
  const kit = join(folder, 'kit');
  const backups = join(kit, 'backup', engine);
  mkdirSync(backups, { recursive: true, mode: 0o700 });
  giveToLab(kit);
  const secret = randomBytes(24).toString('base64url');
  const backup = backUp(place, engine, backups, kravnSql(engine, secret, newest));
  writeSums(join(backups, 'SHA256SUMS'), [backup]);
  const texts = { 'kravn-secret': secret, 'canary.txt': sealValue('canary of Kravn', Buffer.from(secret)), 'pg-password': randomBytes(9).toString('base64url'), 'mysql-password': engine === 'mysql' ? mariadbPassword(place) : randomBytes(9).toString('base64url'), 'database-url': `postgres://kravn:${randomBytes(9).toString('hex')}@kravn-db/kravn` };
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(kit, name), `${text}\n`, { mode: 0o600 });
  copyFileSync(join(import.meta.dirname, 'values.yaml'), join(kit, 'values.yaml'));
  writeSums(join(kit, 'SHA256SUMS'), [join(kit, 'values.yaml')]);
  const photo = join(kit, 'logged-in.png');
  writePhoto(photo);
  const chart = packChart(place, kit);
  giveToLab(folder);
  return { kit, backup, secret, photo, chart };
}

function backUp(place: LabPlace, engine: Dialect, folder: string, sql: string): string {
  switch (engine) {
    case 'postgres': return backUpPostgres(place, join(folder, 'kravn.dump'), sql);
    case 'mysql': return backUpMysql(place, join(folder, 'kravn.sql'), sql);
    case 'sqlite': return backUpSqlite(join(folder, 'kravn.sqlite'), sql);
  }
}

function backUpPostgres(place: LabPlace, file: string, sql: string): string {
  const postgres = labPostgres(place);
  const drop = `DROP DATABASE IF EXISTS ${SOURCE} WITH (FORCE)`;
  postgres.sql(drop);
  postgres.sql(`CREATE DATABASE ${SOURCE}`);
  postgres.sql(sql, SOURCE);
  postgres.client('pg_dump', '--format=custom', `--file=${file}`, SOURCE);
  postgres.sql(drop);
  return file;
}

function backUpMysql(place: LabPlace, file: string, sql: string): string {
  mariadb(place, `DROP DATABASE IF EXISTS ${SOURCE}; CREATE DATABASE ${SOURCE} CHARACTER SET utf8mb4`);
  mariadb(place, sql, SOURCE);
  mariadbDump(place, SOURCE, file);
  mariadb(place, `DROP DATABASE ${SOURCE}`);
  return file;
}

/** By SQLite's own copy of a database that is open. */
function backUpSqlite(file: string, sql: string): string {
  const source = `${file}.source`;
  execFileSync('sqlite3', ['-batch', '-bail', source], { input: sql, env: labEnv() });
  execFileSync('sqlite3', ['-batch', source, `.backup '${file}'`], { env: labEnv() });
  rmSync(source);
  return file;
}

/** As sha256sum writes them; names are relative to the list. */
function writeSums(list: string, files: readonly string[]): void {
  writeFileSync(list, files.map((file) => `${createHash('sha256').update(readFileSync(file)).digest('hex')}  ${basename(file)}\n`).join(''));
}

function packChart(place: LabPlace, folder: string): string {
  execFileSync(join(binFolder(place), 'helm'), ['package', join(import.meta.dirname, 'chart'), '--destination', folder], { env: labEnv(), stdio: ['ignore', 'pipe', 'pipe'] });
  return join(folder, `kravn-${VERSION}.tgz`);
}
