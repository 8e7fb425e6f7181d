/** A page of the window. Everything it needs is in its bundle; nothing is fetched at run time. */
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import type { UserConfig } from 'vite';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface ModuleGraph {
  getModuleInfo(id: string): { isEntry: boolean; importers: readonly string[] } | null;
}

/** What the page needs before it shows anything is one file, since each further one costs a start some milliseconds; what is imported later stays apart. */
function firstChunk(id: string, graph: ModuleGraph): 'first' | null {
  const seen = new Set([id]);
  for (const one of seen) {
    const info = graph.getModuleInfo(one);
    if (info?.isEntry === true) return 'first';
    for (const importer of info?.importers ?? []) seen.add(importer);
  }
  return null;
}

/** Each page is built by itself: it shares nothing with the other that would have to be a file of its own. */
export function pageConfig(name: 'index' | 'participants'): UserConfig {
  return {
    root: `${ROOT}renderer`,
    base: './',
    publicDir: false,
    plugins: [react()],
    resolve: { alias: { '@assets': `${ROOT}assets` } },
    server: { host: '127.0.0.1', strictPort: false },
    build: {
      target: 'chrome114',
      // A data: URL would need a wider content policy than files beside the page do.
      assetsInlineLimit: 0,
      // The sheets refine each other in the order in which they are written, not in that in which screens are visited.
      cssCodeSplit: false,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: { [name]: `${ROOT}renderer/${name}.html` }, preserveEntrySignatures: false, output: { codeSplitting: { groups: [{ name: firstChunk, debugName: 'first' }] } } },
      emptyOutDir: false,
      chunkSizeWarningLimit: 4000,
    },
  };
}
