/** A PostgreSQL 15 on loopback that archives its WAL into an encrypted pgBackRest repository. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { giveToLab } from '../lab-account.ts';
import { ensurePackages, packagesMissing } from '../packages.ts';
import { unitFolder } from '../place.ts';
import { createServer, labRun, PG_BIN, serverIn, serverRuns, sqlOn, startServer, stopServer, type PostgresServer } from '../postgres-server.ts';
import type { LabPlace, LabUnit } from '../unit.ts';

const PACKAGES = ['postgresql-15', 'pgbackrest'];
export const POSTGRES_PORT = 55454;
export const STANZA = 'lab';

export const unit: LabUnit = {
  name: 'postgres',
  what: 'PostgreSQL 15, and pgBackRest with an encrypted repository that its WAL goes into',
  fidelity: 'real',
  needs: [],
  missing: async () => packagesMissing(PACKAGES),
  async up(place) {
    ensurePackages(PACKAGES);
    if (!existsSync(join(labPostgres(place).server.data, 'PG_VERSION'))) create(place);
    startServer(labPostgres(place).server);
    labPostgres(place).pgbackrest('stanza-create');
  },
  async down(place) {
    stopServer(labPostgres(place).server);
    rmSync(join(place.state, unit.name), { recursive: true, force: true });
  },
  async status(place) {
    const { server, config, repository } = labPostgres(place);
    if (!serverRuns(server)) return null;
    return { address: `${server.host}:${server.port}`, socket: server.sockets, user: 'postgres', password: server.passwordFile, stanza: STANZA, repository, config, version: sqlOn(server, 'SHOW server_version') };
  },
};

export interface LabPostgres {
  server: PostgresServer;
  /** The repository of the stanza; AES-256-CBC, its key stands in the configuration. */
  repository: string;
  config: string;
  sql(text: string, database?: string): string;
  pgbackrest(...words: string[]): string;
  /** Runs one of PostgreSQL's client programs against it as the superuser. */
  client(program: string, ...words: string[]): string;
}

export function labPostgres(place: LabPlace): LabPostgres {
  const folder = join(place.state, unit.name);
  const server = serverIn(folder, 'data', POSTGRES_PORT);
  const config = join(folder, 'pgbackrest.conf');
  return {
    server, config, repository: join(folder, 'repository'),
    sql: (text, database) => sqlOn(server, text, database),
    pgbackrest: (...words) => labRun(['pgbackrest', `--config=${config}`, `--stanza=${STANZA}`, ...words], folder),
    client: (program, ...words) => labRun([`${PG_BIN}/${program}`, '-h', server.sockets, '-p', String(server.port), '-U', 'postgres', ...words], folder),
  };
}

function create(place: LabPlace): void {
  const folder = unitFolder(place, unit.name);
  const { server, config } = labPostgres(place);
  for (const part of ['repository', 'log', 'lock', 'spool']) mkdirSync(join(folder, part), { mode: 0o700 });
  writeFileSync(config, repositoryConfig(folder, server), { mode: 0o600 });
  giveToLab(folder);
  createServer(server, ['wal_level = replica', 'archive_mode = on', 'archive_timeout = 60', 'hot_standby = on', `archive_command = 'pgbackrest --config=${config} --stanza=${STANZA} archive-push %p'`]);
}

function repositoryConfig(folder: string, server: PostgresServer): string {
  return [
    '[global]', `repo1-path=${folder}/repository`, 'repo1-retention-full=2', 'repo1-cipher-type=aes-256-cbc', `repo1-cipher-pass=${randomBytes(24).toString('base64')}`,
    `log-path=${folder}/log`, `lock-path=${folder}/lock`, `spool-path=${folder}/spool`, 'log-level-file=off', 'start-fast=y', 'compress-type=zst',
    `[${STANZA}]`, `pg1-path=${server.data}`, `pg1-port=${server.port}`, `pg1-socket-path=${server.sockets}`, 'pg1-user=postgres', '',
  ].join('\n');
}
