import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Runbook } from '../../../electron/contract/runbook.ts';
import { loadRunbook } from '../../../electron/engine/runbook/parse.ts';
import { prepareRunbooks } from '../../../electron/engine/runbook/prepare-runbooks.ts';
import { ensureBuilt } from '../../../electron/setup/build.mjs';
import { BUILD, ROOT } from '../../../electron/setup/places.mjs';
import { compose, step } from './compose.ts';

const SHIPPED = join(ROOT, 'runbooks/first-drill/first-drill.runbook.md');

beforeAll(() => ensureBuilt(['engine']), 120_000);

let folder = '';
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'blackstart-prepared-')); });
afterEach(() => { rmSync(folder, { recursive: true }); });

/** As the built command line reads it, which carries the shipped runbooks. */
function shown(path: string): Runbook {
  const { stdout } = spawnSync(process.execPath, [join(BUILD, 'engine', 'blackstart.mjs'), 'runbook', 'show', path, '--json'], { encoding: 'utf8' });
  return z.object({ runbook: Runbook }).parse(JSON.parse(stdout)).runbook;
}

describe('runbooks that were read when the program was built', () => {
  it('are all that ship', () => {
    expect(Object.values(prepareRunbooks(join(ROOT, 'runbooks'))).map(({ id }) => id)).toContain('first-drill');
  });

  it('are what reading the file gives', () => {
    expect(shown(SHIPPED)).toEqual(loadRunbook(SHIPPED));
  });

  it('count for the very same bytes only', () => {
    const altered = join(folder, 'first-drill.runbook.md');
    writeFileSync(altered, readFileSync(SHIPPED, 'utf8').replace('light the harbour again', 'light the harbour twice'));
    expect(shown(altered)).toEqual(loadRunbook(altered));
    expect(shown(altered).front.title).toContain('twice');
  });

  it('do not hold a broken one', () => {
    writeFileSync(join(folder, 'broken.runbook.md'), compose({ body: step('a', 'run: [x, 1]') }));
    expect(prepareRunbooks(folder)).toEqual({});
  });
});
