/** The lab's cluster as its other parts see it: files, ports, and kubectl with the administrator's rights. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { labEnv } from '../daemon.ts';
import { unitFolder } from '../place.ts';
import type { LabPlace } from '../unit.ts';

export const API_PORT = 16_443;
export const SERVER = `https://127.0.0.1:${API_PORT}`;
/** The node's name; its kubelet listens on this port and the next. */
export const NODE = 'drill';
export const KUBELET_PORT = 16_450;

export function clusterFolder(place: LabPlace): string {
  return unitFolder(place, 'kubernetes');
}

/** Of `admin`, `controllers`, `scheduler` or `node`. */
export function kubeconfigOf(place: LabPlace, user: string): string {
  return join(clusterFolder(place), `${user}.kubeconfig`);
}

/** A kubeconfig that carries its certificates inside, as a break-glass kit would. `certificates` holds ca.crt, USER.crt and USER.key. */
export function writeKubeconfig(path: string, certificates: string, user: string): void {
  const encoded = (name: string): string => readFileSync(join(certificates, name)).toString('base64');
  const config = {
    apiVersion: 'v1', kind: 'Config', 'current-context': 'lab',
    clusters: [{ name: 'lab', cluster: { server: SERVER, 'certificate-authority-data': encoded('ca.crt') } }],
    users: [{ name: user, user: { 'client-certificate-data': encoded(`${user}.crt`), 'client-key-data': encoded(`${user}.key`) } }],
    contexts: [{ name: 'lab', context: { cluster: 'lab', user } }],
  };
  writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
}

/** Runs kubectl to its end and gives its standard output; throws with its standard error when it fails. */
export function kubectl(place: LabPlace, argv: readonly string[], input?: string | Buffer): string {
  const options = { env: labEnv(), stdio: ['pipe', 'pipe', 'pipe'], maxBuffer: 256 * 1024 * 1024, ...(input === undefined ? {} : { input }) } satisfies Parameters<typeof execFileSync>[2];
  return execFileSync('kubectl', [`--kubeconfig=${kubeconfigOf(place, 'admin')}`, ...argv], options).toString();
}

/** Creates or changes objects; each is one plain manifest. */
export function applyObjects(place: LabPlace, objects: readonly object[]): void {
  kubectl(place, ['apply', '--filename=-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
}

/** Whether the API server says that it is ready. */
export function answers(place: LabPlace): boolean {
  if (!existsSync(kubeconfigOf(place, 'admin'))) return false;
  try {
    return kubectl(place, ['get', '--raw', '/readyz', '--request-timeout=3s']).trim() === 'ok';
  } catch {
    return false;
  }
}

/** Deletes a namespace with everything in it and waits until it is gone. None is no error. */
export function deleteNamespace(place: LabPlace, name: string): void {
  kubectl(place, ['delete', 'namespace', name, '--ignore-not-found', '--timeout=240s']);
}
