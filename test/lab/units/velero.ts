/** A stand-in for Velero, which is not to be had here: a program of that name that does what Velero documents, with the real API server and S3. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { labEnv } from '../daemon.ts';
import { kubeconfigOf, kubectl } from '../kubernetes/cluster.ts';
import { unitFolder } from '../place.ts';
import { S3_ENDPOINT, S3_REGION } from '../s3/client.ts';
import type { LabPlace, LabUnit } from '../unit.ts';

const PROGRAM = join(import.meta.dirname, '..', 'velero', 'velero.ts');

export const unit: LabUnit = {
  name: 'velero', fidelity: 'stand-in', needs: ['kubernetes', 's3'],
  what: 'velero: backs up and restores objects of Kubernetes, no volumes',
  missing: async () => null,
  async up(place) {
    unitFolder(place, unit.name);
    mkdirSync(veleroFolder(place), { recursive: true });
    const program = join(veleroFolder(place), 'velero');
    writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' --no-warnings '${PROGRAM}' "$@"\n`);
    chmodSync(program, 0o755);
  },
  async down(place) {
    rmSync(join(place.state, unit.name), { recursive: true, force: true });
  },
  async status(place) {
    const program = join(veleroFolder(place), 'velero');
    return existsSync(program) ? { program } : null;
  },
};

/** Joins the PATH of a run. */
export function veleroFolder(place: LabPlace): string {
  return join(place.state, unit.name, 'bin');
}

/** The program with the administrator's rights; what it prints. */
export function velero(place: LabPlace, ...words: string[]): string {
  return execFileSync(join(veleroFolder(place), 'velero'), [`--kubeconfig=${kubeconfigOf(place, 'admin')}`, ...words], { env: labEnv(), stdio: ['ignore', 'pipe', 'pipe'] }).toString();
}

/** Into the lab's cluster, with its backups in this bucket of the lab's object storage. */
export function installVelero(place: LabPlace, to: { bucket: string; prefix?: string; credentials: string }): void {
  // An earlier one may be on its way out; into its namespace nothing can be put any more.
  if (kubectl(place, ['get', 'namespace', 'velero', '--ignore-not-found', '--output=jsonpath={.status.phase}']) === 'Terminating') kubectl(place, ['wait', '--for=delete', 'namespace/velero', '--timeout=120s']);
  velero(place, 'install', '--provider=aws', `--bucket=${to.bucket}`, ...(to.prefix === undefined ? [] : [`--prefix=${to.prefix}`]), `--secret-file=${to.credentials}`, `--backup-location-config=region=${S3_REGION},s3ForcePathStyle=true,s3Url=${S3_ENDPOINT}`);
}

/** Its namespace and its resources; none is no error. The backups in the bucket stay. */
export function removeVelero(place: LabPlace): void {
  kubectl(place, ['delete', 'namespace', 'velero', '--ignore-not-found', '--timeout=90s']);
  const plurals = ['backups', 'backupstoragelocations', 'restores', 'schedules'];
  kubectl(place, ['delete', 'customresourcedefinition', ...plurals.map((plural) => `${plural}.velero.io`), '--ignore-not-found', '--timeout=60s']);
}
