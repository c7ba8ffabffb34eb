import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import { blocksOf, moduleOf } from '../../../../scripts/documentation.ts';
import type { Service } from '../index.ts';

/** The page's example as a module of its own. */
async function example(): Promise<{ greetings: Service; letters: Service }> {
  const [body] = blocksOf('docs/services.md', 'ts service');
  const schema = JSON.stringify(new URL('../testing/notes.sql', import.meta.url));
  return await moduleOf(body!.replaceAll(`new URL('schema.sql', import.meta.url)`, `new URL(${schema})`));
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
