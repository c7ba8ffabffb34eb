import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import { crashConsumer } from './consumer.ts';
import { crashRelay } from './relay.ts';

/** The short versions of `node test/crash/main.ts --piece relay` and `--piece consumer`. */
test('every committed event gets to the bus in the order of its key, wherever the relay dies', {
  timeout: 120_000,
}, async () => {
  const { database } = await testServer();
  const { crashes, kills, problems } = await crashRelay({ runs: 15, seed: 1, database });
  assert.deepEqual(problems, []);
  assert.deepEqual([crashes, kills], [12, 3]);
});

test('every message has its effect once and in the order of its key, wherever the consumer dies', {
  timeout: 120_000,
}, async () => {
  const { database } = await testServer();
  const { crashes, kills, problems } = await crashConsumer({ runs: 15, seed: 1, database });
  assert.deepEqual(problems, []);
  assert.deepEqual([crashes, kills], [12, 3]);
});
