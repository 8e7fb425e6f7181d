import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkIntegrity } from '../../electron/setup/electron-runtime.mjs';

const folder = mkdtempSync(join(tmpdir(), 'blackstart-integrity-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a fetched archive', () => {
  const file = join(folder, 'archive.tgz');
  const integrity = `sha512-${createHash('sha512').update('right').digest('base64')}`;

  it('is taken when it is the pinned one', () => {
    writeFileSync(file, 'right');
    expect(() => checkIntegrity(file, integrity)).not.toThrow();
  });
  it('is refused when a byte differs', () => {
    writeFileSync(file, 'Right');
    expect(() => checkIntegrity(file, integrity)).toThrow('is not the pinned file');
  });
});
