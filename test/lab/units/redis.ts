/** A real Redis on loopback, with a password and its data on disk. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { giveToLab } from '../lab-account.ts';
import { daemonRuns, labEnv, startDaemon, stopDaemon, until } from '../daemon.ts';
import { ensurePackages, packagesMissing } from '../packages.ts';
import { unitFolder } from '../place.ts';
import type { LabPlace, LabUnit } from '../unit.ts';

// Debian's redis-server would start a service of its own; its program is the one of redis-tools under another name.
const PACKAGES = ['redis-tools'];
const PORT = 15_379;

export const unit: LabUnit = {
  name: 'redis', fidelity: 'real', needs: [],
  what: 'Redis with a password and snapshots on disk',
  async missing() {
    return packagesMissing(PACKAGES);
  },
  async up(place) {
    ensurePackages(PACKAGES);
    const folder = unitFolder(place, 'redis');
    const password = randomBytes(12).toString('hex');
    writeFileSync(join(folder, 'password'), `${password}\n`, { mode: 0o600 });
    writeFileSync(join(folder, 'redis.conf'), `bind 127.0.0.1\nport ${PORT}\ndir ${folder}\nrequirepass ${password}\nsave 60 1\n`, { mode: 0o600 });
    giveToLab(folder);
    startDaemon({ folder, name: 'redis', account: 'lab', argv: ['bash', '-c', 'exec -a redis-server /usr/bin/redis-check-rdb redis.conf'] });
    try {
      await until('Redis answers', () => ask(place, 'PING') === 'PONG', 15_000);
    } catch (error) {
      await unit.down(place);
      throw error;
    }
  },
  async down(place) {
    const folder = join(place.state, 'redis');
    await stopDaemon(folder, 'redis');
    rmSync(folder, { recursive: true, force: true });
  },
  async status(place) {
    const folder = join(place.state, 'redis');
    return daemonRuns(folder, 'redis') ? { address: `127.0.0.1:${PORT}`, 'password in': join(folder, 'password') } : null;
  },
};

/** The password goes by the environment: a command line can be read by everybody. */
export function ask(place: LabPlace, ...command: string[]): string {
  const password = readFileSync(join(place.state, 'redis', 'password'), 'utf8').trim();
  return execFileSync('redis-cli', ['-p', String(PORT), ...command], { env: { ...labEnv(), REDISCLI_AUTH: password }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}
