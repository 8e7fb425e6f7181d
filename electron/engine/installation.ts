/** Where the parts of this installation lie; the same relative places in a checkout, a build and a package. */
import { existsSync } from 'node:fs';
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
