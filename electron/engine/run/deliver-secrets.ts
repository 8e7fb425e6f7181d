/** The secrets that a step's programs read from files, for as long as the step lasts. */
import { deliverSecretFile, type DeliveredSecret } from '../secrets/deliver-file.ts';
import type { RunHost } from './host.ts';

export interface DeliveredFiles {
  /** Paths by `secret_file:NAME`. */
  paths: Record<string, string>;
  remove(): void;
}

export function deliverFiles(host: RunHost, names: readonly string[]): DeliveredFiles {
  const delivered: DeliveredSecret[] = [];
  const paths: Record<string, string> = {};
  const remove = (): void => delivered.forEach((file) => file.remove());
  try {
    for (const handle of names.flatMap((name) => host.secrets.get(name) ?? [])) {
      const file = deliverSecretFile(handle, host.runDir);
      delivered.push(file);
      paths[`secret_file:${handle.name}`] = file.path;
    }
  } catch (thrown) {
    remove();
    throw thrown;
  }
  return { paths, remove };
}
