import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPool } from '@banyan/postgres';
import type pg from 'pg';
import { installGuard, setGuard } from '../guard/guard.ts';
import { repair } from '../repair/repair.ts';
import { bothLinks, end, rowsOf, settle, usersMapping } from '../testing/support.ts';

/** Both links at `share`, and a role of the monolith's that may do what an application may. */
async function hostile(share: number) {
  const { dbs, forward, reverse } = await bothLinks(share);
  const role = `app_${new URL(dbs.legacyUrl).pathname.slice(1)}`;
  await dbs.legacy.query(
    `CREATE ROLE ${role} LOGIN PASSWORD 'app'; GRANT SELECT, INSERT, UPDATE, DELETE ON users TO ${role}`,
  );
  const url = new URL(dbs.legacyUrl);
  url.username = role;
  url.password = 'app';
  const app = createPool(url.href, { max: 1 });
  return {
    dbs,
    forward,
    reverse,
    app,
    service: dbs.config('forward').service,
    async close() {
      await app.end();
      await end(dbs, forward, reverse);
      await dbs.legacy.end().catch(() => {});
    },
  };
}

const PEOPLE = 'SELECT person_id, first_name, last_name, email FROM people ORDER BY person_id';

async function say(app: pg.Pool, prefix: string, body: unknown): Promise<void> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  await app.query('SELECT pg_logical_emit_message(true, $1, $2)', [prefix, text]);
}

test('no role of the monolith can repair: forged messages are counted, have no effect and stop nothing', async () => {
  const { dbs, forward, reverse, app, service, close } = await hostile(5_000);
  const before = await rowsOf(dbs.service, PEOPLE);
  const row = { id: '1', full_name: 'Planted 1', email: 'planted', last_login: null };
  const ticket = '00000000-0000-4000-8000-000000000000';
  const forged = [1, 2, 3, 9].map((id) => ({
    key: { id: `${id}` },
    row: { ...row, id: `${id}`, email: `p${id}` },
  }));
  const message = { service, direction: 'forward', table: 'public.users', rows: forged };
  const bad: unknown[] = [
    message,
    { ...message, ticket },
    { ...message, ticket, rows: [{ key: { id: '1' }, row: null }] },
    { ...message, ticket, rows: [{ key: { id: 'no number' }, row: { id: 'no number' } }] },
    { ...message, ticket: "' OR true --" },
    { ...message, ticket: 'a\u0000b' },
    { ...message, ticket, rows: 'many' },
    { ...message, ticket, rows: [null] },
    { ...message, ticket, share: 'all' },
    '{"service":',
    '[]',
    'null',
  ];
  for (const each of bad) await say(app, 'banyan-repair', each);
  await settle(dbs, forward, reverse);
  assert.deepEqual(await rowsOf(dbs.service, PEOPLE), before);
  assert.equal(forward.link.status().refusedMessages, bad.length);
  assert.equal(forward.link.status().state, 'streaming');
  await close();
});

test('a ticket is good for one message: with one that was seen nothing more can be repaired', async () => {
  const { dbs, forward, reverse, app, service, close } = await hostile(0);
  forward.link.hold();
  const [mapping] = dbs.config('forward').tables;
  await repair({
    legacy: dbs.legacyUrl,
    service: dbs.serviceUrl,
    serviceName: service,
    mapping: mapping!,
    share: 0,
    keys: [{ id: '1' }],
  });
  const { rows } = await dbs.service.query('SELECT ticket FROM banyan.tickets');
  const row = { id: '1', full_name: 'Planted 1', email: 'planted', last_login: null };
  const planted = { key: { id: '1' }, row };
  await say(app, 'banyan-repair', {
    service,
    direction: 'forward',
    table: 'public.users',
    rows: [planted],
    ticket: rows[0].ticket,
  });
  forward.link.release(0);
  await settle(dbs, forward, reverse);
  assert.deepEqual((await rowsOf(dbs.service, PEOPLE))[0], ['1', 'User', '1', 'mail1']);
  assert.equal(forward.link.status().refusedMessages, 1);
  await close();
});

test('no role can pass a write off as a cascade of the monolith, also not one whose words it has seen', async () => {
  const { dbs, forward, reverse, app, service, close } = await hostile(10_000);
  const carry = JSON.stringify({ service, table: 'public.users', columns: [] });
  const before = await rowsOf(dbs.service, PEOPLE);
  const attempts = [
    carry,
    JSON.stringify({ carry, seal: '' }),
    JSON.stringify({ carry, seal: '00'.repeat(32) }),
  ];
  for (const [index, attempt] of attempts.entries()) {
    const client = await app.connect();
    await client.query('BEGIN');
    await client.query('SELECT pg_logical_emit_message(true, $1, $2)', ['banyan-carry', attempt]);
    await client.query('DELETE FROM users WHERE id = $1', [index + 1]);
    await client.query('COMMIT');
    client.release();
  }
  await settle(dbs, forward, reverse);
  assert.deepEqual(await rowsOf(dbs.service, PEOPLE), before);
  assert.equal(forward.link.status().refusedMessages, attempts.length);
  // The guard's own is believed, though its keys are younger than the stream.
  await dbs.legacy.query(`CREATE TABLE firms (id int PRIMARY KEY)`);
  await installGuard(dbs.legacy, { service, tables: [usersMapping()], salt: 'users' });
  await setGuard(dbs.legacy, { service, share: 10_000 });
  await dbs.legacy.query(
    `CREATE FUNCTION fire() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM users WHERE id = OLD.id; RETURN OLD; END $$;
     INSERT INTO firms VALUES (1); CREATE TRIGGER fire AFTER DELETE ON firms FOR EACH ROW EXECUTE FUNCTION fire(); DELETE FROM firms`,
  );
  await settle(dbs, forward, reverse);
  assert.deepEqual(await rowsOf(dbs.service, PEOPLE), before.slice(1));
  assert.equal(forward.link.status().refusedMessages, attempts.length);
  await close();
});

test('no role can fill the memory of a link with messages, or keep it from batches, in one transaction', async () => {
  const { dbs, forward, reverse, app, service, close } = await hostile(5_000);
  const before = await rowsOf(dbs.service, PEOPLE);
  const key = { id: 'x'.repeat(1_000_000) };
  const ticket = '00000000-0000-4000-8000-000000000000';
  const rows = [{ key, row: { ...key, full_name: 'Planted', email: 'planted', last_login: null } }];
  const forged = JSON.stringify({ service, direction: 'forward', table: 'public.users', rows, ticket });
  const client = await app.connect();
  await client.query('BEGIN');
  await client.query(
    `SELECT count(pg_logical_emit_message(true, 'banyan', '{"id":"' || gen_random_uuid() || '"}')) FROM generate_series(1, 50000)`,
  );
  for (let round = 0; round < 12; round++)
    await client.query('SELECT pg_logical_emit_message(true, $1, $2)', ['banyan-repair', forged]);
  await client.query('COMMIT');
  client.release();
  await settle(dbs, forward, reverse);
  assert.deepEqual(await rowsOf(dbs.service, PEOPLE), before);
  const { refusedMessages, state } = forward.link.status();
  assert.deepEqual({ refusedMessages, state }, { refusedMessages: 12, state: 'streaming' });
  await close();
});

test('no role can tell values of rows, mark a barrier or keep a link from its work', async () => {
  const { dbs, forward, reverse, app, close } = await hostile(10_000);
  await say(app, 'banyan-told', { table: 'public.users', rows: [{ id: '1', last_login: '2001-01-01' }] });
  await say(app, 'banyan', { id: 'no barrier' });
  await say(app, 'banyan', { id: 7 });
  await say(app, 'banyan-else', 'not ours to read');
  await settle(dbs, forward, reverse);
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT DISTINCT last_login FROM people'), [[null]]);
  assert.equal(forward.link.status().refusedMessages, 2);
  await close();
});
