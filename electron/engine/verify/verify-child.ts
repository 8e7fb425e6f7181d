/** The program of the verifying process: `verify-child DATA_DIR [ANCHOR]…`, one JSON document on stdout. */
import { toEnvelope } from '../../contract/errors.ts';
import { verifyRecord } from './verify-record.ts';
import type { VerifierAnswer } from './verify-in-child.ts';

async function answer(dataDir: string, anchors: readonly string[]): Promise<VerifierAnswer> {
  try {
    return { verification: await verifyRecord(dataDir, { anchors }) };
  } catch (thrown) {
    return { error: toEnvelope(thrown) };
  }
}

const [, , dataDir = '', ...anchors] = process.argv;
process.stdout.write(JSON.stringify(await answer(dataDir, anchors)));
