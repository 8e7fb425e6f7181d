/** Where the parts of this installation lie; the same relative places in a checkout, a build and a package. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunTool } from './tool/tool.ts';

export interface Installation {
  /** The bundled runbooks. */
  runbooks: string;
  /** The program that `{{blackstart}}` names. */
  launcher: string;
  /** A Node that runs our own child processes; Electron's executable cannot. */
  node: string;
}

export function findInstallation(node: string = process.execPath, platform: NodeJS.Platform = process.platform): Installation {
  // Each place is written out: the bundler moves only what it can read.
  const launcher = platform === 'win32' ? new URL('../cli/blackstart.cmd', import.meta.url) : new URL('../cli/blackstart', import.meta.url);
  return { runbooks: fileURLToPath(new URL('../../runbooks', import.meta.url)), launcher: fileURLToPath(launcher), node };
}

/**
 * Steps may not run batch files, since Windows hands their arguments to a shell. Our own launcher there is one, so a step that
 * names it is started as what the launcher starts: Node with the command line's program.
 */
export function startsLauncher(runTool: RunTool, { launcher, node }: Pick<Installation, 'launcher' | 'node'>): RunTool {
  if (!/\.cmd$/iu.test(launcher)) return runTool;
  const beside = join(dirname(launcher), 'main.ts');
  const program = existsSync(beside) ? beside : join(dirname(launcher), '..', '..', 'build', 'engine', 'blackstart.mjs');
  return (request) => runTool({
    ...request,
    stages: request.stages.map(([name = '', ...rest]) => (name === launcher ? [node, '--disable-warning=ExperimentalWarning', program, ...rest] : [name, ...rest])),
  });
}

/** First line of the signed list of everything in a package. */
const PACKAGE_HEADER = 'blackstart/bundle/v1\n';
/** The list lies at the top of the package, a few folders above the program. */
const FOLDERS_UP = 7;

/** SHA-256 of the signed list of the package that this program came in; null when it runs from its source. */
export function packageDigest(from: string = fileURLToPath(import.meta.url)): string | null {
  let folder = dirname(from);
  for (let up = 0; up < FOLDERS_UP; up += 1, folder = dirname(folder)) {
    const file = join(folder, 'MANIFEST');
    const bytes = existsSync(file) ? readFileSync(file) : null;
    if (bytes?.subarray(0, PACKAGE_HEADER.length).toString('latin1') === PACKAGE_HEADER) return createHash('sha256').update(bytes).digest('hex');
  }
  return null;
}
