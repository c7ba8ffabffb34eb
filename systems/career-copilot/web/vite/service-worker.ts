import { join } from 'node:path';
import { build, type Plugin, type Rolldown } from 'vite';

const SOURCE = join(import.meta.dirname, '../src/push/service-worker.ts');
/** At the root: a worker is one of the pages below its own address. */
const NAME = 'service-worker.js';

/** Builds the service worker as one file without imports, and without a digest in its name: browsers look there whether there is a newer one. */
export function serviceWorker(): Plugin {
  return {
    name: 'career-copilot:service-worker',
    async generateBundle() {
      this.emitFile({ type: 'asset', fileName: NAME, source: await built() });
    },
    configureServer({ middlewares }) {
      middlewares.use(`/${NAME}`, (_request, response, next) => {
        built().then((code) => response.setHeader('content-type', 'text/javascript').end(code), next);
      });
    },
  };
}

async function built(): Promise<string> {
  const result = (await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      rolldownOptions: { input: SOURCE, output: { format: 'iife' } },
    },
  })) as Rolldown.RolldownOutput;
  return result.output[0].code;
}
