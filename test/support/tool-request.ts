/** A request for a tool with everything that a test does not care about, and a sink that keeps what was stored. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { createRedactor } from '../../electron/engine/tool/create-redactor.ts';
import { spawnerIn } from '../../electron/engine/tool/spawner.ts';
import type { OutputSink, ToolRequest } from '../../electron/engine/tool/tool.ts';

export interface MemorySink extends OutputSink {
  text(): string;
  bytes(): Buffer;
}

export function memorySink(): MemorySink {
  const chunks: Uint8Array[] = [];
  const bytes = (): Buffer => Buffer.concat(chunks);
  return {
    write: (chunk) => void chunks.push(Uint8Array.from(chunk)),
    ready: async () => {},
    finish: async () => ({ sha256: createHash('sha256').update(bytes()).digest('hex'), size: bytes().length }),
    bytes,
    text: () => bytes().toString(),
  };
}

/** A tool is started by the engine itself until its spawner is ready, and by that from then on; both must be the same. */
export const WAYS: readonly (readonly [string, { node?: string }])[] = [['as a child of the engine', {}], ['as a child of the spawner', { node: process.execPath }]];

export async function whenReady({ node }: { node?: string }): Promise<void> {
  if (node !== undefined) await vi.waitUntil(() => spawnerIn(node), { timeout: 30_000 });
}

let count = 0;
/** No two requests of all test processes share a marker. */
export function newMarker(): string {
  count += 1;
  return `test-${process.pid}-${count}-${process.hrtime.bigint()}/step/1`;
}

export function toolRequest(argv: readonly string[], more: Partial<ToolRequest> = {}): ToolRequest {
  return {
    stages: [argv], cwd: tmpdir(), env: { PATH: '/usr/local/bin:/usr/bin:/bin' }, marker: newMarker(),
    okExitCodes: [0], redactor: createRedactor([]), output: memorySink(), ...more,
  };
}

export function fixtureProgram(name: string): string {
  return fileURLToPath(new URL(`../fixtures/programs/${name}`, import.meta.url));
}

/** Counted without any code of the engine: processes with the marker in their environment that have not ended. */
export function livingWithMarker(marker: string): number[] {
  return livingWith(`BLACKSTART_STEP=${marker}`);
}

/** Processes with this `NAME=value` in their environment that have not ended. */
export function livingWith(setting: string): number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/u.test(name)).map(Number).filter((pid) => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      return !/^State:\s+[ZX]/mu.test(status) && readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(setting);
    } catch {
      return false;
    }
  });
}
