import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolvePlan } from '@banyan/plan';
import { aPlan, aService, aTable } from '@banyan/plan/testing';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { checkCapacity } from './capacity.ts';

test('slots and senders are counted for all services of a server together, and those that are there already', async (t) => {
  const server = await testServer();
  const pool = createPool(await server.database('legacy'), { max: 1 });
  t.after(() => pool.end());
  const plan = aPlan({ control: { database: await server.database('control') }, services: {} });
  plan.monolith.database = await server.database('legacy');
  for (const name of ['auth', 'users', 'notes'])
    plan.services[name] = aService(name, {
      database: await server.database(name),
      tables: [aTable(`t_${name}`, ['x'])],
    });
  const { rows } = await pool.query(
    `SELECT current_setting('max_replication_slots')::int AS slots, current_setting('max_wal_senders')::int AS senders`,
  );
  // Seven are needed on this one server: a slot of each direction for each of three, and one that the monolith's links share.
  const leave = async (free: number) =>
    await pool.query(
      `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name ~ '^other';
       SELECT pg_create_physical_replication_slot('other_' || n) FROM generate_series(1, ${rows[0].slots - free}) AS n`,
    );
  const told = async () =>
    (await checkCapacity(resolvePlan(plan), new Set()))
      .filter(({ message }) => message.includes('slots'))
      .map(({ where, severity, message, hint }) => [where, severity, message, hint]);
  await leave(7);
  assert.deepEqual(await told(), []);
  await leave(4);
  assert.deepEqual(await told(), [
    [
      'monolith.database',
      'error',
      `The services of the plan need 7 more replication slots on this server, and 4 of ${rows[0].slots} are free.`,
      `Set max_replication_slots to ${rows[0].slots + 3} or more (ALTER SYSTEM SET max_replication_slots = ${rows[0].slots + 3}) and restart the server, or drop what nobody uses.`,
    ],
  ]);
  assert.deepEqual(
    await checkCapacity(
      resolvePlan(plan),
      new Set([plan.monolith.database, ...Object.values(plan.services).map(({ database }) => database!)]),
    ),
    [],
  );
});

test('sessions of the links of all services are counted against max_connections', async (t) => {
  const server = await testServer();
  const [url, database] = [await server.database('legacy'), await server.database('services')];
  const pool = createPool(url, { max: 1 });
  t.after(() => pool.end());
  const { rows } = await pool.query(`SELECT current_setting('max_connections')::int AS connections`);
  const plan = aPlan({ control: { database: await server.database('control') }, services: {} });
  plan.monolith.database = url;
  const told = async (services: number) => {
    plan.services = {};
    for (let number = 0; number < services; number++)
      plan.services[`s${number}`] = aService(`s${number}`, {
        database,
        tables: [aTable(`t${number}`, ['x'])],
      });
    return (await checkCapacity(resolvePlan(plan), new Set()))
      .filter(({ message }) => message.includes('connections'))
      .map(({ where, code, severity }) => [where, code, severity]);
  };
  assert.deepEqual(await told(1), []);
  assert.deepEqual(await told(Math.ceil(rows[0].connections / 20)), [
    ['monolith.database', 'no_room', 'warning'],
  ]);
});
