import { keepLanguages } from '@banyan/ui/keep-languages';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { serviceWorker } from './vite/service-worker.ts';

/** Whoever answers `/api` and `/session` while the pages come from Vite: `npm run dev:web -- --port 5173`. */
const { WEB_API_URL = 'http://127.0.0.1:8000' } = process.env;

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), keepLanguages(['en', 'de']), serviceWorker()],
  build: {
    // The policy of the pages (CSP) allows no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What each first page needs is one file: some fifty small ones took most of the time until it was seen. The entry itself is none of it: it
    // waits for pages, which are made of these.
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: 'first', tags: ['$initial'], test: isNotEntry }] } },
    },
    sourcemap: false,
    // Told by the files that are precompressed (build.ts).
    reportCompressedSize: false,
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': WEB_API_URL, '/session': WEB_API_URL },
  },
});

function isNotEntry(id: string): boolean {
  return !id.endsWith('/src/main.tsx') && !id.endsWith('/index.html');
}
