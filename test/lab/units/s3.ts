/** A real S3 server: Ceph's object gateway on one monitor and one object store in memory. It knows versions and Object Lock. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { CEPH_DAEMONS, CEPH_PACKAGES, cephEnvironment, startCeph } from '../../support/ceph-store.ts';
import { daemonRuns, startDaemon, stopDaemon, until } from '../daemon.ts';
import { ensurePackages, packagesMissing } from '../packages.ts';
import { unitFolder } from '../place.ts';
import { COLD_KEY, S3_ENDPOINT, S3_KEY, S3_PORT, S3_SECRET } from '../s3/client.ts';
import type { LabUnit } from '../unit.ts';

const PACKAGES = [...CEPH_PACKAGES, 'awscli'];
const MONITOR_PORT = 17_670;
const ATTEMPTS = 3;

export const unit: LabUnit = {
  name: 's3', fidelity: 'real', needs: [],
  what: 'S3 with versions and Object Lock: Ceph object gateway, objects in memory',
  async missing() {
    return process.getuid?.() === 0 ? packagesMissing(PACKAGES) : 'its programs are started as root here';
  },
  async up(place) {
    ensurePackages(PACKAGES);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await start(unitFolder(place, 's3'));
      } catch (error) {
        await unit.down(place);
        // Right after its start the monitor sometimes refuses the first store ("wrong fsid"); a new one takes it.
        if (attempt === ATTEMPTS) throw error;
      }
    }
  },
  async down(place) {
    const folder = join(place.state, 's3');
    // The store is in memory, so there is nothing that a patient end would save.
    for (const name of [...CEPH_DAEMONS].reverse()) await stopDaemon(folder, name, name === 'osd.0' ? 1000 : 5000);
    rmSync(folder, { recursive: true, force: true });
  },
  async status(place) {
    if (!CEPH_DAEMONS.every((name) => daemonRuns(join(place.state, 's3'), name))) return null;
    return { endpoint: S3_ENDPOINT, 'access key': S3_KEY, 'secret key': S3_SECRET };
  },
};

async function start(folder: string): Promise<void> {
  await startCeph({
    folder, monitor: MONITOR_PORT, gateway: S3_PORT, binds: [17_700, 17_800],
    start: (name, argv) => { startDaemon({ folder, name, argv, env: cephEnvironment(folder) }); },
    answers: (url) => until(`the gateway answers, see ${folder}/log`, async () => (await fetch(url)).ok, 60_000),
  }, [{ tenant: 'cold', uid: 'cold', key: COLD_KEY, secret: S3_SECRET }, { uid: 'lab', key: S3_KEY, secret: S3_SECRET }]);
}
