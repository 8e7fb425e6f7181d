/** Runs `work` while holding the named lock; a lock left by a dead process is taken over. */
export function withLock<T>(name: string, work: () => T | Promise<T>): Promise<T>;
