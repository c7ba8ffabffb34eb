import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { claimDatabase, claimOf } from './claim.ts';

test('a database is marked once, and a second control database is told whose it is', async () => {
  const server = await testServer();
  const urls = await Promise.all(['control', 'control', 'monolith'].map((name) => server.database(name)));
  const [first, second, monolith] = urls.map((url) => createPool(url, { max: 2 }));
  const [ours, theirs] = [await claimOf('shop', first!), await claimOf('shop', second!)];
  const claims = await Promise.all([claimDatabase(monolith!, ours), claimDatabase(monolith!, ours)]);
  assert.deepEqual(claims, [undefined, undefined]);
  assert.deepEqual(await claimDatabase(monolith!, theirs), ours);
  await monolith!.query('DELETE FROM banyan.mark');
  assert.equal(await claimDatabase(monolith!, theirs), undefined);
  await Promise.all([first, second, monolith].map((pool) => pool!.end()));
});

test("a schema banyan that belongs to somebody else is not used: it could run his code with Banyan's rights", async () => {
  const server = await testServer();
  const [squatter, banyan] = await Promise.all([server.role('squatter'), server.role('banyan')]);
  const url = await server.database('monolith');
  const admin = createPool(url, { max: 1 });
  await admin.query(
    `CREATE SCHEMA banyan AUTHORIZATION ${squatter.name}; GRANT ALL ON SCHEMA banyan TO PUBLIC`,
  );
  await admin.end();
  const pool = createPool(banyan.url(url), { max: 1 });
  await assert.rejects(claimDatabase(pool, { system: 'shop', control: 'x' }), /belongs to the role squatter/);
  await pool.end();
});
