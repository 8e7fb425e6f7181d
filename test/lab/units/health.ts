/** Health endpoints of applications that the lab does not have; what they say comes from the restored database. */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { daemonRuns, lastLines, startDaemon, stopDaemon, until } from '../daemon.ts';
import { Endpoints, type EndpointInput, type EndpointsInput } from '../endpoints.ts';
import { giveToLab } from '../lab-account.ts';
import { unitFolder } from '../place.ts';
import type { LabPlace, LabUnit } from '../unit.ts';

/** Those that the shipped runbooks name for rehearsals. */
export const HEALTH_PORTS = [18080, 18081, 18082, 18083, 18084, 18085, 18086, 17485, 17488];

export const unit: LabUnit = {
  name: 'health',
  what: 'health endpoints of the applications, judged by the restored data',
  fidelity: 'stand-in',
  needs: [],
  missing: async () => null,
  async up(place) {
    const folder = unitFolder(place, unit.name);
    if (!existsSync(fileOf(place))) writeEndpoints(place, {});
    giveToLab(folder);
    const ports = join(folder, 'ports');
    startDaemon({ folder, name: 'endpoints', account: 'lab', argv: [process.execPath, '--no-warnings', join(import.meta.dirname, '..', 'endpoints-server.ts'), fileOf(place), ports, ...HEALTH_PORTS.map(String)] });
    try {
      await until('the endpoints listen', () => existsSync(ports), 30_000);
    } catch (error) {
      const last = lastLines(folder, 'endpoints');
      await unit.down(place);
      throw new Error(`the health endpoints did not come up: ${last}`, { cause: error });
    }
  },
  async down(place) {
    await stopDaemon(join(place.state, unit.name), 'endpoints');
    rmSync(join(place.state, unit.name), { recursive: true, force: true });
  },
  async status(place) {
    if (!daemonRuns(join(place.state, unit.name), 'endpoints')) return null;
    const served = Object.entries(readEndpoints(place)).flatMap(([port, endpoints]) => endpoints.map(({ path }) => `http://127.0.0.1:${port}${path}`));
    return { ports: HEALTH_PORTS.join(', '), serves: served.length === 0 ? 'nothing yet' : served.join(' ') };
  },
};

const fileOf = (place: LabPlace): string => join(place.state, unit.name, 'endpoints.json');

function readEndpoints(place: LabPlace): ReturnType<typeof Endpoints.parse> {
  return Endpoints.parse(JSON.parse(readFileSync(fileOf(place), 'utf8')));
}

function writeEndpoints(place: LabPlace, endpoints: EndpointsInput): void {
  const file = fileOf(place);
  writeFileSync(`${file}.part`, JSON.stringify(endpoints, null, 2), { mode: 0o600 });
  giveToLab(`${file}.part`);
  renameSync(`${file}.part`, file);
}

/** What this port answers from now on; an empty list takes its endpoints away. */
export function serve(place: LabPlace, port: number, endpoints: readonly EndpointInput[]): void {
  if (!HEALTH_PORTS.includes(port)) throw new Error(`the health unit does not listen on port ${port}`);
  writeEndpoints(place, { ...readEndpoints(place), [String(port)]: [...endpoints] });
}
