/** gpg in a home folder of its own, for one question. Runs only in the escrow child, which waits for it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { privateFolder } from '../../readiness/temporary-folder.ts';
import { findProgram } from '../../readiness/find-program.ts';

const GPG_MS = 10 * 60_000;
const OUTPUT_BYTES = 64 * 1024 * 1024;

export interface GpgHome {
  /** Private, in memory where there is one. */
  folder: string;
  /** @returns whether gpg said yes, and its status lines or listing (doc/DETAILS in its source) */
  call(args: readonly string[], stdin?: Uint8Array): { ok: boolean; lines: string };
  /** Ends gpg's agent, which would outlive the folder, and removes everything. */
  end(): void;
}

/** @param programs a search path @returns null without gpg */
export function openGpgHome(programs: string): GpgHome | null {
  const gpg = findProgram('gpg', { PATH: programs });
  if (gpg === null) return null;
  const folder = privateFolder(tmpdir(), 1024 * 1024);
  const home = join(folder, 'h');
  mkdirSync(home, { mode: 0o700 });
  const run = (program: string, args: readonly string[], stdin: Uint8Array): { ok: boolean; lines: string } => {
    const { status, stdout } = spawnSync(program, args, { input: stdin, cwd: folder, env: { LC_ALL: 'C', GNUPGHOME: home, PATH: programs }, timeout: GPG_MS, maxBuffer: OUTPUT_BYTES, stdio: ['pipe', 'pipe', 'ignore'] });
    return { ok: status === 0, lines: stdout === null ? '' : stdout.toString('utf8') };
  };
  return {
    folder,
    call: (args, stdin = Buffer.alloc(0)) => run(gpg, ['--batch', '--no-tty', '--homedir', home, ...args], stdin),
    end() {
      const gpgconf = findProgram('gpgconf', { PATH: programs });
      if (gpgconf !== null) run(gpgconf, ['--homedir', home, '--kill', 'all'], Buffer.alloc(0));
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Armor, or the first byte of an OpenPGP packet, which no passphrase in ASCII begins with. */
export function looksLikeSecretKey(bytes: Buffer): boolean {
  return bytes.toString('latin1', 0, 128).trimStart().startsWith('-----BEGIN PGP PRIVATE KEY') || ((bytes[0] ?? 0) & 0x80) !== 0;
}
