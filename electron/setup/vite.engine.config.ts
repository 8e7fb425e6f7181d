/** Engine process, command line and every child that they start: one flat folder of modules, so that relative places stay simple. */
import { dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Where the modules lie below the root, in a checkout and in the package alike. */
const FLAT = resolve(ROOT, 'build/engine');
/** Native modules stay outside: they find their binaries beside themselves. */
const NATIVE = ['better-sqlite3', '@lydell/node-pty', '@napi-rs/keyring', 'keytar'];
const PLACE = /new URL\(\s*(['"])(\.{1,2}\/[^'"]+)\1\s*,\s*import\.meta\.url\s*\)/g;

function flatName(file: string): string {
  return `${relative(resolve(ROOT, 'electron'), file).replace(/\.ts$/, '').split(sep).join('-')}.mjs`;
}

/**
 * `new URL('./child.ts', import.meta.url)` becomes an entry of its own in the flat folder; any other relative place keeps
 * pointing at the same file or folder of the checkout or package.
 */
function placeKeeper(): Plugin {
  return {
    name: 'blackstart-places',
    transform(code, id) {
      if (!id.startsWith(ROOT) || id.includes('node_modules') || !code.includes('import.meta.url')) return null;
      const changed = code.replace(PLACE, (_whole, _quote, place: string) => {
        const target = resolve(dirname(id), place);
        if (!place.endsWith('.ts')) {
          const kept = relative(FLAT, target).split(sep).join('/') + (place.endsWith('/') ? '/' : '');
          return `new URL(${JSON.stringify(kept)}, import.meta.url)`;
        }
        this.emitFile({ type: 'chunk', id: target, fileName: flatName(target) });
        return `new URL(${JSON.stringify(`./${flatName(target)}`)}, import.meta.url)`;
      });
      return changed === code ? null : { code: changed, map: null };
    },
  };
}

export default defineConfig({
  root: ROOT,
  plugins: [placeKeeper()],
  publicDir: false,
  ssr: { noExternal: true, external: NATIVE },
  build: {
    ssr: true,
    target: 'node22',
    minify: false,
    sourcemap: false,
    emptyOutDir: false,
    rollupOptions: {
      input: { blackstart: resolve(ROOT, 'electron/cli/main.ts'), 'engine-host': resolve(ROOT, 'electron/engine/host.ts') },
      output: { format: 'es', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
    },
  },
});
