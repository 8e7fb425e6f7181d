import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generateSigner, parseVerifier, signNote } from '../../../electron/engine/note/note.ts';
import { judgeRunbooks, parseManifest, presentVersion, signRunbooks, verifyRunbooks } from '../../../electron/engine/runbook/manifest.ts';

const release = generateSigner('release');
const second = generateSigner('person/amara');
const stranger = generateSigner('stranger');
const trusted = [parseVerifier(release.vkey), parseVerifier(second.vkey)];

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'blackstart-manifest-'));
  mkdirSync(join(dir, 'ampora'));
  writeFileSync(join(dir, 'ampora', 'a.runbook.md'), 'runbook a\n');
  writeFileSync(join(dir, 'ampora', 'contacts.yaml'), 'x: []\n');
  writeFileSync(join(dir, 'b.runbook.md'), 'runbook b\n');
});
afterEach(() => { rmSync(dir, { recursive: true, force: true }); });

const verify = (options = {}) => verifyRunbooks(dir, trusted, options);
const line = (path: string, text: string): string => `${createHash('sha256').update(text).digest('hex')} ${text.length} ${path}\n`;
const lines = [line('ampora/a.runbook.md', 'runbook a\n'), line('ampora/contacts.yaml', 'x: []\n'), line('b.runbook.md', 'runbook b\n')];

/** Puts a manifest there that is signed as it should be, whatever it says. */
function plant(body: string, signers = [release]): void {
  writeFileSync(join(dir, 'MANIFEST'), signNote(`blackstart/runbooks/v1\nversion 7\n${body}`, signers));
}

describe('a signed folder of runbooks', () => {
  it('is verified, and hands out the bytes that were verified', () => {
    expect(signRunbooks(dir, [release], 7)).toEqual({ path: join(dir, 'MANIFEST'), files: 3 });
    expect(readFileSync(join(dir, 'MANIFEST'), 'utf8').split('\n\n')[0]).toBe(`blackstart/runbooks/v1\nversion 7\n${lines.join('').trimEnd()}`);
    const verified = verify();
    expect(verified).toMatchObject({ version: 7, signers: ['release'] });
    expect([...verified.files.keys()]).toEqual(['ampora/a.runbook.md', 'ampora/contacts.yaml', 'b.runbook.md']);
    expect(Buffer.from(verified.files.get('b.runbook.md') ?? []).toString()).toBe('runbook b\n');
  });

  it('can be signed anew with a higher version only', () => {
    signRunbooks(dir, [release], 7);
    expect(presentVersion(dir)).toBe(7);
    expect(() => signRunbooks(dir, [release], 7)).toThrow('Version 7 is not above the present one, 7.');
    expect(() => signRunbooks(dir, [release], 0)).toThrow('whole number');
    signRunbooks(dir, [release], 8);
    expect(verify().version).toBe(8);
  });

  it('is refused when a file was changed', () => {
    signRunbooks(dir, [release], 7);
    writeFileSync(join(dir, 'b.runbook.md'), 'runbook B\n');
    expect(verify).toThrow('b.runbook.md was changed after it was signed.');
  });

  it('says that it is not signed', () => {
    expect(verify).toThrow('holds no MANIFEST');
    expect(() => signRunbooks(mkdtempSync(join(dir, 'empty-')), [release], 1)).toThrow('holds no files to sign');
  });

  it('is refused for any flipped bit of the manifest', () => {
    signRunbooks(dir, [release], 7);
    const good = readFileSync(join(dir, 'MANIFEST'));
    for (let at = 0; at < good.length * 8; at += 1) {
      const bytes = Buffer.from(good);
      bytes[at >> 3] = (bytes[at >> 3] ?? 0) ^ (1 << (at & 7));
      writeFileSync(join(dir, 'MANIFEST'), bytes);
      expect(verify, `bit ${at}`).toThrow();
    }
  });
});

describe('a hostile bundle is refused', () => {
  it('symlink out', () => {
    signRunbooks(dir, [release], 7);
    rmSync(join(dir, 'b.runbook.md'));
    symlinkSync('/etc/hostname', join(dir, 'b.runbook.md'));
    expect(verify).toThrow('b.runbook.md is a symbolic link.');
    expect(() => signRunbooks(dir, [release], 8)).toThrow('symbolic link');
  });

  it('a folder that is a symlink', () => {
    signRunbooks(dir, [release], 7);
    renameSync(join(dir, 'ampora'), `${dir}-elsewhere`);
    symlinkSync(`${dir}-elsewhere`, join(dir, 'ampora'));
    expect(verify).toThrow('ampora is a symbolic link.');
    rmSync(`${dir}-elsewhere`, { recursive: true });
  });

  it('a manifest that is a symlink', () => {
    signRunbooks(dir, [release], 7);
    renameSync(join(dir, 'MANIFEST'), `${dir}.manifest`);
    symlinkSync(`${dir}.manifest`, join(dir, 'MANIFEST'));
    expect(verify).toThrow('MANIFEST is a symbolic link.');
    rmSync(`${dir}.manifest`);
  });

  it('hard link', () => {
    signRunbooks(dir, [release], 7);
    linkSync(join(dir, 'b.runbook.md'), `${dir}.link`);
    expect(verify).toThrow('2 names (hard links)');
    rmSync(`${dir}.link`);
    expect(verify().version).toBe(7);
  });

  it('FIFO, which never blocks the reader', () => {
    signRunbooks(dir, [release], 7);
    rmSync(join(dir, 'b.runbook.md'));
    execFileSync('mkfifo', [join(dir, 'b.runbook.md')]);
    expect(verify).toThrow('is no regular file');
    rmSync(join(dir, 'MANIFEST'));
    execFileSync('mkfifo', [join(dir, 'MANIFEST')]);
    expect(verify).toThrow('MANIFEST is no regular file.');
  });

  it.runIf(process.getuid?.() === 0)('device', () => {
    signRunbooks(dir, [release], 7);
    rmSync(join(dir, 'b.runbook.md'));
    try {
      execFileSync('mknod', [join(dir, 'b.runbook.md'), 'c', '1', '5'], { stdio: 'ignore' });
    } catch {
      symlinkSync('/dev/zero', join(dir, 'b.runbook.md')); // no right to make devices here
    }
    expect(verify).toThrow(/is no regular file|symbolic link/u);
  });

  it('case collision', () => {
    writeFileSync(join(dir, 'B.runbook.md'), 'runbook b\n');
    expect(() => signRunbooks(dir, [release], 7)).toThrow('are one name on systems that ignore case');
    plant([line('B.runbook.md', 'runbook b\n'), ...lines].join(''));
    expect(verify).toThrow('are one name on systems that ignore case');
    plant([line('Ampora/z', 'x'), ...lines].join(''));
    expect(verify).toThrow('are one name');
  });

  it('unlisted extra file', () => {
    signRunbooks(dir, [release], 7);
    writeFileSync(join(dir, 'ampora', 'extra.runbook.md'), 'x');
    expect(verify).toThrow('ampora/extra.runbook.md is not in the manifest.');
  });

  it('missing file', () => {
    signRunbooks(dir, [release], 7);
    rmSync(join(dir, 'ampora', 'contacts.yaml'));
    expect(verify).toThrow('ampora/contacts.yaml is missing.');
  });

  it('file swapped after the check', () => {
    signRunbooks(dir, [release], 7);
    const { files } = verify();
    writeFileSync(join(dir, 'b.runbook.md'), 'swapped\n');
    expect(Buffer.from(files.get('b.runbook.md') ?? []).toString()).toBe('runbook b\n');
  });

  it('older but validly signed', () => {
    signRunbooks(dir, [release], 7);
    expect(verify({ minimumVersion: 7 }).version).toBe(7);
    expect(() => verify({ minimumVersion: 8 })).toThrow('version 8 was accepted before');
  });

  it.each([
    ['/etc/passwd', 'is absolute'], ['C:/x', 'is absolute'], ['../x', 'leads out'], ['ampora/../../x', 'leads out'], ['./x', 'cannot stand'], ['a//b', 'cannot stand'], ['a\\b', 'cannot stand'], ['MANIFEST', 'lists itself'], ['x\u202e', 'cannot stand'], [' x', 'cannot stand'],
  ])('path %j', (path, message) => {
    plant([line(path, 'x'), ...lines].join(''));
    expect(verify).toThrow(message);
  });

  it('duplicate manifest line', () => {
    plant([lines[0], lines[0], lines[1], lines[2]].join(''));
    expect(verify).toThrow('The manifest lists ampora/a.runbook.md twice.');
  });

  it('unknown signer', () => {
    signRunbooks(dir, [stranger], 7);
    expect(verify).toThrow('No known key signed this');
    expect(() => verifyRunbooks(dir, [])).toThrow('No known key');
  });

  it('same name and key id, other key', () => {
    signRunbooks(dir, [release], 7);
    const note = readFileSync(join(dir, 'MANIFEST'), 'utf8');
    const imposter = generateSigner('release');
    const forged = signNote(note.slice(0, note.indexOf('\n\n') + 1), [imposter]);
    const signature = Buffer.from(forged.trimEnd().split(' ').at(-1) ?? '', 'base64').subarray(4);
    const encoded = Buffer.concat([Buffer.from(release.keyId, 'hex'), signature]).toString('base64');
    writeFileSync(join(dir, 'MANIFEST'), `${note.slice(0, note.indexOf('\n\n') + 2)}\u2014 release ${encoded}\n`);
    expect(verify).toThrow('The signature of release does not match');
  });

  it('one signature where two are needed', () => {
    signRunbooks(dir, [release], 7);
    expect(() => verify({ require: 2 })).toThrow('2 signatures are needed and 1 can be trusted.');
    plant(lines.join(''), [release, release]);
    expect(() => verify({ require: 2 })).toThrow('2 signatures are needed');
    plant(lines.join(''), [release, second]);
    expect(verify({ require: 2 }).signers).toEqual(['release', 'person/amara']);
  });

  it('text after the signatures', () => {
    signRunbooks(dir, [release], 7);
    const note = readFileSync(join(dir, 'MANIFEST'), 'utf8');
    for (const tail of ['and this\n', '\nand this\n', 'x', '\n']) {
      writeFileSync(join(dir, 'MANIFEST'), note + tail);
      expect(verify, JSON.stringify(tail)).toThrow();
    }
  });

  it('lies about a size, another order, another header, no version', () => {
    plant([lines[0]?.replace(' 10 ', ' 11 '), lines[1], lines[2]].join(''));
    expect(verify).toThrow('was changed');
    plant([lines[1], lines[0], lines[2]].join(''));
    expect(verify).toThrow('not sorted');
    for (const text of ['blackstart/runbooks/v2\nversion 1\n', 'blackstart/runbooks/v1\n', 'blackstart/runbooks/v1\nversion 01\n', 'blackstart/runbooks/v1\nversion -1\n']) expect(() => parseManifest(text)).toThrow('does not begin');
    expect(() => parseManifest('blackstart/runbooks/v1\nversion 1\nzz 1 x\n')).toThrow('is not "sha256 size path"');
  });
});

describe('the state of a signature', () => {
  it('is unsigned, signed, untrusted, outdated or altered', () => {
    const state = (options = {}): string => judgeRunbooks(dir, trusted, options).signature.state;
    expect(state()).toBe('unsigned');
    signRunbooks(dir, [stranger], 1);
    expect(state()).toBe('untrusted');
    signRunbooks(dir, [release], 7);
    expect(judgeRunbooks(dir, trusted)).toMatchObject({ signature: { state: 'signed', signers: ['release'], version: 7 }, files: expect.any(Map) });
    expect(state({ minimumVersion: 8 })).toBe('outdated');
    writeFileSync(join(dir, 'b.runbook.md'), 'x');
    expect(judgeRunbooks(dir, trusted)).toMatchObject({ signature: { state: 'altered', reason: expect.stringContaining('b.runbook.md') }, files: null });
    writeFileSync(join(dir, 'MANIFEST'), 'nonsense');
    expect(state()).toBe('altered');
  });
});
