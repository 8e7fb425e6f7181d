import type { Flavour } from './build.mjs';

/** @returns the unpacked application's folder */
export function makePackage(flavour: Exclude<Flavour, 'development'>, targets?: string[]): Promise<string>;
