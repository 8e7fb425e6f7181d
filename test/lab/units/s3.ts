/** A real S3 server: Ceph's object gateway on one monitor and one object store in memory. It knows versions and Object Lock. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { daemonRuns, labEnv, rememberDaemon, stopDaemon, until } from '../daemon.ts';
import { ensurePackages, packagesMissing } from '../packages.ts';
import { unitFolder } from '../place.ts';
import { COLD_KEY, S3_ENDPOINT, S3_KEY, S3_PORT, S3_SECRET } from '../s3/client.ts';
import type { LabUnit } from '../unit.ts';

const PACKAGES = ['ceph-mon', 'ceph-osd', 'ceph-common', 'radosgw', 'awscli'];
const MONITOR = '[v1:127.0.0.1:17670]';
const ATTEMPTS = 3;
const DAEMONS = ['mon.a', 'osd.0', 'client.rgw'] as const;

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
    for (const name of [...DAEMONS].reverse()) await stopDaemon(folder, name, name === 'osd.0' ? 1000 : 5000);
    rmSync(folder, { recursive: true, force: true });
  },
  async status(place) {
    if (!DAEMONS.every((name) => daemonRuns(join(place.state, 's3'), name))) return null;
    return { endpoint: S3_ENDPOINT, 'access key': S3_KEY, 'secret key': S3_SECRET };
  },
};

async function start(folder: string): Promise<void> {
  for (const part of ['mon', 'osd', 'log', 'run', 'rgw']) mkdirSync(join(folder, part), { recursive: true });
  await startStore(folder);
  ceph(folder, 'radosgw', '-n', 'client.rgw');
  await remember(folder, 'client.rgw');
  await until('the gateway answers', async () => (await fetch(S3_ENDPOINT)).ok, 60_000);
  ceph(folder, 'radosgw-admin', 'user', 'create', '--tenant', 'cold', '--uid', 'cold', '--display-name', 'cold', '--access-key', COLD_KEY, '--secret-key', S3_SECRET);
  ceph(folder, 'radosgw-admin', 'user', 'create', '--uid', 'lab', '--display-name', 'lab', '--access-key', S3_KEY, '--secret-key', S3_SECRET);
}

async function startStore(folder: string): Promise<void> {
  const id = randomUUID();
  writeFileSync(join(folder, 'ceph.conf'), config(folder, id));
  ceph(folder, 'ceph-authtool', '--create-keyring', 'keyring', '--gen-key', '-n', 'mon.', '--cap', 'mon', 'allow *');
  ceph(folder, 'monmaptool', '--create', '--fsid', id, '--addv', 'a', MONITOR, 'monmap');
  ceph(folder, 'ceph-mon', '--mkfs', '-i', 'a', '--monmap', 'monmap', '--keyring', 'keyring');
  ceph(folder, 'ceph-mon', '-i', 'a');
  await remember(folder, 'mon.a');
  const store = randomUUID();
  ceph(folder, 'ceph', 'osd', 'new', store);
  ceph(folder, 'ceph-osd', '-i', '0', '--mkfs', '--osd-uuid', store);
  ceph(folder, 'ceph-osd', '-i', '0');
  await remember(folder, 'osd.0');
}

/** Ceph's programs put themselves into the background and write their number into a file, on a busy machine some seconds later. */
async function remember(folder: string, name: string): Promise<void> {
  const file = join(folder, 'run', `${name}.number`);
  await until(`${name} has started, see ${folder}/log`, () => existsSync(file) && readFileSync(file, 'utf8').trim() !== '', 30_000);
  rememberDaemon(folder, name, Number(readFileSync(file, 'utf8')));
}

function ceph(folder: string, program: string, ...words: string[]): void {
  execFileSync(program, ['--conf', join(folder, 'ceph.conf'), ...words], { cwd: folder, env: { ...labEnv(), CEPH_CONF: join(folder, 'ceph.conf') }, stdio: ['ignore', 'ignore', 'pipe'] });
}

function config(folder: string, id: string): string {
  return `[global]
fsid = ${id}
mon host = ${MONITOR}
auth cluster required = none
auth service required = none
auth client required = none
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv6 = false
ms bind msgr2 = false
ms bind port min = 17700
ms bind port max = 17800
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd crush chooseleaf type = 0
mon allow pool size one = true
mon warn on pool no redundancy = false
mon pg warn min per osd = 0
mon max pg per osd = 10000
osd pool default pg autoscale mode = off
run dir = ${folder}/run
pid file = ${folder}/run/$type.$id.number
log file = ${folder}/log/$type.$id.log
admin socket = ${folder}/run/$type.$id.asok
keyring = ${folder}/keyring
[mon]
mon data = ${folder}/mon
mon initial members = a
mon data avail warn = 1
mon data avail crit = 1
[osd]
osd data = ${folder}/osd
osd objectstore = memstore
memstore device bytes = 2147483648
[client.rgw]
rgw data = ${folder}/rgw
rgw frontends = beast tcp_nodelay=1 endpoint=127.0.0.1:${S3_PORT}
rgw dns name =
rgw enable ops log = false
rgw thread pool size = 64
`;
}
