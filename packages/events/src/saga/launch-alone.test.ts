import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { launchAlone } from './launch-alone.ts';

test('sagas that wait for another process to start its own say so, and which session is in the way', async (t) => {
  const url = await (await testServer()).database();
  const first = createPool(url, { applicationName: 'the first', max: 1 });
  const second = createPool(url, { max: 1 });
  t.after(() => Promise.all([first.end(), second.end()]));
  const begun = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  const quiet = { warn: () => assert.fail('nobody is in the way of the first') };
  const one = launchAlone(first, quiet, () => {
    begun.resolve();
    return over.promise;
  });
  await begun.promise;

  const warned = Promise.withResolvers<{ holders: { application: string }[] }>();
  const log = { warn: (fields: object) => warned.resolve(fields as { holders: { application: string }[] }) };
  let launched = false;
  const other = launchAlone(
    second,
    log,
    async () => {
      launched = true;
    },
    { warnEveryMs: 1 },
  );
  const { holders } = await warned.promise;
  assert.deepEqual(
    holders.map(({ application }) => application),
    ['the first'],
  );
  assert.equal(launched, false, 'two start at once');
  over.resolve();
  await Promise.all([one, other]);
  assert.equal(launched, true);
});
