import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Credential, CredentialsView, DeviceKeyView } from '../../electron/contract/credentials.ts';
import { BLACKSTART, ReadyAnswer, RunAnswer, type CommandResult } from '../integration/command-line.ts';
import { commandFolder, errorOf, wikiRunbook, wikiStep, type CommandFolder } from '../support/command-folder.ts';
import { openedByAge } from '../support/open-by-age.ts';
import { filesWith } from '../support/secret-traces.ts';

const VAULT = 'under the harbour wall';
const DEVICE = 'four slow grey herons';
const MARKER = 'wJalrXUtnFEMI-marker-value';

let here: CommandFolder;
beforeEach(() => {
  // No keyring can be asked, whatever the machine has.
  here = commandFolder({ DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere', PLACE_OF_VALUE: MARKER });
  here.write('vault-passphrase', `${VAULT}\n`);
  here.write('device-passphrase', `${DEVICE}\n`);
  here.write('value', `${MARKER}\n`);
});
afterEach(() => here.remove());

const run = async (...argv: string[]): Promise<CommandResult> => here.run(...argv);
const OPEN_VAULT = ['--vault-passphrase-file', 'vault-passphrase'];
const OPEN_KEY = ['--device-passphrase-file', 'device-passphrase'];

async function good(...argv: string[]): Promise<CommandResult> {
  const result = await run(...argv);
  expect(result.status, result.stderr).toBe(0);
  return result;
}

describe('vault', () => {
  it('keeps a value from a file, a variable or standard input, lists names alone, and forgets', async () => {
    await good('vault', 'set', 'blackstart/one', '--value-file', 'value', '--by', 'Priya Raman', ...OPEN_VAULT);
    await good('vault', 'set', 'blackstart/two', '--value-env', 'PLACE_OF_VALUE', ...OPEN_VAULT);
    const piped = spawnSync(BLACKSTART, ['vault', 'set', 'blackstart/three', '--value-stdin', '--data-dir', here.data, ...OPEN_VAULT], { cwd: here.folder, input: 'from-standard-input\n', encoding: 'utf8', env: { PATH: process.env['PATH'], DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' } });
    expect(piped.stdout, piped.stderr).toBe('Kept blackstart/three in the vault.\n');
    expect(await openedByAge(join(here.data, 'vault.age'), VAULT)).toMatchObject({ entries: { 'blackstart/one': { text: MARKER }, 'blackstart/two': { text: MARKER }, 'blackstart/three': { text: 'from-standard-input' } } });
    const { credentials } = z.object({ credentials: z.array(Credential) }).parse((await good('vault', 'list', '--json')).json());
    expect(credentials.map(({ name, place, state, by }) => [name, place, state, by])).toEqual([['blackstart/one', 'vault', 'kept', 'priya-raman'], ['blackstart/three', 'vault', 'kept', null], ['blackstart/two', 'vault', 'kept', null]]);
    await good('vault', 'remove', 'blackstart/two', ...OPEN_VAULT);
    const checked = await good('vault', 'list', '--check', ...OPEN_VAULT);
    expect(checked.stdout).toMatch(/^blackstart\/one +the vault, since .* by priya-raman, it is there\nblackstart\/three +the vault, since .*, it is there\n$/u);
    expect((await run('vault', 'list', '--check')).stdout).toContain('locked');
    rmSync(join(here.folder, 'value'));
    for (const secret of [MARKER, 'from-standard-input']) expect(filesWith(here.folder, secret)).toEqual([]);
  });

  it('says where things go and why, and lets the place be chosen', async () => {
    const status = async (): Promise<CredentialsView> => z.object({ vault: CredentialsView }).parse((await good('vault', 'status', '--json')).json()).vault;
    expect(await status()).toMatchObject({ setting: 'auto', set_by: 'default', place: 'vault', why: expect.stringMatching(/^There is no keyring here that can be asked \(.*\), so the vault serves\.$/u), keyring: { state: 'unavailable' }, vault: { state: 'none' } });
    await good('vault', 'use', 'keyring');
    expect(await status()).toMatchObject({ setting: 'keyring', set_by: 'record', place: 'keyring' });
    const refused = await run('vault', 'set', 'blackstart/one', '--value-file', 'value', '--json');
    expect([refused.status, errorOf(refused).code]).toEqual([3, 'not-found']);
    expect(errorOf(refused).message).toContain('The system’s keyring did not take the change');
    expect((await good('vault', 'list')).stdout).toBe('Nothing was set on this laptop yet.\n');
    await good('vault', 'set', 'blackstart/one', '--value-file', 'value', '--in', 'vault', ...OPEN_VAULT);
    expect((await good('vault', 'use', 'auto')).stdout).toContain('What is set now goes to: the vault.');
    expect((await run('vault', 'use', 'paper')).status).toBe(2);
  });

  it.each([
    ['2 with the value on the command line', ['set', 'blackstart/one', MARKER], 2],
    ['2 with two places for the value', ['set', 'blackstart/one', '--value-stdin', '--value-file', 'value'], 2],
    ['2 with a variable that is not set', ['set', 'blackstart/one', '--value-env', 'NOT_SET'], 2],
    ['3 with a file that is not there', ['set', 'blackstart/one', '--value-file', 'nowhere'], 3],
    ['3 for something that was never kept', ['remove', 'blackstart/one'], 3],
    ['4 for a name that is none', ['set', 'one', '--value-file', 'value'], 4],
    ['4 for a value that is empty', ['set', 'blackstart/one', '--value-stdin'], 4],
    ['5 without a passphrase for the new vault', ['set', 'blackstart/one', '--value-file', 'value'], 5],
    ['5 without any value, with nobody to ask', ['set', 'blackstart/one'], 5],
  ])('ends with %s, and never repeats the value', async (_, argv, status) => {
    const result = await run('vault', ...argv);
    expect(result.status, result.stderr).toBe(status);
    expect(result.stdout + result.stderr).not.toContain(MARKER);
    expect(readdirSync(here.folder)).not.toContain('vault.age');
  });

  it('refuses another passphrase, and changes it for who has it', async () => {
    await good('vault', 'set', 'blackstart/one', '--value-file', 'value', ...OPEN_VAULT);
    const wrong = await run('vault', 'set', 'blackstart/two', '--value-file', 'value', '--vault-passphrase-file', 'device-passphrase');
    expect(wrong.status).toBe(3);
    expect(wrong.stderr).toContain('That is not the passphrase of the vault');
    await good('vault', 'passphrase', ...OPEN_VAULT, '--new-passphrase-file', 'device-passphrase');
    expect(await openedByAge(join(here.data, 'vault.age'), DEVICE)).toMatchObject({ entries: { 'blackstart/one': { text: MARKER } } });
  });
});

const RUNBOOK = wikiRunbook(`## Work\n${wikiStep('greet', 'kind: run\nrun: [sh, -c, \'cat "$1"; tr "\\\\0" "\\\\n" < /proc/$PPID/environ; tr "\\\\0" " " < /proc/$PPID/cmdline; env; echo done\', sh, \'{{secret_file:word}}\']\nverify:\n  - { stdout: { contains: done } }')}`, 'roles: { operator: { min: 1 } }\nsecrets:\n  word: { sources: [{ keychain: blackstart/word }] }\n');

describe('what the vault keeps', () => {
  it('reaches a step of a run, is masked in what it prints, and stands in no file, argument or environment', async () => {
    await good('vault', 'set', 'blackstart/word', '--value-file', 'value', ...OPEN_VAULT);
    rmSync(join(here.folder, 'value'));
    here.write('wiki.runbook.md', RUNBOOK);
    const { run: document } = RunAnswer.parse((await good('run', 'wiki.runbook.md', '--mode', 'rehearsal', '--json', '--acknowledge-unsigned', 'a test', ...OPEN_VAULT)).json());
    expect(document.state).toBe('succeeded');
    const outputs = readdirSync(join(here.data, 'blobs'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
    const printed = outputs.find((text) => text.includes('‹masked:word›')) ?? '';
    expect(printed).toContain('done');
    expect(printed).not.toContain(VAULT);
    for (const secret of [MARKER, VAULT]) expect(filesWith(here.data, secret), secret).toEqual([]);
    const report = await good('report', 'last', '--format', 'json', '-o', 'report.json');
    expect(report.status).toBe(0);
    expect(readFileSync(join(here.folder, 'report.json'), 'utf8')).toContain(`keychain blackstart/word, from the vault ${join(here.data, 'vault.age')}`);
  });

  it('opens an object store for a check that names none, or that names it; the check says where they came from', async () => {
    await good('vault', 'set', 'blackstart-s3/default', '--value-env', 'PLACE_OF_VALUE', ...OPEN_VAULT);
    writeFileSync(join(here.folder, 'pair'), `AKIDEXAMPLE00:${MARKER}\n`);
    await good('vault', 'set', 'blackstart-s3/default', '--value-file', 'pair', ...OPEN_VAULT);
    rmSync(join(here.folder, 'pair'));
    rmSync(join(here.folder, 'value'));
    const check = (id: string, more = ''): string => `\`\`\`yaml check\n{ id: ${id}, title: The dump is there, kind: s3-object, url: 's3://plain/pg/', endpoint: 'http://127.0.0.1:9', severity: blocker, expires: 1d, remedy: Look.${more} }\n\`\`\`\n`;
    here.write('s3.runbook.md', wikiRunbook(`${check('unnamed')}\n${check('named', ', credentials: keychain:blackstart-s3/default')}\n${check('gone', ', credentials: keychain:blackstart-s3/none')}\n## Work\n${wikiStep('greet', 'kind: run\nrun: [echo, done]\nverify:\n  - { stdout: { contains: done } }')}`));
    const open = await run('ready', 's3.runbook.md', '--json', ...OPEN_VAULT);
    const { checks } = ReadyAnswer.parse(open.json());
    const facts = Object.fromEntries(checks.map(({ id, evidence, summary }) => [id, { reason: evidence['reason'], from: evidence['credentials'], summary }]));
    const from = `keychain blackstart-s3/default, from the vault ${join(here.data, 'vault.age')}`;
    expect(facts['unnamed']).toMatchObject({ reason: 'unreachable', from });
    expect(facts['named']).toMatchObject({ reason: 'unreachable', from });
    expect(facts['gone']).toMatchObject({ reason: 'credentials-missing', summary: expect.stringContaining('there is no such entry') });
    const locked = ReadyAnswer.parse((await run('ready', 's3.runbook.md', '--json')).json());
    expect(locked.checks.find(({ id }) => id === 'named')).toMatchObject({ outcome: 'unknown', summary: expect.stringContaining('the vault is locked') });
    expect(locked.checks.find(({ id }) => id === 'unnamed')).toMatchObject({ outcome: 'unknown', summary: expect.stringContaining('the vault is locked') });
    expect(filesWith(here.folder, MARKER)).toEqual([]);
  }, 240_000);
});

describe('the device key on the command line', () => {
  const keyOf = (result: CommandResult): DeviceKeyView => z.object({ device_key: DeviceKeyView }).parse(result.json()).device_key;

  it('is protected, is said to be locked without its passphrase, and signs with it', async () => {
    expect((await run('record', 'key')).status).toBe(3);
    const first = await good('record', 'checkpoint');
    expect(first.stderr).toContain('The key that signed it: Unwrapped: a file that whoever');
    expect((await run('record', 'protect-key')).status).toBe(2);
    expect((await run('record', 'protect-key', '--passphrase')).status).toBe(5);
    expect((await run('record', 'protect-key', '--keyring')).status).toBe(3);
    expect(keyOf(await good('record', 'protect-key', '--new-passphrase-file', 'device-passphrase', '--by', 'Priya Raman', '--json'))).toMatchObject({ guards: ['passphrase'], locked: null });
    const locked = await run('record', 'key', '--json');
    expect([locked.status, keyOf(locked).locked]).toEqual([5, 'its passphrase was not given']);
    expect(keyOf(await good('record', 'key', '--json', ...OPEN_KEY)).locked).toBeNull();
    const unsigned = await run('record', 'checkpoint', '--json');
    expect([unsigned.status, unsigned.stdout, errorOf(unsigned).code]).toEqual([5, '', 'waiting']);
    expect((await good('record', 'checkpoint', ...OPEN_KEY)).stderr).toContain('The key that signed it: Wrapped by a passphrase.');
    expect((await run('runbook', 'sign', '.')).status).toBe(5);
    await good('record', 'verify');
    expect((await run('record', 'protect-key', '--unwrap')).status).toBe(5);
    expect(keyOf(await good('record', 'protect-key', '--unwrap', '--json', ...OPEN_KEY)).guards).toEqual([]);
    expect(filesWith(here.data, DEVICE)).toEqual([]);
  }, 240_000);

  it('keeps nobody from a recovery while it is locked; what was recorded is signed later, and the report says so', async () => {
    await good('record', 'checkpoint');
    await good('record', 'protect-key', '--new-passphrase-file', 'device-passphrase');
    here.write('wiki.runbook.md', wikiRunbook(`## Work\n${wikiStep('greet', 'kind: run\nrun: [echo, done]\nverify:\n  - { stdout: { contains: done } }')}`, 'roles: { operator: { min: 1 } }\n'));
    const begin = ['run', 'wiki.runbook.md', '--mode', 'rehearsal', '--acknowledge-unsigned', 'a test'];
    for (const passphrase of [[], ['--device-passphrase-env', 'NOT_SET'], ['--device-passphrase-file', 'vault-passphrase']]) {
      const locked = await good(...begin, ...passphrase);
      expect(locked.stderr).toContain('The key of this laptop is locked');
      expect(locked.stderr).toContain('it is signed when the key is unlocked');
    }
    await good('record', 'verify');
    expect((await run('record', 'export', 'last', '-o', 'early.zip')).status).toBe(5);
    await good('report', 'last', '--format', 'md', '-o', 'early.md');
    expect(readFileSync(join(here.folder, 'early.md'), 'utf8')).toContain('what was recorded since is chained, but not signed yet');
    await good('record', 'export', 'last', '-o', 'evidence.zip', ...OPEN_KEY);
    await good('record', 'verify-bundle', 'evidence.zip');
    await good('report', 'last', '--format', 'md', '-o', 'late.md');
    expect(readFileSync(join(here.folder, 'late.md'), 'utf8')).toContain('what was recorded between is chained, and was signed only then');
    const open = await good(...begin, ...OPEN_KEY);
    expect(open.stderr).not.toContain('is locked');
    await good('record', 'verify');
  }, 240_000);
});
