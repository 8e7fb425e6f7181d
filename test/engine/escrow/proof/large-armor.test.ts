import { Encrypter, armor, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KnownAnswer } from '../../../../electron/contract/known-answer.ts';
import { readSample } from '../../../../electron/engine/escrow/proof/known-answer.ts';
import { proveSamples } from '../../../../electron/engine/escrow/proof/prove.ts';

const ANSWER = KnownAnswer.parse({ kind: 'age' });
const LINE = `${'A'.repeat(64)}\n`;
/** Larger than what is read whole. */
const BODY_LINES = Math.ceil((65 * 1024 * 1024) / LINE.length);

let folder = '';
let identity = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'armor-'));
  identity = await generateX25519Identity();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A real beginning of 3 MB, then as many further lines as make it large. @param end what stands last */
async function largeFile(name: string, end: string): Promise<string> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(identity));
  const text = armor.encode(await encrypter.encrypt(new Uint8Array(3_000_000)));
  const path = join(folder, name);
  const file = openSync(path, 'w');
  writeSync(file, text.split('\n').slice(0, -3).join('\n'));
  writeSync(file, '\n');
  for (let lines = 0; lines < BODY_LINES; lines += 10_000) writeSync(file, LINE.repeat(10_000));
  writeSync(file, end);
  closeSync(file);
  return path;
}

describe('an armored age file of more than 64 MiB', () => {
  it('is judged by its header, and by whether its end is there', async () => {
    const whole = readSample(await largeFile('whole.asc', '-----END AGE ENCRYPTED FILE-----\n'), ANSWER);
    expect(whole.head.length).toBe(1024 * 1024);
    expect(await proveSamples(ANSWER, Buffer.from(identity), [whole], 0)).toMatchObject({ verdict: 'opens', strength: 'authenticated' });
    expect((await proveSamples(ANSWER, Buffer.from(await generateX25519Identity()), [whole], 0)).verdict).toBe('refused');
    const cut = readSample(await largeFile('cut.asc', ''), ANSWER);
    expect(await proveSamples(ANSWER, Buffer.from(identity), [cut], 0)).toMatchObject({ verdict: 'refused', detail: 'the armored age file is cut off: its last line is missing' });
  });

  it('that holds something else is refused', async () => {
    const path = join(folder, 'odd.asc');
    writeFileSync(path, `-----BEGIN AGE ENCRYPTED FILE-----\nnot base64\n`);
    const file = openSync(path, 'r+');
    ftruncateSync(file, 65 * 1024 * 1024);
    writeSync(file, '-----END AGE ENCRYPTED FILE-----\n', 65 * 1024 * 1024);
    closeSync(file);
    expect(await proveSamples(ANSWER, Buffer.from(identity), [readSample(path, ANSWER)], 0)).toMatchObject({ verdict: 'refused', detail: 'the armored age file is damaged' });
  });
});
