/** Shares made by the real programs and libraries that people use, never by our own code. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { split } from 'shamir-secret-sharing';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** As Vault prints them. */
export async function vaultShares(secret: Uint8Array, n: number, t: number): Promise<Buffer[]> {
  return (await split(new Uint8Array(secret), n, t)).map((share) => Buffer.from(`${Buffer.from(share).toString('base64')}\n`));
}

/** Debian's `ssss-split`, one line a share. @param options further ones, such as -D, -x, -w TOKEN, -s BITS */
export function ssssShares(secret: string, n: number, t: number, options: readonly string[] = []): Buffer[] {
  const printed = execFileSync('ssss-split', ['-t', String(t), '-n', String(n), '-Q', ...options], { input: `${secret}\n`, stdio: ['pipe', 'pipe', 'ignore'] });
  return printed.toString('latin1').trim().split('\n').map((line) => Buffer.from(`${line}\n`));
}

/** What `ssss-combine` makes of shares. */
export function ssssCombine(shares: readonly Buffer[], options: readonly string[] = []): string {
  const said = execFileSync('sh', ['-c', 'exec ssss-combine "$@" 2>&1', 'sh', '-t', String(shares.length), '-Q', ...options], { input: Buffer.concat(shares) });
  return said.toString('latin1').replace(/\n$/u, '');
}

/**
 * The npm package `slip39`, in a process of its own: it adds to the prototypes of strings and arrays.
 * @param groups per group its threshold and count of members
 */
export function slip39Shares(secret: Uint8Array, groups: readonly (readonly [number, number])[], more: { groupThreshold?: number; passphrase?: string; exponent?: number; extendable?: number } = {}): Buffer[][] {
  const input = { secret: [...secret], groups: groups.map(([t, n], at) => [t, n, `group ${at}`]), threshold: more.groupThreshold ?? 1, passphrase: more.passphrase ?? '', iterationExponent: more.exponent ?? 0, extendableBackupFlag: more.extendable ?? 1 };
  const script = `const input = JSON.parse(require('fs').readFileSync(0, 'utf8'));
    const made = require('slip39').fromArray(input.secret, input);
    process.stdout.write(JSON.stringify(input.groups.map((_, group) => made.fromPath('r/' + group).mnemonics)));`;
  const printed = execFileSync(process.execPath, ['-e', script], { input: JSON.stringify(input), cwd: ROOT });
  const groupsOfWords: string[][] = JSON.parse(printed.toString('utf8'));
  return groupsOfWords.map((mnemonics) => mnemonics.map((words) => Buffer.from(`${words}\n`)));
}

/** Parts that the program horcrux made; see the fixtures' README. */
export function horcruxFixture(name: string): Buffer {
  return readFileSync(new URL(`../fixtures/escrow/horcrux/${name}`, import.meta.url));
}

export const horcruxParts = (): Buffer[] => [1, 2, 3, 4, 5].map((index) => horcruxFixture(`vault-key_${index}_of_5.horcrux`));

/** A share of Vault that still reads, with another content. */
export function anotherContent(share: Uint8Array): Buffer {
  return Buffer.from(`${flipped(Buffer.from(Buffer.from(share).toString(), 'base64'), 8).toString('base64')}\n`);
}

export function flipped(bytes: Uint8Array, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}
