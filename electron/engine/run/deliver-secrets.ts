/** Secrets as files for tools: 0600, on a RAM-backed folder where there is one, gone after the step. */
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StepFold } from '../../contract/run/fold.ts';
import type { RunHost } from './host.ts';

export interface DeliveredFiles {
  /** Paths by `secret_file:NAME`. */
  paths: Record<string, string>;
  remove(): void;
}

export function deliverFiles(host: RunHost, _step: StepFold, names: readonly string[]): DeliveredFiles {
  const held = names.flatMap((name) => host.secrets.get(name) ?? []);
  if (held.length === 0) return { paths: {}, remove: () => {} };
  const folder = mkdtempSync(join(memoryFolder(host.runDir), 'bs-'));
  const paths: Record<string, string> = {};
  for (const handle of held) {
    const path = join(folder, handle.name);
    writeFileSync(path, handle.bytes(), { mode: 0o600, flag: 'wx' });
    paths[`secret_file:${handle.name}`] = path;
  }
  return { paths, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function memoryFolder(otherwise: string): string {
  for (const folder of [process.env['XDG_RUNTIME_DIR'], '/dev/shm']) {
    try {
      if (folder === undefined || folder === '') continue;
      accessSync(folder, constants.W_OK | constants.X_OK);
      return folder;
    } catch {
      continue;
    }
  }
  return otherwise;
}
