import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/{contract,engine,cli,renderer,setup,shell,runbooks,integration}/**/*.test.{ts,tsx}'],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    maxWorkers: 3, // on two cores: half of a file's time its processes work, not it
    // Room for what a test file allocates: the collector takes a tenth of the time without.
    execArgv: ['--min-semi-space-size=16'],
  },
});
