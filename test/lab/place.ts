/** Where the lab keeps its state and what it builds once. */
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { LabPlace } from './unit.ts';

/**
 * State is below /var/tmp and not below $TMPDIR: sockets in it need short paths, and the lab's account must get through. BLACKSTART_LAB
 * names another folder, for a second lab; the ports are the same, so two labs can share a machine only with different units.
 */
export function labPlace(): LabPlace {
  const state = process.env['BLACKSTART_LAB'] ?? '/var/tmp/blackstart-lab';
  const cache = process.env['BLACKSTART_LAB_CACHE'] ?? join(homedir(), '.cache', 'blackstart-lab');
  return { state, cache };
}

/** Folder of one unit's state; made on first use. */
export function unitFolder(place: LabPlace, name: string): string {
  mkdirSync(place.state, { recursive: true, mode: 0o755 });
  const folder = join(place.state, name);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  return folder;
}

/** What the lab does, for the person who watches it; standard output stays free for tables and JSON. */
export function say(text: string): void {
  process.stderr.write(`lab: ${text}\n`);
}
