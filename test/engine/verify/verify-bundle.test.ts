import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BundleVerification } from '../../../electron/contract/record.ts';
import { exportBundle } from '../../../electron/engine/journal/export-bundle.ts';
import type { Journal } from '../../../electron/engine/journal/journal.ts';
import { openJournal } from '../../../electron/engine/journal/open-journal.ts';
import { VERIFY_SCRIPT } from '../../../electron/engine/journal/verify-script.ts';
import { verifyBundle } from '../../../electron/engine/verify/verify-bundle.ts';
import { flipAll } from '../../support/record/flip-all.ts';
import { setClock } from '../../support/set-clock.ts';

const BUILDER = fileURLToPath(new URL('../../support/record/build_bundle.py', import.meta.url));

let root: string;
let file: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'blackstart-bundle-'));
  file = join(root, 'evidence.zip');
});
afterEach(() => rmSync(root, { recursive: true }));

function kinds(found: BundleVerification): string[] {
  return [...new Set(found.problems.map((problem) => problem.kind))].sort();
}

/** The Python verifier of the bundle, run on a zip or a folder; it is our script, but none of our code. */
function runScript(target: string, ...more: string[]): { status: number | null; stdout: string } {
  const script = join(root, 'verify.py');
  writeFileSync(script, VERIFY_SCRIPT);
  return spawnSync('python3', [script, target, ...more], { encoding: 'utf8' });
}

function build(name: string): void {
  execFileSync('python3', [BUILDER, file, name], { env: { ...process.env, TMPDIR: root } });
}

describe('a bundle made by another program', () => {
  it('is verified when it is right, here and by its own script', async () => {
    build('good');
    expect(await verifyBundle(file)).toMatchObject({ ok: true, problems: [], run: 'r1', entries: 7, shown: 6, files: 6, checkpoints: 1, signer: { name: 'device/0badcafe', known: false } });
    expect(runScript(file)).toMatchObject({ status: 0, stdout: expect.stringMatching(/6 of 7 entries shown.*\nsigned by device\/0badcafe.*\nVERIFIED\n$/u) });
  });

  it.each([
    ['entry-changed', ['checkpoint.root']],
    ['hidden-entry-changed', ['chain.broken', 'checkpoint.root']],
    ['entry-dropped', ['chain.broken', 'checkpoint.ahead', 'entry.seq']],
    ['journal-without-end', ['checkpoint.ahead', 'entry.unreadable']],
    ['endless-line', ['entry.unreadable']],
    ['not-canonical', ['entry.not-canonical']],
    ['other-run-shown', ['bundle.run']],
    ['checkpoint-older', ['checkpoint.root']],
    ['checkpoint-other-key', ['checkpoint.foreign']],
    ['no-checkpoint', ['checkpoint.unreadable']],
    ['key-unknown', ['key.uncertified']],
    ['key-after-end', ['key.after-end']],
    ['stray-key', ['key.uncertified']],
    ['no-device-key', ['key.missing']],
    ['other-device-key', ['bundle.manifest', 'checkpoint.foreign', 'key.other', 'key.uncertified']],
    ['blob-missing', ['blob.missing']],
    ['blob-size', ['blob.size']],
    ['blob-content', ['blob.digest']],
    ['manifest-of-runbooks', ['bundle.manifest']],
    ['manifest-line-twice', ['bundle.manifest']],
    ['manifest-path-up', ['bundle.manifest']],
    ['manifest-size', ['file.size']],
    ['manifest-other-key', ['bundle.manifest']],
    ['manifest-changed', ['bundle.manifest', 'bundle.run']],
    ['manifest-unsigned', ['bundle.manifest']],
    ['manifest-trailing', ['bundle.manifest']],
    ['no-manifest', ['bundle.manifest']],
    ['other-run', ['bundle.run']],
    ['file-missing', ['file.missing']],
    ['file-changed', ['file.digest']],
    ['file-unlisted', ['file.unlisted']],
    ['file-twice', ['file.digest', 'file.duplicate']],
    ['file-odd-name', ['file.name', 'file.unlisted']],
    ['symlink', ['file.kind']],
    ['path-up', ['bundle.unreadable']],
    ['path-absolute', ['bundle.unreadable']],
    ['local-name', ['file.header']],
    ['lying-size', ['file.size']],
    ['lying-size-small', ['file.size']],
    ['overlap', ['file.header']],
    ['cut', ['bundle.unreadable']],
    ['not-a-zip', ['bundle.other']],
    ['seal-wrong', ['bundle.seal']],
  ])('is not verified when it is wrong: %s', async (name, expected) => {
    build(name);
    const found = await verifyBundle(file);
    expect(kinds(found)).toEqual(expect.arrayContaining(expected));
    expect(found.ok).toBe(false);
  });

  it.each(['entry-changed', 'hidden-entry-changed', 'entry-dropped', 'not-canonical', 'other-run-shown', 'checkpoint-older', 'checkpoint-other-key', 'no-checkpoint', 'no-device-key', 'other-device-key', 'manifest-of-runbooks', 'manifest-line-twice', 'manifest-path-up', 'manifest-size', 'manifest-other-key', 'manifest-changed', 'manifest-unsigned', 'manifest-trailing', 'no-manifest', 'other-run', 'file-missing', 'file-changed', 'file-unlisted', 'file-twice', 'file-odd-name', 'cut', 'not-a-zip'])(
    'is not verified by the script either: %s',
    (name) => {
      build(name);
      expect(runScript(file)).toMatchObject({ status: 1, stdout: expect.stringMatching(/PROBLEM: .*\nNOT VERIFIED\n$/u) });
    },
  );

  it.each(['bomb', 'many-files'])('is not unpacked beyond its limits: %s', async (name) => {
    build(name);
    expect(kinds(await verifyBundle(file, { limits: { files: 1000, bytes: 10_000_000 } }))).toEqual(['bundle.limit']);
  });
});

describe('a bundle made by our writer', () => {
  let journal: Journal;
  beforeEach(() => {
    journal = openJournal({ dataDir: join(root, 'data'), clock: setClock() });
    journal.startRunKey('r1');
    const output = journal.blobs.put(Buffer.from('31 tables\n'));
    journal.append({ type: 'step.result', run: 'r1', actor: 'engine', data: { output: { ...output }, text: 'naïve \u2028 "quoted"\u0007\u007f \u{1f511}' } });
    journal.append({ type: 'step.result', run: 'r2', actor: 'engine', data: { secret: 'of another client' } });
  });
  afterEach(() => journal.close());

  const report = { name: 'report.json', bytes: Buffer.from('{}') };

  it('is verified here and by its own script, from the zip and unpacked', async () => {
    const { path, sha256 } = await exportBundle(journal, { run: 'r1', file, reports: [report] });
    expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(sha256);
    const found = await verifyBundle(file, { trusted: [journal.device.vkey] });
    expect(found).toMatchObject({ ok: true, run: 'r1', entries: 5, shown: 4, signer: { vkey: journal.device.vkey, known: true } });
    expect(found.head).toEqual(journal.head);
    const unpacked = join(root, 'unpacked');
    execFileSync('python3', ['-m', 'zipfile', '-e', file, unpacked]);
    expect(execFileSync('python3', [join(unpacked, 'verify.py')], { encoding: 'utf8' })).toMatch(/\nVERIFIED\n$/u);
    expect(runScript(file, join(root, 'data/keys/device.vkey')).status).toBe(0);
    expect(readdirSync(unpacked).sort()).toEqual(['MANIFEST', 'checkpoint', 'device.vkey', 'journal.ndjson', 'outputs', 'report.json', expect.stringMatching(/^run-[0-9a-f]{8}\.vkey$/u), 'verify.py']);
    expect(readFileSync(join(unpacked, 'journal.ndjson'), 'utf8')).not.toContain('another client');
  });

  it('does not satisfy the script when the key of another device is expected', async () => {
    await exportBundle(journal, { run: 'r1', file, reports: [report] });
    writeFileSync(join(root, 'other.vkey'), 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n');
    expect(runScript(file, join(root, 'other.vkey'))).toMatchObject({ status: 1, stdout: expect.stringMatching(/not signed by PeterNeumann/u) });
  });

  it('shows every single-bit flip', async () => {
    await exportBundle(journal, { run: 'r1', file, reports: [report] });
    const place = join(root, 'alone');
    mkdirSync(place);
    renameSync(file, join(place, 'evidence.zip'));
    // All bits where the long run asks for them; else every 101st, which walks through all eight positions of a byte.
    const { flips, passed } = await flipAll('bundle', place, 'evidence.zip', process.env['BLACKSTART_LONG_TESTS'] === '1' ? 1 : 101);
    console.log(`${flips} bits of a bundle turned over, ${passed.length} not noticed`);
    expect(flips).toBeGreaterThan(100);
    expect(passed).toEqual([]);
  }, 3_600_000);

  it('is replaced whole or not at all', async () => {
    writeFileSync(file, 'an older one');
    rmSync(journal.blobs.path(createHash('sha256').update('31 tables\n').digest('hex')));
    await expect(exportBundle(journal, { run: 'r1', file, reports: [report] })).rejects.toMatchObject({ code: 'not-found' });
    expect(readFileSync(file, 'utf8')).toBe('an older one');
    await expect(exportBundle(journal, { run: 'r2', file: join(root, 'missing/evidence.zip'), reports: [report] })).rejects.toMatchObject({ code: 'disk' });
    expect(readdirSync(root).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('needs a run that is known and a report of a known kind', async () => {
    await expect(exportBundle(journal, { run: 'r9', file, reports: [report] })).rejects.toMatchObject({ code: 'not-found' });
    await expect(exportBundle(journal, { run: 'r1', file, reports: [] })).rejects.toMatchObject({ code: 'usage' });
    await expect(exportBundle(journal, { run: 'r1', file, reports: [{ ...report, name: '../x' }] })).rejects.toMatchObject({ code: 'usage' });
    expect(existsSync(file)).toBe(false);
  });
});

it.each([['a folder', (path: string) => void mkdirSync(path)], ['a named pipe', (path: string) => void execFileSync('mkfifo', [path])], ['an empty file', (path: string) => writeFileSync(path, '')]])('%s is no bundle, and nobody waits for it', async (_, make) => {
  make(file);
  expect(await verifyBundle(file)).toMatchObject({ ok: false, problems: [{ kind: 'bundle.other' }] });
});

it('a bundle that is not there cannot be verified', async () => {
  await expect(verifyBundle(file)).rejects.toMatchObject({ code: 'not-found' });
});

it('the script that goes into bundles stays short enough to be read before it is run', () => {
  expect(VERIFY_SCRIPT.trimEnd().split('\n').length).toBeLessThanOrEqual(150);
});
