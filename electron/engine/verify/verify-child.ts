/**
 * The program of the verifying process, one JSON document on stdout: `verify-child verify DATA_DIR [ANCHOR]…` or
 * `verify-child match DATA_DIR TEXT [WITNESS]…`.
 */
import { toEnvelope } from '../../contract/errors.ts';
import { matchRecord } from './match-record.ts';
import { verifyRecord } from './verify-record.ts';
import type { VerifierAnswer } from './verify-in-child.ts';

async function answer(task: string, dataDir: string, rest: readonly string[]): Promise<VerifierAnswer> {
  try {
    return task === 'match' ? { match: await matchRecord(dataDir, rest[0] ?? '', rest.slice(1)) } : { verification: await verifyRecord(dataDir, { anchors: rest }) };
  } catch (thrown) {
    return { error: toEnvelope(thrown) };
  }
}

const [, , task = '', dataDir = '', ...rest] = process.argv;
process.stdout.write(JSON.stringify(await answer(task, dataDir, rest)));
