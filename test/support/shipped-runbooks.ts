/** The runbooks that ship, as the engine reads them. */
import { join } from 'node:path';
import type { Runbook } from '../../electron/contract/runbook.ts';
import { listRunbooks } from '../../electron/engine/runbook/library.ts';
import { ROOT } from '../../electron/setup/places.mjs';

export const SHIPPED = join(ROOT, 'runbooks');

/** @throws when one of them cannot be read, or two have one id */
export function shippedRunbooks(): Runbook[] {
  return listRunbooks([SHIPPED]).map(({ runbook, path, error }) => {
    if (runbook === null) throw new Error(`${path}: ${error?.message ?? 'cannot be read'}`);
    return runbook;
  });
}
