import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readProcess } from '../../../electron/engine/tool/process-table.ts';
import { createRunTool } from '../../../electron/engine/tool/run-tool.ts';
import { spawnerIn, type Spawner } from '../../../electron/engine/tool/spawner.ts';
import type { ToolProcess } from '../../../electron/engine/tool/tool.ts';
import { livingWithMarker, toolRequest, whenReady } from '../../support/tool-request.ts';

const node = process.execPath;
const runTool = createRunTool({ node, graceMs: 300 });
let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'spawner-')); });
afterEach(() => rmSync(folder, { recursive: true }));

async function ready(): Promise<{ spawner: Spawner; pid: number }> {
  await whenReady({ node });
  const spawner = spawnerIn(node);
  if (spawner?.pid === undefined) throw new Error('the spawner has no process');
  return { spawner, pid: spawner.pid };
}

const gone = (pid: number) => expect.poll(() => readProcess(pid), { timeout: 20_000 }).toBeNull();

describe('a program that the spawner started', () => {
  it('is its child, leads a session of its own and has no descriptor more than a child of the engine', async () => {
    const { pid } = await ready();
    const request = { stages: [['sh', '-c', 'cut -d " " -f 4,6 /proc/$$/stat; echo $$; ls /proc/$$/fd']], stdin: { bytes: Buffer.from('') } };
    const [parent, session, leader, ...descriptors] = (await runTool(toolRequest([], request))).stdout.text.split(/\s+/u);
    expect(parent).toBe(String(pid));
    expect(session).toBe(leader);
    const [ours, , , ...usual] = (await createRunTool()(toolRequest([], request))).stdout.text.split(/\s+/u);
    expect(ours).toBe(String(process.pid));
    expect(descriptors).toEqual(usual);
  });

  it('reads from what was opened, though its name is gone or another process reads something else there', async () => {
    await ready();
    const file = join(folder, 'input');
    writeFileSync(file, 'still here');
    const descriptor = openSync(file, 'r');
    rmSync(file);
    expect(await runTool(toolRequest(['cat'], { stdin: { file: `/proc/self/fd/${descriptor}` } }))).toMatchObject({ ok: true, stdout: { text: 'still here' } });
    closeSync(descriptor);
    execFileSync('mkfifo', [file]);
    const writer = spawn('sh', ['-c', 'exec echo once > "$0"', file]);
    expect(await runTool(toolRequest(['cat'], { stdin: { file } }))).toMatchObject({ ok: true, stdout: { text: 'once\n' } });
    expect(writer.exitCode ?? (await once(writer, 'exit'))[0]).toBe(0);
  });

  it('is waited for although it closed its output', async () => {
    await ready();
    expect(await runTool(toolRequest(['sh', '-c', 'exec >&- 2>&-; sleep 0.3; exit 5']))).toMatchObject({ ok: false, stages: [{ exitCode: 5 }] });
  });
});

describe('a spawner that is killed', () => {
  it('leaves its program running, whose end is seen and whose exit code is not', async () => {
    const { pid } = await ready();
    let killed = false;
    const orphaned = await runTool(toolRequest(['sh', '-c', `echo ready; while kill -0 ${pid} 2>/dev/null; do sleep 0.05; done; echo after`], {
      onOutput: () => { if (!killed) killed = process.kill(pid, 'SIGKILL'); },
    }));
    expect(orphaned).toMatchObject({ how: 'exited', ok: false, stages: [{ exitCode: null, signal: null }], reason: 'sh ended with exit code unknown', stdout: { text: 'ready\nafter\n' }, survivors: [] });
  });

  it('keeps nobody from stopping its program, and another takes its place', async () => {
    const { spawner, pid } = await ready();
    const stop = new AbortController();
    const request = toolRequest(['sh', '-c', 'echo ready; exec sleep 600'], { signal: stop.signal, onOutput: () => { process.kill(pid, 'SIGKILL'); stop.abort(); } });
    expect(await runTool(request)).toMatchObject({ how: 'killed', survivors: [] });
    expect(livingWithMarker(request.marker)).toEqual([]);
    await gone(pid);
    const next = await ready();
    expect(next.spawner).not.toBe(spawner);
    expect(await runTool(toolRequest(['echo', 'again']))).toMatchObject({ ok: true, stdout: { text: 'again\n' } });
  });

  it('over a start leaves a step that was not started, and nothing of it', async () => {
    const { pid } = await ready();
    process.kill(pid, 'SIGSTOP');
    const request = toolRequest(['sleep', '600']);
    const running = runTool(request);
    process.kill(pid, 'SIGKILL');
    expect(await running).toMatchObject({ how: 'not-started', ok: false, reason: '/usr/bin/sleep could not be started: the process that starts programs has ended.', survivors: [] });
    expect(livingWithMarker(request.marker)).toEqual([]);
  });
});

describe('the spawner', () => {
  it('heeds no interrupt, since the engine decides when it ends', async () => {
    const { spawner, pid } = await ready();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(pid, signal);
    expect(await runTool(toolRequest(['echo', 'on']))).toMatchObject({ ok: true });
    expect(spawnerIn(node)).toBe(spawner);
  });

  it('ends with an engine that is killed, and its programs do not', async () => {
    const told = join(folder, 'pids');
    const places = ['spawner', 'run-tool'].map((name) => JSON.stringify(new URL(`../../../electron/engine/tool/${name}.ts`, import.meta.url).href));
    const code = `
      import { writeFileSync } from 'node:fs';
      import { spawnerIn } from ${places[0] ?? ''};
      import { createRunTool } from ${places[1] ?? ''};
      const node = process.execPath;
      while (spawnerIn(node) === null) await new Promise((resolve) => setTimeout(resolve, 20));
      const sink = { write: () => {}, ready: async () => {}, finish: async () => ({ sha256: '', size: 0 }) };
      await createRunTool({ node })({ stages: [['sleep', '600']], cwd: '/', env: { PATH: '/usr/bin:/bin' }, marker: ${JSON.stringify(`${folder}/step/1`)}, okExitCodes: [0], output: sink,
        redactor: { stream: () => ({ push: (bytes) => bytes, end: () => new Uint8Array() }), text: (text) => text },
        onSpawn: ({ pid }) => { writeFileSync(${JSON.stringify(told)}, spawnerIn(node).pid + ' ' + pid); process.kill(process.pid, 'SIGKILL'); } });`;
    const engine = spawn(node, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', code], { stdio: ['ignore', 'inherit', 'inherit'] });
    expect((await once(engine, 'exit'))[1]).toBe('SIGKILL');
    const [spawner = 0, tool = 0] = readFileSync(told, 'utf8').split(' ').map(Number);
    await gone(spawner);
    expect(livingWithMarker(`${folder}/step/1`)).toEqual([tool]);
    process.kill(tool, 'SIGKILL');
  });

  it('does not keep an engine alive that has nothing to do', async () => {
    const code = `import { spawnerIn } from ${JSON.stringify(new URL('../../../electron/engine/tool/spawner.ts', import.meta.url).href)}; spawnerIn(process.execPath);`;
    const engine = spawn(node, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', code], { stdio: 'inherit', timeout: 60_000 });
    expect(await once(engine, 'exit')).toEqual([0, null]);
  });

  it('is done without where none can be started', async () => {
    const told: ToolProcess[] = [];
    const without = createRunTool({ node: join(folder, 'no-node') });
    for (const word of ['one', 'two']) expect(await without(toolRequest(['echo', word], { onSpawn: (tool) => void told.push(tool) }))).toMatchObject({ ok: true, stdout: { text: `${word}\n` } });
    expect(told).toHaveLength(2);
    expect(spawnerIn(join(folder, 'no-node'))).toBeNull();
  });
});
