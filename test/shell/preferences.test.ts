import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keepPreferences, readPreferences } from '../../electron/preferences.ts';

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'blackstart-preferences-')); });
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('a preference stays beside the others, in a whole file', () => {
  expect(readPreferences(folder)).toEqual({});
  keepPreferences(folder, { theme: 'light' });
  keepPreferences(folder, { zoom: 1.5, width: 1400, height: 900 });
  expect(readPreferences(folder)).toEqual({ theme: 'light', zoom: 1.5, width: 1400, height: 900 });
  expect(readdirSync(folder)).toEqual(['preferences.json']);
});

it.each(['', '{', 'null', '{"theme":"pink"}', '{"zoom":99}', '{"width":1}'])('a file that reads %j counts as none, and is mended by the next choice', (text) => {
  writeFileSync(join(folder, 'preferences.json'), text);
  expect(readPreferences(folder)).toEqual({});
  keepPreferences(folder, { theme: 'dark' });
  expect(readPreferences(folder)).toEqual({ theme: 'dark' });
});

it('where nothing can be written, nothing is thrown', () => {
  const file = join(folder, 'a file');
  writeFileSync(file, '');
  keepPreferences(join(file, 'window'), { theme: 'light' });
  expect(existsSync(join(file, 'window'))).toBe(false);
  expect(readPreferences(join(file, 'window'))).toEqual({});
});
