/** The terraform program, where the machine has it: neither Debian nor npm carries it. Only its builtin provider is used. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { labEnv } from '../daemon.ts';
import type { LabUnit } from '../unit.ts';

/** A run of the lab searches these and no other folder. */
const PLACES = ['/usr/local/bin/terraform', '/usr/bin/terraform'];
const program = (): string | undefined => PLACES.find((path) => existsSync(path));

export const unit: LabUnit = {
  name: 'terraform', fidelity: 'real', needs: [],
  what: 'terraform, the program, with its builtin provider',
  missing: async () => (program() === undefined ? 'terraform is not on this machine, and Debian has no package of it: put the released program into /usr/local/bin' : null),
  up: async () => {},
  down: async () => {},
  async status() {
    const path = program();
    return path === undefined ? null : { program: path, version: execFileSync(path, ['version'], { env: { ...labEnv(), CHECKPOINT_DISABLE: '1' } }).toString().split('\n')[0] ?? '' };
  },
};
