/** Reads runbooks ahead of their use: what a program carries so that its start does not wait for them. */
import { join } from 'node:path';
import { runbookPaths } from './library.ts';
import { parseRunbook, readRunbookFile } from './parse.ts';
import type { PreparedRunbooks } from './prepared.ts';

/** Every sound runbook below a folder. A broken one is left out: whoever opens it gets its errors afresh. */
export function prepareRunbooks(folder: string): PreparedRunbooks {
  const read = runbookPaths(folder).map((path) => parseRunbook(readRunbookFile(join(folder, path)), ''));
  return Object.fromEntries(read.filter(({ runbook }) => runbook !== null).map(({ runbook, findings, id, sha256 }) => [sha256, { runbook, findings, id, sha256 }]));
}
