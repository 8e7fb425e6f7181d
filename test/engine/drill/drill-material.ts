/** The First drill's material in a temporary folder, made by the real maker, for the tests of this folder. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runDrillTool } from '../../../electron/engine/drill/drill-tool.ts';
import { prepareFirstDrill, type FirstDrillHost } from '../../../electron/engine/drill/first-drill.ts';

export const RUNBOOK_DIR = join(import.meta.dirname, '..', '..', '..', 'runbooks', 'first-drill');
export const NOW = Date.parse('2026-11-20T18:00:00Z');

/** What a drill tool prints. */
export async function drillTool(...argv: string[]): Promise<string> {
  let printed = '';
  await runDrillTool(argv, (text) => { printed += text; });
  return printed;
}

export function drillHost(dataDir: string, change: Partial<FirstDrillHost> = {}): FirstDrillHost {
  return {
    dataDir, runbookDir: RUNBOOK_DIR, now: NOW,
    makeDatabase: async ({ file, until, masterKeyFile }) => {
      await drillTool('make-database', '--file', file, '--until', new Date(until).toISOString(), '--master-key-file', masterKeyFile);
    },
    ...change,
  };
}

export interface Material {
  dataDir: string;
  /** Absolute path of a part, such as `kit/master.key`. */
  path(part: string): string;
  text(part: string): string;
}

export async function makeMaterial(): Promise<Material> {
  const dataDir = mkdtempSync(join(tmpdir(), 'bs-first-drill-'));
  await prepareFirstDrill(drillHost(dataDir));
  const path = (part: string) => join(dataDir, 'lanterns', part);
  return { dataDir, path, text: (part) => readFileSync(path(part), 'utf8') };
}
