import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadsForeignCode, toolEnvironment } from '../../../electron/engine/tool/environment.ts';
import { findProgram } from '../../../electron/engine/tool/find-program.ts';
import { runTool } from '../../../electron/engine/tool/run-tool.ts';
import { toolRequest } from '../../support/tool-request.ts';

const HOSTILE = ['LD_PRELOAD', 'LD_LIBRARY_PATH', 'LD_AUDIT', 'DYLD_INSERT_LIBRARIES', 'NODE_OPTIONS', 'ELECTRON_RUN_AS_NODE', 'BASH_ENV', 'ENV', 'PYTHONSTARTUP', 'PERL5OPT', 'JAVA_TOOL_OPTIONS', 'BLACKSTART_STEP', 'ld_preload'];

describe('the environment that tools inherit', () => {
  it('is a short list and what the runbook passes on', () => {
    const env = toolEnvironment({ PATH: '/usr/bin', HOME: '/home/x', USER: 'x', LANG: 'C', LC_ALL: 'C', TZ: 'UTC', TMPDIR: '/tmp', TERM: 'xterm', KUBECONFIG: '/k', AWS_SECRET_ACCESS_KEY: 'no', SSH_AUTH_SOCK: '/no' }, ['KUBECONFIG', 'NOT_SET']);
    expect(env).toEqual({ PATH: '/usr/bin', HOME: '/home/x', USER: 'x', LANG: 'C', LC_ALL: 'C', TZ: 'UTC', TMPDIR: '/tmp', TERM: 'xterm', KUBECONFIG: '/k' });
  });

  it.each(HOSTILE)('never holds %s', (name) => {
    expect(toolEnvironment({ PATH: '/usr/bin', [name]: '/tmp/evil.so' }, [])).toEqual({ PATH: '/usr/bin' });
    expect(loadsForeignCode(name)).toBe(true);
    expect(() => toolEnvironment({ [name]: 'x' }, [name])).toThrow(`env_pass: ${name} may not be handed to tools`);
  });

  it('has a PATH of absolute folders only, the working folder left out', () => {
    expect(toolEnvironment({ PATH: `:.:bin:../x:/usr/bin::${process.cwd()}:${process.cwd()}/:/bin:` }, [])['PATH']).toBe('/usr/bin:/bin');
  });

  it('lets nothing of a hostile environment reach a tool', async () => {
    const env = toolEnvironment({ ...Object.fromEntries(HOSTILE.map((name) => [name, 'evil'])), PATH: '/usr/bin:/bin' }, []);
    const { stdout } = await runTool(toolRequest(['env'], { env }));
    expect(stdout.text).not.toContain('evil');
  });
});

describe('looking up a program', () => {
  let folder: string;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'find-program-')); });
  afterEach(() => rmSync(folder, { recursive: true }));

  function place(name: string, mode: number): string {
    writeFileSync(join(folder, name), '');
    chmodSync(join(folder, name), mode);
    return join(folder, name);
  }

  it('takes the first on the PATH that may be run', () => {
    const path = place('tool', 0o755);
    expect(findProgram('tool', { PATH: `/usr/bin:${folder}` }, '/')).toEqual({ path });
    expect(findProgram(path, {}, '/')).toEqual({ path });
    expect(findProgram('./tool', { PATH: '' }, folder)).toEqual({ path });
  });

  it('goes on after one that may not be run, and tells of it when there is no other', () => {
    place('env', 0o644);
    expect(findProgram('env', { PATH: `${folder}:/usr/bin` }, '/')).toEqual({ path: '/usr/bin/env' });
    place('only-here', 0o644);
    expect(findProgram('only-here', { PATH: `${folder}:/usr/bin` }, '/')).toMatchObject({ problem: expect.stringContaining('not executable') });
  });

  it('does not look in the working folder', () => {
    place('tool', 0o755);
    expect(findProgram('tool', { PATH: `${folder}:.:` }, folder)).toMatchObject({ problem: expect.stringContaining('not found') });
    expect(findProgram('tool', {}, folder)).toMatchObject({ problem: expect.stringContaining('PATH is empty') });
  });

  it.each(['deploy.cmd', 'DEPLOY.BAT', 'C:\\kit\\deploy.cmd'])('refuses the batch file %s on Windows', (name) => {
    expect(findProgram(name, { PATH: folder }, '/', 'win32')).toMatchObject({ problem: expect.stringContaining('batch file') });
  });

  it('refuses a bare name on Windows that stands for a batch file', () => {
    place('deploy.cmd', 0o755);
    expect(findProgram('deploy', { PATH: folder }, '/', 'win32')).toMatchObject({ problem: expect.stringContaining('Call the program that it starts') });
  });
});
