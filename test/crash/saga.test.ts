import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import { crashSagas } from './saga.ts';

/** The short version of `node test/crash/main.ts --piece saga`. */
test('every action and compensation of a saga is effective once, wherever it is killed', {
  timeout: 120_000,
}, async () => {
  const { database } = await testServer();
  const { crashes, kills, problems } = await crashSagas({ runs: 40, seed: 1, database });
  assert.deepEqual(problems, []);
  assert.ok(crashes >= 32, `only ${crashes} crashes`);
  assert.ok(kills > 0, 'nothing was killed');
});
