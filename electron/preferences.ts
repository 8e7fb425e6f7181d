/**
 * The window's preferences, in a small file beside the window's own ones: the page's session is in memory, so nothing that
 * Chromium would keep lasts. A file that cannot be read counts as none, and one that cannot be written is no reason to stop.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Preferences } from './contract/preferences.ts';

const FILE = 'preferences.json';

/** @param folder the window's own, below the data folder */
export function readPreferences(folder: string): Preferences {
  try {
    const read = Preferences.safeParse(JSON.parse(readFileSync(join(folder, FILE), 'utf8')));
    return read.success ? read.data : {};
  } catch {
    return {};
  }
}

/** Only what changes; the rest stays as it was. */
export function keepPreferences(folder: string, change: Preferences): void {
  const before = readPreferences(folder);
  const after = { ...before, ...change };
  if (JSON.stringify(after) === JSON.stringify(before)) return;
  const fresh = join(folder, `${FILE}.${process.pid}.tmp`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(fresh, `${JSON.stringify(after)}\n`, { mode: 0o600 });
    renameSync(fresh, join(folder, FILE));
  } catch {
    // the choice lasts as long as the window
  }
}
