/** Engine process, command line and every child that they start: one flat folder of modules, so that relative places stay simple. */
import { globSync } from 'node:fs';
import { basename, dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { prepareRunbooks } from '../engine/runbook/prepare-runbooks.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Where the modules lie below the root, in a checkout and in the package alike. */
const FLAT = resolve(ROOT, 'build/engine');
/** Native modules stay outside: they find their binaries beside themselves. */
const NATIVE = ['better-sqlite3', '@lydell/node-pty', '@napi-rs/keyring', 'keytar'];
/** A place that is computed would keep pointing where it did before the bundle, and nothing would be there. */
const COMPUTED_PLACE = /new URL\(\s*(?!['"])[^)]*import\.meta\.url\s*\)/;
const PLACE = /new URL\(\s*(['"])(\.{1,2}\/[^'"]+)\1\s*,\s*import\.meta\.url\s*\)/g;

/** Programs that the engine starts beside itself: each an entry of its own, found by its bare name. */
function programs(): Record<string, string> {
  const files = globSync('electron/engine/**/*-{child,worker}.ts', { cwd: ROOT }).map((file) => resolve(ROOT, file));
  const byName = new Map(files.map((file) => [basename(file, '.ts'), file]));
  if (byName.size !== files.length) throw new Error('two programs of the engine have the same name; one would overwrite the other');
  return Object.fromEntries(byName);
}

/**
 * `new URL('./child.ts', import.meta.url)` names the program's bundle in the flat folder; any other relative place keeps
 * pointing at the same file or folder of the checkout or package.
 */
function placeKeeper(): Plugin {
  return {
    name: 'blackstart-places',
    transform(code, id) {
      if (!id.startsWith(ROOT) || id.includes('node_modules') || !code.includes('import.meta.url')) return null;
      if (COMPUTED_PLACE.test(code)) throw new Error(`${id} computes a place beside itself; write it out, so that the bundle can keep it`);
      const changed = code.replace(PLACE, (_whole, _quote, place: string) => {
        const target = resolve(dirname(id), place);
        if (!place.endsWith('.ts')) {
          const kept = relative(FLAT, target).split(sep).join('/') + (place.endsWith('/') ? '/' : '');
          return `new URL(${JSON.stringify(kept)}, import.meta.url)`;
        }
        if (programs()[basename(target, '.ts')] !== target) throw new Error(`${place} is started by ${id}, so its name must end in -child.ts or -worker.ts`);
        return `new URL(${JSON.stringify(`./${basename(target, '.ts')}.mjs`)}, import.meta.url)`;
      });
      return changed === code ? null : { code: changed, map: null };
    },
  };
}

/** The runbooks that ship, read now: at a start their bytes are only compared. Beside the modules, since Node reads data faster than a program that holds it. */
function runbookKeeper(): Plugin {
  const carrier = resolve(ROOT, 'electron/engine/runbook/prepared.ts');
  const fileName = 'prepared-runbooks.json';
  return {
    name: 'blackstart-runbooks',
    load: (id) => (id === carrier ? `import { readFileSync } from 'node:fs'; import { join } from 'node:path'; export const preparedRunbooks = () => JSON.parse(readFileSync(join(import.meta.dirname, '${fileName}'), 'utf8'));` : null),
    generateBundle() {
      this.emitFile({ type: 'asset', fileName, source: JSON.stringify(prepareRunbooks(resolve(ROOT, 'runbooks'))) });
    },
  };
}

export default defineConfig({
  root: ROOT,
  plugins: [placeKeeper(), runbookKeeper()],
  publicDir: false,
  // Verifier keys whose holders sign the runbooks that ship with this build; none is in git.
  define: { __RELEASE_KEYS__: JSON.stringify((process.env['BLACKSTART_RELEASE_VKEY'] ?? '').split(/\s+/).filter((key) => key !== '')) },
  ssr: { noExternal: true, external: NATIVE },
  build: {
    ssr: true,
    target: 'node22',
    minify: false,
    sourcemap: false,
    emptyOutDir: false,
    rollupOptions: {
      input: { blackstart: resolve(ROOT, 'electron/cli/main.ts'), 'engine-host': resolve(ROOT, 'electron/engine/host.ts'), ...programs() },
      output: { format: 'es', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
    },
  },
});
