import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: ['test/e2e/**/*.test.ts'],
    globalSetup: ['test/support/screen.ts'],
    testTimeout: 60_000,
    hookTimeout: 180_000,
    setupFiles: ['test/support/own-screen.ts'],
    // Two windows side by side: each waits for its tools, its engine or its animations half of the time.
    maxWorkers: 2,
  },
});
