import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt, type Flavour } from '../../electron/setup/build.mjs';

const folder = mkdtempSync(join(tmpdir(), 'blackstart-flavours-'));
const bundle = async (flavour: Flavour): Promise<string> => {
  const out = join(folder, flavour);
  await ensureBuilt(['shell'], { out, flavour });
  return readFileSync(join(out, 'shell', 'main.cjs'), 'utf8');
};
const NAMES = ['BLACKSTART_ENGINE_FILE', 'BLACKSTART_DEV_SERVER'];
/** The engine's environment is cleaned of the variable's name, so what counts is whether it is read. */
const readsNode = (text: string): boolean => /process\.env(\[["']|\.)BLACKSTART_ENGINE_NODE/.test(text);

describe('what the shell obeys is decided when it is built', () => {
  const texts = new Map<Flavour, string>();
  beforeAll(async () => {
    for (const flavour of ['development', 'shipping', 'fallback-test'] as const) texts.set(flavour, await bundle(flavour));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('a shipping bundle knows no variable that names a program, a file or a server', () => {
    const text = texts.get('shipping') ?? '';
    expect(text).toContain('requestSingleInstanceLock');
    expect(readsNode(text)).toBe(false);
    for (const name of NAMES) expect(text).not.toContain(name);
  });
  it('the bundle for tests on an older Electron takes an external Node, and no development server', () => {
    const text = texts.get('fallback-test') ?? '';
    expect(readsNode(text)).toBe(true);
    expect(text).not.toContain('BLACKSTART_DEV_SERVER');
  });
  it('the development bundle takes all of them', () => {
    const text = texts.get('development') ?? '';
    expect(readsNode(text)).toBe(true);
    for (const name of NAMES) expect(text).toContain(name);
  });
});
