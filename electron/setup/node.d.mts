export const hasPinnedNode: boolean;
/** @param version as in `process.versions.node` */
export function isRecentEnough(version: string): boolean;
/** Path of the Node that runs the toolchain and the engine. */
export function findNode(): string;
