import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restoreFault } from '../../../electron/engine/run/restore-fault.ts';
import { rankSuspects } from '../../../renderer/src/screens/run/suspects.ts';
import { flipped } from '../../support/damage.ts';
import { startSource, type Source } from '../../support/postgres.ts';
import { makeBench, type Bench } from '../../support/probe.ts';
import { type Done, openLab, step } from '../../support/run-lab.ts';

/** None of them in the order of the cases; the first is never meant. */
const SYMPTOMS = `
\`\`\`yaml symptoms
- { id: tired-operator, see: A typing error, cause: It is three in the morning, fix: Ask the second person }
- { id: hollow-dump, see: Zero rows, cause: The dump was taken of an empty database, fix: Take the one before it }
- { id: truncated-dump, see: The archive ends in the middle, cause: The disk was full when it was written, fix: Take the one before it }
- { id: bit-rot, see: A checksum does not hold, cause: The medium is damaged, fix: Take the second copy }
- { id: rotated-key, see: Sealed fields read as gibberish, cause: The key was rotated, fix: Fetch the key of that day }
\`\`\`
`;
const SUSPECTS = 'suspects: [tired-operator, hollow-dump, truncated-dump, bit-rot, rotated-key]';

let bench: Bench;
let source: Source;
const at = (name: string): string => join(bench.folder, name);
const read = (name: string): Buffer => readFileSync(at(name));
const write = (name: string, bytes: Buffer): string => {
  writeFileSync(at(name), bytes);
  return at(name);
};

beforeAll(async () => {
  bench = makeBench();
  source = await startSource(bench, "CREATE TABLE lanterns(id int, name text); INSERT INTO lanterns SELECT g, md5(g::text) FROM generate_series(1, 3000) g");
  write('a.dump', source.dump(['-Fc']));
  write('a.sql', source.dump([]));
  execFileSync('gzip', ['-k', at('a.sql')]);
  execFileSync('openssl', ['enc', '-aes-256-cbc', '-pbkdf2', '-in', at('a.sql.gz'), '-out', at('a.sql.gz.enc'), '-pass', 'pass:the key of that day']);
  execFileSync('sqlite3', [at('hollow.sqlite'), 'CREATE TABLE lanterns(id int);']);
  execFileSync('tar', ['-czf', at('a.tar.gz'), '-C', bench.folder, 'a.dump', 'a.sql']);
});
afterAll(async () => {
  await source.server.stop();
  bench.remove();
});

/** As the Run screen shows them. */
const ranked = (done: Pick<Done, 'live'>, id: string): { symptom: string; evidence: { stance: string; text: string }[] }[] => rankSuspects(done.live.view().steps.find((one) => one.id === id)?.suspects ?? []);
const restore = (fields: string): string => step('restore', `kind: run\n${fields}\n${SUSPECTS}`) + SYMPTOMS;
const server = (): string => `-h, ${source.server.host}, -p, "${source.server.port}", -U, ${source.server.user}`;

describe('a failed restore in a run has its cause on top, with the line that says it', () => {
  it.each<[string, () => string, string, RegExp]>([
    ['a custom dump that ends in the middle', () => `run: [pg_restore, -f, /dev/null, ${write('cut.dump', read('a.dump').subarray(0, -20_000))}]`, 'truncated-dump', /pg_restore: error: could not read from input file: end of file/u],
    ['a file that is no dump', () => `run: [pg_restore, -f, /dev/null, ${write('noise.dump', execFileSync('head', ['-c', '9000', '/dev/urandom']))}]`, 'bit-rot', /valid archive/u],
    ['a dump of zero bytes', () => `run: [pg_restore, -f, /dev/null, ${write('zero.dump', Buffer.alloc(0))}]`, 'hollow-dump', /too short \(read 0/u],
    ['a truncated gzip on its way to psql', () => `pipe: [[gzip, -dc, ${write('cut.sql.gz', read('a.sql.gz').subarray(0, -5000))}], [psql, ${server()}, -v, ON_ERROR_STOP=1, "-1", postgres]]`, 'truncated-dump', /unexpected end of file/u],
    ['a gzip with a flipped bit', () => `run: [gzip, -t, ${write('flip.sql.gz', flipped(read('a.sql.gz'), read('a.sql.gz').length - 6))}]`, 'bit-rot', /crc error/u],
    ['an archive that ends in the middle', () => `run: [tar, -tzf, ${write('cut.tar.gz', read('a.tar.gz').subarray(0, -5000))}]`, 'truncated-dump', /unexpected end of file|Unexpected EOF/iu],
    ['a dump under another key', () => `run: [openssl, enc, -d, -aes-256-cbc, -pbkdf2, -in, ${at('a.sql.gz.enc')}, -out, /dev/null, -pass, "pass:a key from after the rotation"]`, 'rotated-key', /bad decrypt/u],
    ['a restored database without a row', () => `run: [sqlite3, ${at('hollow.sqlite')}, SELECT count(*) FROM lanterns]\nverify: [{ number: { min: 1 } }]`, 'hollow-dump', /found 0/u],
  ])('%s', async (_name, fields, suspect, line) => {
    const done = await openLab().drive(restore(fields()));
    expect(done.step('restore').state).toBe('failed');
    const [first, ...others] = ranked(done, 'restore');
    expect(first).toMatchObject({ symptom: suspect, evidence: [{ stance: 'for', text: expect.stringMatching(line) }] });
    expect(others.map(({ evidence }) => evidence)).toEqual([[], [], [], []]);
  });

  it('and keeps the order of the runbook where nothing speaks for any', async () => {
    const done = await openLab().drive(restore('run: ["false"]'));
    expect(ranked(done, 'restore').map(({ symptom }) => symptom)).toEqual(['tired-operator', 'hollow-dump', 'truncated-dump', 'bit-rot', 'rotated-key']);
  });

  it('until it is tried again and the restore holds', async () => {
    const lab = openLab();
    const dump = write('late.dump', read('a.dump').subarray(0, -20_000));
    const live = await lab.runs.start({ id: lab.write(restore(`run: [pg_restore, -f, /dev/null, ${dump}]`) + step('after', 'kind: manual\nconfirm: Seen')), mode: 'rehearsal', params: {} }, 'auto');
    await live.settled();
    expect(ranked({ live }, 'restore')[0]).toMatchObject({ symptom: 'truncated-dump' });
    write('late.dump', read('a.dump'));
    await lab.runs.command(live.id, { do: 'retry', step: 'restore' });
    await live.settled();
    expect(live.view().steps[0]?.state).toBe('succeeded');
    expect(ranked({ live }, 'restore').flatMap(({ evidence }) => evidence)).toEqual([]);
  });
});

describe('what a backup check found', () => {
  const CHECK = (path: string): string => step('look', `kind: check\ncheck: { kind: backup, engine: tar, at: ${path}, level: restored }\n${SUSPECTS}`);
  const passOn = { answers: { failures: { look: [{ do: 'override', reason: 'it is all we have', by: 'Kim' }] } } };

  it('ranks the suspects of its own step', async () => {
    const done = await openLab().drive(CHECK(write('own.tar.gz', flipped(read('a.tar.gz'), 30_000))) + SYMPTOMS);
    expect(ranked(done, 'look')[0]).toMatchObject({ symptom: 'bit-rot', evidence: [{ stance: 'for', text: expect.stringContaining('own.tar.gz') }] });
  });

  it('speaks for the suspects of a step after it that says nothing of its own', async () => {
    const done = await openLab().drive(CHECK(write('before.tar.gz', read('a.tar.gz').subarray(0, 30_000))) + restore('run: ["false"]'), passOn);
    expect(ranked(done, 'restore')[0]).toMatchObject({ symptom: 'truncated-dump', evidence: [{ stance: 'for', text: expect.stringContaining('cut off') }] });
  });

  it('gives way to what the restore itself said', async () => {
    const done = await openLab().drive(CHECK(write('other.tar.gz', read('a.tar.gz').subarray(0, 30_000))) + restore(`run: [openssl, enc, -d, -aes-256-cbc, -pbkdf2, -in, ${at('a.sql.gz.enc')}, -out, /dev/null, -pass, "pass:another"]`), passOn);
    expect(ranked(done, 'restore')[0]?.symptom).toBe('rotated-key');
  });

  it('before the run speaks as well, of the check that has a suspect in common first, until that check holds', async () => {
    const faults = [{ check: 'other', kind: 'wrong-key' as const, words: 'Other: another key' }, { check: 'newest', kind: 'damaged' as const, words: 'Newest: its checksum does not hold' }];
    const lab = openLab({ faults });
    const checks = (path: string): string => `\n\`\`\`yaml check\n{ id: newest, title: Newest, kind: file, path: ${path}, severity: blocker, expires: 1d, suspects: [bit-rot] }\n\`\`\`\n\`\`\`yaml check\n{ id: other, title: Other, kind: power, severity: warning, expires: 1d }\n\`\`\`\n`;
    const done = await lab.drive(checks('/nowhere') + restore('run: ["false"]'));
    expect(ranked(done, 'restore')[0]).toMatchObject({ symptom: 'bit-rot', evidence: [{ stance: 'for', text: 'Newest: its checksum does not hold' }] });
    const held = await lab.drive(checks(at('a.dump')) + step('seen', 'kind: check\ncheck: newest') + restore('run: ["false"]'));
    expect(ranked(held, 'restore')[0]?.symptom).toBe('rotated-key');
  });
});

it('a fault is read from what data programs say, and of other programs nothing is made of finding nothing', () => {
  const found = (program: string): unknown => restoreFault([[program]], [], { endedWell: true, reason: 'expected at least 1, found 0' });
  expect(found('curl')).toBeNull();
  expect(found('psql')).toEqual({ kind: 'empty', words: 'expected at least 1, found 0' });
  expect(restoreFault([['psql']], ['psql: error: FATAL:  password authentication failed for user "kim"'], { endedWell: false, reason: 'x' })).toBeNull();
  expect(restoreFault([['sha256sum', '-c', 'SUMS']], ['a.dump: FAILED\nsha256sum: WARNING: 1 computed checksum did NOT match\n'], { endedWell: false, reason: 'x' })).toEqual({ kind: 'damaged', words: 'sha256sum: WARNING: 1 computed checksum did NOT match' });
});
