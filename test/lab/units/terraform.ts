/** Terraform where the machine has it: nothing is started, and nothing of a cloud is built. Its providers cannot be had offline, but for the builtin one. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LabUnit } from '../unit.ts';

const PLACES = ['/usr/local/bin', '/usr/bin', '/bin'];

export const unit: LabUnit = {
  name: 'terraform', fidelity: 'stand-in', needs: [],
  what: 'Terraform with its builtin provider alone: plans and applies, but builds no cloud',
  async missing() {
    return program() === null ? `terraform is not in ${PLACES.join(', ')}; Debian has no package of it` : null;
  },
  async up() {
    if (program() === null) throw new Error('terraform is gone');
  },
  async down() {
    return undefined;
  },
  async status() {
    const path = program();
    return path === null ? null : { program: path, version: execFileSync(path, ['version'], { encoding: 'utf8' }).split('\n')[0] ?? '' };
  },
};

function program(): string | null {
  return PLACES.map((folder) => join(folder, 'terraform')).find((path) => existsSync(path)) ?? null;
}
