/**
 * OpenPGP messages, judged by gpg in a home folder of its own. Session keys alone would accept wrong passphrases, so the
 * integrity code at the end of the message has to hold. Runs only in the escrow child.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withoutFinalNewline } from '../../secrets/final-newline.ts';
import { looksLikeSecretKey, openGpgHome } from '../key/gpg-home.ts';
import type { Opening } from './judge-plain.ts';
import { opened, refused, undecided } from './judge-plain.ts';
import type { Beside } from './prove.ts';
import type { Sample } from './sample.ts';

/** @param secret a passphrase, or a secret key that `beside.passphrase` unlocks */
export function proveOpenpgp(secret: Buffer, sample: Sample, beside: Beside): Opening {
  if (sample.tail.length > 0) return undecided('the message is too large to be tried whole');
  const gpg = openGpgHome(beside.programs);
  if (gpg === null) return undecided('gpg is not on this laptop, and only it opens OpenPGP messages here');
  try {
    const isKey = looksLikeSecretKey(secret);
    if (isKey && !gpg.call(['--import'], secret).ok) return refused('the secret is no OpenPGP secret key that gpg can read');
    const message = join(gpg.folder, 'message');
    writeFileSync(message, sample.head, { mode: 0o600 });
    const unlock = Buffer.from(withoutFinalNewline(isKey ? (beside.passphrase ?? Buffer.alloc(0)) : secret));
    const { ok, lines } = gpg.call(['--pinentry-mode', 'loopback', '--passphrase-fd', '0', '--status-fd', '1', '--yes', '--output', process.platform === 'win32' ? join(gpg.folder, 'plain') : '/dev/null', '--decrypt', message], unlock);
    return verdict(ok, lines);
  } finally {
    gpg.end();
  }
}

function verdict(ok: boolean, lines: string): Opening {
  const said = (word: string): boolean => new RegExp(`^\\[GNUPG:\\] ${word}\\b`, 'mu').test(lines);
  if (said('NODATA') || said('UNEXPECTED')) return refused('the sample is no OpenPGP message, or it is cut off');
  if (!ok || !said('DECRYPTION_OKAY')) return refused(said('NO_SECKEY') && !said('BAD_PASSPHRASE') ? 'the message was made for another key, or the key is locked' : 'the key does not open the message, or the message is damaged');
  const whole = said('GOODMDC') || /^\[GNUPG:\] DECRYPTION_INFO \d+ \d+ [1-9]/mu.test(lines);
  return whole ? opened('authenticated', 'gpg decrypts the whole message; its integrity code holds') : undecided('the message carries no integrity code, so nothing is proven');
}
