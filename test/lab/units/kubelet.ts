/** A real node of the cluster: a kubelet on Debian's containerd and runc, with images that were made here. Its address is 127.0.0.1. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { daemonRuns, labEnv, lastLines, startDaemon, stopDaemon, until } from '../daemon.ts';
import { kubernetesProgram } from '../kubernetes/build.ts';
import { answers, clusterFolder, KUBELET_PORT, kubeconfigOf, kubectl, NODE } from '../kubernetes/cluster.ts';
import { BUSYBOX, IMAGE_PACKAGES, imageArchives, POSTGRES } from '../kubernetes/images.ts';
import { foreignKubelet, noteMarks, removeMarks, unmountBelow } from '../kubernetes/machine-marks.ts';
import { ensurePackages, packagesMissing } from '../packages.ts';
import { labPlace, unitFolder } from '../place.ts';
import type { LabPlace, LabUnit } from '../unit.ts';

const PACKAGES = ['containerd', 'runc', 'containernetworking-plugins', 'iproute2', ...IMAGE_PACKAGES];
/** Where pods ask for names; in the range of service addresses. */
export const DNS_SERVICE = '10.233.0.10';
export const PODS = '10.244.77.0/24';

export const unit: LabUnit = {
  name: 'kubelet', fidelity: 'real', needs: ['kubernetes'],
  what: 'Kubernetes node: kubelet, containerd, runc; pods with PostgreSQL and busybox images',
  async missing() {
    if (process.getuid?.() !== 0) return 'a kubelet needs root';
    return (isOurs(labPlace()) ? null : foreignKubelet()) ?? packagesMissing(PACKAGES);
  },
  async up(place) {
    ensurePackages(PACKAGES);
    const folder = unitFolder(place, 'kubelet');
    noteMarks(join(folder, 'marks.json'));
    try {
      await startContainerd(place, folder);
      await startKubelet(place, folder);
    } catch (error) {
      const reason = `${error instanceof Error ? error.message : String(error)}\n${['containerd', 'kubelet'].map((name) => lastLines(folder, name, 4)).join('\n')}`;
      await unit.down(place);
      throw new Error(reason, { cause: error });
    }
  },
  down,
  async status(place) {
    const folder = join(place.state, 'kubelet');
    if (!daemonRuns(folder, 'kubelet') || !daemonRuns(folder, 'containerd') || !answers(place)) return null;
    return { node: NODE, images: [BUSYBOX, POSTGRES].join(', '), pods: PODS, containerd: join(folder, 'c.sock') };
  },
};

function isOurs(place: LabPlace): boolean {
  return existsSync(join(place.state, 'kubelet', 'marks.json'));
}

/** ctr of containerd, in Kubernetes' own namespace of images and containers. */
export function ctr(place: LabPlace, ...words: string[]): string {
  return execFileSync('ctr', ['--address', join(place.state, 'kubelet', 'c.sock'), '--namespace', 'k8s.io', ...words], { env: labEnv(), stdio: ['ignore', 'pipe', 'pipe'] }).toString();
}

async function startContainerd(place: LabPlace, folder: string): Promise<void> {
  mkdirSync(join(folder, 'cni'), { recursive: true });
  writeFileSync(join(folder, 'containerd.toml'), containerdConfig(folder));
  writeFileSync(join(folder, 'cni', '10-lab.conflist'), JSON.stringify({ cniVersion: '0.3.1', name: 'lab', plugins: [{ type: 'ptp', ipMasq: false, ipam: { type: 'host-local', dataDir: join(folder, 'addresses'), subnet: PODS, routes: [{ dst: '0.0.0.0/0' }] } }] }));
  startDaemon({ folder, name: 'containerd', argv: ['containerd', '--config', 'containerd.toml'] });
  await until('containerd answers', () => ctr(place, 'version') !== '', 20_000);
  for (const archive of imageArchives(place)) ctr(place, 'images', 'import', archive);
}

/** `restrict_oom_score_adj`: a machine in a container may not lower that score. */
function containerdConfig(folder: string): string {
  return `version = 2
root = "${folder}/root"
state = "${folder}/run"
[grpc]
  address = "${folder}/c.sock"
[ttrpc]
  address = "${folder}/t.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "drill.local/pause:1"
  stream_server_address = "127.0.0.1"
  restrict_oom_score_adj = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${folder}/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
`;
}

async function startKubelet(place: LabPlace, folder: string): Promise<void> {
  const certificates = join(clusterFolder(place), 'certificates');
  const config = {
    apiVersion: 'kubelet.config.k8s.io/v1beta1', kind: 'KubeletConfiguration', address: '127.0.0.1', port: KUBELET_PORT, healthzPort: KUBELET_PORT + 1, healthzBindAddress: '127.0.0.1', readOnlyPort: 0,
    cgroupDriver: 'cgroupfs', cgroupsPerQOS: true, enforceNodeAllocatable: [], failSwapOn: false,
    authentication: { x509: { clientCAFile: join(certificates, 'ca.crt') }, anonymous: { enabled: false }, webhook: { enabled: false } }, authorization: { mode: 'AlwaysAllow' },
    tlsCertFile: join(certificates, 'node.crt'), tlsPrivateKeyFile: join(certificates, 'node.key'), clusterDomain: 'cluster.local', clusterDNS: [DNS_SERVICE],
    evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%', 'nodefs.inodesFree': '1%' }, imageGCHighThresholdPercent: 100,
  };
  writeFileSync(join(folder, 'kubelet.json'), JSON.stringify(config));
  startDaemon({
    folder, name: 'kubelet',
    argv: [
      kubernetesProgram(place, 'kubelet'), '--config=kubelet.json', `--kubeconfig=${kubeconfigOf(place, 'node')}`, `--hostname-override=${NODE}`, '--cloud-provider=external', `--root-dir=${folder}/kubelet`,
      '--container-runtime=remote', `--container-runtime-endpoint=unix://${folder}/c.sock`, '--runtime-cgroups=/', '--kubelet-cgroups=/', `--cert-dir=${folder}/pki`,
    ],
  });
  await until('the node has registered', () => kubectl(place, ['get', 'node', NODE, '--output=name', '--request-timeout=3s']) !== '', 60_000);
  giveAddress(place);
  kubectl(place, ['wait', '--for=condition=Ready', `node/${NODE}`, '--timeout=60s']);
}

/** As a cloud provider would: 127.0.0.1, so that exec, logs and cp stay on loopback. */
function giveAddress(place: LabPlace): void {
  const node: unknown = JSON.parse(kubectl(place, ['get', '--raw', `/api/v1/nodes/${NODE}`]));
  if (typeof node !== 'object' || node === null || !('status' in node) || typeof node.status !== 'object') throw new Error('the API server gave no node');
  const changed = { ...node, status: { ...node.status, addresses: [{ type: 'InternalIP', address: '127.0.0.1' }, { type: 'Hostname', address: NODE }] } };
  kubectl(place, ['replace', '--raw', `/api/v1/nodes/${NODE}/status`, '--filename=-'], JSON.stringify(changed));
  // A node that was here before has lost its taint already.
  if (JSON.stringify(node).includes('node.cloudprovider.kubernetes.io/uninitialized')) kubectl(place, ['taint', 'node', NODE, 'node.cloudprovider.kubernetes.io/uninitialized-']);
}

/** The kubelet first, or it starts again what is ended here. */
async function down(place: LabPlace): Promise<void> {
  const folder = join(place.state, 'kubelet');
  if (!existsSync(folder)) return;
  await stopDaemon(folder, 'kubelet');
  if (daemonRuns(folder, 'containerd')) await endContainers(place);
  if (answers(place)) kubectl(place, ['delete', 'node', NODE, '--ignore-not-found', '--timeout=20s']);
  await stopDaemon(folder, 'containerd');
  unmountBelow(folder);
  removeMarks(join(folder, 'marks.json'));
  rmSync(folder, { recursive: true, force: true });
}

async function endContainers(place: LabPlace): Promise<void> {
  const tasks = (): string[] => list(ctr(place, 'tasks', 'list', '--quiet'));
  await until('the pods have ended', () => {
    for (const task of tasks()) for (const words of [['kill', '--signal', '9', task], ['delete', '--force', task]]) attempt(() => ctr(place, 'tasks', ...words));
    return tasks().length === 0;
  }, 30_000);
  for (const container of list(ctr(place, 'containers', 'list', '--quiet'))) attempt(() => ctr(place, 'containers', 'delete', container));
}

function list(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

/** One that has ended by itself in the meantime is as good. */
function attempt(act: () => unknown): void {
  try {
    act();
  } catch {
    return;
  }
}
