/** Programs that the runbooks start and that are not to be had here. Each says that it is a stand-in. */
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unitFolder } from '../place.ts';
import type { LabPlace, LabUnit } from '../unit.ts';

const NAMES = ['mc', 'k3d', 'vault'] as const;

export const unit: LabUnit = {
  name: 'stand-ins', fidelity: 'stand-in', needs: [],
  what: 'stand-ins for mc, k3d and vault',
  missing: async () => null,
  async up(place) {
    unitFolder(place, unit.name);
    const folder = toolFolder(place);
    mkdirSync(folder, { recursive: true });
    for (const name of NAMES) {
      writeFileSync(join(folder, name), `#!/bin/sh\nexec ${process.execPath} --no-warnings ${join(import.meta.dirname, '..', 'stand-ins', `${name}.ts`)} "$@"\n`);
      chmodSync(join(folder, name), 0o755);
    }
  },
  async down(place) {
    rmSync(join(place.state, unit.name), { recursive: true, force: true });
  },
  async status(place) {
    return NAMES.every((name) => existsSync(join(toolFolder(place), name))) ? { programs: toolFolder(place) } : null;
  },
};

/** Joins the PATH of a run. */
export function toolFolder(place: LabPlace): string {
  return join(place.state, unit.name, 'bin');
}
