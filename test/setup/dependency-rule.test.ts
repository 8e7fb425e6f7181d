import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkDependencies } from '../../electron/setup/dependency-rule.mjs';
import { MODULES } from '../../electron/setup/places.mjs';

let root: string;

function plant(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'blackstart-rule-'));
  symlinkSync(MODULES, join(root, 'node_modules'));
  plant('electron/contract/word.ts', 'export type Word = string;\n');
  plant('electron/engine/journal/write.ts', "import type { Word } from '../../contract/word.ts';\nexport type Row = Word;\n");
  plant('renderer/src/page.tsx', "import type { Word } from '../../electron/contract/word.ts';\nexport const word: Word = '';\n");
  plant('test/a.test.ts', "import type { Row } from '../electron/engine/journal/write.ts';\nexport const row: Row = '';\n");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const importOf = (place: string): string => `import type * as all from '${place}';\nexport type All = typeof all;\n`;

describe('the dependency rule', () => {
  it('finds nothing wrong with a tree that keeps it, and says how many modules it read', async () => {
    expect(await checkDependencies(root)).toEqual({ read: 4, present: 4, violations: [] });
  });

  it.each([
    ['contract-is-pure', 'electron/contract/a.ts', '../engine/journal/write.ts'],
    ['contract-needs-no-node', 'electron/contract/a.ts', 'node:fs'],
    ['engine-knows-contract-only', 'electron/engine/a.ts', '../main.ts'],
    ['cli-knows-engine-and-contract', 'electron/cli/a.ts', '../main.ts'],
    ['renderer-knows-contract-only', 'renderer/src/a.tsx', '../../electron/engine/journal/write.ts'],
    ['renderer-needs-no-node', 'renderer/src/a.tsx', 'node:fs'],
    ['shell-knows-contract-only', 'electron/a.ts', './engine/journal/write.ts'],
    ['composition-root', 'electron/engine-process.ts', '../renderer/src/page.tsx'],
    ['nobody-imports-the-page', 'electron/cli/a.ts', '../../renderer/src/page.tsx'],
    ['nobody-imports-tests', 'electron/engine/a.ts', '../../test/a.test.ts'],
    ['electron-in-the-shell', 'electron/engine/a.ts', 'electron'],
    ['processes-in-tool', 'electron/engine/run/a.ts', 'execa'],
    ['processes-in-tool', 'electron/engine/run/a.ts', '@lydell/node-pty'],
    ['sqlite-in-few-places', 'electron/engine/run/a.ts', 'better-sqlite3'],
    ['object-store-in-few-places', 'electron/engine/run/a.ts', '@aws-sdk/client-s3'],
    ['verifier-is-independent', 'electron/engine/verify/a.ts', '../journal/write.ts'],
  ])('catches a planted breach of %s (%s → %s)', async (rule, file, place) => {
    plant('electron/main.ts', 'export const main = 1;\n');
    plant(file, importOf(place));
    const { read, present, violations } = await checkDependencies(root);
    expect(read).toBe(present);
    expect(violations).toContainEqual(expect.objectContaining({ rule, from: file }));
  });

  it('catches a cycle', async () => {
    plant('electron/engine/a.ts', "import { b } from './b.ts';\nexport const a = (): number => b();\n");
    plant('electron/engine/b.ts', "import { a } from './a.ts';\nexport const b = (): number => a();\n");
    const { violations } = await checkDependencies(root);
    expect(violations.map(({ rule }) => rule)).toContain('no-cycles');
  });
});
