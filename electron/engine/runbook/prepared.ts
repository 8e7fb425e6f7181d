/**
 * Runbooks that were read when the program was built. The build (electron/setup/vite.engine.config.ts) puts those of
 * `runbooks/` in here, as `prepareRunbooks` gives them; run from its sources, the program knows none and reads each file.
 */
import type { ReadRunbook } from './parse.ts';

/** By the SHA-256 of the file's bytes (hex). Their paths are empty: the same bytes may lie anywhere. */
export type PreparedRunbooks = Readonly<Record<string, ReadRunbook>>;

export function preparedRunbooks(): PreparedRunbooks {
  return {};
}
