/** The archive of a backup: one JSON file for each object, below `resources/RESOURCE/namespaces/NAMESPACE/` or `resources/RESOURCE/cluster/`. */
import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Stored } from './resources.ts';

export function pack(objects: readonly Stored[]): Buffer {
  return inFolder((folder) => {
    for (const object of objects) {
      const file = join(folder, pathOf(object));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, JSON.stringify(object));
    }
    mkdirSync(join(folder, 'metadata'));
    writeFileSync(join(folder, 'metadata', 'version'), '1.1.0\n');
    return execFileSync('tar', ['--create', '--gzip', 'metadata', 'resources'], { cwd: folder, maxBuffer: 256 * 1024 * 1024 });
  });
}

export function unpack(archive: Buffer): Stored[] {
  return inFolder((folder) => {
    execFileSync('tar', ['--extract', '--gzip', '--file=-'], { cwd: folder, input: archive });
    return globSync('resources/**/*.json', { cwd: folder }).map((path) => Stored.parse(JSON.parse(readFileSync(join(folder, path), 'utf8'))));
  });
}

/** What the archive holds, by kind, as Velero writes it beside the archive. */
export function resourceList(objects: readonly Stored[]): Record<string, string[]> {
  const list: Record<string, string[]> = {};
  for (const { apiVersion, kind, metadata } of objects) (list[`${apiVersion}/${kind}`] ??= []).push(metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`);
  return list;
}

function pathOf({ apiVersion, kind, metadata }: Stored): string {
  const group = apiVersion.includes('/') ? `.${apiVersion.split('/')[0] ?? ''}` : '';
  const place = metadata.namespace === undefined ? 'cluster' : join('namespaces', metadata.namespace);
  return join('resources', `${kind.toLowerCase()}s${group}`, place, `${metadata.name.replaceAll('/', '_')}.json`);
}

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'velero-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
