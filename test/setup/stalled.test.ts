import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { MODULES, ROOT } from '../../electron/setup/places.mjs';
import { endStalled } from '../../electron/setup/stalled.mjs';

const STALLED = join(ROOT, 'test', 'fixtures', 'stalled');

it.runIf(process.platform === 'linux')('a test run whose files never end is ended file by file, and tells what held it up', async () => {
  const results = join(mkdtempSync(join(tmpdir(), 'stalled-')), 'results.json');
  const run = spawn(process.execPath, [join(MODULES, 'vitest', 'vitest.mjs'), 'run', '--root', STALLED, '--config', join(STALLED, 'vitest.config.ts'), '--reporter=json', `--outputFile.json=${results}`], { stdio: 'ignore' });
  const ended = once(run, 'exit');
  const lines: string[] = [];
  const seen = new Set<number>();
  while (run.exitCode === null) {
    endStalled(run.pid ?? 0, { limit: 3, tell: (line) => lines.push(line), seen });
    await Promise.race([ended, sleep(1_000)]);
  }
  expect(lines).toEqual(expect.arrayContaining([expect.stringMatching(/^a test file has been running for more than 3 s \(worker \d+, S\)/u), expect.stringMatching(/^ {2}ended \d+ \(S\) sleep 3600$/u), '  ended the worker']));
  expect(run.exitCode).toBe(1);
  expect(JSON.parse(readFileSync(results, 'utf8'))).toMatchObject({ numPassedTests: 1, success: false });
});
