/** Hostile text in a runbook, a parameter, a person's name and a tool's output stays text; a flood of output leaves the page alive. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enterUntil, primaryLabel, tabTo, typeHere } from '../support/drive-console.ts';
import { launchConsole, type LaunchedConsole } from '../support/electron.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'blackstart-hostile-'));
const ATTACK = '<img src=x onerror="document.title=`owned`"><script>document.title="owned"</script>';
const PRINTF = String.raw`\033]0;owned\007\033]2;owned\033\\\033]8;;https://example.invalid/\033\\a link\033]8;;\033\\ \033[?1003h\033[c\033[6n\033]52;c;b3duZWQ=\007 <script>document.title="owned"</script> %s the end\n`;
const RUNBOOK = `---
blackstart: 1
id: hostile
title: 'Hostile ${ATTACK.replaceAll("'", "''")}'
system: hostile
owner: nobody
reviewed: 2026-11-01
severity: low
scenario: 'Lost ${ATTACK}'
targets: { rto: 10m }
roles: { operator: {} }
params:
  word: { type: string, default: '${ATTACK}', prompt: 'A word ${ATTACK}' }
---
Introduction ${ATTACK} [a link](javascript:document.title='owned') ![a picture](https://example.invalid/p.png)

## Phase ${ATTACK}

### Print ${ATTACK}

<iframe srcdoc="<script>parent.document.title='owned'</script>"></iframe>

<svg onload="document.title='owned'"></svg>

\`\`\`yaml step
id: print
kind: run
budget: 10s
run: [printf, '${PRINTF.replaceAll("'", "''")}', '{{word}}']
verify:
  - { title: 'It ends ${ATTACK}', stdout: { contains: the end } }
\`\`\`

### Flood

\`\`\`yaml step
id: flood
kind: run
budget: 1m
run: [seq, '1', '2500000']
\`\`\`

### Stop

\`\`\`yaml step
id: stop
kind: manual
confirm: 'Done ${ATTACK}'
\`\`\`
`;
let opened: LaunchedConsole;
let page: Page;

beforeAll(async () => {
  mkdirSync(join(dataDir, 'runbooks', 'hostile'), { recursive: true });
  writeFileSync(join(dataDir, 'runbooks', 'hostile', 'hostile.runbook.md'), RUNBOOK);
  writeFileSync(join(dataDir, 'runbooks', 'hostile', 'reversed.runbook.md'), RUNBOOK.replace('id: hostile', 'id: reversed').replace('Introduction', 'Intro\u202Eduction'));
  opened = await launchConsole({ dataDir });
  page = opened.page;
  await page.getByRole('heading', { level: 1 }).waitFor();
});
afterAll(async () => {
  await opened.close();
  rmSync(dataDir, { recursive: true, force: true });
});

/** Nothing of it became an element, ran, or named the window. */
async function expectInert(): Promise<void> {
  expect(await page.title()).toBe('Blackstart');
  expect(await page.locator('main img, main iframe, main script, main a[href], aside img, nav img, .steps img, [role=dialog] img, [role=dialog] a[href], [onerror], [onload]').count()).toBe(0);
  expect(await opened.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((window) => window.getTitle()))).toEqual(['Blackstart']);
}

describe('hostile text', () => {
  it('is read as text in the list and in the reading view', async () => {
    await tabTo(page, page.getByRole('button', { name: 'Runbooks' }));
    await page.keyboard.press('Enter');
    const entry = page.locator('.table button.plain', { hasText: 'Hostile <img' });
    await entry.waitFor();
    expect(await page.locator('.table tr', { hasText: 'reversed.runbook.md' }).textContent()).toContain('U+202E');
    await expectInert();
    await tabTo(page, entry);
    await page.keyboard.press('Enter');
    await page.getByText('[picture: a picture]').waitFor();
    expect(await page.locator('.doc').textContent()).toContain('<script>document.title="owned"</script>');
    await expectInert();
  });

  it('is text in a person’s name', async () => {
    await tabTo(page, page.getByRole('button', { name: 'People' }));
    await page.keyboard.press('Enter');
    await enterUntil(page, () => page.getByRole('dialog').isVisible());
    const dialog = page.getByRole('dialog');
    await typeHere(page, 'Mallory <img src=x>');
    for (const field of [dialog.getByLabel(/Passphrase; the person/u), dialog.getByLabel('The same once more')]) {
      await tabTo(page, field);
      await page.keyboard.type('copper lantern harbour tide');
    }
    await enterUntil(page, async () => !(await dialog.isVisible()) || (await dialog.getByRole('alert').count()) > 0);
    await expectInert();
    if (await dialog.isVisible()) await page.keyboard.press('Escape'); // a name may also be refused
  });

  it('is text in a run: title, value, command, prose and what the tool prints', async () => {
    await page.keyboard.press('Control+k');
    await typeHere(page, 'Start recovery');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Runbook', { exact: true }).selectOption('hostile');
    await tabTo(page, dialog.getByRole('radio', { name: /Live/u }));
    await page.keyboard.press('ArrowDown');
    await dialog.getByText('These values are right').waitFor();
    await tabTo(page, dialog.locator('.check input'));
    await page.keyboard.press('Space');
    await expectInert();
    await enterUntil(page, async () => !(await dialog.isVisible()));
    await enterUntil(page, async () => (await primaryLabel(page))?.startsWith('Run step 1') !== true && (await page.locator('.clocks').isVisible()));
    await page.locator('.steps .step', { hasText: 'Print' }).click();
    await expect.poll(() => page.locator('.xterm-rows').textContent(), { timeout: 15_000 }).toContain('the end');
    expect(await page.locator('.xterm-rows').textContent()).toContain('<script>document.title="owned"</script>');
    expect(await page.locator('.xterm-rows').textContent()).toContain('a link');
    await page.keyboard.press('o');
    await page.locator('.fulloutput').waitFor();
    await expect.poll(() => page.locator('.fulloutput').textContent(), { timeout: 15_000 }).toContain('the end');
    await expectInert();
    await page.keyboard.press('Escape');
  });
});

describe('a flood of output', () => {
  it('leaves the page alive and ends with the last line', async () => {
    await page.locator('.now-step').focus();
    await enterUntil(page, async () => (await primaryLabel(page))?.startsWith('Run step 2') === true || (await page.locator('.step.cur').textContent())?.includes('Flood') === true);
    await enterUntil(page, async () => (await primaryLabel(page))?.startsWith('Run step 2') !== true);
    const before = Date.now();
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    expect(Date.now() - before).toBeLessThan(2_000);
    // It may be over before anybody looks: then the run waits at the next step, where there is no terminal.
    await expect.poll(() => primaryLabel(page), { timeout: 90_000 }).toMatch(/^Confirm/u);
    await page.locator('.steps .step', { hasText: 'Flood' }).click();
    await expect.poll(() => page.locator('.xterm-rows').textContent(), { timeout: 20_000 }).toContain('2500000');
    expect(opened.complaints).toEqual([]);
  }, 180_000);
});
