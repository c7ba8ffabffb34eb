import assert from 'node:assert/strict';
import { it } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import { runLinks } from './run.ts';

/** The short version of what `npm run chaos` does with links. */
it('steps with backlogs, forward-only columns, deletes, re-inserts, repairs, stray writes and kills leave both sides equal', {
  timeout: 300_000,
}, async () => {
  const server = await testServer();
  for (const seed of [1, 2]) {
    const result = await runLinks({ seed, rounds: 12, createDatabase: (name) => server.database(name) });
    assert.deepEqual(result.problems, [], `seed ${seed}`);
  }
});
