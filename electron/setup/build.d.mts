export type Target = 'engine' | 'shell' | 'renderer';
export type Flavour = 'development' | 'shipping' | 'fallback-test';
export const ALL: Target[];
/** Builds what is older than its sources, into `out` (default: `build/`). */
export function ensureBuilt(targets: Target[], options?: { out?: string; flavour?: Flavour }): Promise<void>;
