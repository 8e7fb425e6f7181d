/**
 * The cluster's name service: knot at the address that pods ask, with a zone that follows the API server. It stands in for CoreDNS, which
 * Debian does not have; services have no addresses of their own here, so names lead to pods.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { daemonRuns, lastLines, startDaemon, stopDaemon, until } from '../daemon.ts';
import { kubeconfigOf } from '../kubernetes/cluster.ts';
import { ensurePackages, packagesMissing } from '../packages.ts';
import { unitFolder } from '../place.ts';
import type { LabUnit } from '../unit.ts';
import { DNS_SERVICE } from './kubelet.ts';

const PACKAGES = ['knot', 'knot-dnsutils', 'iproute2'];

export const unit: LabUnit = {
  name: 'cluster-dns', fidelity: 'stand-in', needs: ['kubelet'],
  what: 'name service of the cluster: knot, following the API server, instead of CoreDNS',
  async missing() {
    return process.getuid?.() === 0 ? packagesMissing(PACKAGES) : 'its address has to be given to the loopback interface, which needs root';
  },
  async up(place) {
    ensurePackages(PACKAGES);
    const folder = unitFolder(place, 'cluster-dns');
    execFileSync('ip', ['address', 'replace', `${DNS_SERVICE}/32`, 'dev', 'lo']);
    writeFileSync(join(folder, 'knot.conf'), configOf(folder));
    writeFileSync(join(folder, 'zone'), '$ORIGIN cluster.local.\n$TTL 1\n@ IN SOA ns hostmaster 1 3600 600 86400 1\n@ IN NS ns\nns IN A 127.0.0.1\n');
    try {
      startDaemon({ folder, name: 'knotd', argv: ['knotd', '--config', join(folder, 'knot.conf')] });
      await until('knot answers', () => resolve('ns.cluster.local') === '127.0.0.1', 15_000);
      startDaemon({ folder, name: 'names', argv: [process.execPath, '--no-warnings', join(import.meta.dirname, '..', 'kubernetes', 'service-names.ts'), kubeconfigOf(place, 'admin'), join(folder, 'zone'), join(folder, 'knot.conf')] });
      await until('the names follow the API server', () => readFileSync(join(folder, 'zone'), 'utf8').includes('SOA ns hostmaster 1 ') === false, 15_000);
    } catch (error) {
      const reason = `${error instanceof Error ? error.message : String(error)}\n${lastLines(folder, 'knotd')}\n${lastLines(folder, 'names')}`;
      await unit.down(place);
      throw new Error(reason, { cause: error });
    }
  },
  async down(place) {
    const folder = join(place.state, 'cluster-dns');
    if (!existsSync(folder)) return;
    await stopDaemon(folder, 'names');
    await stopDaemon(folder, 'knotd');
    if (execFileSync('ip', ['address', 'show', 'dev', 'lo'], { encoding: 'utf8' }).includes(` ${DNS_SERVICE}/32 `)) execFileSync('ip', ['address', 'delete', `${DNS_SERVICE}/32`, 'dev', 'lo']);
    rmSync(folder, { recursive: true, force: true });
  },
  async status(place) {
    const folder = join(place.state, 'cluster-dns');
    return daemonRuns(folder, 'knotd') && daemonRuns(folder, 'names') ? { address: DNS_SERVICE, zone: 'cluster.local' } : null;
  },
};

function configOf(folder: string): string {
  return ['server:', `  rundir: ${folder}`, `  listen: ${DNS_SERVICE}@53`, 'log:', '  - target: stderr', '    any: warning', 'database:', `  storage: ${folder}/db`, 'zone:', '  - domain: cluster.local', `    storage: ${folder}`, '    file: zone', ''].join('\n');
}

/** The first address of a name, or an empty text. */
export function resolve(name: string): string {
  return execFileSync('kdig', [`@${DNS_SERVICE}`, '+short', '+timeout=1', '+retry=0', name, 'A'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim().split('\n')[0] ?? '';
}
