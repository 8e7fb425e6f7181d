/**
 * Real filesystems of a few megabytes, which root may mount: a tmpfs that a test can fill and empty, and an ext4 that a test
 * can let fail as a dying disk does, so that the kernel turns it read-only under open files.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallDisk {
  path: string;
  /** Leaves no byte free. */
  fill(): void;
  /** Gives the room back. */
  empty(): void;
  unmount(): void;
}

/** Whether this machine lets us mount one; a test that cannot says so by being skipped with its name. */
export const mayMount = canMount(() => mountSmallDisk().unmount());
export const mayMountImage = canMount(() => mountFailingDisk().remove());

function canMount(tryIt: () => void): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    tryIt();
    return true;
  } catch (thrown) {
    console.warn(`No small disk can be mounted here (${thrown instanceof Error ? thrown.message : String(thrown)}): what a full disk does is not tested.`);
    return false;
  }
}

export function mountSmallDisk(size = '6m'): SmallDisk {
  const path = mkdtempSync(join(tmpdir(), 'bs-small-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'tmpfs', path]);
  const ballast = join(path, 'ballast');
  return {
    path,
    fill() {
      const { bavail, bsize } = statfsSync(path);
      writeFileSync(ballast, Buffer.alloc(bavail * bsize));
      if (statfsSync(path).bavail > 0) throw new Error('the small disk is not full');
    },
    empty: () => rmSync(ballast, { force: true }),
    unmount() {
      execFileSync('umount', ['-l', path]);
      rmSync(path, { recursive: true });
    },
  };
}

export interface FailingDisk {
  path: string;
  /** The kernel gives the filesystem up: read-only from here on, also for files that are open. */
  fail(): void;
  /** What a person does then: takes it out, checks it, puts it back. */
  repair(): void;
  remove(): void;
}

export function mountFailingDisk(): FailingDisk {
  const folder = mkdtempSync(join(tmpdir(), 'bs-failing-disk-'));
  const [image, path] = [join(folder, 'image'), join(folder, 'disk')];
  writeFileSync(image, '');
  truncateSync(image, 32 * 1024 * 1024);
  mkdirSync(path);
  const mount = (...options: string[]): void => void execFileSync('mount', [...options, image, path], { stdio: 'pipe' });
  execFileSync('mkfs.ext4', ['-q', '-F', image], { stdio: 'pipe' });
  mount('-o', 'loop');
  return {
    path,
    fail: () => void execFileSync('mount', ['-o', 'remount,abort', path], { stdio: 'pipe' }),
    repair() {
      execFileSync('umount', [path], { stdio: 'pipe' });
      execFileSync('sh', ['-c', 'e2fsck -p -f "$0" || test $? -le 1', image], { stdio: 'pipe' });
      mount('-o', 'loop');
    },
    remove() {
      execFileSync('umount', ['-l', path], { stdio: 'pipe' });
      rmSync(folder, { recursive: true });
    },
  };
}
