/** blackstart escrow on the other formats: shares of SLIP-39 and horcrux, and keys that are held whole. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandFolder, errorOf, type CommandFolder } from '../support/command-folder.ts';
import { flipped, horcruxParts, slip39Shares } from '../support/shares.ts';

const LONG = 300_000;
let here: CommandFolder;
const at = (...names: string[]): string => join(here.folder, ...names);
const escrow = (...argv: string[]) => here.run('escrow', ...argv);
const sh = (command: string): void => void execFileSync('sh', ['-c', command], { cwd: here.folder, stdio: 'ignore' });

beforeEach(() => { here = commandFolder({ PASSPHRASE: 'seven grey herons', OTHER: 'eight white gulls' }); });
afterEach(() => here.remove());

function writeShares(folder: string, shares: readonly Buffer[]): string[] {
  mkdirSync(at(folder));
  return shares.map((bytes, index) => {
    const path = at(folder, `${index + 1}.share`);
    writeFileSync(path, bytes);
    return path;
  });
}

describe('shares', { timeout: LONG }, () => {
  it('of SLIP-39 know their threshold; another passphrase gives a key, and it is not the committed one', async () => {
    const files = writeShares('s', slip39Shares(randomBytes(32), [[3, 5]], { passphrase: 'seven grey herons' }).flat());
    const enrolled = await escrow('enroll', '--key', 'words', '--scheme', 'slip39', '--from-dir', at('s'), '--generated', '--passphrase-env', 'PASSPHRASE', '--json');
    expect(enrolled.status, enrolled.stderr).toBe(0);
    expect(enrolled.json()).toMatchObject({ scheme: 'slip39', threshold: 3, total: 5 });
    const three = files.slice(1, 4);
    expect((await escrow('verify', '--key', 'words', '--shares', ...three, '--passphrase-env', 'PASSPHRASE', '--json')).json()).toMatchObject({ ok: true, level: 'L3' });
    const other = await escrow('verify', '--key', 'words', '--shares', ...three, '--passphrase-env', 'OTHER', '--json');
    expect(other.status).toBe(1);
    expect(other.json()).toMatchObject({ ok: false, bad_shares: [], quorum: { state: 'mismatch' } });
    const words = readFileSync(three[0] ?? '', 'utf8').trim().split(' ');
    writeFileSync(at('slip'), [...words.slice(0, 5), words[5] === 'academic' ? 'acid' : 'academic', ...words.slice(6)].join(' '));
    const slip = await escrow('verify-share', '--key', 'words', '--share', at('slip'));
    expect(slip.status).toBe(4); // its own checksum says so, before any commitment
    expect(slip.stdout + slip.stderr).not.toContain(words.slice(7, 11).join(' '));
  });

  it('of horcrux are found by their headers; too few make no key', async () => {
    const files = writeShares('h', horcruxParts());
    expect((await escrow('enroll', '--key', 'parts', '--scheme', 'horcrux', '--from-dir', at('h'), '--generated')).status).toBe(0);
    expect((await escrow('verify', '--key', 'parts', '--shares', at('h'), '--json')).json()).toMatchObject({ ok: true, level: 'L3', bad_shares: [] });
    const few = await escrow('verify', '--key', 'parts', '--shares', files[0] ?? '', '--json');
    expect(few.json()).toMatchObject({ level: 'L1' });
  });
});

describe('a key held whole', { timeout: LONG }, () => {
  beforeEach(() => sh(`age-keygen -o age.txt; age-keygen -o other.txt
    openssl genpkey -algorithm ed25519 -out ed.pem; openssl pkcs8 -topk8 -in ed.pem -out locked.pem -passout "pass:seven grey herons"
    openssl genpkey -algorithm ed25519 -out other.pem
    printf '{"kty":"oct","k":"%s"}' "$(head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=')" > key.jwk; printf '{"kty":"oct","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}' > other.jwk`));

  it.each([['age', 'age.txt', 'other.txt', false], ['pkcs8', 'locked.pem', 'other.pem', true], ['jwk', 'key.jwk', 'other.jwk', false]] as const)('as %s is enrolled, matches its commitment, and another one does not', async (format, file, other, locked) => {
    const passphrase = locked ? ['--passphrase-env', 'PASSPHRASE'] : [];
    const enrolled = await escrow('enroll', '--key', 'one', '--scheme', format, '--secret-file', at(file), ...passphrase);
    expect(enrolled.status, enrolled.stderr).toBe(0);
    const good = await escrow('verify', '--key', 'one', '--secret-file', at(file), ...passphrase, '--json');
    expect(good.json(), good.stderr).toMatchObject({ ok: true, level: 'L3', quorum: { state: 'match' } });
    const bad = await escrow('verify', '--key', 'one', '--secret-file', at(other), ...passphrase, '--json');
    expect(bad.status).toBe(1);
    expect(bad.json()).toMatchObject({ ok: false, quorum: { state: 'mismatch' } });
  });

  it('opens a backup that age made, and the key of another does not', async () => {
    sh('age-keygen -y age.txt > to; printf "rows" | age -R to -o sample.age');
    const answer = here.write('answer.yaml', 'kind: age\nfile: sample.age\n');
    expect((await escrow('prove', '--secret-file', at('age.txt'), '--known-answer', answer)).status).toBe(0);
    expect((await escrow('prove', '--secret-file', at('other.txt'), '--known-answer', answer)).status).toBe(1);
  });

  it('is damaged by a flipped bit, and it says so rather than judge it', async () => {
    writeFileSync(at('bent.txt'), flipped(readFileSync(at('age.txt')), readFileSync(at('age.txt')).length * 8 - 80));
    const bent = await escrow('enroll', '--key', 'one', '--scheme', 'age', '--secret-file', at('bent.txt'), '--json');
    expect(bent.status).toBe(4);
    expect(errorOf(bent).message).toMatch(/damaged|no native age identity/u);
  });
});

describe('a key that a key service wrapped', { timeout: LONG }, () => {
  it('is recorded with what is known of it, and never called proven', async () => {
    writeFileSync(at('blob'), randomBytes(184));
    const arn = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd';
    const enrolled = await escrow('enroll', '--key', 'cloud', '--scheme', 'kms-wrapped', '--secret-file', at('blob'), '--arn', arn, '--key-version', '2', '--last-unwrapped', '2026-06-01T10:00:00Z');
    expect(enrolled.status, enrolled.stderr).toBe(0);
    expect(enrolled.stdout).toContain('Nothing about it can be proven offline');
    const status = await escrow('status', '--json');
    expect(status.json()).toMatchObject({ keys: [{ key: 'cloud' }] });
    expect(status.stdout).toContain('unverifiable');
    expect(status.stdout).not.toMatch(/"level":\s*"L[1-5]"/u);
    expect((await escrow('verify', '--key', 'cloud', '--secret-file', at('blob'))).status).not.toBe(0);
  });
});
