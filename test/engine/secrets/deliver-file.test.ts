import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deliverInEnvironment, deliverSecretFile, removeLeftoverSecrets } from '../../../electron/engine/secrets/deliver-file.ts';
import type { SecretHandle } from '../../../electron/engine/secrets/secret.ts';
import { createSecretStore } from '../../../electron/engine/secrets/secret-store.ts';
import { openBlobStore } from '../../../electron/engine/journal/blobs.ts';
import { createRedactor } from '../../../electron/engine/tool/create-redactor.ts';
import { maskForms } from '../../../electron/engine/tool/mask-forms.ts';
import { runTool } from '../../../electron/engine/tool/run-tool.ts';
import type { ToolRequest } from '../../../electron/engine/tool/tool.ts';
import { toolRequest } from '../../support/tool-request.ts';

const VALUE = 'marker-key-7f3a/0b+19=e2';
let folder: string;
let secret: SecretHandle;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deliver-'));
  secret = createSecretStore().put('master_key', Buffer.from(VALUE), 'test');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a secret as a file', () => {
  it('is readable by its owner alone, lies in memory where there is such a folder, and goes away', () => {
    const delivered = deliverSecretFile(secret, folder);
    expect(readFileSync(delivered.path, 'utf8')).toBe(VALUE);
    expect(statSync(delivered.path).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(delivered.path)).mode & 0o777).toBe(0o700);
    expect(delivered.inMemory).toBe(existsSync('/dev/shm'));
    delivered.remove();
    delivered.remove();
    expect(existsSync(dirname(delivered.path))).toBe(false);
  });

  it('is gone although the tool put a link or a folder in its place', () => {
    const delivered = deliverSecretFile(secret, folder);
    const other = join(folder, 'other');
    writeFileSync(other, 'not to be overwritten');
    rmSync(delivered.path);
    mkdirSync(delivered.path);
    delivered.remove();
    expect(existsSync(dirname(delivered.path))).toBe(false);
    expect(readFileSync(other, 'utf8')).toBe('not to be overwritten');
  });
});

describe('what a crash left', () => {
  it('is removed at the next start, but nothing of a living owner and nothing else', () => {
    const living = deliverSecretFile(secret, folder);
    const dead = join(folder, 'blackstart-secret-999999-12345-AbCdEf');
    mkdirSync(dead);
    writeFileSync(join(dead, 'master_key'), VALUE);
    mkdirSync(join(folder, 'blackstart-secret-mine'));
    expect(removeLeftoverSecrets(folder)).toBeGreaterThanOrEqual(1);
    expect(existsSync(dead)).toBe(false);
    expect(existsSync(living.path)).toBe(true);
    expect(readdirSync(folder)).toEqual(['blackstart-secret-mine']);
    living.remove();
  });
});

describe('a secret in an environment', () => {
  it('is refused for an escrowed key, and for bytes that no variable holds', () => {
    const store = createSecretStore();
    expect(deliverInEnvironment(secret)).toBe(VALUE);
    expect(() => deliverInEnvironment(store.put('key', Buffer.from('escrowed'), 'test', { mayUseEnv: false }))).toThrow('escrowed key');
    expect(() => deliverInEnvironment(store.put('nul', Buffer.from('a\0bcdef'), 'test'))).toThrow('no environment variable');
    expect(() => deliverInEnvironment(store.put('raw', Buffer.from([255, 254, 253, 252, 251, 250]), 'test'))).toThrow('no environment variable');
  });
});

describe('a marker key', () => {
  /** Every file below a folder, as one text. */
  function everythingIn(path: string): string {
    const state = lstatSync(path, { throwIfNoEntry: false });
    if (state?.isDirectory() !== true) return state?.isFile() === true ? readFileSync(path, 'latin1') : '';
    return readdirSync(path).map((name) => everythingIn(join(path, name))).join('\n');
  }

  // The tool prints the key raw, in base64 and in hex, and shows its own arguments.
  const PRINT = 'key=$(cat); echo "got ${#key}: $key"; printf %s "$key" | base64 -w0; printf %s "$key" | od -An -tx1 -v | tr -d " \\n"; cat /proc/$$/cmdline >&2';

  it.each(['file', 'environment', 'stdin'])('reaches the tool by %s, and is afterwards in no argument, no output and no file', async (way) => {
    const store = createSecretStore();
    store.put('master_key', Buffer.from(VALUE), 'test');
    const blobs = openBlobStore(join(folder, 'blobs'));
    const delivered = deliverSecretFile(secret, folder);
    const ways: Record<string, Partial<ToolRequest>> = {
      file: { stages: [['sh', '-c', `exec < "$1"; ${PRINT}`, 'sh', delivered.path]] },
      environment: { stages: [['sh', '-c', `printf %s "$KEY" | { ${PRINT}; }`]], env: { PATH: '/usr/bin:/bin', KEY: deliverInEnvironment(secret) } },
      stdin: { stages: [['sh', '-c', PRINT]], stdin: { bytes: secret.bytes() } },
    };
    const argumentsSeen: string[] = [];
    const outcome = await runTool(toolRequest([], { ...ways[way], redactor: createRedactor(store.all()), output: blobs.sink(), onSpawn: ({ pid }) => void argumentsSeen.push(readFileSync(`/proc/${pid}/cmdline`, 'latin1')) }));
    delivered.remove();
    expect(outcome).toMatchObject({ ok: true });
    expect(outcome.stdout.text).toContain(`got ${VALUE.length}: ‹masked:master_key›`);
    const traces = [...argumentsSeen, JSON.stringify(outcome), everythingIn(folder), ...[tmpdir(), '/dev/shm'].flatMap((path) => readdirSync(path).filter((name) => name.startsWith('blackstart-')).map((name) => everythingIn(join(path, name))))].join('\n');
    expect(traces).toContain('‹masked:master_key›'.slice(1, -1));
    for (const form of maskForms(Buffer.from(VALUE))) expect(traces.includes(Buffer.from(form.bytes).toString('latin1'))).toBe(false);
  });
});
