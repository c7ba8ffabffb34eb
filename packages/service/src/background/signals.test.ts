import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { testServer, until } from '@banyan/postgres/testing';
import { defineService } from '../lifecycle/define.ts';
import { signals } from './signals.ts';

const told = defineService({ name: 'told', use: { signals: signals('mail', 'Other') }, routes: () => {} });

it('signals are heard once they are committed, and that some may have been missed when the connection was lost', async (t) => {
  const DATABASE_URL = await (await testServer()).database('signals');
  const service = await told.start({ DATABASE_URL, LOG_LEVEL: 'silent' });
  t.after(() => service.close());
  const heard: (string | undefined)[] = [];
  const off = service.provided.signals.on('mail', (payload) => heard.push(payload));
  const hear = async (payload: string) => {
    while (!heard.includes(payload)) {
      await service.pool.query(`SELECT pg_notify('mail', $1), pg_notify('Other', 'x')`, [payload]);
      await delay(5);
    }
  };
  await hear('first');
  assert.ok(!heard.includes('x'));

  heard.length = 0;
  await service.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'told signals'`,
  );
  await until(() => heard.includes(undefined));
  await hear('second');

  off();
  heard.length = 0;
  await service.pool.query(`SELECT pg_notify('mail', 'third')`);
  await service.close();
  assert.deepEqual(heard, []);
});
