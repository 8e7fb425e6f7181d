/** Shares as real programs make them, for tests of the register and the command line. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { split } from 'shamir-secret-sharing';

/** By Debian's ssss-split. @returns the share files, in their order */
export function ssssShares(folder: string, secret: string, { threshold, total, diffusion = true, hex = false }: { threshold: number; total: number; diffusion?: boolean; hex?: boolean }): string[] {
  const printed = execFileSync('ssss-split', ['-t', String(threshold), '-n', String(total), '-q', ...(diffusion ? [] : ['-D']), ...(hex ? ['-x'] : [])], { input: `${secret}\n`, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] });
  return writeShares(folder, printed.trim().split('\n').slice(-total));
}

/** In the layout of HashiCorp Vault and OpenBao, base64. */
export async function vaultShares(folder: string, secret: Uint8Array, { threshold, total }: { threshold: number; total: number }): Promise<string[]> {
  const shares = await split(Uint8Array.from(secret), total, threshold);
  return writeShares(folder, shares.map((share) => Buffer.from(share).toString('base64')));
}

function writeShares(folder: string, shares: readonly string[]): string[] {
  mkdirSync(folder, { recursive: true });
  return shares.map((share, index) => {
    const path = join(folder, `${index + 1}.share`);
    writeFileSync(path, `${share}\n`);
    return path;
  });
}

/** A copy of a base64 share with one bit of its value flipped. */
export function flippedShare(share: string, to: string, at = 3): string {
  const bytes = Buffer.from(readFileSync(share, 'utf8'), 'base64');
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  writeFileSync(to, `${bytes.toString('base64')}\n`);
  return to;
}

/** Spellings in which a key must appear nowhere. */
export function spellingsOf(key: string): string[] {
  const bytes = Buffer.from(key);
  return [key, bytes.toString('hex'), bytes.toString('hex').toUpperCase(), bytes.toString('base64').replace(/=+$/u, '').slice(0, -1), bytes.toString('base64url').slice(0, -1), encodeURIComponent(key)];
}
