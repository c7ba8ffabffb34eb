import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { defineService } from '@banyan/service';
import { Type } from 'typebox';
import { openPostgresBus } from '../../bus/postgres/postgres.ts';
import { command, defineContracts, event } from '../../contracts.ts';
import { eventing } from '../../eventing.ts';
import { closeService } from '../../testing/close-service.ts';
import { applyOutboxSchema } from '../publish.ts';
import { RelayOnDemand } from './on-demand.ts';
import type { Relay } from './relay.ts';

const contracts = defineContracts({
  system: 'test',
  events: {
    Made: event({ service: 'maker', version: 1, key: 'id', data: Type.Object({ id: Type.String() }) }),
  },
  commands: {
    Tell: command({ service: 'teller', version: 1, key: 'id', data: Type.Object({ id: Type.String() }) }),
  },
});

test('a service that publishes nothing has no relay and no stream of its WAL, until it sends its first message', async (t) => {
  const server = await testServer();
  const [url, busUrl] = [await server.database('listener'), await server.database('bus')];
  const listener = await defineService({
    name: 'listener',
    use: { events: eventing(contracts, { on: { Made: async () => {} } }) },
    routes: () => {},
  }).start({ DATABASE_URL: url, BUS_URL: busUrl, LOG_LEVEL: 'silent' });
  t.after(() => closeService(listener, url));
  const { pool, provided } = listener;
  const slots = async () =>
    (await pool.query('SELECT FROM pg_replication_slots WHERE database = current_database()')).rowCount;
  assert.equal(await slots(), 0);
  const teller = await openPostgresBus({ url: busUrl });
  t.after(() => teller.close());
  const told = Promise.withResolvers<string>();
  const handle = async ({ subject }: { subject: string }) => told.resolve(subject);
  await teller.subscribe({ group: 'teller', types: ['Tell'], handle });
  assert.equal(await slots(), 0);
  await provided.events.send(pool, 'Tell', { id: 'first' });
  assert.equal(await told.promise, 'first');
  assert.equal(await slots(), 1);
});

test('what another process of the service has written is relayed here, and a slot that is there is always read', async (t) => {
  const pool = createPool(await (await testServer()).database('others'), { max: 2 });
  t.after(() => pool.end());
  await applyOutboxSchema(pool);
  const demand = () => {
    const started = Promise.withResolvers<void>();
    const start = () => {
      started.resolve();
      return { close: async () => {} } as Relay;
    };
    const onError = (error: Error) => started.reject(error);
    const asked = new RelayOnDemand({ pool, publishes: false, start, onError, lookMs: 5 });
    t.after(() => asked.close());
    asked.open();
    return { asked, started: started.promise };
  };
  const first = demand();
  assert.equal(first.asked.relay, undefined);
  await pool.query(`INSERT INTO banyan_events.outbox (message) VALUES ('{}')`);
  await first.started;
  await pool.query(`DELETE FROM banyan_events.outbox`);
  await pool.query(`INSERT INTO banyan_events.relay (slot) VALUES ('banyan_outbox_others')`);
  await demand().started;
});
