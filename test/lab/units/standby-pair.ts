/** A primary and a standby that streams from it, on loopback: what a failover needs. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { until } from '../daemon.ts';
import { giveToLab } from '../lab-account.ts';
import { ensurePackages, packagesMissing } from '../packages.ts';
import { unitFolder } from '../place.ts';
import { createServer, dropServer, labRun, makeFolders, PG_BIN, serverIn, serverRuns, sqlOn, startServer, stopServer, type PostgresServer } from '../postgres-server.ts';
import type { LabPlace, LabUnit } from '../unit.ts';

const PACKAGES = ['postgresql-15'];
/** Both have the same port, as in two regions, and addresses of their own: an application that is told the new one really changes over. */
export const PAIR_PORT = 55452;
export const PRIMARY_HOST = '127.0.0.1';
export const STANDBY_HOST = '127.0.0.2';

export const unit: LabUnit = {
  name: 'standby-pair',
  what: 'a PostgreSQL 15 primary and a standby that streams from it',
  fidelity: 'real',
  needs: [],
  missing: async () => packagesMissing(PACKAGES),
  async up(place) {
    ensurePackages(PACKAGES);
    const { primary } = pairIn(place);
    unitFolder(place, unit.name);
    if (!existsSync(join(primary.data, 'PG_VERSION'))) createPrimary(primary);
    startServer(primary);
    await follow(place);
  },
  async down(place) {
    const { primary, standby } = pairIn(place);
    for (const server of [standby, primary]) stopServer(server);
    rmSync(join(place.state, unit.name), { recursive: true, force: true });
  },
  async status(place) {
    const { primary, standby } = pairIn(place);
    if (!serverRuns(primary) || !serverRuns(standby)) return null;
    const state = sqlOn(standby, 'SELECT pg_is_in_recovery()') === 't' ? 'follows the primary' : 'was promoted';
    return { primary: `${primary.host}:${primary.port}`, standby: `${standby.host}:${standby.port} ${state}`, user: 'postgres', password: primary.passwordFile };
  },
};

export interface Pair {
  primary: PostgresServer;
  standby: PostgresServer;
}

/** Both have the same password, since the standby is a copy. */
export function pairIn(place: LabPlace): Pair {
  const folder = join(place.state, unit.name);
  return { primary: serverIn(folder, 'primary', PAIR_PORT, PRIMARY_HOST), standby: serverIn(folder, 'standby', PAIR_PORT, STANDBY_HOST) };
}

/** A pair that streams, with an empty database of this name and the rows that `fill` makes; what an earlier failover left is gone. */
export async function renewPair(place: LabPlace, database: string, fill: string): Promise<Pair> {
  const pair = pairIn(place);
  startServer(pair.primary);
  dropServer(pair.standby);
  sqlOn(pair.primary, `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
  sqlOn(pair.primary, `CREATE DATABASE ${database}`);
  sqlOn(pair.primary, fill, database);
  await follow(place);
  return pair;
}

function createPrimary(primary: PostgresServer): void {
  createServer(primary, ['wal_level = replica', 'wal_log_hints = on', 'hot_standby = on', 'max_wal_senders = 5']);
}

/** Makes the standby anew from the primary, unless it is one; returns when it has replayed what the primary wrote. */
async function follow(place: LabPlace): Promise<void> {
  const { primary, standby } = pairIn(place);
  if (!existsSync(join(standby.data, 'standby.signal'))) {
    dropServer(standby);
    sqlOn(primary, "SELECT pg_drop_replication_slot('standby') FROM pg_replication_slots WHERE slot_name = 'standby'");
    copyPrimary(primary, standby);
  }
  startServer(standby);
  const position = sqlOn(primary, 'SELECT pg_current_wal_lsn()');
  await until('the standby streams and has replayed what the primary wrote', () => sqlOn(primary, `SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND replay_lsn >= '${position}'`) === '1', 30_000);
}

function copyPrimary(primary: PostgresServer, standby: PostgresServer): void {
  const folder = dirname(primary.data);
  makeFolders(standby);
  labRun([`${PG_BIN}/pg_basebackup`, '-h', primary.sockets, '-p', String(primary.port), '-U', 'postgres', '-D', standby.data, '-R', '-c', 'fast', '-X', 'stream', '-C', '-S', 'standby'], folder);
  const settings = join(standby.data, 'postgresql.conf');
  const own = { listen_addresses: standby.host, unix_socket_directories: standby.sockets };
  const text = Object.entries(own).reduce((before, [name, value]) => before.replace(new RegExp(`^${name} = .*$`, 'mu'), `${name} = '${value}'`), readFileSync(settings, 'utf8'));
  writeFileSync(settings, text);
  giveToLab(settings);
}
