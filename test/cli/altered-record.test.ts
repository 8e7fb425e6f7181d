/** A record that the command line wrote and another program changed: every kind of change is found and named, here and by python3 alone. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Verification } from '../../electron/contract/record.ts';
import { blackstart, type CommandResult } from '../integration/command-line.ts';
import { wikiRunbook, wikiStep } from '../support/command-folder.ts';

const ALTER = fileURLToPath(new URL('../support/record/alter_bundle.py', import.meta.url));
const BOOK = wikiRunbook(`## Work\n${wikiStep('greet', 'kind: run\nrun: [echo, hello]\nverify: [{ stdout: { equals: hello } }]')}`);

let root: string;
let data: string;
let bundle: string;
let script: string;
const run = (dir: string, ...argv: string[]): Promise<CommandResult> => blackstart([...argv, '--data-dir', dir], { cwd: root, env: { PATH: process.env['PATH'] ?? '' } });

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'altered-'));
  data = join(root, 'data');
  bundle = join(root, 'evidence.zip');
  writeFileSync(join(root, 'a.runbook.md'), BOOK);
  expect((await run(data, 'run', 'a.runbook.md', '--mode', 'rehearsal')).status).toBe(0);
  expect((await run(data, 'run', 'a.runbook.md', '--mode', 'rehearsal')).status).toBe(0);
  expect((await run(data, 'record', 'export', 'last', '-o', bundle)).status).toBe(0);
  execFileSync('python3', ['-m', 'zipfile', '-e', bundle, join(root, 'unpacked')]);
  script = join(root, 'unpacked', 'verify.py');
}, 60_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function judged(dir: string, ...more: string[]): Promise<{ status: number | null; kinds: string[]; messages: string[] }> {
  const result = await run(dir, 'record', 'verify', ...more, '--json');
  const { ok, problems } = Verification.parse(result.json());
  expect(result.status).toBe(ok ? 0 : 1);
  return { status: result.status, kinds: [...new Set(problems.map(({ kind }) => kind))].sort(), messages: problems.map(({ message }) => message) };
}

/** A copy of the data folder, changed by a line of Python with `db` open on its journal and `d` its folder. */
function changed(name: string, python: string): string {
  const dir = join(root, name);
  cpSync(data, dir, { recursive: true });
  execFileSync('python3', ['-c', `import os,sqlite3,sys,glob,shutil\nd=sys.argv[1]\ndb=sqlite3.connect(d+"/journal.sqlite")\n${python}\ndb.commit()\ndb.close()\n`, dir]);
  return dir;
}

describe('a journal that another program changed', () => {
  it('holds as it was written, also after another program has merely opened it', async () => {
    expect(await judged(data)).toMatchObject({ status: 0, kinds: [] });
    expect(await judged(changed('opened', 'db.execute("SELECT count(*) FROM entry").fetchone()\ndb.execute("VACUUM")'))).toMatchObject({ status: 0, kinds: [] });
  });

  it.each([
    ['word', 'db.execute("UPDATE entry SET bytes = CAST(replace(CAST(bytes AS TEXT), \'wiki-restore\', \'wiki-restOre\') AS BLOB) WHERE seq = 3")', 'chain.broken'],
    ['time', 'import re\nb=db.execute("SELECT bytes FROM entry WHERE seq=4").fetchone()[0]\ndb.execute("UPDATE entry SET bytes=? WHERE seq=4",(re.sub(b\'"wall":"20..\',b\'"wall":"2020\',b),))', 'chain.broken'],
    ['row-gone', 'db.execute("DELETE FROM entry WHERE seq = 5")', 'entry.seq'],
    ['tail-gone', 'db.execute("DELETE FROM entry WHERE seq > 6")', 'checkpoint.ahead'],
    ['rows-swapped', 'a=db.execute("SELECT bytes FROM entry WHERE seq=4").fetchone()[0];b=db.execute("SELECT bytes FROM entry WHERE seq=5").fetchone()[0]\ndb.execute("UPDATE entry SET bytes=? WHERE seq=4",(b,))\ndb.execute("UPDATE entry SET bytes=? WHERE seq=5",(a,))', 'entry.seq'],
    ['row-added', 'n,b=db.execute("SELECT seq,bytes FROM entry ORDER BY seq DESC LIMIT 1").fetchone()\ndb.execute("INSERT INTO entry VALUES(?,?)",(n+1,b))', 'entry.seq'],
    ['row-text', 'db.execute("UPDATE entry SET bytes = x\'00\' WHERE seq = 4")', 'entry.unreadable'],
    ['space', 'b=db.execute("SELECT bytes FROM entry WHERE seq=4").fetchone()[0]\ndb.execute("UPDATE entry SET bytes=? WHERE seq=4",(b.replace(b\'":\',b\'": \',1),))', 'entry.not-canonical'],
    ['trigger', 'db.execute("CREATE TRIGGER t AFTER INSERT ON entry BEGIN DELETE FROM entry WHERE seq=1; END")', 'database.schema'],
    ['table', 'db.execute("CREATE TABLE notes(x)")', 'database.schema'],
    ['output', 'p=glob.glob(d+"/blobs/*/*")[0]\nos.chmod(p,0o600)\nb=open(p,"rb").read()\nopen(p,"wb").write(bytes([b[0]^1])+b[1:])', 'blob.digest'],
    ['output-gone', 'os.remove(glob.glob(d+"/blobs/*/*")[0])', 'blob.missing'],
    ['note', 'p=sorted(glob.glob(d+"/checkpoints/*.note"))[0]\nb=open(p).read()\nopen(p,"w").write(b.replace("— device","- device"))', 'checkpoint.unreadable'],
    ['note-root', 'p=sorted(glob.glob(d+"/checkpoints/*.note"))[0]\nl=open(p).read().split("\\n")\nl[2]=("A" if l[2][0]!="A" else "B")+l[2][1:]\nopen(p,"w").write("\\n".join(l))', 'checkpoint.signature'],
    ['key-other', 'p=d+"/keys/device.vkey"\nb=open(p).read()\nopen(p,"w").write(b[:-6]+("A" if b[-6]!="A" else "B")+b[-5:])', 'key.missing'],
    ['key-gone', 'os.remove(d+"/keys/device.vkey")', 'key.missing'],
    ['journal-file', 'open(d+"/journal.sqlite-journal","wb").write(b"x"*512)', 'database.unexpected-file'],
  ])('is not verified, and the problem is named: %s', async (name, python, kind) => {
    const found = await judged(changed(name, python));
    expect(found.status).toBe(1);
    expect(found.kinds).toContain(kind);
    for (const message of found.messages) expect(message).toMatch(/\S.*\.$/u);
  });

  it('rolled back as a whole holds by itself, and not before a checkpoint that was kept elsewhere', async () => {
    const old = join(root, 'rolled-back');
    cpSync(data, old, { recursive: true });
    writeFileSync(join(root, 'a2.runbook.md'), BOOK);
    const anchor = join(root, 'anchor.note');
    const newer = join(root, 'newer');
    cpSync(data, newer, { recursive: true });
    writeFileSync(anchor, (await run(newer, 'record', 'checkpoint')).stdout);
    expect(await judged(newer, '--anchor', anchor)).toMatchObject({ status: 0 });
    expect(await judged(old)).toMatchObject({ status: 0 });
    expect(await judged(old, '--anchor', anchor)).toMatchObject({ status: 1, kinds: ['anchor.ahead'] });
  });
});

describe('a bundle that another program packed anew', () => {
  /** Both verifiers on the same file. */
  async function both(file: string): Promise<{ ours: { status: number | null; kinds: string[] }; python: { status: number | null; said: string } }> {
    const result = await run(data, 'record', 'verify-bundle', file, '--json');
    const python = spawnSync('python3', [script, file], { encoding: 'utf8' });
    return { ours: { status: result.status, kinds: Verification.parse(result.json()).problems.map(({ kind }) => kind) }, python: { status: python.status, said: python.stdout } };
  }
  const FILES = ['MANIFEST', 'journal.ndjson', 'checkpoint', 'device.vkey', 'run-*', 'report.html', 'report.json', 'outputs/*'];

  it('unchanged, is verified by both', async () => {
    expect(await both(bundle)).toMatchObject({ ours: { status: 0, kinds: [] }, python: { status: 0, said: expect.stringMatching(/VERIFIED\n$/u) } });
    expect(readdirSync(join(root, 'unpacked')).length).toBeGreaterThan(6);
  });

  it.each(FILES.flatMap((name) => ['flip-first', 'flip-middle', 'flip-last', 'cut', 'grow', 'empty', 'drop'].map((how) => [name, how] as const)))('is verified by neither: %s, %s', async (name, how) => {
    const file = join(root, `${name.replace(/\W/gu, '-')}-${how}.zip`);
    execFileSync('python3', [ALTER, bundle, file, name, how]);
    const { ours, python } = await both(file);
    expect({ ours: ours.status, python: python.status }).toEqual({ ours: 1, python: 1 });
    expect(ours.kinds.length).toBeGreaterThan(0);
    expect(python.said).toMatch(/PROBLEM: .*\nNOT VERIFIED\n$/u);
  });

  it('with a file more is verified by neither', async () => {
    const file = join(root, 'added.zip');
    execFileSync('python3', [ALTER, bundle, file, 'MANIFEST', 'add']);
    expect(await both(file)).toMatchObject({ ours: { status: 1, kinds: ['file.unlisted'] }, python: { status: 1 } });
  });

  it('with another verify.py is not verified here, whatever that script says', async () => {
    const file = join(root, 'script.zip');
    execFileSync('python3', [ALTER, bundle, file, 'verify.py', 'grow']);
    const { ours, python } = await both(file);
    expect(ours.status).toBe(1);
    expect(python.status).toBe(1);
    expect(readFileSync(script, 'utf8')).toContain('NOT VERIFIED');
  });
});
