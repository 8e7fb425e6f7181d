/** Pictures of every recorded scene, dark and light, at two sizes: `node test/renderer/harness/take-pictures.mjs [SCENE…]` after building the harness. */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { preview } from 'vite';

const OUT = fileURLToPath(new URL('../../../screenshots/harness/', import.meta.url));
const SIZES = (process.env['SIZES'] ?? '1280x800,1920x1080').split(',').map((size) => size.split('x').map(Number));
const THEMES = (process.env['THEMES'] ?? 'dark,light').split(',');
const SCENES = process.argv.length > 2 ? process.argv.slice(2) : ['home', 'fresh', 'run-live', 'run-failed', 'run-approval', 'run-manual', 'readiness', 'start', 'approve', 'keys', 'palette', 'people', 'record', 'report', 'sign', 'complete', 'match', 'runbooks'];
const BY_KEYS = {
  readiness: async (page) => { await page.getByRole('button', { name: 'Readiness' }).first().click(); },
  people: async (page) => { await page.getByRole('button', { name: 'People' }).click(); },
  record: async (page) => { await page.getByRole('button', { name: 'Record' }).click(); },
  report: async (page) => { await page.getByRole('button', { name: 'Record' }).click(); await page.getByRole('button', { name: 'Report of Rebuild Ampora after total loss, 26-09-15-a', exact: true }).click(); },
  sign: async (page) => { await BY_KEYS.report(page); await page.getByRole('button', { name: 'Sign…' }).click(); },
  complete: async (page) => { await BY_KEYS.report(page); await page.getByRole('button', { name: 'Complete the report…' }).click(); },
  match: async (page) => { await page.getByRole('button', { name: 'Record' }).click(); await page.getByRole('button', { name: 'Does this paper match?…' }).click(); await page.getByLabel('Number of entries and the twelve words').fill('1388 wreck romance can forward dilemma economy discover normal notable frequent chase object'); await page.getByRole('button', { name: /Compare the words/ }).click(); },
  runbooks: async (page) => { await page.getByRole('button', { name: 'Runbooks' }).click(); },
  start: async (page) => { await page.getByRole('button', { name: 'Start recovery' }).click(); await page.getByLabel('Runbook').selectOption('ampora-total-loss'); },
  approve: async (page) => { await page.getByRole('button', { name: /Approve step/ }).click(); },
  keys: async (page) => { await page.keyboard.press('?'); },
  palette: async (page) => { await page.keyboard.press('Control+k'); },
};
const SCENE_OF = { approve: 'run-approval', keys: 'run-live', report: 'record', sign: 'record', complete: 'record', match: 'record' };

mkdirSync(OUT, { recursive: true });
const server = await preview({ configFile: fileURLToPath(new URL('vite.config.ts', import.meta.url)), preview: { port: 4199, strictPort: false } });
const address = server.resolvedUrls?.local[0] ?? 'http://127.0.0.1:4199/';
const browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
for (const scene of SCENES) {
  for (const theme of THEMES) {
    for (const [width = 1280, height = 800] of SIZES) {
      const page = await browser.newPage({ viewport: { width, height } });
      page.on('pageerror', (error) => { console.error(scene, error.message); });
      page.on('console', (message) => { if (message.type() === 'error') console.error(scene, message.text()); });
      await page.goto(`${address}?scene=${SCENE_OF[scene] ?? scene}&theme=${theme}`);
      await page.waitForLoadState('networkidle');
      await page.locator('.bar').waitFor();
      await BY_KEYS[scene]?.(page);
      await page.waitForFunction(() => document.fonts.status === 'loaded');
      await page.waitForTimeout(400);
      await page.screenshot({ path: `${OUT}${scene}-${theme}-${width}.png` });
      await page.close();
    }
  }
}
await browser.close();
await server.close();
