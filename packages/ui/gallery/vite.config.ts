import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { keepLanguages } from '../vite/keep-languages.ts';

/** `vite packages/ui/gallery` shows the gallery and follows changes; its test builds it with the same settings. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react(), keepLanguages(['en'])],
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
