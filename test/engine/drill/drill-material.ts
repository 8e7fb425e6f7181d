/** The First drill's material in a temporary folder, made by the real maker, for the tests of this folder. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { combine } from 'shamir-secret-sharing';
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
  /** A file with the master key in one piece, as only a quorum makes it. */
  masterKey: string;
}

export async function makeMaterial(): Promise<Material> {
  const dataDir = mkdtempSync(join(tmpdir(), 'bs-first-drill-'));
  await prepareFirstDrill(drillHost(dataDir));
  const path = (part: string) => join(dataDir, 'lanterns', part);
  const masterKey = `${dataDir}.key`; // beside, so that the drill's folder holds what the drill made
  process.once('exit', () => rmSync(masterKey, { force: true }));
  writeFileSync(masterKey, `${await rebuiltKey(path('custodians'))}\n`);
  return { dataDir, path, text: (part) => readFileSync(path(part), 'utf8'), masterKey };
}

/** What three of the custodians' shares make. */
export async function rebuiltKey(folder: string): Promise<string> {
  const shares = readdirSync(folder).sort().slice(1, 4).map((name) => new Uint8Array(Buffer.from(readFileSync(join(folder, name), 'utf8'), 'base64')));
  return Buffer.from(await combine(shares)).toString();
}
