/**
 * The control plane of AWS (RDS, S3, Route 53, Parameter Store, Secrets Manager), emulated by moto. It keeps its state in memory and moves no
 * data: a failover changes what RDS says, not a database.
 */
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { daemonRuns, lastLines, startDaemon, stopDaemon, until } from '../daemon.ts';
import { runInLab } from '../lab-account.ts';
import { ensurePackages, packagesMissing } from '../packages.ts';
import { unitFolder } from '../place.ts';
import type { LabPlace, LabUnit } from '../unit.ts';

const PACKAGES = ['awscli'];
export const AWS_URL = 'http://127.0.0.1:15000';

export const unit: LabUnit = {
  name: 'moto',
  what: "AWS's control plane, by moto_server, and the real AWS command line",
  fidelity: 'emulated',
  needs: [],
  missing: async () => (motoHere() ? packagesMissing(PACKAGES) : "moto_server is not on this machine, and Debian has no package of it: pip install 'moto[server]'"),
  async up(place) {
    ensurePackages(PACKAGES);
    const folder = unitFolder(place, unit.name);
    writeFileSync(join(folder, 'config'), '[profile drill]\nregion = eu-west-1\noutput = json\nretry_mode = standard\n');
    writeFileSync(join(folder, 'credentials'), '[drill]\naws_access_key_id = drill\naws_secret_access_key = drill\n');
    startDaemon({ folder, name: 'moto_server', argv: ['moto_server', '-H', '127.0.0.1', '-p', new URL(AWS_URL).port] });
    try {
      await until('moto answers', async () => (await fetch(`${AWS_URL}/moto-api/data.json`)).ok, 60_000);
    } catch (error) {
      const last = lastLines(folder, 'moto_server');
      await unit.down(place);
      throw new Error(`moto did not come up: ${last}`, { cause: error });
    }
  },
  async down(place) {
    await stopDaemon(join(place.state, unit.name), 'moto_server');
    rmSync(join(place.state, unit.name), { recursive: true, force: true });
  },
  async status(place) {
    if (!daemonRuns(join(place.state, unit.name), 'moto_server')) return null;
    return { url: AWS_URL, profile: 'drill', ...awsFiles(place) };
  },
};

function motoHere(): boolean {
  return spawnSync('moto_server', ['--help'], { stdio: 'ignore' }).status === 0;
}

/** Environment of the AWS command line: the lab's profile and no other. */
export function awsFiles(place: LabPlace): { AWS_CONFIG_FILE: string; AWS_SHARED_CREDENTIALS_FILE: string } {
  const folder = join(place.state, unit.name);
  return { AWS_CONFIG_FILE: join(folder, 'config'), AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials') };
}

/** Forgets everything: the next drill begins with an empty account. */
export async function emptyAws(): Promise<void> {
  const answer = await fetch(`${AWS_URL}/moto-api/reset`, { method: 'POST' });
  if (!answer.ok) throw new Error(`moto did not reset: ${answer.status}`);
}

/** The AWS command line against the emulation; what it prints, without the last line break. */
export function aws(place: LabPlace, region: string, ...words: string[]): string {
  const env = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: place.state, LANG: 'C.UTF-8', AWS_PAGER: '', AWS_EC2_METADATA_DISABLED: 'true', ...awsFiles(place) };
  return runInLab(['aws', '--profile=drill', `--endpoint-url=${AWS_URL}`, `--region=${region}`, '--output=text', ...words], { env, cwd: place.state }).trim();
}
