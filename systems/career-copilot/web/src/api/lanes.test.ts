import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLanes } from './lanes.ts';

test('so many run at once, in order, and one that fails keeps no other from its place', async () => {
  const inTurn = createLanes(2);
  const started: number[] = [];
  const ends = [1, 2, 3, 4].map(() => Promise.withResolvers<void>());
  const all = ends.map(({ promise }, n) =>
    inTurn(async () => {
      started.push(n);
      await promise;
    }),
  );
  await Promise.resolve();
  assert.deepEqual(started, [0, 1]);
  ends[1]!.reject(new Error('refused'));
  await assert.rejects(all[1]!);
  ends[0]!.resolve();
  await all[0];
  for (const { resolve } of ends) resolve();
  await Promise.all([all[2], all[3]]);
  assert.deepEqual(started, [0, 1, 2, 3]);
});
