/** Kravn's rehearsal, once for each engine that a laptop can restore: a dump, its key, the whole audit log, into a scratch place. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filesWith } from '../../support/secret-traces.ts';
import { asksPostgres, type ProbeInput } from '../endpoints.ts';
import { giveToLab } from '../lab-account.ts';
import type { Rehearsal, RehearsalPlace } from '../rehearsal.ts';
import { serve } from '../units/health.ts';
import { binFolder } from '../units/helm.ts';
import { mariadb, mariadbPassword, MARIADB_PORT, MARIADB_USER } from '../units/mariadb.ts';
import { AUDIT_ENTRIES, USERS, type Dialect } from './kravn-data.ts';
import { makeKravnKit, VERSION } from './kravn-kit.ts';

const KRAVN_PORT = 18080;
const DATABASE = 'kravn_rehearsal';
const UNIT_OF: Readonly<Record<Dialect, readonly string[]>> = { postgres: ['postgres'], mysql: ['mariadb'], sqlite: [] };

const NAME_OF: Readonly<Record<Dialect, string>> = { postgres: 'PostgreSQL', mysql: 'MariaDB', sqlite: 'SQLite' };

export function kravnRehearsal(engine: Dialect): Rehearsal {
  return {
    runbook: 'kravn-restore',
    variant: NAME_OF[engine],
    units: [...UNIT_OF[engine], 'helm', 'health'],
    programs: {
      createdb: 'real', psql: 'real', pg_restore: 'real', mysql: 'real', sqlite3: 'real', perl: 'real', tail: 'real', tee: 'real', install: 'real', sha256sum: 'real', rm: 'real', helm: 'real', kubectl: 'real',
      curl: 'stand-in', // the real curl, but what it asks is the lab's endpoint and not Kravn
    },
    async prepare(place) {
      const outageAt = new Date();
      const made = makeKravnKit(place, place.folder, engine, new Date(outageAt.getTime() - 45 * 60_000));
      serveKravn(place, engine);
      return {
        params: { kit: made.kit, backup: made.backup, chart: made.chart, written_by: VERSION, deploy_version: VERSION, users_min: String(USERS), audit_min: String(AUDIT_ENTRIES) },
        answers: writeAnswers(place, engine, made.photo),
        env: { PATH: `${binFolder(place)}:/usr/local/bin:/usr/bin:/bin` },
        outageAt: outageAt.toISOString(),
      };
    },
    check: async (place) => [...secretsIn(place), ...(engine === 'mysql' ? databaseLeft(place) : [])],
    async finish(place) {
      serve(place, KRAVN_PORT, []);
    },
  };
}

/** Kravn's documented answers; without the restored users it asks for its first-time setup. */
function serveKravn(place: RehearsalPlace, engine: Dialect): void {
  const restored: ProbeInput = { kind: 'number', min: USERS, ...countUsers(place, engine) };
  const answer = (setupRequired: boolean) => ({ body: { instanceName: 'Kravn of the lab', version: VERSION, setupRequired } });
  serve(place, KRAVN_PORT, [
    { path: '/readyz', good: { body: { status: 'ok' } }, bad: { status: 503, body: { status: 'error' } } },
    { path: '/api/bootstrap', good: answer(false), bad: answer(true), probes: { restored } },
  ]);
}

/** The scratch server and the scratch copy have names that only the run knows; whichever holds the database is the one. */
function countUsers(place: RehearsalPlace, engine: Dialect): Pick<ProbeInput, 'argv' | 'env' | 'each'> {
  const query = 'SELECT count(*) FROM users';
  switch (engine) {
    case 'postgres': return { ...asksPostgres({ host: '{}', port: 5432, user: 'postgres', database: DATABASE }, query), each: join(tmpdir(), 'bs-pg-*', 's') };
    case 'mysql': return { argv: ['mysql', '--no-defaults', '--host=127.0.0.1', `--port=${MARIADB_PORT}`, '--protocol=tcp', `--user=${MARIADB_USER}`, '--batch', '--skip-column-names', `--database=${DATABASE}`, '--execute', query], env: { MYSQL_PWD: mariadbPassword(place) } };
    case 'sqlite': return { argv: ['sqlite3', '-readonly', '-batch', '{}', query], each: join(place.dataDir, 'scratch', '*', 'dir', 'kravn.sqlite') };
  }
}

function writeAnswers(place: RehearsalPlace, engine: Dialect, photo: string): string {
  const path = join(place.folder, 'answers.yaml');
  writeFileSync(path, readFileSync(join(import.meta.dirname, 'answers.yaml'), 'utf8').replaceAll('ENGINE', engine).replaceAll('PHOTO', photo));
  giveToLab(path);
  return path;
}

/** No spelling of a secret may stand in anything that the run wrote. */
function secretsIn(place: RehearsalPlace): string[] {
  const names = ['kravn-secret', 'pg-password', 'mysql-password', 'database-url'];
  return names.flatMap((name) => {
    const path = join(place.folder, 'kit', name);
    const secret = existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
    return secret === '' ? [`the kit has no ${name}`] : filesWith(place.dataDir, secret).map((file) => `${file} holds ${name}`);
  });
}

function databaseLeft(place: RehearsalPlace): string[] {
  return mariadb(place, `SHOW DATABASES LIKE '${DATABASE}'`) === '' ? [] : [`MariaDB still has the database ${DATABASE}`];
}
