import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: ['test/packaging/**/*.test.ts'],
    globalSetup: ['test/support/screen.ts'],
    testTimeout: 180_000,
    hookTimeout: 600_000,
    maxWorkers: 1,
    // A window that shares two cores with a build can miss its time once; twice is a fault.
    retry: 1,
    fileParallelism: false,
  },
});
