/**
 * What a kubelet changes outside its own folder: a switch of the kernel, network namespaces and interfaces of its pods, control groups, and
 * two folders below /var/lib. They are noted before it starts, so that only what came with it goes with it.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const FORWARD = '/proc/sys/net/ipv4/ip_forward';
/** kubelet's plugin sockets and the CNI plugins' notes have fixed places. */
const FOLDERS = ['/var/lib/kubelet', '/var/lib/cni/results'];
const CGROUPS = '/sys/fs/cgroup';

const Marks = z.object({ forward: z.string(), namespaces: z.array(z.string()), links: z.array(z.string()), folders: z.array(z.string()) });

/** Why a second kubelet would harm this machine, or null. */
export function foreignKubelet(): string | null {
  return existsSync('/var/lib/kubelet') ? 'this machine has a kubelet of its own (/var/lib/kubelet is there)' : null;
}

export function noteMarks(file: string): void {
  const marks: z.infer<typeof Marks> = { forward: readFileSync(FORWARD, 'utf8').trim(), namespaces: namespaces(), links: links(), folders: FOLDERS.filter((path) => existsSync(path)) };
  writeFileSync(file, JSON.stringify(marks));
}

/** Takes away what came since `noteMarks`; without its file there is nothing to take away. */
export function removeMarks(file: string): void {
  if (!existsSync(file)) return;
  const before = Marks.parse(JSON.parse(readFileSync(file, 'utf8')));
  for (const name of namespaces().filter((name) => !before.namespaces.includes(name))) spawnSync('ip', ['netns', 'delete', name]);
  for (const name of links().filter((name) => name.startsWith('veth') && !before.links.includes(name))) spawnSync('ip', ['link', 'delete', name]);
  writeFileSync(FORWARD, before.forward);
  for (const path of FOLDERS.filter((path) => !before.folders.includes(path))) rmSync(path, { recursive: true, force: true });
  removeControlGroups();
}

function namespaces(): string[] {
  return existsSync('/run/netns') ? readdirSync('/run/netns').filter((name) => name.startsWith('cni-')) : [];
}

function links(): string[] {
  return readdirSync('/sys/class/net');
}

/** Control groups go from the innermost out, and only when they are empty. */
function removeControlGroups(): void {
  const roots = readdirSync(CGROUPS).map((name) => join(CGROUPS, name, 'kubepods')).concat(join(CGROUPS, 'kubepods')).filter((path) => existsSync(path));
  for (const root of roots) {
    const inside = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
    for (const path of [...inside.sort((a, b) => b.length - a.length), root]) rmdirSync(path);
  }
}

/** Everything that is mounted below the folder, the innermost first. */
export function unmountBelow(folder: string): void {
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n').map((line) => line.split(' ')[1] ?? '').filter((path) => path.startsWith(`${folder}/`));
  for (const path of mounts.sort((a, b) => b.length - a.length)) execFileSync('umount', ['--lazy', path]);
}
