import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EngineError } from '../../../electron/contract/errors.ts';
import { createRunTool } from '../../../electron/engine/tool/run-tool.ts';
import { startOverSockets } from '../../../electron/engine/tool/start-stages.ts';
import type { ToolProcess } from '../../../electron/engine/tool/tool.ts';
import { fixtureProgram, livingWithMarker, memorySink, toolRequest, WAYS, whenReady } from '../../support/tool-request.ts';

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'run-tool-')); });
afterEach(() => rmSync(folder, { recursive: true }));

function program(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

describe.each(WAYS)('%s:', (_, options) => {
  const runTool = createRunTool(options);
  beforeAll(async () => whenReady(options));

  describe('a tool that ends', () => {
    it('tells exit code, output and the whole path of its program', async () => {
      const output = memorySink();
      const outcome = await runTool(toolRequest(['sh', '-c', 'echo out; echo err >&2; exit 3'], { output }));
      expect(outcome).toMatchObject({ how: 'exited', ok: false, reason: 'sh ended with exit code 3', stages: [{ program: '/usr/bin/sh', exitCode: 3, signal: null }], stdout: { text: 'out\n', truncated: false }, stderr: { text: 'err\n' }, survivors: [] });
      expect(output.text().split('\n').sort()).toEqual(['', 'err', 'out']);
      expect(outcome.output.size).toBe(8);
    });

    it('is judged by the exit codes that are allowed', async () => {
      expect(await runTool(toolRequest(['sh', '-c', 'exit 3'], { okExitCodes: [0, 3] }))).toMatchObject({ ok: true, reason: null });
      expect(await runTool(toolRequest(['sh', '-c', 'exit 0'], { okExitCodes: [3] }))).toMatchObject({ ok: false, reason: 'sh ended with exit code 0' });
    });

    it('by a signal has the exit code 128 + its number', async () => {
      const outcome = await runTool(toolRequest(['sh', '-c', 'kill -SEGV $$']));
      expect(outcome).toMatchObject({ how: 'exited', ok: false, stages: [{ exitCode: 139, signal: 'SIGSEGV' }], reason: 'sh was ended by SIGSEGV (exit code 139)' });
    });

    it('may write to /dev/stdout and /dev/stderr by name, and read /dev/stdin', async () => {
      const outcome = await runTool(toolRequest(['sh', '-c', 'cat /dev/stdin > /dev/stdout; echo err > /dev/stderr'], { stdin: { bytes: Buffer.from('given') } }));
      expect(outcome).toMatchObject({ ok: true, stdout: { text: 'given' }, stderr: { text: 'err\n' } });
    });

    it('may open /dev/stdin when everything was written long ago', async () => {
      const late = ['sh', '-c', 'sleep 0.3; cat /dev/stdin'];
      expect(await runTool(toolRequest(late, { stdin: { bytes: Buffer.from('given') } }))).toMatchObject({ ok: true, stdout: { text: 'given' } });
      expect(await runTool(toolRequest([], { stages: [['echo', 'given'], late] }))).toMatchObject({ ok: true, stdout: { text: 'given\n' } });
    });

    it('ends the step although a child still holds its output', async () => {
      const request = toolRequest(['sh', '-c', 'sleep 600 & echo bye']);
      const outcome = await createRunTool({ ...options, drainMs: 100 })(request);
      expect(outcome).toMatchObject({ how: 'exited', ok: true, stdout: { text: 'bye\n' } });
      const [left] = livingWithMarker(request.marker);
      expect(left).toBeDefined();
      process.kill(left ?? 0, 'SIGKILL');
    });

    it('leaves a service alive that goes on printing after the step', async () => {
      const mark = join(folder, 'mark');
      const outcome = await createRunTool({ drainMs: 50 })(toolRequest(['sh', '-c', `(sleep 0.3; echo late; echo later && touch ${mark}) & echo started`]));
      expect(outcome.stdout.text).toBe('started\n');
      await expect.poll(() => existsSync(mark), { timeout: 20_000 }).toBe(true);
    });

    it('keeps only the first bytes in memory, and stores all of them', async () => {
      const outcome = await runTool(toolRequest(['sh', '-c', 'printf 0123456789'], { keepBytes: 4 }));
      expect(outcome).toMatchObject({ stdout: { text: '0123', truncated: true }, output: { size: 10 } });
    });
  });

  describe('its input', () => {
    it('comes from a file', async () => {
      const file = join(folder, 'in');
      writeFileSync(file, 'from a file');
      expect(await runTool(toolRequest(['cat'], { stdin: { file } }))).toMatchObject({ ok: true, stdout: { text: 'from a file' } });
    });

    it('need not be read to its end', async () => {
      expect(await runTool(toolRequest(['true'], { stdin: { bytes: Buffer.alloc(10_000_000) } }))).toMatchObject({ ok: true });
    });

    it('is whole when it is larger than any pipe', async () => {
      expect(await runTool(toolRequest(['wc', '-c'], { stdin: { bytes: Buffer.alloc(3_000_000) } }))).toMatchObject({ ok: true, stdout: { text: '3000000\n' } });
    });

    it('is empty when none is given', async () => {
      expect(await runTool(toolRequest(['wc', '-c']))).toMatchObject({ stdout: { text: '0\n' } });
    });

    it.each([['is not there', 'nothing-here'], ['is a folder', '.']])('that %s keeps the tool from starting', async (_, name) => {
      const outcome = await runTool(toolRequest(['cat'], { stdin: { file: join(folder, name) } }));
      expect(outcome).toMatchObject({ how: 'not-started', ok: false });
      expect(outcome.reason).toContain(folder);
    });
  });

  describe('a pipe of tools', () => {
    it('counts every exit code', async () => {
      const outcome = await runTool(toolRequest([], { stages: [['sh', '-c', 'echo a; exit 2'], ['cat'], ['sh', '-c', 'cat; exit 5']] }));
      expect(outcome).toMatchObject({ ok: false, reason: 'sh ended with exit code 2; sh ended with exit code 5', stdout: { text: 'a\n' } });
      expect(outcome.stages.map((stage) => stage.exitCode)).toEqual([2, 0, 5]);
    });

    it('tells of an early stage that was ended by SIGPIPE', async () => {
      const outcome = await runTool(toolRequest([], { stages: [['yes'], ['head', '-n', '1']] }));
      expect(outcome).toMatchObject({ ok: false, reason: 'yes was ended by SIGPIPE (exit code 141)', stdout: { text: 'y\n' } });
      expect(await runTool(toolRequest([], { stages: [['yes'], ['head', '-n', '1']], okExitCodes: [0, 141] }))).toMatchObject({ ok: true });
    });

    it('carries the stderr of all stages, and bytes unchanged', async () => {
      const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, index) => (index * 7) % 256));
      const file = join(folder, 'copy');
      const outcome = await runTool(toolRequest([], { stages: [['sh', '-c', 'echo one >&2; cat'], ['tee', file], ['sh', '-c', 'echo three >&2; wc -c']], stdin: { bytes } }));
      expect(outcome).toMatchObject({ ok: true, stdout: { text: '200000\n' } });
      expect(outcome.stderr.text.split('\n').sort()).toEqual(['', 'one', 'three']);
      expect(readFileSync(file).equals(bytes)).toBe(true);
    });

    it('passes bytes on where there are no named pipes', async () => {
      const started = await startOverSockets([{ program: '/bin/sh', arguments: ['-c', 'cat; echo one >&2'] }, { program: '/usr/bin/wc', arguments: ['-c'] }], { cwd: folder, env: {}, stdin: undefined }, null, Buffer.alloc(1_000_000));
      expect(await text(started.stdout)).toBe('1000000\n');
      expect(await text(started.stderr)).toBe('one\n');
      expect((await Promise.all(started.stages.map((stage) => stage.ended))).map((stage) => stage.exitCode)).toEqual([0, 0]);
    });

    it('starts nothing when one of its programs is missing', async () => {
      const mark = join(folder, 'mark');
      const outcome = await runTool(toolRequest([], { stages: [['touch', mark], ['no-such-program-here']] }));
      expect(outcome.how).toBe('not-started');
      expect(existsSync(mark)).toBe(false);
    });

    it('ends the stages that run when a later one cannot start', async () => {
      const request = toolRequest([], { stages: [['sleep', '600'], ['echo', 'x'.repeat(200_000)]] });
      expect(await runTool(request)).toMatchObject({ how: 'not-started', survivors: [] });
      expect(livingWithMarker(request.marker)).toEqual([]);
    });
  });

  describe('arguments', () => {
    it('stay literal, whatever a shell would make of them', async () => {
      const hostile = ['$(touch pwned)', '; touch pwned', '`touch pwned`', '| cat', '&& true', '*', '~', '-oProxyCommand=touch pwned', "'", '"', '\\', '%PATH%', 'a\nb', ''];
      const outcome = await runTool(toolRequest([fixtureProgram('show-arguments.sh'), ...hostile], { cwd: folder }));
      expect(outcome.stdout.text).toBe(hostile.map((argument) => `[${argument}]\n`).join(''));
      expect(existsSync(join(folder, 'pwned'))).toBe(false);
    });

    it('with a NUL byte are refused', async () => {
      expect(await runTool(toolRequest(['echo', 'a\0b']))).toMatchObject({ how: 'not-started', reason: expect.stringContaining('NUL') });
    });

    it.each([['without a terminal', {}], ['on a terminal', { tty: { columns: 80, rows: 24 } }]])('of 2 MB are refused in plain words, %s', async (_, more) => {
      const outcome = await runTool(toolRequest(['echo', 'x'.repeat(2_000_000)], more));
      expect(outcome).toMatchObject({ how: 'not-started', ok: false, stages: [{ exitCode: null }] });
      expect(outcome.reason).toContain('2000001 bytes');
      expect(outcome.reason).toContain('file');
    });
  });

  describe('a tool that cannot start', () => {
    it.each([
      ['is not there', ['no-such-program-here'], 'was not found: looked in /usr/local/bin, /usr/bin, /bin'],
      ['is not executable', ['/etc/passwd'], '/etc/passwd is not executable'],
      ['has no name', [''], 'name of the program is empty'],
      ['is a folder', ['/usr'], 'no program at /usr'],
    ])('because it %s has the same shape of outcome', async (_, argv, words) => {
      const outcome = await runTool(toolRequest(argv));
      expect(outcome).toMatchObject({ how: 'not-started', ok: false, stages: [{ program: null, exitCode: null, signal: null }], stdout: { text: '' }, survivors: [] });
      expect(outcome.reason).toContain(words);
      expect(outcome.output.size).toBe(0);
    });

    it('for want of the interpreter in its first line says so', async () => {
      const script = program('script', '#!/no/such/interpreter\n');
      expect(await runTool(toolRequest([script]))).toMatchObject({ how: 'not-started', reason: expect.stringContaining('interpreter') });
    });

    it('in a folder that does not exist says so', async () => {
      expect(await runTool(toolRequest(['true'], { cwd: join(folder, 'gone') }))).toMatchObject({ how: 'not-started', reason: expect.stringContaining('gone') });
    });

    it('because it was stopped before it began does nothing', async () => {
      const mark = join(folder, 'mark');
      expect(await runTool(toolRequest(['touch', mark], { signal: AbortSignal.abort() }))).toMatchObject({ how: 'not-started' });
      expect(existsSync(mark)).toBe(false);
    });
  });

  describe('the environment of a tool', () => {
    it('is what was asked for and the marker, nothing inherited', async () => {
      const request = toolRequest(['env'], { env: { PATH: '/usr/bin', GREETING: 'hello' } });
      const { stdout } = await runTool(request);
      expect(stdout.text.trim().split('\n').sort()).toEqual([`BLACKSTART_STEP=${request.marker}`, 'GREETING=hello', 'PATH=/usr/bin']);
    });

    it('never makes a tool of the working folder out of a bare name', async () => {
      program('ls', '#!/bin/sh\necho shadowed\n');
      const outcome = await runTool(toolRequest(['ls'], { cwd: folder, env: { PATH: `:.:${folder}:/usr/bin:/bin` } }));
      expect(outcome.stages[0]?.program).toBe('/usr/bin/ls');
      expect(outcome.stdout.text).not.toContain('shadowed');
    });
  });

  describe('a terminal', () => {
    it('is a real one, and takes what the operator types', async () => {
      const output = memorySink();
      let tool: ToolProcess | null = null;
      const outcome = await runTool(toolRequest(['sh', '-c', 'test -t 0 && test -t 1 && stty size && printf "name? " && read name && echo "hello $name" && exit 4'], {
        tty: { columns: 97, rows: 31 }, output,
        onSpawn: (process) => { tool = process; },
        onOutput: () => { if (output.text().endsWith('name? ')) tool?.type?.('Priya\r'); },
      }));
      expect(outcome).toMatchObject({ how: 'exited', ok: false, stages: [{ exitCode: 4, signal: null }] });
      expect(outcome.stdout.text).toContain('31 97');
      expect(outcome.stdout.text).toContain('hello Priya');
    });

    it('tells a signal as an exit code', async () => {
      expect(await runTool(toolRequest(['sh', '-c', 'kill -KILL $$'], { tty: { columns: 80, rows: 24 } }))).toMatchObject({ stages: [{ exitCode: 137, signal: 'SIGKILL' }] });
    });
  });

  describe('what goes wrong on our side', () => {
    it('stops the tool and is thrown when its output cannot be stored', async () => {
      const request = toolRequest(['sh', '-c', 'echo line; exec sleep 600'], { output: { ...memorySink(), write: () => { throw new EngineError('disk', 'The disk is full.'); } } });
      await expect(runTool(request)).rejects.toThrow('The disk is full.');
      expect(livingWithMarker(request.marker)).toEqual([]);
    });

    it('stops the tool and is thrown when its start cannot be journaled', async () => {
      const request = toolRequest(['sleep', '600'], { onSpawn: () => { throw new EngineError('disk', 'The disk is full.'); } });
      await expect(runTool(request)).rejects.toThrow('The disk is full.');
      expect(livingWithMarker(request.marker)).toEqual([]);
    });

    it('is thrown at once for a pipe on a terminal', async () => {
      await expect(async () => runTool(toolRequest([], { stages: [['true'], ['true']], tty: { columns: 80, rows: 24 } }))).rejects.toThrow('one stage');
    });
  });
});
