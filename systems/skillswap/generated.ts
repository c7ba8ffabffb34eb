import { join } from 'node:path';
import { openApi } from './monolith/openapi.ts';

/** What `npm run generate` makes of the public API: file by file what it must be. */
export async function generated(): Promise<Map<string, string>> {
  return new Map([
    [join(import.meta.dirname, 'openapi.json'), `${JSON.stringify(await openApi(), null, 2)}\n`],
  ]);
}
