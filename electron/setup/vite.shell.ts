/** What main and preload have in common: CommonJS for the older of the two Electrons that they run on (25 with Node 18, and 45). */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtinModules } from 'node:module';
import { z } from 'zod';
import type { UserConfig } from 'vite';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const Flavour = z.enum(['development', 'shipping', 'fallback-test']);

/**
 * An environment variable that names a program is code injection, so what may read one is decided here, at build time:
 * a shipping bundle does not even contain the names.
 */
export function shellConfig(entry: 'main' | 'preload' | 'participants-preload'): UserConfig {
  const flavour = Flavour.parse(process.env['BLACKSTART_FLAVOUR'] ?? 'development');
  return {
    root: ROOT,
    publicDir: false,
    define: {
      __EXTERNAL_ENGINE__: JSON.stringify(flavour !== 'shipping'),
      __DEV_SERVER__: JSON.stringify(flavour === 'development'),
    },
    build: {
      target: 'node18',
      minify: false,
      sourcemap: false,
      emptyOutDir: false,
      lib: { entry: resolve(ROOT, `electron/${entry}.ts`), formats: ['cjs'], fileName: () => `${entry}.cjs` },
      rollupOptions: { external: ['electron', /^node:/, ...builtinModules] },
    },
  };
}
