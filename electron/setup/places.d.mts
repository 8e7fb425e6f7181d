export const ROOT: string;
export const CACHE: string;
export const BUILD: string;
export const MODULES: string;
/** The command line as built. */
export const CLI: string;
