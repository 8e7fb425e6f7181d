import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openJournal } from '../../../electron/engine/journal/open-journal.ts';
import type { Journal } from '../../../electron/engine/journal/journal.ts';
import { pinTools, readPins } from '../../../electron/engine/kit/pins.ts';
import { createReadiness, type Readiness } from '../../../electron/engine/readiness/readiness.ts';
import { parseRunbook } from '../../../electron/engine/runbook/parse.ts';
import { createSecretStore } from '../../../electron/engine/secrets/secret-store.ts';
import { createRedactor } from '../../../electron/engine/tool/create-redactor.ts';
import { runTool } from '../../../electron/engine/tool/run-tool.ts';
import { setClock } from '../../support/set-clock.ts';
import type { Runbook } from '../../../electron/contract/runbook.ts';
import { compose, step } from '../runbook/compose.ts';

let folder = '';
let journal: Journal;
let readiness: Readiness;
let env: Record<string, string>;

function program(name: string, says: string): void {
  writeFileSync(join(folder, 'bin', name), `#!/bin/sh\necho ${says}\n`);
  chmodSync(join(folder, 'bin', name), 0o755);
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'blackstart-pins-'));
  mkdirSync(join(folder, 'bin'));
  program('lamp', 'lamp 1.2');
  program('rope', 'rope 3.4');
  env = { PATH: join(folder, 'bin') };
  const clock = setClock();
  journal = openJournal({ dataDir: join(folder, 'data'), clock });
  readiness = createReadiness({ clock, runTool, journal, dataDir: join(folder, 'data'), env });
});
afterEach(() => {
  journal.close();
  rmSync(folder, { recursive: true });
});

function asking(tool: string): Runbook {
  const { runbook } = parseRunbook(Buffer.from(compose({ body: `\`\`\`yaml check\n{ id: tool, title: The tool is there, kind: tool, tool: ${tool}, severity: blocker, expires: 1d }\n\`\`\`\n${step('a')}` })), 'lamp.runbook.md');
  if (runbook === null) throw new Error('the runbook of the test is not sound');
  return runbook;
}

async function check(tool: string): Promise<{ outcome: string; summary: string } | undefined> {
  const report = await readiness.check(asking(tool), { fill: (block) => block, secrets: createSecretStore(), redactor: createRedactor([]), actor: 'engine' });
  return report.checks[0];
}

describe('a pinned tool', () => {
  it('is the very same file, or its check fails', async () => {
    expect(await check('lamp')).toMatchObject({ outcome: 'pass', summary: 'lamp is at hand.' });
    await pinTools(journal, ['lamp'], env);
    expect(await check('lamp')).toMatchObject({ outcome: 'pass', summary: 'lamp is at hand, with the pinned digest.' });
    program('lamp', 'lamp 1.2, but another');
    expect(await check('lamp')).toMatchObject({ outcome: 'fail', summary: expect.stringContaining('is not the pinned lamp') });
  });

  it('is pinned anew when it was changed on purpose', async () => {
    await pinTools(journal, ['lamp'], env);
    program('lamp', 'lamp 1.3');
    await pinTools(journal, ['lamp', 'rope'], env);
    expect(await check('lamp')).toMatchObject({ outcome: 'pass' });
    expect([...readPins(journal).keys()]).toEqual(['lamp', 'rope']);
  });

  it('that is not there pins none of the others', async () => {
    await expect(pinTools(journal, ['lamp', 'ladder'], env)).rejects.toThrow("ladder is neither in the kit's toolbox nor on the PATH.");
    expect(readPins(journal).size).toBe(0);
  });

  it('is named, not pointed at', async () => {
    await expect(pinTools(journal, ['/usr/bin/lamp'], env)).rejects.toThrow('is no name of a program');
  });
});
