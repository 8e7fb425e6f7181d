/** An Electron to run. `fallback`: the older one, which cannot host the engine. */
export interface Runtime {
  dist: string;
  executable: string;
  version: string;
  fallback: boolean;
}
/** Throws when this system has none. */
export function ensureElectron(): Promise<Runtime>;
/** Throws unless the file is, byte for byte, the one that the integrity string (`sha512-…`) names. */
export function checkIntegrity(file: string, integrity: string): void;
