/** An authoritative name server on loopback whose zone is changed while it runs, as a cutover does. */
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { daemonRuns, lastLines, startDaemon, stopDaemon, until } from '../daemon.ts';
import { giveToLab } from '../lab-account.ts';
import { ensurePackages, packagesMissing } from '../packages.ts';
import { unitFolder } from '../place.ts';
import { labRun } from '../postgres-server.ts';
import type { LabPlace, LabUnit } from '../unit.ts';

const PACKAGES = ['knot', 'knot-dnsutils'];
export const DNS_PORT = 15353;
export const ZONE = 'kredete.test';
/** The one name of each zone. Before anything was moved it leads to the region that will be lost. */
const NAMES: Readonly<Record<string, string>> = { [ZONE]: 'api', 'veza.test': 'app', 'customer.example': 'akko' };
const FIRST_ADDRESS = '127.0.0.1';

export const unit: LabUnit = {
  name: 'knot',
  what: `Knot DNS with the zones ${Object.keys(NAMES).join(', ')}`,
  fidelity: 'real',
  needs: [],
  missing: async () => packagesMissing(PACKAGES),
  async up(place) {
    ensurePackages(PACKAGES);
    const folder = unitFolder(place, unit.name);
    writeSettings(folder);
    startDaemon({ folder, name: 'knotd', account: 'lab', argv: ['/usr/sbin/knotd', '--config', join(folder, 'knot.conf')] });
    try {
      await until('Knot answers for its zone', () => resolve(place, `api.${ZONE}`) === FIRST_ADDRESS, 20_000);
    } catch (error) {
      const last = lastLines(folder, 'knotd');
      await unit.down(place);
      throw new Error(`Knot did not come up: ${last}`, { cause: error });
    }
  },
  async down(place) {
    await stopDaemon(join(place.state, unit.name), 'knotd');
    rmSync(join(place.state, unit.name), { recursive: true, force: true });
  },
  async status(place) {
    if (!daemonRuns(join(place.state, unit.name), 'knotd')) return null;
    return { address: `127.0.0.1:${DNS_PORT}`, 'update key': updateKey(place), leads: Object.entries(NAMES).map(([zone, name]) => `${name}.${zone} to ${resolve(place, `${name}.${zone}`)}`).join(', ') };
  },
};

function writeSettings(folder: string): void {
  const secret = randomBytes(32).toString('base64');
  const settings = [
    'server:', `  rundir: ${folder}`, `  listen: 127.0.0.1@${DNS_PORT}`, 'log:', '  - target: stderr', '    any: warning',
    'database:', `  storage: ${folder}`, 'key:', '  - id: lab', '    algorithm: hmac-sha256', `    secret: ${secret}`,
    'acl:', '  - id: lab', '    address: 127.0.0.1', '    key: lab', '    action: update',
    'zone:', ...Object.keys(NAMES).flatMap((zone) => [`  - domain: ${zone}`, `    storage: ${folder}`, `    file: ${zone}.zone`, '    acl: lab']), '',
  ];
  writeFileSync(join(folder, 'knot.conf'), settings.join('\n'), { mode: 0o600 });
  writeFileSync(join(folder, 'update.key'), `hmac-sha256:lab:${secret}\n`, { mode: 0o600 });
  for (const [zone, name] of Object.entries(NAMES)) writeFileSync(join(folder, `${zone}.zone`), [`$ORIGIN ${zone}.`, '$TTL 60', '@ IN SOA ns hostmaster 1 3600 600 86400 60', '@ IN NS ns', 'ns IN A 127.0.0.1', `${name} IN A ${FIRST_ADDRESS}`, ''].join('\n'));
  giveToLab(folder);
}

/** The addresses that the server gives, one a line; empty when it does not know the name. */
export function resolve(place: LabPlace, name: string): string {
  return labRun(['kdig', '@127.0.0.1', '-p', String(DNS_PORT), '+short', '+timeout=2', '+retry=0', name, 'A'], join(place.state, unit.name)).trim();
}

/** The key for updates, as knsupdate reads it. */
export function updateKey(place: LabPlace): string {
  return join(place.state, unit.name, 'update.key');
}

/** Every name leads where it led at the beginning. */
export function moveNamesBack(place: LabPlace): void {
  for (const [zone, name] of Object.entries(NAMES)) moveName(place, `${name}.${zone}`, FIRST_ADDRESS, 60, zone);
}

/** Moves the name, as the provider's automatic failover would: a signed dynamic update. */
export function moveName(place: LabPlace, name: string, address: string, lifetime = 60, zone = ZONE): void {
  const folder = join(place.state, unit.name);
  const update = [`server 127.0.0.1 ${DNS_PORT}`, `zone ${zone}.`, `update delete ${name}. A`, `update add ${name}. ${lifetime} A ${address}`, 'send', 'quit', ''];
  labRun(['knsupdate', '-k', updateKey(place)], folder, update.join('\n'));
}
