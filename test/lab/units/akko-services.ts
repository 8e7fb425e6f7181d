/** Stand-ins for two services of AKKO that are not to be had: Keycloak's Admin API, and the query endpoint of the logs layer. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KeycloakState } from '../akko/keycloak-state.ts';
import { daemonRuns, lastLines, startDaemon, stopDaemon, until } from '../daemon.ts';
import { giveToLab } from '../lab-account.ts';
import { unitFolder } from '../place.ts';
import type { LabPlace, LabUnit } from '../unit.ts';

/** Those that AKKO's runbooks name for rehearsals. */
const KEYCLOAK = 'http://127.0.0.1:17487';
const LOGS = 'http://127.0.0.1:17428';
const DAEMONS = [['keycloak', KEYCLOAK], ['logs', LOGS]] as const;

export const unit: LabUnit = {
  name: 'akko-services', fidelity: 'stand-in', needs: [],
  what: "Keycloak's Admin API and the query endpoint of the logs layer, for AKKO",
  missing: async () => null,
  async up(place) {
    const folder = unitFolder(place, unit.name);
    if (!existsSync(filesIn(place).keycloak)) setKeycloak(place, { realm: 'akko', administrator: { username: 'nobody', password: 'nobody' }, users: [] });
    if (!existsSync(filesIn(place).logs)) setLogs(place, []);
    giveToLab(folder);
    const { keycloak, logs } = filesIn(place);
    for (const [name, url] of DAEMONS) {
      const program = join(import.meta.dirname, '..', 'akko', name === 'keycloak' ? 'keycloak-server.ts' : 'log-server.ts');
      startDaemon({ folder, name, account: 'lab', argv: [process.execPath, '--no-warnings', program, name === 'keycloak' ? keycloak : logs, new URL(url).port] });
    }
    try {
      await until('both answer', async () => (await fetch(`${KEYCLOAK}/realms/akko`)).ok && (await fetch(`${LOGS}/select/logsql/query?query=a:b`)).ok, 30_000);
    } catch (error) {
      const last = DAEMONS.map(([name]) => lastLines(folder, name, 3)).join('\n');
      await unit.down(place);
      throw new Error(`AKKO's services did not come up: ${last}`, { cause: error });
    }
  },
  async down(place) {
    for (const [name] of DAEMONS) await stopDaemon(join(place.state, unit.name), name);
    rmSync(join(place.state, unit.name), { recursive: true, force: true });
  },
  async status(place) {
    if (!DAEMONS.every(([name]) => daemonRuns(join(place.state, unit.name), name))) return null;
    return { keycloak: KEYCLOAK, logs: LOGS };
  },
};

function filesIn(place: LabPlace): { keycloak: string; logs: string } {
  const folder = join(place.state, unit.name);
  return { keycloak: join(folder, 'keycloak.json'), logs: join(folder, 'entries.ndjson') };
}

export function setKeycloak(place: LabPlace, state: KeycloakState): void {
  writeFileSync(filesIn(place).keycloak, JSON.stringify(state), { mode: 0o600 });
  giveToLab(filesIn(place).keycloak);
}

export function keycloakState(place: LabPlace): KeycloakState {
  return KeycloakState.parse(JSON.parse(readFileSync(filesIn(place).keycloak, 'utf8')));
}

export function setLogs(place: LabPlace, entries: readonly Readonly<Record<string, string>>[]): void {
  writeFileSync(filesIn(place).logs, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  giveToLab(filesIn(place).logs);
}
