/**
 * `openpgp`: gpg itself decrypts the whole sample in a home folder of its own; its session key alone would accept a wrong
 * passphrase, so the integrity code (MDC or AEAD) at the end of the message has to hold.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeyProof } from '../../contract/known-answer.ts';
import type { ToolOutcome } from '../tool/tool.ts';
import { findProgram } from './find-program.ts';
import { privateFolder } from './temporary-folder.ts';
import type { ProgramHost } from './run-program.ts';
import { runProgram } from './run-program.ts';

const GPG_MS = 10 * 60_000;

/** @param secret a passphrase, or a private key without one, armored or binary @param path of the sample */
export async function proveByGpg(secret: Uint8Array, path: string, host: ProgramHost): Promise<KeyProof> {
  const counts = { samples: 1, opened: 0, sample_sha256: null };
  const none = (verdict: 'refused' | 'cannot-tell', detail: string): KeyProof => ({ verdict, strength: 'none', detail, ...counts });
  const gpg = findProgram('gpg', host.env);
  if (gpg === null) return none('cannot-tell', 'gpg is neither in the kit\'s toolbox nor on the PATH');
  if (secret.length === 0) return none('refused', 'the secret is empty');
  const folder = privateFolder(tmpdir(), secret.length);
  const home = join(folder, 'h');
  mkdirSync(home, { mode: 0o700 });
  const call = (args: readonly string[], stdin?: Uint8Array): Promise<ToolOutcome> =>
    runProgram(host, { argv: [gpg, '--batch', '--no-tty', '--homedir', home, ...args], cwd: folder, timeoutMs: GPG_MS, env: { LC_ALL: 'C', GNUPGHOME: home }, ...(stdin === undefined ? {} : { stdin: { bytes: stdin } }) });
  try {
    const isKey = looksLikeKey(secret);
    if (isKey && !(await call(['--import'], secret)).ok) return none('refused', 'the secret is no OpenPGP private key that gpg can read');
    const unlock = isKey ? ['--passphrase', ''] : ['--passphrase-fd', '0'];
    const outcome = await call(['--pinentry-mode', 'loopback', ...unlock, '--status-fd', '1', '--yes', '--output', process.platform === 'win32' ? join(folder, 'plain') : '/dev/null', '--decrypt', path], isKey ? undefined : secret);
    return verdictOf(outcome, none, counts);
  } finally {
    await endAgent(host, home, folder);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Status lines are gpg's interface for programs: doc/DETAILS in its source. */
function verdictOf(outcome: ToolOutcome, none: (verdict: 'refused' | 'cannot-tell', detail: string) => KeyProof, counts: { samples: number; sample_sha256: null }): KeyProof {
  const said = (word: string): boolean => new RegExp(`^\\[GNUPG:\\] ${word}\\b`, 'mu').test(outcome.stdout.text);
  if (said('NODATA') || said('UNEXPECTED')) return none('refused', 'the sample is no OpenPGP message, or it is cut off');
  if (!outcome.ok || !said('DECRYPTION_OKAY')) return none('refused', said('NO_SECKEY') ? 'the message was made for another key' : 'the key does not open the message, or the message is damaged');
  const protectedToTheEnd = said('GOODMDC') || /^\[GNUPG:\] DECRYPTION_INFO \d+ \d+ [1-9]/mu.test(outcome.stdout.text);
  if (!protectedToTheEnd) return none('cannot-tell', 'the message carries no integrity code, so nothing is proven');
  return { verdict: 'opens', strength: 'authenticated', detail: 'gpg decrypts the whole message; its integrity code holds', ...counts, opened: 1 };
}

/** gpg leaves its agent running, which would outlive the folder. */
async function endAgent(host: ProgramHost, home: string, cwd: string): Promise<void> {
  const gpgconf = findProgram('gpgconf', host.env);
  if (gpgconf === null || host.signal?.aborted === true) return; // after an abort the whole process tree is ended anyway
  await runProgram(host, { argv: [gpgconf, '--homedir', home, '--kill', 'all'], cwd, timeoutMs: 10_000 });
}

/** Armor, or the first byte of an OpenPGP packet, which no passphrase in ASCII begins with. */
function looksLikeKey(secret: Uint8Array): boolean {
  return Buffer.from(secret).toString('latin1').trimStart().startsWith('-----BEGIN PGP PRIVATE KEY') || ((secret[0] ?? 0) & 0x80) !== 0;
}
