interface Lock {
  packages: Record<string, { version?: string; integrity?: string; optional?: boolean }>;
}
/** Whether npm's own note of what it installed matches the lockfile. */
export function matchesLockfile(lock: Lock, installed: Lock): boolean;
/** npm as it runs us, or npm from the path: program and words. */
export function npmCommand(args: readonly string[]): [string, string[]];
