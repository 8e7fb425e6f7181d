/** Where the parts of this installation lie; the same relative places in a checkout, a build and a package. */
import { fileURLToPath } from 'node:url';

export interface Installation {
  /** The bundled runbooks. */
  runbooks: string;
  /** The program that `{{blackstart}}` names. */
  launcher: string;
  /** A Node that runs our own child processes; Electron's executable cannot. */
  node: string;
}

export function findInstallation(node: string = process.execPath): Installation {
  return { runbooks: fileURLToPath(new URL('../../runbooks', import.meta.url)), launcher: fileURLToPath(new URL('../cli/blackstart', import.meta.url)), node };
}
