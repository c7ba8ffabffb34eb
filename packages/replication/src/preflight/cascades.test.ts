import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { openLink } from '../link/link.ts';
import { copy, table } from '../mapping/mapping.ts';

test('a parent that Banyan may not lock is shown with a GRANT that can be run as it stands, whatever its name', async () => {
  const server = await testServer();
  const [monolith, service] = [await server.database('monolith'), await server.database('service')];
  const [owner, banyan] = [await server.role('the.Owner'), await server.role('Ban"yan')];
  const admin = createPool(monolith, { max: 1 });
  const quoted = (role: { name: string }) => `"${role.name.replaceAll('"', '""')}"`;
  await admin.query(
    `CREATE SCHEMA "The Shop"; GRANT USAGE ON SCHEMA "The Shop" TO ${quoted(banyan)};
     CREATE TABLE "The Shop"."Customer.s" (id int PRIMARY KEY);
     CREATE TABLE "The Shop"."Order" (id int PRIMARY KEY, "user" int REFERENCES "The Shop"."Customer.s" ON DELETE CASCADE);
     ALTER TABLE "The Shop"."Order" OWNER TO ${quoted(owner)};
     GRANT ${quoted(owner)} TO ${quoted(banyan)}`,
  );
  const legacy = { schema: 'The Shop', table: 'Order', key: ['id'] };
  const link = openLink({
    service: 'orders',
    direction: 'forward',
    source: banyan.url(monolith),
    target: service,
    tables: [table({ legacy, columns: [copy('id', 'user')] })],
  });
  const shown = async () => (await link.preflight()).filter(({ code }) => code === 'parent_not_lockable');
  const [finding] = await shown();
  const grant = /^Run (GRANT [^;]+);/.exec(finding!.hint)![1]!;
  await admin.query(grant);
  assert.deepEqual(await shown(), []);
  await admin.end();
});
