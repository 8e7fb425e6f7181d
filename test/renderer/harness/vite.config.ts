/** Serves the real page on recorded data, to look at screens that take hours to reach in earnest. */
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react()],
  server: { fs: { allow: [fileURLToPath(new URL('../../..', import.meta.url))] } },
  build: { target: 'chrome114', outDir: fileURLToPath(new URL('../../../build/harness', import.meta.url)), emptyOutDir: true },
});
