import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: ['test/e2e/**/*.test.ts'],
    globalSetup: ['test/support/screen.ts'],
    testTimeout: 60_000,
    hookTimeout: 180_000,
    // Two cores: windows side by side would only slow each other down.
    maxWorkers: 1,
    // A window that shares two cores with a build can miss its time once; twice is a fault.
    retry: 1,
    fileParallelism: false,
  },
});
