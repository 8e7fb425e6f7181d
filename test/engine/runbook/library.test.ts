import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generateSigner, parseVerifier } from '../../../electron/engine/note/note.ts';
import { entryError, findRunbook, listRunbooks } from '../../../electron/engine/runbook/library.ts';
import { signRunbooks } from '../../../electron/engine/runbook/manifest.ts';
import { compose, step } from './compose.ts';

const text = (id: string, body = step('a')): string => compose({ body }).replace('id: sample', `id: ${id}`);

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'blackstart-library-'));
  mkdirSync(join(dir, 'one/ampora'), { recursive: true });
  mkdirSync(join(dir, 'two'));
  writeFileSync(join(dir, 'one/ampora/loss.runbook.md'), text('loss'));
  writeFileSync(join(dir, 'one/broken.runbook.md'), text('broken', step('a', 'run: [x, 1]')));
  writeFileSync(join(dir, 'one/notes.md'), '# Notes\n');
  writeFileSync(join(dir, 'two/site.runbook.md'), text('site'));
});
afterEach(() => { rmSync(dir, { recursive: true }); });

const folders = (): string[] => [join(dir, 'one'), join(dir, 'two')];

describe('the library', () => {
  it('lists every runbook of its folders, broken ones with their error', () => {
    const entries = listRunbooks(folders());
    expect(entries.map(({ id, runbook }) => [id, runbook !== null])).toEqual([['loss', true], ['broken', false], ['site', true]]);
    expect(entries.map(entryError)).toEqual([null, expect.stringContaining('must be text'), null]);
    expect(entries[1]?.error?.at).toMatchObject({ line: 21, column: 10 });
  });

  it('finds one by id or by path', () => {
    expect(findRunbook('site', folders()).path).toBe(join(dir, 'two/site.runbook.md'));
    expect(findRunbook(join(dir, 'two/site.runbook.md'), []).runbook.front.id).toBe('site');
    expect(findRunbook('two/site.runbook.md', [], { base: dir }).runbook.front.id).toBe('site');
  });

  it('says what is not there, and what was meant', () => {
    expect(() => findRunbook('sitte', folders())).toThrow('There is no runbook sitte.');
    try {
      findRunbook('sitte', folders());
    } catch (error) {
      expect(error).toMatchObject({ code: 'not-found', hint: 'Did you mean site?' });
    }
    expect(() => findRunbook('./gone.runbook.md', folders(), { base: dir })).toThrow('does not exist');
    expect(() => listRunbooks([join(dir, 'gone')])).toThrow('is no folder');
  });

  it('refuses a broken one with the place of its error', () => {
    expect(() => findRunbook('broken', folders())).toThrow('[quote-it]');
  });

  it('keeps the first of two with one id', () => {
    writeFileSync(join(dir, 'two/other.runbook.md'), text('loss'));
    const entries = listRunbooks(folders());
    expect(entries.map(entryError)).toEqual([null, expect.any(String), expect.stringContaining('The id loss is taken by'), null]);
    expect(findRunbook('loss', folders()).path).toBe(join(dir, 'one/ampora/loss.runbook.md'));
  });

  it('follows no links', () => {
    symlinkSync('/etc', join(dir, 'one/etc'));
    symlinkSync(join(dir, 'two/site.runbook.md'), join(dir, 'one/link.runbook.md'));
    expect(listRunbooks([join(dir, 'one')]).map(({ id }) => id)).toEqual(['loss', 'broken']);
  });

  it('knows whether somebody trusted vouches for them', () => {
    const release = generateSigner('release');
    const verifiers = [parseVerifier(release.vkey)];
    signRunbooks(join(dir, 'one'), [release], 3);
    const states = (): string[] => listRunbooks(folders(), { verifiers }).map(({ signature }) => signature.state);
    expect(states()).toEqual(['signed', 'signed', 'unsigned']);
    expect(findRunbook('loss', folders(), { verifiers }).signature).toEqual({ state: 'signed', signers: ['release'], version: 3 });
    expect(findRunbook(join(dir, 'one/ampora/loss.runbook.md'), folders(), { verifiers }).signature.state).toBe('signed');
    writeFileSync(join(dir, 'one/notes.md'), 'changed');
    expect(states()).toEqual(['altered', 'altered', 'unsigned']);
  });
});
