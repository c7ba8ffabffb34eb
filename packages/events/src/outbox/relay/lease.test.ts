import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { createPool, dropSlot, withTransaction } from '@banyan/postgres';
import { testServer, until } from '@banyan/postgres/testing';
import { Type } from 'typebox';
import { openPostgresBus } from '../../bus/postgres/postgres.ts';
import { defineContracts, event } from '../../contracts.ts';
import { Messages } from '../../messages.ts';
import { applyOutboxSchema, createPublisher } from '../publish.ts';
import { Lease } from './lease.ts';
import { oldestUnpublishedMs, slotName } from './position.ts';
import { startRelay } from './relay.ts';

const contracts = defineContracts({
  system: 'test',
  events: {
    Counted: event({ service: 'counter', version: 1, key: 'n', data: Type.Object({ n: Type.Integer() }) }),
  },
});
const { publish } = createPublisher<typeof contracts>(new Messages(contracts), 'counter');
const LEASE_MS = 2_000;

test('a frozen relay is replaced, and when it wakes up it publishes nothing that its successor has', async (t) => {
  const server = await testServer();
  const [databaseUrl, busUrl] = [await server.database('frozen'), await server.database('bus')];
  const pool = createPool(databaseUrl, { max: 4 });
  await applyOutboxSchema(pool);
  const slot = await slotName(pool);
  const bus = await openPostgresBus({ url: busUrl });
  const got: number[] = [];
  await bus.subscribe({
    group: 'all',
    types: ['Counted'],
    handle: async ({ data }) => {
      got.push(data.n as number);
    },
  });
  const count = (n: number) => withTransaction(pool, (tx) => publish(tx, 'Counted', { n }));
  const child = fork(new URL('testing/relaying.ts', import.meta.url), [
    databaseUrl,
    busUrl,
    String(LEASE_MS),
  ]);
  t.after(async () => {
    child.kill('SIGKILL');
    await bus.close();
    await dropSlot(pool, slot, { force: true });
    await pool.end();
  });
  await count(1);
  await until(() => got.includes(1));
  // Frozen before it has saved how far it is, it would leave its successor to publish this once more, as it should.
  await until(async () => (await oldestUnpublishedMs(pool, slot)) === 0);
  child.kill('SIGSTOP');
  const log = { info() {}, warn() {}, error() {} };
  const second = startRelay({ databaseUrl, pool, bus, log, saveMs: 5, leaseMs: LEASE_MS });
  await until(() => second.state() === 'waiting');
  await count(2);
  // What nobody relays has an age, wherever one asks.
  await until(async () => (await second.oldestMs()) > 100);
  await until(() => got.includes(2));
  await until(() => second.state() === 'relaying');
  child.kill('SIGCONT');
  await count(3);
  await until(() => got.includes(3));
  await second.close();
  await count(4);
  await until(() => got.includes(4));
  assert.deepEqual(got, [1, 2, 3, 4]);
  const exited = once(child, 'exit');
  child.disconnect();
  await exited;
});

test('a lease that was taken by another is lost, and one that was not renewed in time does not hold', async (t) => {
  const pool = createPool(await (await testServer()).database('leases'), { max: 3 });
  t.after(() => pool.end());
  await applyOutboxSchema(pool);
  const first = new Lease(pool, 500);
  assert.equal(first.holds, false);
  await first.take();
  const second = new Lease(pool, 60_000);
  await second.take();
  await first.lost;
  await until(() => !first.holds);
  assert.equal(second.holds, true);
  await first.resign();
  await second.resign();
  assert.equal(second.holds, false);
});
