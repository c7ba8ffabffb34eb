import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import { crashProjections } from './projection.ts';

/** The short version of `node test/crash/main.ts --piece projection`. */
test('every event has its effect in a projection once and in order, wherever its runner is killed', {
  timeout: 120_000,
}, async () => {
  const { database } = await testServer();
  const { crashes, kills, problems } = await crashProjections({ runs: 50, seed: 1, database });
  assert.deepEqual(problems, []);
  assert.ok(crashes >= 25, `only ${crashes} crashes`);
  assert.ok(kills > 0, 'nothing was killed');
});
