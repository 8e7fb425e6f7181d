/** A real control plane of Kubernetes 1.20: API server, controllers and scheduler on Debian's etcd, on loopback. */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { makeAuthority, makeLeaf } from '../../support/certificates.ts';
import { lastLines, startDaemon, stopDaemon, until } from '../daemon.ts';
import { BUILD_PACKAGES, isBuilt, kubernetesProgram } from '../kubernetes/build.ts';
import { answers, API_PORT, clusterFolder, kubeconfigOf, kubectl, NODE, SERVER, writeKubeconfig } from '../kubernetes/cluster.ts';
import { ensurePackages, packagesMissing } from '../packages.ts';
import { labPlace } from '../place.ts';
import type { LabPlace, LabUnit } from '../unit.ts';

const PACKAGES = ['etcd-server', 'openssl'];
const [ETCD_PORT, ETCD_PEER_PORT, CONTROLLER_PORT, SCHEDULER_PORT] = [API_PORT + 1, API_PORT + 2, API_PORT + 3, API_PORT + 4];
const DAEMONS = ['etcd', 'apiserver', 'controllers', 'scheduler'] as const;

export const unit: LabUnit = {
  name: 'kubernetes', fidelity: 'real', needs: [],
  what: 'Kubernetes 1.20 control plane: API server, controllers, scheduler, etcd',
  async missing() {
    if (process.arch !== 'x64' && process.arch !== 'arm64') return `it is built for x64 and arm64, this machine is ${process.arch}`;
    if (!['/usr/bin/kubectl', '/usr/local/bin/kubectl'].some((path) => existsSync(path))) return 'kubectl is not in /usr/bin or /usr/local/bin';
    return packagesMissing([...PACKAGES, ...(isBuilt(labPlace()) ? [] : BUILD_PACKAGES)]);
  },
  async up(place) {
    ensurePackages(PACKAGES);
    const folder = clusterFolder(place);
    makeCertificates(place, folder);
    try {
      await startServers(place, folder);
    } catch (error) {
      const reason = `${error instanceof Error ? error.message : String(error)}\n${DAEMONS.map((name) => lastLines(folder, name, 3)).join('\n')}`;
      await unit.down(place);
      throw new Error(reason, { cause: error });
    }
  },
  async down(place) {
    const folder = join(place.state, 'kubernetes');
    for (const name of [...DAEMONS].reverse()) await stopDaemon(folder, name);
    rmSync(folder, { recursive: true, force: true });
  },
  async status(place) {
    if (!existsSync(join(place.state, 'kubernetes')) || !answers(place)) return null;
    return { server: SERVER, kubeconfig: kubeconfigOf(place, 'admin') };
  },
};

function makeCertificates(place: LabPlace, folder: string): void {
  const certificates = join(folder, 'certificates');
  mkdirSync(certificates, { recursive: true, mode: 0o700 });
  makeAuthority(certificates, 'ca', 30);
  const leaf = (name: string, subject: string, purpose: 'clientAuth' | 'serverAuth,clientAuth', names = 'DNS:localhost'): void => { makeLeaf(certificates, name, { by: 'ca', days: 30, subject, purpose, names }); };
  leaf('apiserver', '/CN=kube-apiserver', 'serverAuth,clientAuth', 'IP:127.0.0.1,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default.svc,IP:10.233.0.1');
  leaf('admin', '/O=system:masters/CN=admin', 'clientAuth');
  leaf('controllers', '/CN=system:kube-controller-manager', 'clientAuth');
  leaf('scheduler', '/CN=system:kube-scheduler', 'clientAuth');
  leaf('node', `/O=system:nodes/CN=system:node:${NODE}`, 'serverAuth,clientAuth', `IP:127.0.0.1,DNS:${NODE}`);
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: certificates, stdio: ['ignore', 'ignore', 'pipe'] });
  openssl('genrsa', '-out', 'accounts.key', '2048');
  openssl('rsa', '-in', 'accounts.key', '-pubout', '-out', 'accounts.pub');
  for (const user of ['admin', 'controllers', 'scheduler', 'node']) writeKubeconfig(kubeconfigOf(place, user), certificates, user);
}

async function startServers(place: LabPlace, folder: string): Promise<void> {
  const etcd = `http://127.0.0.1:${ETCD_PORT}`;
  const peer = `http://127.0.0.1:${ETCD_PEER_PORT}`;
  startDaemon({ folder, name: 'etcd', argv: ['etcd', `--data-dir=${folder}/etcd`, `--listen-client-urls=${etcd}`, `--advertise-client-urls=${etcd}`, `--listen-peer-urls=${peer}`, `--initial-advertise-peer-urls=${peer}`, `--initial-cluster=default=${peer}`, '--unsafe-no-fsync'] });
  startDaemon({ folder, name: 'apiserver', argv: apiServer(place, folder, etcd) });
  await until('the API server is ready', () => answers(place), 90_000);
  startDaemon({ folder, name: 'controllers', argv: controllers(place, folder) });
  startDaemon({ folder, name: 'scheduler', argv: [kubernetesProgram(place, 'kube-scheduler'), `--kubeconfig=${kubeconfigOf(place, 'scheduler')}`, '--bind-address=127.0.0.1', `--secure-port=${SCHEDULER_PORT}`, '--port=0', '--leader-elect=false'] });
  await until('the controllers have made the default service account', () => kubectl(place, ['--namespace=default', 'get', 'serviceaccount', 'default', '--output=name', '--request-timeout=3s']) !== '', 60_000);
}

function apiServer(place: LabPlace, folder: string, etcd: string): string[] {
  const file = (name: string): string => join(folder, 'certificates', name);
  return [
    kubernetesProgram(place, 'kube-apiserver'), `--etcd-servers=${etcd}`, '--bind-address=127.0.0.1', `--secure-port=${API_PORT}`, '--insecure-port=0', '--endpoint-reconciler-type=none',
    `--tls-cert-file=${file('apiserver.crt')}`, `--tls-private-key-file=${file('apiserver.key')}`, `--client-ca-file=${file('ca.crt')}`, '--authorization-mode=Node,RBAC',
    '--service-account-issuer=https://kubernetes.default.svc', `--service-account-key-file=${file('accounts.pub')}`, `--service-account-signing-key-file=${file('accounts.key')}`,
    '--kubelet-preferred-address-types=InternalIP', `--kubelet-client-certificate=${file('apiserver.crt')}`, `--kubelet-client-key=${file('apiserver.key')}`, `--kubelet-certificate-authority=${file('ca.crt')}`,
    '--service-cluster-ip-range=10.233.0.0/24', '--allow-privileged=true',
  ];
}

function controllers(place: LabPlace, folder: string): string[] {
  const file = (name: string): string => join(folder, 'certificates', name);
  return [
    kubernetesProgram(place, 'kube-controller-manager'), `--kubeconfig=${kubeconfigOf(place, 'controllers')}`, '--bind-address=127.0.0.1', `--secure-port=${CONTROLLER_PORT}`, '--port=0',
    `--cluster-signing-cert-file=${file('ca.crt')}`, `--cluster-signing-key-file=${file('ca.key')}`, `--root-ca-file=${file('ca.crt')}`, `--service-account-private-key-file=${file('accounts.key')}`,
    '--use-service-account-credentials=true', '--leader-elect=false', '--node-monitor-grace-period=40s',
  ];
}
