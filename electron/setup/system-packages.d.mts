export function isDebian(): boolean;
export function missingPackages(names: readonly string[]): string[];
/** Root only. Whether they are installed now. */
export function installPackages(names: readonly string[]): boolean;
export function ensureSystemPackages(): void;
