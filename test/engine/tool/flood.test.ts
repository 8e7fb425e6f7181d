import { describe, expect, it } from 'vitest';
import { createSecretStore } from '../../../electron/engine/secrets/secret-store.ts';
import { createRedactor } from '../../../electron/engine/tool/create-redactor.ts';
import { runTool } from '../../../electron/engine/tool/run-tool.ts';
import { plainTextStream } from '../../../electron/engine/tool/terminal-text.ts';
import type { OutputSink } from '../../../electron/engine/tool/tool.ts';
import { toolRequest } from '../../support/tool-request.ts';

const MEGABYTE = 1_000_000;
const MEGABYTES = process.env['BLACKSTART_LONG_TESTS'] === '1' ? 10_000 : 200;
const HEADROOM = 200 * MEGABYTE;

/** Counts, and looks how much memory is in use on the way. */
function countingSink(): OutputSink & { peak: () => number } {
  let size = 0;
  let peak = 0;
  return {
    write(bytes) {
      size += bytes.length;
      peak = Math.max(peak, process.memoryUsage.rss());
    },
    ready: async () => {},
    finish: async () => ({ sha256: '', size }),
    peak: () => peak,
  };
}

describe('a flood of output', () => {
  it('on one line stays flat in memory, is whole, and loses its secret', { timeout: 1_800_000 }, async () => {
    const store = createSecretStore();
    store.put('key', Buffer.from('hunter22-hunter22'), 'test');
    const output = countingSink();
    const plain = plainTextStream();
    let characters = 0;
    const before = process.memoryUsage.rss();
    const outcome = await runTool(toolRequest([], {
      stages: [['sh', '-c', `printf hunter22-hunter22; head -c ${MEGABYTES * MEGABYTE} /dev/zero`], ['tr', '\\0', 'x']],
      redactor: createRedactor(store.all()), output, onOutput: (bytes) => { characters += plain.push(bytes).length; },
    }));
    const mask = '‹masked:key›';
    expect(outcome).toMatchObject({ ok: true, output: { size: MEGABYTES * MEGABYTE + Buffer.byteLength(mask) }, stdout: { truncated: true } });
    expect(outcome.stdout.text.startsWith(`${mask}xxx`)).toBe(true);
    expect(characters).toBe(MEGABYTES * MEGABYTE + mask.length);
    expect(output.peak() - before).toBeLessThan(HEADROOM);
  });

  it('waits for a store that is behind instead of filling the memory', async () => {
    const gate: { open: (() => void)[] } = { open: [] };
    let size = 0;
    const output: OutputSink = { write: (bytes) => { size += bytes.length; }, ready: () => new Promise((resolve) => { gate.open.push(resolve); }), finish: async () => ({ sha256: '', size }) };
    const stop = new AbortController();
    const running = runTool(toolRequest(['yes'], { output, signal: stop.signal }));
    await expect.poll(() => gate.open.length, { timeout: 20_000 }).toBeGreaterThan(0);
    const first = size;
    expect(first).toBeLessThanOrEqual(128 * 1024);
    gate.open.shift()?.();
    await expect.poll(() => size > first, { timeout: 20_000 }).toBe(true);
    stop.abort();
    output.ready = async () => {};
    for (const release of gate.open) release();
    expect(await running).toMatchObject({ how: 'killed' });
  });
});
