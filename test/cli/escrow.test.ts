/** blackstart escrow on shares and keys that the real programs made. */
import { execFileSync, spawn } from 'node:child_process';
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { VerificationRecord } from '../../electron/contract/escrow-register.ts';
import { systemClock } from '../../electron/engine/clock.ts';
import { openJournal } from '../../electron/engine/journal/open-journal.ts';
import { openJournalReader } from '../../electron/engine/journal/read-journal.ts';
import { BLACKSTART } from '../integration/command-line.ts';
import { commandFolder, errorOf, wikiRunbook, wikiStep, type CommandFolder } from '../support/command-folder.ts';
import { flippedShare, spellingsOf, ssssShares, vaultShares } from '../support/escrow-material.ts';

const SECRET = 'the lamp oil is under the third stair';
const LONG = 600_000; // many processes, each with scrypt, on machines that do other things as well
/** Generated, so that commitments may be fast. */
const KEY = randomBytes(32);

let here: CommandFolder;
let shares: string[];
const at = (...names: string[]): string => join(here.folder, ...names);
const run = (...argv: string[]) => here.run(...argv);
const enrollVault = () => run('escrow', 'enroll', '--key', 'vault-key', '--scheme', 'vault', '--threshold', '3', '--shares', '5', '--from-dir', at('v'), '--generated');

beforeEach(async () => {
  here = commandFolder({ PASSPHRASE: 'seven grey herons', OTHER: 'eight white gulls' });
  shares = await vaultShares(at('v'), KEY, { threshold: 3, total: 5 });
});
afterEach(() => here.remove());

const Verified = z.looseObject({ ok: z.boolean(), level: z.string().nullable(), bad_shares: z.array(z.looseObject({ file: z.string() })), verification: z.object({ record: VerificationRecord }) });

describe('shares of ssss-split', { timeout: LONG }, () => {
  it.each([['with diffusion', true], ['without, -D', false]])('%s are enrolled, verified, told when altered, and combined to the secret', async (_, diffusion) => {
    const files = ssssShares(at('s'), SECRET, { threshold: 3, total: 5, diffusion });
    const flag = diffusion ? [] : ['--no-diffusion'];
    expect((await run('escrow', 'enroll', '--key', 'stair', '--scheme', 'ssss', '--threshold', '3', '--shares', '5', '--from-dir', at('s'), ...flag)).status).toBe(0);
    expect((await run('escrow', 'verify-share', '--key', 'stair', '--share', files[1] ?? '')).status).toBe(0);
    const verified = await run('escrow', 'verify', '--key', 'stair', '--shares', at('s'), '--json');
    expect(Verified.parse(verified.json())).toMatchObject({ ok: true, level: 'L3', bad_shares: [] });
    const text = readFileSync(files[2] ?? '', 'utf8').trim();
    writeFileSync(at('altered'), text.slice(0, -1) + (text.endsWith('0') ? '1' : '0'));
    expect((await run('escrow', 'verify-share', '--key', 'stair', '--share', at('altered'))).status).toBe(1);
    const bad = await run('escrow', 'verify', '--key', 'stair', '--shares', files[0] ?? '', at('altered'), files[4] ?? '', '--json');
    expect(bad.status).toBe(1);
    expect(Verified.parse(bad.json()).bad_shares).toMatchObject([{ file: 'altered' }]);
    const combined = await run('escrow', 'combine', '--scheme', 'ssss', '--shares', files[0] ?? '', files[3] ?? '', files[4] ?? '', '--out', at('key'), '--i-understand', ...flag);
    expect(combined.status, combined.stderr).toBe(0);
    expect(readFileSync(at('key'), 'utf8')).toBe(SECRET);
    expect(statSync(at('key')).mode & 0o777).toBe(0o600);
  });
});

describe('one custodian alone', { timeout: LONG }, () => {
  it('needs the exported commitments and nothing else, not even a data folder', async () => {
    await enrollVault();
    expect((await run('escrow', 'export', '--key', 'vault-key', '-o', at('public'))).status).toBe(0);
    const elsewhere = commandFolder();
    try {
      const alone = (file: string, ...more: string[]) => elsewhere.run('escrow', 'verify-share', '--commitments', at('public'), '--share', file, ...more);
      const good = await alone(shares[2] ?? '', '--json');
      expect(good.json()).toMatchObject({ ok: true, match: true, key: 'vault-key', level: 'L1' });
      expect((await alone(flippedShare(shares[2] ?? '', at('flipped')))).status).toBe(1);
      expect((await alone(at('public'))).status).toBe(4);
      expect(existsSync(elsewhere.data)).toBe(false);
      const vkey = readFileSync(join(here.data, 'keys', 'device.vkey'), 'utf8').trim();
      expect((await alone(shares[2] ?? '', '--trust', vkey)).status).toBe(0);
      writeFileSync(at('public'), readFileSync(at('public'), 'utf8').replace('"threshold":3', '"threshold":2'));
      expect((await alone(shares[2] ?? '', '--trust', vkey)).status).toBe(4);
    } finally {
      elsewhere.remove();
    }
  });
});

describe('exit statuses', { timeout: LONG }, () => {
  it('say what went wrong, and no message holds anything of a share', async () => {
    await enrollVault();
    const share = readFileSync(shares[0] ?? '', 'utf8').trim();
    writeFileSync(at('utf16'), Buffer.from(`\uFEFF${share}`, 'utf16le'));
    writeFileSync(at('large'), Buffer.alloc(10 * 1024 * 1024, 'A'));
    writeFileSync(at('zero'), Buffer.concat([KEY, Buffer.from([0])]).toString('base64'));
    const cases: [string, string[], number][] = [
      ['no such key', ['verify-share', '--key', 'nobody', '--share', shares[0] ?? ''], 3],
      ['no such file', ['verify-share', '--key', 'vault-key', '--share', at('none')], 3],
      ['UTF-16', ['verify-share', '--key', 'vault-key', '--share', at('utf16')], 4],
      ['10 MB', ['verify-share', '--key', 'vault-key', '--share', at('large')], 4],
      ['x = 0, which is the key itself', ['verify-share', '--key', 'vault-key', '--share', at('zero')], 4],
      ['no confirmation', ['combine', '--scheme', 'vault', '--shares', ...shares, '--out', at('k')], 2],
      ['a file that exists', ['combine', '--scheme', 'vault', '--shares', ...shares, '--out', shares[0] ?? '', '--i-understand'], 4],
      ['too few', ['combine', '--scheme', 'vault', '--shares', shares[0] ?? '', shares[1] ?? '', '--out', at('k'), '--i-understand'], 1],
      ['a bad share among exactly enough', ['combine', '--scheme', 'vault', '--shares', shares[0] ?? '', shares[1] ?? '', flippedShare(shares[2] ?? '', at('flipped')), '--out', at('k'), '--i-understand'], 1],
      ['a duplicate', ['combine', '--scheme', 'vault', '--shares', shares[0] ?? '', shares[0] ?? '', shares[1] ?? '', '--out', at('k'), '--i-understand'], 4],
      ['a scheme that does not exist', ['enroll', '--key', 'x', '--scheme', 'magic', '--from-dir', at('v')], 2],
      ['the same key again', ['enroll', '--key', 'vault-key', '--scheme', 'vault', '--threshold', '3', '--shares', '5', '--from-dir', at('v')], 4],
      ['fewer shares than the threshold', ['enroll', '--key', 'y', '--scheme', 'vault', '--threshold', '6', '--shares', '7', '--from-dir', at('v')], 4],
    ];
    for (const [what, argv, status] of cases) {
      const result = await run('escrow', ...argv, '--json');
      expect(result.status, `${what}: ${result.stderr}`).toBe(status);
      for (const form of [share, KEY.toString('base64').slice(0, 40), KEY.toString('hex')]) expect(result.stderr + result.stdout, what).not.toContain(form);
    }
    expect(existsSync(at('k'))).toBe(false);
  });

  it('are 6 while another Blackstart holds the data folder, but for looking and for a custodian alone', async () => {
    await enrollVault();
    await run('escrow', 'export', '--key', 'vault-key', '-o', at('public'));
    const journal = openJournal({ dataDir: here.data, clock: systemClock() });
    try {
      expect(errorOf(await run('escrow', 'verify', '--key', 'vault-key', '--shares', at('v'), '--json')).code).toBe('locked');
      expect((await run('escrow', 'status', '--json')).status).toBe(0);
      expect((await run('escrow', 'verify-share', '--commitments', at('public'), '--share', shares[0] ?? '')).status).toBe(0);
    } finally {
      journal.close();
    }
  });
});

describe('the key on the backups', { timeout: LONG }, () => {
  it('is proven with openssl’s own files, and a wrong key is refused', async () => {
    writeFileSync(at('pass'), `${SECRET}\n`);
    writeFileSync(at('other'), 'another one\n');
    execFileSync('sh', ['-c', 'printf "PGDMP and then rows" | openssl enc -aes-256-cbc -pbkdf2 -pass file:pass -out sample.enc'], { cwd: here.folder });
    const answer = here.write('answer.yaml', 'kind: openssl-enc\nfile: sample.enc\ncipher: aes-256-cbc\nkdf: pbkdf2\ndigest: sha256\nmagic: PGDMP\n');
    const proven = await run('escrow', 'prove', '--secret-file', at('pass'), '--known-answer', answer, '--json');
    expect(proven.status, proven.stderr).toBe(0);
    expect(proven.json()).toMatchObject({ ok: true, level: 'L4', proofs: [{ verdict: 'opens', kind: 'openssl-enc' }] });
    expect((await run('escrow', 'prove', '--secret-file', at('other'), '--known-answer', answer)).status).toBe(1);
    expect((await run('escrow', 'prove', '--secret-file', at('pass'), '--known-answer', here.write('none.yaml', '{kind: age, file: nowhere.age}'))).status).toBe(3);
    expect((await run('escrow', 'prove', '--secret-file', at('pass'), '--known-answer', here.write('bad.yaml', '{kind: magic}'))).status).toBe(4);
  });

  it('is proven with gpg’s own message, symmetric', async () => {
    writeFileSync(at('pass'), SECRET);
    execFileSync('sh', ['-c', 'mkdir -m 700 home; printf hello | gpg --homedir home --batch --pinentry-mode loopback --passphrase-file pass -c -o sample.gpg; gpgconf --homedir home --kill all'], { cwd: here.folder, stdio: 'ignore' });
    const answer = here.write('answer.yaml', 'kind: openpgp\nfile: sample.gpg\n');
    expect((await run('escrow', 'prove', '--secret-file', at('pass'), '--known-answer', answer)).status).toBe(0);
  });

  it('is proven in a file that is locked, whatever its format', async () => {
    const locked = 'pass:seven grey herons';
    execFileSync('sh', ['-c', `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out cert.pem -subj /CN=harbour -days 3
        openssl pkcs12 -export -in cert.pem -inkey key.pem -out key.p12 -passout "${locked}"`], { cwd: here.folder, stdio: 'ignore' });
    const answer = here.write('match.yaml', 'kind: public-key-match\nfile: cert.pem\n');
    const prove = (passphrase: string, ...words: string[]) => run('escrow', 'prove', '--secret-file', at('key.p12'), '--known-answer', answer, '--passphrase-env', passphrase, ...words);
    expect((await prove('PASSPHRASE')).stdout).toContain('opens');
    expect((await prove('PASSPHRASE', '--format', 'raw')).status).not.toBe(0);
    const wrong = await prove('OTHER', '--json');
    expect(wrong.status).toBe(4);
    expect(errorOf(wrong).message).toContain('the passphrase is not that of the PKCS#12 file');
  });

  it('of a quorum shows in the matrix; a backup that only another key opens is a silent rotation', async () => {
    await enrollVault();
    mkdirSync(at('backups'));
    const seal = (name: string, key: Buffer): void => {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', createHash('sha256').update(key).digest(), nonce);
      writeFileSync(at('backups', name), Buffer.concat([nonce, cipher.update('rows'), cipher.final(), cipher.getAuthTag()]));
    };
    seal('a.enc', KEY);
    seal('b.enc', KEY);
    const answer = here.write('set.yaml', "kind: aead\nalg: aes-256-gcm\nkey: { encoding: raw, kdf: sha256 }\nlayout: 'nonce:12,ct,tag:16'\n");
    expect((await run('escrow', 'set', '--key', 'vault-key', '--set', 'daily', '--known-answer', answer, '--oldest', at('backups', 'a.enc'), '--newest', at('backups', 'b.enc'))).status).toBe(0);
    expect(Verified.parse((await run('escrow', 'verify', '--key', 'vault-key', '--shares', at('v'), '--backups', '--json')).json())).toMatchObject({ ok: true, level: 'L4' });
    const good = await run('escrow', 'status', '--json');
    expect(good.status).toBe(0);
    expect(good.json()).toMatchObject({ state: 'good', keys: [{ matrix: [{ set: 'daily', level: 'L4', strength: 'authenticated', state: 'good' }] }] });
    seal('b.enc', randomBytes(32));
    expect((await run('escrow', 'verify', '--key', 'vault-key', '--shares', at('v'), '--backups')).status).toBe(1);
    const alarmed = await run('escrow', 'status', '--json');
    expect(alarmed.status).toBe(1);
    expect(JSON.stringify(alarmed.json())).toContain('silent-rotation');
  });
});

describe('a key that is split anew', { timeout: LONG }, () => {
  it('supersedes its old shares, names them when they turn up among new ones, and keeps them until they are destroyed', async () => {
    await enrollVault();
    const fresh = await vaultShares(at('w'), KEY, { threshold: 3, total: 5 });
    expect((await run('escrow', 'enroll', '--key', 'vault-key', '--scheme', 'vault', '--threshold', '3', '--shares', '5', '--from-dir', at('w'), '--reshare')).status).toBe(0);
    const mixed = await run('escrow', 'verify', '--key', 'vault-key', '--shares', fresh[0] ?? '', fresh[1] ?? '', shares[2] ?? '', '--json');
    expect(mixed.status).toBe(1);
    const { record } = Verified.parse(mixed.json()).verification;
    expect(record.shares.map(({ generation, result }) => [generation, result])).toEqual([[2, 'match'], [2, 'match'], [1, 'superseded']]);
    expect(record.deviations.join()).toContain('Mixed generations');
    expect((await run('escrow', 'verify', '--key', 'vault-key', '--shares', ...fresh)).status).toBe(0);
    const numbers = record.shares.flatMap(({ x, generation }) => (generation === 1 && x !== null ? [String(x)] : []));
    expect((await run('escrow', 'destroyed', '--key', 'vault-key', '--generation', '1', '--share', ...numbers, '--how', 'shredded')).status).toBe(0);
    expect((await run('escrow', 'destroyed', '--key', 'vault-key', '--generation', '2', '--share', ...numbers, '--how', 'shredded')).status).toBe(4);
    const other = await vaultShares(at('o'), randomBytes(32), { threshold: 2, total: 3 });
    expect(other).toHaveLength(3);
    expect((await run('escrow', 'enroll', '--key', 'vault-key', '--scheme', 'vault', '--threshold', '2', '--shares', '3', '--from-dir', at('o'), '--reshare')).status).toBe(4);
    expect((await run('escrow', 'enroll', '--key', 'vault-key', '--scheme', 'vault', '--threshold', '2', '--shares', '3', '--from-dir', at('o'), '--rotate')).status).toBe(0);
  });
});

describe('dual control and paper', { timeout: LONG }, () => {
  it('wants a witness who signs, and gives card, calendar and report', async () => {
    expect((await run('escrow', 'enroll', '--key', 'vault-key', '--scheme', 'vault', '--threshold', '3', '--shares', '5', '--from-dir', at('v'), '--generated', '--witnesses', '1', '--title', 'Vault <unseal>')).status).toBe(0);
    await run('people', 'enroll', 'Ruth Adeyemi', '--role', 'audit', '--passphrase-env', 'PASSPHRASE');
    await run('people', 'enroll', 'Kim Lee', '--role', 'operator', '--passphrase-env', 'OTHER');
    expect((await run('escrow', 'verify', '--key', 'vault-key', '--shares', at('v'))).status).toBe(4);
    const signed = await run('escrow', 'verify', '--key', 'vault-key', '--shares', at('v'), '--witness', 'ruth-adeyemi=PASSPHRASE', '--operator', 'kim-lee', '--operator-env', 'OTHER', '--json');
    expect(signed.status, signed.stderr).toBe(0);
    const { record } = Verified.parse(signed.json()).verification;
    expect(record.network?.how).toContain('/proc/net/route');
    const [share] = record.shares;
    expect((await run('escrow', 'custodian', 'set', '--key', 'vault-key', '--share', String(share?.x), '--name', 'Mei <b>Tanaka</b>', '--place', 'Munich')).status).toBe(0);
    expect(z.looseObject({ history: z.array(z.looseObject({ signatures: z.array(z.unknown()) })) }).parse((await run('escrow', 'status', '--json')).json()).history[0]?.signatures).toMatchObject([{ person: 'ruth-adeyemi', role: 'witness', holds: true }, { person: 'kim-lee', role: 'operator', holds: true }]);
    for (const [verb, file, wanted] of [[['card', '--key', 'vault-key'], 'card.html', 'Mei &#x3C;b>Tanaka'], [['ics'], 'due.ics', 'BEGIN:VEVENT'], [['record', 'last', '--format', 'html'], 'record.html', 'Ruth Adeyemi'], [['record', 'last', '--format', 'md'], 'record.md', '| Ruth Adeyemi | witness |'], [['record', 'last', '--format', 'csv'], 'record.csv', ',share,']] as const) {
      expect((await run('escrow', ...verb, '-o', at(file))).status).toBe(0);
      expect(readFileSync(at(file), 'utf8')).toContain(wanted);
    }
    expect((await run('record', 'verify')).status).toBe(0);
  });
});

describe('a run', { timeout: LONG }, () => {
  it('takes the key from share files that its answers name, and records which', async () => {
    await enrollVault();
    const book = here.write('wiki.runbook.md', wikiRunbook(`## Work\n${wikiStep('take', 'kind: secret\nsecret: master')}${wikiStep('use', "kind: run\nrun: [sha256sum, '{{secret_file:master}}']\nverify:\n  - { stdout: { contains: ' ' } }")}`, 'roles: { operator: { min: 1 } }\nsecrets:\n  master: { sources: [{ escrow: vault-key }], binary: true }\n'));
    const answers = here.write('answers.yaml', `secrets: { master: { shares: [${[0, 2, 4].map((index) => JSON.stringify(shares[index])).join(', ')}] } }\n`);
    const waiting = await run('run', book, '--mode', 'rehearsal', '--json');
    expect(waiting.status).toBe(5);
    const done = await run('resume', 'last', '--answers', answers, '--json');
    expect(done.status, done.stderr + done.stdout).toBe(0);
    const reader = openJournalReader(here.data);
    const events = [...reader.events()];
    reader.close();
    expect(events.find(({ type }) => type === 'escrow.obtained')?.data).toMatchObject({ key: 'vault-key', secret: 'master' });
    expect(events.find(({ type }) => type === 'step.secret')?.data['source']).toMatch(/^escrow vault-key, shares \d+, \d+, \d+$/u);
  });
});

describe('the emergency', { timeout: LONG }, () => {
  it('is on record before the key is: killed in between, its outcome is unknown and the file is whole or absent', async () => {
    await enrollVault();
    const child = spawn(BLACKSTART, ['escrow', 'combine', '--scheme', 'vault', '--shares', ...shares, '--out', at('key'), '--i-understand', '--data-dir', here.data], { cwd: here.folder, env: { PATH: process.env['PATH'] ?? '' }, stdio: 'ignore', detached: true });
    const ended = new Promise((resolve) => child.once('close', resolve));
    const begun = (): boolean => {
      const reader = openJournalReader(here.data);
      try {
        return [...reader.events({ types: ['escrow.combining'] })].length > 0;
      } finally {
        reader.close();
      }
    };
    await expect.poll(begun, { timeout: 60_000, interval: 5 }).toBe(true);
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    await ended;
    const status = await run('escrow', 'status', '--json');
    expect(z.looseObject({ combines: z.array(z.looseObject({ outcome: z.string() })) }).parse(status.json()).combines).toMatchObject([{ outcome: 'unknown' }]);
    if (existsSync(at('key'))) expect([0, KEY.length]).toContain(statSync(at('key')).size);
    expect((await run('record', 'verify')).status).toBe(0);
  });
});

describe('traces', { timeout: LONG }, () => {
  it('of the key are nowhere: not in database, WAL, blobs, reports, output, argv or environment', async () => {
    const marker = `MARKER+${randomBytes(12).toString('base64')}/key`;
    const files = await vaultShares(at('m'), Buffer.from(marker), { threshold: 2, total: 3 });
    const secrets = [...spellingsOf(marker), ...files.map((file) => readFileSync(file, 'utf8').trim())];
    const seen: string[] = [];
    const watch = setInterval(() => seen.push(...processTexts(secrets)), 5);
    const outputs: string[] = [];
    try {
      for (const argv of [
        ['enroll', '--key', 'marked', '--scheme', 'vault', '--threshold', '2', '--shares', '3', '--from-dir', at('m')],
        ['verify-share', '--key', 'marked', '--share', files[0] ?? ''],
        ['verify', '--key', 'marked', '--shares', at('m')],
        ['verify', '--key', 'marked', '--shares', files[0] ?? '', flippedShare(files[1] ?? '', at('flipped'))],
        ['card', '--key', 'marked', '-o', join(here.data, 'card.html')], ['record', 'last', '--format', 'html', '-o', join(here.data, 'record.html')], ['export', '--key', 'marked', '-o', join(here.data, 'public')],
      ]) {
        const { stdout, stderr } = await run('escrow', ...argv);
        outputs.push(stdout, stderr);
      }
    } finally {
      clearInterval(watch);
    }
    expect(seen).toEqual([]);
    for (const secret of secrets) expect(outputs.join('\n')).not.toContain(secret);
    expect(readdirSync(here.data).length).toBeGreaterThan(3);
    for (const entry of readdirSync(here.data, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const bytes = readFileSync(join(entry.parentPath, entry.name));
      for (const secret of secrets) expect(bytes.includes(secret), entry.name).toBe(false);
    }
  });
});

/** Argument lists and environments of all processes that hold one of the texts. */
function processTexts(secrets: readonly string[]): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/u.test(name)).flatMap((pid) => ['cmdline', 'environ'].flatMap((file) => {
    try {
      const text = readFileSync(`/proc/${pid}/${file}`);
      return secrets.some((secret) => text.includes(secret)) ? [`${pid} ${file}`] : [];
    } catch {
      return []; // it ended meanwhile
    }
  }));
}
