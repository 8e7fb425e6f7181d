/** Everything of Ampora is lost but its archive: the database is restored to the moment before the accident, beside the server that had it. */
import { join } from 'node:path';
import { filesWith } from '../../support/secret-traces.ts';
import { accident, dropDatabase, fillAndBackUp, healthOf, HOSTNAME, makeKit, makeSite, REHEARSAL_PORT, TENANTS } from '../ampora/ampora-site.ts';
import { PG_BIN } from '../postgres-server.ts';
import type { Rehearsal, RehearsalPlace } from '../rehearsal.ts';
import { serve } from '../units/health.ts';
import { labPostgres, STANZA } from '../units/postgres.ts';
import { authorityIn } from '../units/tls-authority.ts';
import { readFileSync } from 'node:fs';

const HEALTH_PORT = 18086;

export const rehearsal: Rehearsal = {
  runbook: 'ampora-total-loss',
  units: ['postgres', 'tls-authority', 'health'],
  programs: { install: 'real', pgbackrest: 'real', pg_ctl: 'real', psql: 'real', kubectl: 'real', openssl: 'real', rm: 'real' },
  async prepare(place) {
    const site = makeSite(place.folder);
    const primary = labPostgres(place);
    dropDatabase(primary);
    fillAndBackUp(site, primary);
    const happened = accident(primary);
    const { answers } = await makeKit(site, primary, authorityIn(place).folder);
    serve(place, HEALTH_PORT, healthOf(site, REHEARSAL_PORT));
    return {
      outageAt: happened.outageAt, answers,
      params: {
        restore_to: happened.restoreTo, kit: site.kit, repository: primary.repository, stanza: STANZA, tenants_min: String(TENANTS), hostname: HOSTNAME, pg_bin: PG_BIN,
        health_url: `http://127.0.0.1:${HEALTH_PORT}`,
      },
    };
  },
  check: async (place) => secretsIn(place),
  async finish(place) {
    serve(place, HEALTH_PORT, []);
    dropDatabase(labPostgres(place));
  },
};

function secretsIn(place: RehearsalPlace): string[] {
  return ['master.key', 'pg-password'].flatMap((name) => filesWith(place.dataDir, readFileSync(join(place.folder, 'kit', name), 'utf8').trim()).map((file) => `${file} holds ${name}`));
}
