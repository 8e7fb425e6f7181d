/** Ceph's object gateway over one monitor and one store in memory: how it is set up. Who starts and ends its programs is the caller's affair. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const CEPH_PACKAGES = ['ceph-mon', 'ceph-osd', 'ceph-common', 'radosgw'];
export const CEPH_PROGRAMS = ['ceph', 'ceph-authtool', 'monmaptool', 'ceph-mon', 'ceph-osd', 'radosgw', 'radosgw-admin'];
/** Of its daemons, in the order in which they start. */
export const CEPH_DAEMONS = ['mon.a', 'osd.0', 'client.rgw'] as const;
export type CephDaemon = (typeof CEPH_DAEMONS)[number];

export interface CephStore {
  /** Exists, and goes with the store: its programs write nowhere else. */
  folder: string;
  /** Ports of the monitor and of the gateway, on loopback. */
  monitor: number;
  gateway: number;
  /** From these its other daemons take theirs. */
  binds: readonly [from: number, to: number];
  /** A second door of the gateway: its port, and the files of its certificate. */
  tls?: { port: number; certificate: string; key: string };
  /** Starts a daemon that stays in the foreground. */
  start(name: CephDaemon, argv: readonly string[]): void;
  /** Resolves once the gateway answers at this address. */
  answers(url: string): Promise<void>;
}

export interface CephUser {
  uid: string;
  key: string;
  secret: string;
  /** A namespace of its own for its buckets. */
  tenant?: string;
}

/** How long one of its commands may stand still: right after its start a monitor sometimes refuses its first store, and then all wait. */
const STILL_MS = 40_000;

export async function startCeph(store: CephStore, users: readonly CephUser[]): Promise<void> {
  const { folder, gateway } = store;
  for (const name of ['mon', 'osd', 'rgw', 'run', 'log']) mkdirSync(join(folder, name), { recursive: true });
  const id = randomUUID();
  writeFileSync(join(folder, 'ceph.conf'), configuration(store, id));
  const run = (program: string, ...args: string[]): void => void execFileSync(program, args, { cwd: folder, env: cephEnvironment(folder), stdio: ['ignore', 'ignore', 'pipe'], timeout: STILL_MS, killSignal: 'SIGKILL' });
  run('ceph-authtool', '--create-keyring', 'keyring', '--gen-key', '-n', 'mon.', '--cap', 'mon', 'allow *');
  run('monmaptool', '--create', '--fsid', id, '--addv', 'a', monitorOf(store), 'monmap');
  run('ceph-mon', '--mkfs', '-i', 'a', '--monmap', 'monmap', '--keyring', 'keyring');
  store.start('mon.a', ['ceph-mon', '-i', 'a', '-f']);
  const osd = randomUUID();
  run('ceph', 'osd', 'new', osd);
  run('ceph-osd', '-i', '0', '--mkfs', '--osd-uuid', osd);
  store.start('osd.0', ['ceph-osd', '-i', '0', '-f']);
  store.start('client.rgw', ['radosgw', '-n', 'client.rgw', '-f']);
  await store.answers(`http://127.0.0.1:${gateway}/`);
  for (const { uid, key, secret, tenant } of users) run('radosgw-admin', 'user', 'create', ...(tenant === undefined ? [] : ['--tenant', tenant]), '--uid', uid, '--display-name', uid, '--access-key', key, '--secret-key', secret);
}

export function cephEnvironment(folder: string): Record<string, string> {
  return { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin`, HOME: folder, CEPH_CONF: join(folder, 'ceph.conf'), LC_ALL: 'C' };
}

function monitorOf({ monitor }: CephStore): string {
  return `[v1:127.0.0.1:${monitor}]`;
}

/** One copy of everything, no passwords among its own programs, and thousands of part names in one folder. */
function configuration(store: CephStore, id: string): string {
  const { folder, gateway, binds, tls } = store;
  const doors = [`endpoint=127.0.0.1:${gateway}`, ...(tls === undefined ? [] : [`ssl_endpoint=127.0.0.1:${tls.port}`, `ssl_certificate=${tls.certificate}`, `ssl_private_key=${tls.key}`])];
  return `[global]
fsid = ${id}
mon host = ${monitorOf(store)}
auth cluster required = none
auth service required = none
auth client required = none
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv6 = false
ms bind msgr2 = false
ms bind port min = ${binds[0]}
ms bind port max = ${binds[1]}
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
log file = ${folder}/run/$type.$id.log
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
rgw frontends = beast tcp_nodelay=1 ${doors.join(' ')}
rgw dns name =
rgw enable ops log = false
rgw thread pool size = 64
`;
}
