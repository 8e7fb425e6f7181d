/** Users were deleted; the database comes back as it was a moment before, from backups and archived WAL alone. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesWith } from '../../support/secret-traces.ts';
import { typed, writeAnswers } from '../answers.ts';
import type { Rehearsal, RehearsalPlace } from '../rehearsal.ts';
import { makeHistory, USERS_AT_MOMENT } from './history.ts';
import { deleteUsers, endVeza, faults, startVeza, vezaOf, type Veza } from './veza.ts';

export function pointInTime(way: 'pgbackrest' | 'base-backup', variant: string): Rehearsal {
  return {
    runbook: 'veza-point-in-time', variant,
    units: ['cluster-dns', 'postgres'],
    programs: { kubectl: 'real', pgbackrest: 'real', pg_ctl: 'real', pg_dump: 'real', psql: 'real', tar: 'real', touch: 'real', install: 'real' },
    async prepare(place) {
      const veza = await startVeza(place);
      const { moment, outageAt } = makeHistory(veza);
      deleteUsers(veza);
      return {
        outageAt,
        params: { ...historyParams(veza), restore_to: moment, users_min: String(USERS_AT_MOMENT) },
        answers: writeAnswers(place, { decisions: { 'choose-way': way }, confirmations: { 'damage-gone': { note: 'The deleted users are there.' } }, point_of_no_return: typed('carry-over') }),
      };
    },
    check: async (place) => [...(await faults(place, USERS_AT_MOMENT)), ...passwordsIn(place)],
    finish: endVeza,
  };
}

/** Where the kit has its past. */
export function historyParams({ kit }: Veza): Record<string, string> {
  return { repository: join(kit, 'pgbackrest'), repo_config: join(kit, 'pgbackrest.conf'), base_backup: join(kit, 'base', 'base.tar.gz'), wal_archive: join(kit, 'wal') };
}

/** The password may stand nowhere in what the run wrote; in the kit it does. */
function passwordsIn(place: RehearsalPlace): string[] {
  const { kit } = vezaOf(place);
  const password = readFileSync(join(kit, 'pg-password'), 'utf8').trim();
  return filesWith(place.dataDir, password).filter((file) => !file.startsWith(`${kit}/`)).map((file) => `${file} holds the database's password`);
}
