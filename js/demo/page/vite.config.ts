import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The package `damask`: this checkout's own, or a packed one that was unpacked elsewhere. */
const damask = process.env['DAMASK_PACKAGE'] ?? here('../..');

/* The model's JavaScript is the demo's own, from js/demo/node_modules. */
export default defineConfig({
  base: './',
  publicDir: process.env['DAMASK_PAGE_DATA'] ?? here('../../../build/page/public'),
  build: {
    outDir: process.env['DAMASK_PAGE_OUT'] ?? here('../../../build/page/site'),
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 1000,
  },
  worker: { format: 'es' },
  resolve: {
    alias: {
      damask,
      '@energetic-ai/core': here('src/model/tensorflow.ts'),
    },
  },
  server: { fs: { allow: [here('../..'), damask] } },
  // Isolated pages have clocks of microseconds instead of tenths of milliseconds.
  preview: {
    headers: {
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    },
  },
});
