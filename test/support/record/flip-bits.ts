/**
 * Turns over one bit after the other of a file and asks the verifier: `flip-bits.ts record|bundle FOLDER NAME FROM TO STEP`.
 * Bits FROM (included) to TO (not) that are multiples of STEP. Says at its end, as JSON on stdout, how many there were, which
 * of them the verifier let pass, and at which of those it found another head than before. The file is as it was afterwards.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { verifyBundle } from '../../../electron/engine/verify/verify-bundle.ts';
import { verifyRecord } from '../../../electron/engine/verify/verify-record.ts';

const [, , kind = '', folder = '', name = '', from = '0', to = '0', step = '1'] = process.argv;
const path = join(folder, name);
const verify = async (): Promise<{ ok: boolean; head: { size: number; hash: string } }> => (kind === 'bundle' ? verifyBundle(path) : verifyRecord(folder));

const bytes = readFileSync(path);
const turn = (bit: number): void => { bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3); };
const expected = await verify();
if (!expected.ok) throw new Error(`${path} does not verify as it is`);
const passed: number[] = [];
const otherHead: number[] = [];
let flips = 0;
for (let bit = Math.ceil(Number(from) / Number(step)) * Number(step); bit < Number(to); bit += Number(step)) {
  turn(bit);
  writeFileSync(path, bytes);
  turn(bit);
  const found = await verify();
  flips += 1;
  if (!found.ok) continue;
  passed.push(bit);
  if (found.head.size !== expected.head.size || found.head.hash !== expected.head.hash) otherHead.push(bit);
}
writeFileSync(path, bytes);
process.stdout.write(JSON.stringify({ flips, passed, otherHead }));
