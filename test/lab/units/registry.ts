/** A real container registry (Debian's docker-registry), on loopback and without TLS, as containerd and skopeo accept it there. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { daemonRuns, lastLines, startDaemon, stopDaemon, until } from '../daemon.ts';
import { ensurePackages, packagesMissing } from '../packages.ts';
import { unitFolder } from '../place.ts';
import type { LabUnit } from '../unit.ts';

const PACKAGES = ['docker-registry', 'skopeo'];
export const REGISTRY = '127.0.0.1:15500';

export const unit: LabUnit = {
  name: 'registry', fidelity: 'real', needs: [],
  what: 'container registry',
  async missing() {
    return packagesMissing(PACKAGES);
  },
  async up(place) {
    ensurePackages(PACKAGES);
    const folder = unitFolder(place, 'registry');
    mkdirSync(join(folder, 'blobs'), { recursive: true });
    writeFileSync(join(folder, 'registry.yml'), JSON.stringify({ version: 0.1, storage: { filesystem: { rootdirectory: join(folder, 'blobs') }, delete: { enabled: true } }, http: { addr: REGISTRY }, log: { level: 'error' } }));
    startDaemon({ folder, name: 'registry', argv: ['docker-registry', 'serve', 'registry.yml'] });
    try {
      await until(`the registry answers (${lastLines(folder, 'registry', 2)})`, async () => (await fetch(`http://${REGISTRY}/v2/`)).ok, 15_000);
    } catch (error) {
      await unit.down(place);
      throw error;
    }
  },
  async down(place) {
    const folder = join(place.state, 'registry');
    await stopDaemon(folder, 'registry');
    rmSync(folder, { recursive: true, force: true });
  },
  async status(place) {
    return daemonRuns(join(place.state, 'registry'), 'registry') ? { address: REGISTRY } : null;
  },
};
