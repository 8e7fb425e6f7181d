/**
 * A stand-in for k3d: the lab's own cluster is the one that it makes. `cluster create NAME` needs an API server that answers at KUBECONFIG;
 * `cluster delete NAME` takes out of it what a recovery of AKKO put there; `cluster list` names those that were made and not deleted.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(process.env['HOME'] ?? '/', '.k3d-stand-in');
const [noun, verb, name = ''] = process.argv.slice(2).filter((word) => !word.startsWith('--'));

function kubectl(kubeconfig: string, ...words: string[]): void {
  execFileSync('kubectl', [`--kubeconfig=${kubeconfig}`, ...words], { stdio: ['ignore', 'ignore', 'inherit'] });
}

function main(): void {
  process.stderr.write('k3d: a stand-in of the Blackstart lab, not k3d itself\n');
  if (noun !== 'cluster') throw new Error(`the stand-in does not know: k3d ${noun ?? ''}`);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  if (verb === 'create') {
    const kubeconfig = process.env['KUBECONFIG'] ?? '';
    kubectl(kubeconfig, 'get', '--raw=/readyz');
    writeFileSync(file, kubeconfig);
  } else if (verb === 'delete') {
    if (!existsSync(file)) throw new Error(`there is no cluster ${name}`);
    kubectl(readFileSync(file, 'utf8'), 'delete', 'namespace', 'akko', 'velero', '--ignore-not-found', '--timeout=90s');
    rmSync(file);
  } else if (verb === 'list') process.stdout.write(readdirSync(folder).map((line) => `${line}\n`).join(''));
  else throw new Error(`the stand-in does not know: k3d cluster ${verb ?? ''}`);
}

try {
  main();
} catch (error) {
  process.stderr.write(`k3d: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
