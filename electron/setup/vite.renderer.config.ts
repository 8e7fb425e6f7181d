/** The page. Everything it needs is in the bundle; nothing is fetched at run time. */
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export default defineConfig({
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
    // The participants' page is another document: nothing of the console's is in it but the theme.
    rollupOptions: { input: { index: `${ROOT}renderer/index.html`, participants: `${ROOT}renderer/participants.html` } },
    emptyOutDir: false,
    chunkSizeWarningLimit: 4000,
  },
});
