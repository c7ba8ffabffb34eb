import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { openBus } from '../open.ts';
import { message } from '../testing/messages.ts';
import { busContract } from '../testing/suite.ts';

busContract('postgres', async () => {
  const url = await (await testServer()).database('bus');
  const pool = createPool(url, { max: 1, applicationName: 'suite' });
  const others = `FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`;
  return {
    url,
    cut: async () => {
      await pool.query(`SELECT pg_terminate_backend(pid) ${others}`);
    },
    connections: async () => {
      // A backend needs a moment to see that its client has left.
      for (let tries = 0; ; tries++) {
        const { rows } = await pool.query<{ count: number }>(`SELECT count(*)::int ${others}`);
        if (rows[0]!.count === 0 || tries === 100) return rows[0]!.count;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    putRubbish: async (group, text) => {
      await pool.query('INSERT INTO banyan_pgboss.job (name, data) VALUES ($1, $2)', [group, text]);
    },
    putDeadRubbish: async (group, text) => {
      await pool.query(
        `INSERT INTO banyan_bus.dead_letters (queue, type, message, reason, attempts) VALUES ($1, '', $2, '', 1)`,
        [group, text],
      );
    },
    close: () => pool.end(),
  };
});

test('a subscriber that has time gets at once what came between its takes', async (t) => {
  const bus = await openBus(await (await testServer()).database('bus'), { onError: assert.ifError });
  t.after(() => bus.close());
  const takes: number[] = [];
  const all = Promise.withResolvers<void>();
  const take = (count: number) => {
    takes.push(count);
    if (takes.reduce((sum, one) => sum + one) === 40) all.resolve();
  };
  await bus.subscribe({
    group: 'seldom',
    types: ['Noted'],
    paceMs: 1_000,
    handle: async () => take(1),
    handleMany: async (messages) => {
      take(messages.length);
      return { done: messages.length };
    },
  });
  for (let i = 0; i < 40; i += 1) await bus.publish([message('Noted', `key ${i}`)]);
  await all.promise;
  assert.ok(takes.length < 10, `40 messages in ${takes.length} takes: ${takes}`);
});

for (const [attempts, what] of [
  [1, 'is one dead letter'],
  [2, 'has failed once'],
] as const)
  test(`a message ${what} although two takes came to it, since an older one of its key was committed late`, async (t) => {
    const url = await (await testServer()).database('bus');
    const bus = await openBus(url, { onError: assert.ifError });
    t.after(() => bus.close());
    const pool = createPool(url, { max: 1 });
    t.after(() => pool.end());
    const [late, early] = [message('Noted'), message('Noted')];
    const begun: string[] = [];
    const steps = [
      Promise.withResolvers<void>(),
      Promise.withResolvers<void>(),
      Promise.withResolvers<void>(),
    ];
    await bus.subscribe({
      group: 'twice',
      types: ['Noted'],
      attempts,
      delayMs: 600_000,
      handle: async ({ id, subject }) => {
        if (subject !== late.subject) return;
        steps[begun.push(id) - 1]!.resolve();
        // One that is to be tried again would hold back the other.
        if (id === late.id && attempts > 1) return;
        if (id === early.id) await steps[2]!.promise;
        throw new Error('no');
      },
      // Takes several of a key at once, and each is handled by itself.
      handleMany: async () => ({ done: 0 }),
    });
    await pool.query('BEGIN');
    await pool.query('SELECT now()');
    await bus.publish([early]);
    await steps[0]!.promise;
    await pool.query('INSERT INTO banyan_pgboss.job (name, singleton_key, data) VALUES ($1, $2, $3)', [
      'twice',
      late.subject,
      late,
    ]);
    await pool.query('COMMIT');
    // By which the subscriber looks again.
    await bus.publish([message('Noted', 'another key')]);
    await steps[2]!.promise;
    await bus.close();
    assert.deepEqual(begun, [early.id, late.id, early.id]);
    const { rows } = await pool.query(
      `SELECT message->>'id' AS id, attempts FROM banyan_bus.dead_letters
       UNION ALL SELECT data->>'id', retry_count FROM banyan_pgboss.job WHERE name = 'twice' AND singleton_key = $1`,
      [late.subject],
    );
    const failed = attempts > 1 ? [early.id] : [early.id, late.id];
    assert.deepEqual(rows.map(({ id }) => id).toSorted(), failed.toSorted());
    assert.ok(rows.every((row) => row.attempts === 1));
  });
