/** The kit's copy of AKKO's repository: the programs that the playbook names, with their checksums. */
import { createHash } from 'node:crypto';
import { cpSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { giveToLab } from '../lab-account.ts';
import type { Akko } from './akko.ts';

export function putRepositoryInKit({ kit }: Akko): void {
  const folder = join(kit, 'repository');
  cpSync(join(import.meta.dirname, 'repository'), folder, { recursive: true });
  const sums = globSync('**/*.sh', { cwd: folder }).sort().map((path) => `${createHash('sha256').update(readFileSync(join(folder, path))).digest('hex')}  ${path}\n`);
  writeFileSync(join(folder, 'SHA256SUMS'), sums.join(''));
  giveToLab(folder);
}
