import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { testServer } from '@banyan/postgres/testing';
import type { Service } from '../index.ts';

/** Beside no source: whoever reads all of them would meet a file that comes and goes. */
const SCRATCH = join(import.meta.dirname, '../../../../.banyan');
mkdirSync(SCRATCH, { recursive: true });

const PAGE = join(import.meta.dirname, '../../../../docs/services.md');

/** The page's example as a module of its own. */
async function example(): Promise<{ greetings: Service; letters: Service }> {
  const [, body] = /^```ts service\n([\s\S]*?)^```/m.exec(readFileSync(PAGE, 'utf8')) ?? [];
  assert.ok(body);
  const file = join(SCRATCH, `docs-${process.pid}.example.ts`);
  const schema = JSON.stringify(new URL('../testing/notes.sql', import.meta.url));
  writeFileSync(file, body.replaceAll(`new URL('schema.sql', import.meta.url)`, `new URL(${schema})`));
  try {
    return await import(pathToFileURL(file).href);
  } finally {
    rmSync(file, { force: true });
  }
}

describe('the documentation of services', () => {
  it('has an example whose services find and call one another', async (t) => {
    const { greetings, letters } = await example();
    const server = await testServer();
    const start = async (service: Service, env: Record<string, string> = {}) => {
      const DATABASE_URL = await server.database(service.name);
      const running = await service.start({ DATABASE_URL, DISCOVERY_URL, LOG_LEVEL: 'silent', ...env });
      t.after(() => running.close());
      return running;
    };
    const DISCOVERY_URL = await server.database('discovery');
    const caller = await start(letters);
    const letter = async () => await (await fetch(`${caller.url}/letter/Ann`)).json();
    assert.deepEqual(await letter(), { letter: 'Dear reader, How are you?' });
    await start(greetings, { GREETING: 'Hi' });
    let found = await letter();
    while ((found as { letter: string }).letter.startsWith('Dear')) found = await letter();
    assert.deepEqual(found, { letter: 'Hi Ann. How are you?' });
  });
});
