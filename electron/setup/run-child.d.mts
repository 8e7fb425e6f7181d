import type { SpawnOptions } from 'node:child_process';

/** Runs a program in our place. @returns its exit status; 128+n after signal n */
export function runChild(program: string, words: string[], options?: SpawnOptions): Promise<number>;
