/**
 * The past of Veza's database as a kit holds it: a pgBackRest repository, and beside it a base backup with the archived WAL. Both were made
 * by a real server that is gone, and end after a moment at which the data was still right.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { giveToLab } from '../lab-account.ts';
import { createServer, dropServer, labRun, makeFolders, PG_BIN, serverIn, sqlOn, startServer, type PostgresServer } from '../postgres-server.ts';
import { SCHEMA, USERS, type Veza } from './veza.ts';

/** Users who came after the backups were taken: only the archived WAL knows them. */
const LATER = 250;
export const USERS_AT_MOMENT = USERS + LATER;
const PORT = 25_456;

export interface History {
  /** The last good moment, as PostgreSQL reads it. */
  moment: string;
  /** A moment later, RFC 3339 UTC: most users are deleted. */
  outageAt: string;
}

/** Takes about ten seconds, with the programs of the unit `postgres`. The password of the application's account is put into the kit as `pg-password`. */
export function makeHistory(veza: Veza): History {
  const folder = join(veza.place.folder, 'past');
  const server = serverIn(folder, 'data', PORT);
  const kit = (name: string): string => join(veza.kit, name);
  for (const path of [folder, kit('pgbackrest'), kit('wal'), kit('base'), join(folder, 'log'), join(folder, 'lock')]) mkdirSync(path, { recursive: true, mode: 0o700 });
  writeFileSync(kit('pgbackrest.conf'), configOf(folder, kit('pgbackrest'), server), { mode: 0o600 });
  writeFileSync(kit('pg-password'), `${veza.password}\n`, { mode: 0o600 });
  giveToLab(folder);
  giveToLab(veza.kit);
  makeFolders(server);
  const archive = `pgbackrest --config=${kit('pgbackrest.conf')} --stanza=veza archive-push %p && cp %p ${kit('wal')}/%f`;
  createServer(server, ['wal_level = replica', 'archive_mode = on', 'max_wal_senders = 3', `archive_command = '${archive}'`]);
  startServer(server);
  try {
    return live(veza, server);
  } finally {
    dropServer(server);
    rmSync(folder, { recursive: true, force: true });
  }
}

function live(veza: Veza, server: PostgresServer): History {
  const pgbackrest = (...words: string[]): string => labRun(['pgbackrest', `--config=${join(veza.kit, 'pgbackrest.conf')}`, '--stanza=veza', ...words], veza.kit);
  pgbackrest('stanza-create');
  sqlOn(server, `CREATE ROLE veza_user LOGIN PASSWORD '${veza.password}'`);
  sqlOn(server, 'CREATE DATABASE veza_db OWNER veza_user');
  sqlOn(server, `SET ROLE veza_user; ${SCHEMA}`, 'veza_db');
  pgbackrest('--type=full', 'backup');
  labRun([`${PG_BIN}/pg_basebackup`, '-h', server.sockets, '-p', String(server.port), '-U', 'postgres', '-D', join(veza.kit, 'base'), '--format=tar', '--gzip', '--wal-method=none', '--checkpoint=fast'], veza.kit);
  sqlOn(server, `SET ROLE veza_user; INSERT INTO users SELECT g, 'user' || g || '@veza.example', now() FROM generate_series(${USERS + 1}, ${USERS_AT_MOMENT}) g`, 'veza_db');
  const moment = lastLine(server, "SELECT pg_sleep_until(date_trunc('second', clock_timestamp()) + interval '1.05 s'); SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || '+00'");
  const outageAt = lastLine(server, "SELECT pg_sleep(0.3); SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')");
  sqlOn(server, 'DELETE FROM uploads; DELETE FROM messages; DELETE FROM members; DELETE FROM users WHERE id > 100; SELECT pg_switch_wal()', 'veza_db');
  pgbackrest('check');
  return { moment, outageAt };
}

function lastLine(server: PostgresServer, statements: string): string {
  return sqlOn(server, statements).split('\n').pop() ?? '';
}

function configOf(folder: string, repository: string, server: PostgresServer): string {
  return [
    '[global]', `repo1-path=${repository}`, 'repo1-retention-full=2', `log-path=${folder}/log`, `lock-path=${folder}/lock`, 'log-level-file=off', 'log-level-console=warn', 'start-fast=y', 'compress-type=zst',
    '[veza]', `pg1-path=${server.data}`, `pg1-port=${server.port}`, `pg1-socket-path=${server.sockets}`, 'pg1-user=postgres', '',
  ].join('\n');
}
