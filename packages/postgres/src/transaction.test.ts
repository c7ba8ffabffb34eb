import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type pg from 'pg';
import { createPool, errorCode, PostgresError, runWithNext, withTransaction } from './index.ts';
import { testServer } from './testing.ts';

let pool: pg.Pool;

before(async () => {
  pool = createPool(await (await testServer()).database('transaction'), { max: 3 });
  await pool.query('CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0)');
});
beforeEach(() => pool.query('TRUNCATE t'));
after(() => pool.end());

async function ids(): Promise<number[]> {
  const { rows } = await pool.query<{ id: number }>('SELECT id FROM t ORDER BY id');
  return rows.map(({ id }) => id);
}

test('what returns is committed, and its result given back', async () => {
  const result = await withTransaction(pool, async (client) => {
    await client.query('INSERT INTO t VALUES (1)');
    return 'done';
  });
  assert.equal(result, 'done');
  assert.deepEqual(await ids(), [1]);
});

test('what throws is rolled back, its error passes, and the client is used again', async () => {
  const backend = async (client: pg.Pool | pg.PoolClient) =>
    (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]!.pid;
  const one = createPool(pool.options.connectionString!, { max: 1 });
  let pid = 0;
  const boom = new Error('boom');
  await assert.rejects(
    withTransaction(one, async (client) => {
      pid = await backend(client);
      await client.query('INSERT INTO t VALUES (1)');
      throw boom;
    }),
    boom,
  );
  assert.equal(await backend(one), pid);
  await one.end();
  assert.deepEqual(await ids(), []);
});

test('a swallowed failure does not pass for a commit', async () => {
  const swallowing = withTransaction(pool, async (client) => {
    await client.query('INSERT INTO t VALUES (1)');
    await client.query('SELECT 1/0').catch(() => {});
  });
  await assert.rejects(
    swallowing,
    (error) => error instanceof PostgresError && error.code === 'TRANSACTION_ABORTED',
  );
  assert.deepEqual(await ids(), []);
});

test('a broken client is not given back to the pool', async () => {
  await assert.rejects(
    withTransaction(pool, async (client) => {
      await client.query('SELECT pg_terminate_backend(pg_backend_pid())');
    }),
  );
  assert.equal(pool.idleCount, pool.totalCount);
  await withTransaction(pool, (client) => client.query('INSERT INTO t VALUES (2)'));
  assert.deepEqual(await ids(), [2]);
});

test('inside a transaction another is a savepoint: only the inner work is undone', async () => {
  await withTransaction(pool, async (client) => {
    await client.query('INSERT INTO t VALUES (1)');
    const inner = withTransaction(client, async (same) => {
      await same.query('INSERT INTO t VALUES (2)');
      await same.query('SELECT 1/0');
    });
    await assert.rejects(inner, (error) => errorCode(error) === '22012');
    await withTransaction(client, (same) => same.query('INSERT INTO t VALUES (3)'));
  });
  assert.deepEqual(await ids(), [1, 3]);
});

test('serialization failures run again, as often as asked for', async () => {
  await pool.query('INSERT INTO t VALUES (1, 0)');
  let runs = 0;
  const increment = async (client: pg.PoolClient) => {
    runs++;
    const { rows } = await client.query<{ n: number }>('SELECT n FROM t WHERE id = 1');
    if (runs === 1) await pool.query('UPDATE t SET n = 10 WHERE id = 1');
    await client.query('UPDATE t SET n = $1 WHERE id = 1', [rows[0]!.n + 1]);
  };
  await withTransaction(pool, increment, { isolation: 'serializable', retries: 3 });
  assert.equal(runs, 2);
  assert.deepEqual((await pool.query('SELECT n FROM t')).rows, [{ n: 11 }]);
  runs = 0;
  const once = withTransaction(pool, increment, { isolation: 'serializable' });
  await assert.rejects(once, (error) => errorCode(error) === '40001');
});

test('a read-only transaction writes nothing', async () => {
  const writing = withTransaction(pool, (client) => client.query('INSERT INTO t VALUES (1)'), {
    readOnly: true,
  });
  await assert.rejects(writing, (error) => errorCode(error) === '25006');
});

test('a client that is given stays with its owner', async () => {
  const client = await pool.connect();
  try {
    await withTransaction(client, () => client.query('INSERT INTO t VALUES (7)'));
    await client.query('SELECT 1');
  } finally {
    client.release();
  }
  assert.deepEqual(await ids(), [7]);
});

const insert = (id: unknown) => ({ name: 'insert', text: 'INSERT INTO t (id) VALUES ($1)', values: [id] });

/** Numbers of the pool's reads off the server so far: one for each answer. */
async function countAnswers(run: (one: pg.Pool) => Promise<unknown>): Promise<number> {
  const one = createPool(pool.options.connectionString!, { max: 1 });
  let answers = 0;
  one.on('connect', (client) => {
    const { connection } = client as unknown as { connection: pg.Connection };
    connection.on('readyForQuery', () => answers++);
  });
  await one.query('SELECT 1');
  answers = 0;
  await run(one);
  const counted = answers;
  await one.end();
  return counted;
}

test('BEGIN goes with the first statement, what runs with the next one goes with that', async () => {
  const answers = await countAnswers((one) =>
    withTransaction(one, async (client) => {
      await client.query(insert(1));
      await runWithNext(client, insert(2));
      await runWithNext(client, insert(3));
      const { rows } = await client.query('SELECT count(*)::int AS n FROM t WHERE id > $1', [0]);
      assert.deepEqual(rows, [{ n: 3 }]);
      await runWithNext(client, insert(4));
    }),
  );
  assert.equal(answers, 3);
  assert.deepEqual(await ids(), [1, 2, 3, 4]);
});

test('a transaction of what runs with COMMIT is one question and one answer, one without statements none', async () => {
  assert.equal(
    await countAnswers((one) => withTransaction(one, (client) => runWithNext(client, insert(1)))),
    1,
  );
  assert.equal(await countAnswers((one) => withTransaction(one, async () => {})), 0);
  assert.deepEqual(await ids(), [1]);
});

test('one that fails with the next statement takes the transaction with it, at COMMIT too', async () => {
  await pool.query('INSERT INTO t VALUES (1)');
  const one = createPool(pool.options.connectionString!, { max: 1 });
  for (const next of [insert(3), undefined, 'SELECT 1; SELECT 2']) {
    // Again on the same connection: nothing may count as prepared that the server has skipped.
    const failing = withTransaction(one, async (client) => {
      await client.query(insert(2));
      await runWithNext(client, insert(1));
      if (next) await client.query(next as string);
    });
    await assert.rejects(failing, (error) => errorCode(error) === '23505');
  }
  const swallowing = withTransaction(one, async (client) => {
    await runWithNext(client, insert(1));
    await client.query({ name: 'never run', text: 'SELECT $1::int', values: [1] }).catch(() => {});
  });
  await assert.rejects(swallowing, { code: 'TRANSACTION_ABORTED' });
  const { rows } = await one.query({ name: 'never run', text: 'SELECT $1::int', values: [1] });
  assert.deepEqual(rows, [{ int4: 1 }]);
  await withTransaction(one, (client) => runWithNext(client, insert(5)));
  await one.end();
  assert.deepEqual(await ids(), [1, 5]);
});

test('nothing runs outside of a transaction that could not begin', async () => {
  const one = createPool(pool.options.connectionString!, { max: 1 });
  // A BEGIN that fails where it always succeeds: its name is taken by something else.
  await one.query('PREPARE banyan_begin AS SELECT 1 / (SELECT count(*) FROM t)');
  const early = await one.connect();
  const { connection } = early as unknown as { connection: { parsedStatements: Record<string, string> } };
  connection.parsedStatements.banyan_begin = 'BEGIN';
  early.release();
  const unawaited = withTransaction(one, async (client) => {
    const sent = [insert(1), insert(2), 'INSERT INTO t VALUES (3)'].map((one) => client.query(one as string));
    await runWithNext(client, insert(4));
    await Promise.all([...sent, client.query(insert(5))]);
  });
  await assert.rejects(unawaited, (error) => errorCode(error) === '22012');
  for (const first of [insert(1), 'INSERT INTO t VALUES (1)']) {
    const stubborn = withTransaction(one, async (client) => {
      await client.query(first as string).catch(() => {});
      await client.query(insert(2)).catch(() => {});
      await client.query('INSERT INTO t VALUES (3)').catch(() => {});
    });
    await assert.rejects(stubborn, (error) => errorCode(error) === '22012');
  }
  await one.end();
  assert.deepEqual(await ids(), []);
});

test('a value that cannot be sent fails its own statement only', async () => {
  await withTransaction(pool, async (client) => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    await assert.rejects(
      client.query({ text: 'INSERT INTO t (id) VALUES ($1)', values: [circular] }),
      TypeError,
    );
    await client.query(insert(1));
  });
  assert.deepEqual(await ids(), [1]);
});

test('what runs with the next statement belongs to the savepoint around it', async () => {
  await withTransaction(pool, async (client) => {
    await runWithNext(client, insert(1));
    const inner = withTransaction(client, async (same) => {
      await runWithNext(same, insert(2));
      throw new Error('undone');
    });
    await assert.rejects(inner, /undone/);
    await withTransaction(client, (same) => runWithNext(same, insert(3)));
  });
  assert.deepEqual(await ids(), [1, 3]);
});

test('outside of a transaction a statement that may wait runs at once', async () => {
  await runWithNext(pool, insert(1));
  assert.deepEqual(await ids(), [1]);
});

test('a function that begins or ends the transaction itself fails, and nothing of it is kept', async () => {
  const ending = (text: string) =>
    withTransaction(pool, async (client) => {
      await client.query('INSERT INTO t VALUES (1)');
      await client.query(text);
    });
  for (const text of ['COMMIT', 'ROLLBACK', 'BEGIN', 'SELECT 1; COMMIT; BEGIN']) {
    await assert.rejects(ending(text), { code: 'TRANSACTION_ENDED_INSIDE' }, text);
    assert.deepEqual(await ids(), [], text);
  }
  await withTransaction(pool, async (client) => {
    await client.query('INSERT INTO t VALUES (2)');
    await assert.rejects(
      withTransaction(client, async (inner) => {
        await inner.query('INSERT INTO t VALUES (2)');
      }),
    );
    await client.query('SAVEPOINT mine');
    await client.query('INSERT INTO t VALUES (3)');
    await client.query('ROLLBACK TO SAVEPOINT mine');
  });
  assert.deepEqual(await ids(), [2]);
});

test('a transaction whose signal aborts has no effect, also when what runs in it wakes up later', async () => {
  const abort = new AbortController();
  const late = Promise.withResolvers<void>();
  const woke = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  const given = withTransaction(
    pool,
    async (client) => {
      await client.query('INSERT INTO t VALUES (1)');
      started.resolve();
      await late.promise;
      await client.query('INSERT INTO t VALUES (2)').catch(() => {});
      woke.resolve();
    },
    { signal: abort.signal },
  );
  await started.promise;
  abort.abort(new Error('too long'));
  await assert.rejects(given, /too long/);
  // Its lock on the key is gone too: the server has ended the session.
  await pool.query('INSERT INTO t VALUES (1, 7)');
  late.resolve();
  await woke.promise;
  assert.deepEqual(await ids(), [1]);
});

test('an aborted transaction lets go of its connection and its locks in the midst of a long statement', async () => {
  const abort = new AbortController();
  const started = Promise.withResolvers<void>();
  const given = withTransaction(
    pool,
    async (client) => {
      await client.query('INSERT INTO t VALUES (1)');
      const sleeping = client.query('SELECT pg_sleep(600)');
      started.resolve();
      await sleeping;
    },
    { signal: abort.signal },
  );
  await started.promise;
  abort.abort(new Error('too long'));
  await assert.rejects(given, /too long/);
  await pool.query('INSERT INTO t VALUES (1)');
  await assert.rejects(
    withTransaction(pool, async () => {}, { signal: abort.signal }),
    /too long/,
  );
});
