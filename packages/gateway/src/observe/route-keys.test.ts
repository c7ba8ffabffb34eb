import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RouteKeys } from './route-keys.ts';

test('requests with and without key are counted per route, and a bounded sample of keys is told once', () => {
  const keys = new RouteKeys();
  keys.add('users', 'GET /me', null);
  for (let i = 0; i < 1_000; i++) keys.add('users', 'GET /me', `k${i % 500}`);
  keys.add('users', 'GET /me', 'x'.repeat(10_000));
  const [first] = keys.take();
  assert.deepEqual([first?.requests, first?.keyed, first?.sample.length], [1_002, 1_001, 20]);
  assert.deepEqual(keys.take(), []);
  keys.add('users', 'GET /me', 'k0');
  assert.deepEqual(keys.take(), [{ service: 'users', route: 'GET /me', requests: 1, keyed: 1, sample: [] }]);
});
