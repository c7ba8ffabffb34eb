import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { slotStatus } from '@banyan/postgres';
import { openLink } from '../link/link.ts';
import type { Alarm } from '../link/link-config.ts';
import { copy, table } from '../mapping/mapping.ts';
import { LIMIT, pair, rowsOf, run, start, streaming } from '../testing/support.ts';
import { finish, THINGS, things } from '../testing/things.ts';

test('a changed column type or a dropped column stops the stream by name; extra columns do not', async () => {
  const dbs = await pair(THINGS, THINGS, [things()]);
  const first = await start(dbs.config('forward'));
  await dbs.legacy.query(
    `ALTER TABLE things ADD COLUMN extra int; INSERT INTO things VALUES (1, 'a', 'b', 7)`,
  );
  await first.link.barrier(LIMIT);
  await dbs.legacy.query(
    `ALTER TABLE things ALTER COLUMN b TYPE int USING 5; INSERT INTO things VALUES (2, 'a', 6)`,
  );
  await assert.rejects(first.ended, {
    code: 'SCHEMA_CHANGED',
    message: /public.things.*column: b.*its type was text/,
  });
  assert.equal(first.link.status().state, 'failed');
  const second = run(openLink(dbs.config('forward')));
  await assert.rejects(second.ended, { code: 'SCHEMA_CHANGED' });
  await second.link.prepare({ acceptLoss: true });
  const third = run(openLink(dbs.config('forward')));
  await streaming(third);
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT * FROM things ORDER BY id'), [
    ['1', 'a', 'b'],
    ['2', 'a', '6'],
  ]);
  await dbs.legacy.query(`ALTER TABLE things DROP COLUMN a; INSERT INTO things (id) VALUES (3)`);
  await assert.rejects(third.ended, { code: 'SCHEMA_CHANGED', message: /column: a.*gone/ });
  assert.ok(
    (await third.link.preflight()).some(
      (finding) => finding.code === 'no_column' && /no column a/.test(finding.message),
    ),
  );
  await finish(dbs, third);
});

test('TRUNCATE blocks, is replicated or is ignored, as the plan says', async () => {
  for (const onTruncate of ['block', 'replicate', 'ignore'] as const) {
    const dbs = await pair(THINGS, THINGS, [things({ onTruncate })]);
    await dbs.legacy.query(`INSERT INTO things VALUES (1), (2)`);
    const running = await start(dbs.config('forward'));
    await dbs.legacy.query(`TRUNCATE things; INSERT INTO things VALUES (3)`);
    if (onTruncate === 'block') {
      await assert.rejects(running.ended, { code: 'TRUNCATE_BLOCKED', message: /public.things/ });
      const on = run(openLink({ ...dbs.config('forward'), tables: [things({ onTruncate: 'replicate' })] }));
      await streaming(on);
      await on.stop();
    } else await running.link.barrier(LIMIT);
    const left = await rowsOf(dbs.service, 'SELECT id FROM things ORDER BY id');
    assert.deepEqual(left, onTruncate === 'ignore' ? [['1'], ['2'], ['3']] : [['3']]);
    await finish(dbs, running);
  }
});

test('killed backends on both ends: the link connects again and applies everything once', async () => {
  const dbs = await pair(THINGS, THINGS, [things()]);
  const running = await start(dbs.config('forward'));
  for (let round = 0; round < 12; round++) {
    await dbs.legacy.query(
      `INSERT INTO things SELECT ${round} * 100 + i, md5(i::text) FROM generate_series(1, 50) i`,
    );
    await dbs.legacy.query(`UPDATE things SET b = coalesce(b, '') || 'x'`);
    if (round % 3 === 0)
      await dbs.service.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1`,
        [running.link.names.origin],
      );
    if (round % 4 === 1)
      await dbs.legacy.query(
        `SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = $1 AND active`,
        [running.link.names.slot],
      );
  }
  await streaming(running);
  const all = 'SELECT * FROM things ORDER BY id';
  assert.deepEqual(await rowsOf(dbs.service, all), await rowsOf(dbs.legacy, all));
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT kind FROM banyan.conflicts'), []);
  await finish(dbs, running);
});

test('a barrier waits for open writers when it locks, and gives up in time with nothing left behind', async () => {
  const dbs = await pair(THINGS, THINGS, [things()]);
  const running = await start(dbs.config('forward'));
  const writer = await dbs.legacy.connect();
  await writer.query('BEGIN; INSERT INTO things VALUES (1)');
  await assert.rejects(
    running.link.barrier({ lock: true, lockTimeoutMs: 100, timeoutMs: 3_000, hold: true }),
    { code: 'BARRIER_LOCK_TIMEOUT' },
  );
  await assert.rejects(
    running.link.barrier({ lock: true, lockTimeoutMs: 3_000, timeoutMs: 100, hold: true }),
    { code: 'BARRIER_TIMEOUT' },
  );
  const held = running.link.barrier({ ...LIMIT, lock: true, lockTimeoutMs: 300_000 });
  await writer.query('COMMIT');
  writer.release();
  await held;
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT id FROM things'), [['1']]);
  await dbs.legacy.query('INSERT INTO things VALUES (2)');
  // Neither of the two that gave up holds the link.
  await running.link.barrier(LIMIT);
  await running.stop();
  await assert.rejects(running.link.barrier(LIMIT), { code: 'NOT_STREAMING' });
  await finish(dbs, running);
});

test('a barrier waits for no writer of a table that the service only reads', async () => {
  const tables = `${THINGS}; CREATE TABLE jobs (id int PRIMARY KEY, title text)`;
  const jobs = table({
    legacy: 'jobs',
    rows: 'foreign',
    columns: [copy('id'), copy('title', { flow: 'forward' })],
  });
  const dbs = await pair(tables, tables, [things(), jobs]);
  const running = await start(dbs.config('forward'));
  const writer = await dbs.legacy.connect();
  await writer.query(`BEGIN; INSERT INTO jobs VALUES (1, 'Poet')`);
  await running.link.barrier({ ...LIMIT, lock: true });
  await writer.query('COMMIT');
  writer.release();
  await running.link.barrier(LIMIT);
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT id FROM jobs'), [['1']]);
  await finish(dbs, running);
});

test('one link streams once', async () => {
  const dbs = await pair(THINGS, THINGS, [things()]);
  const running = await start(dbs.config('forward'));
  await running.link.barrier(LIMIT);
  await assert.rejects(running.link.stream({ signal: new AbortController().signal }), { code: 'STREAMING' });
  // Another process waits until this one lets go.
  const retried = Promise.withResolvers<void>();
  const second = run(openLink(dbs.config('forward'), { onRetry: () => retried.resolve() }));
  await retried.promise;
  await dbs.legacy.query('INSERT INTO things VALUES (1)');
  await running.link.barrier(LIMIT);
  await running.stop();
  await streaming(second);
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT count(*) FROM things'), [['1']]);
  await finish(dbs, second);
});

test('a target that is away is noticed within seconds, though nothing is written', {
  timeout: 300_000,
}, async () => {
  const dbs = await pair(THINGS, THINGS, [things()]);
  const running = await start(dbs.config('forward'));
  await running.link.barrier(LIMIT);
  const name = new URL(dbs.serviceUrl).pathname.slice(1);
  await dbs.legacy.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
  await dbs.legacy.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
  const since = performance.now();
  while (running.link.status().state === 'streaming') await once(AbortSignal.timeout(20), 'abort');
  // It was ten seconds when only a heartbeat of the slot told; with room for a slow machine.
  assert.ok(performance.now() - since < 8_000);
  await dbs.legacy.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
  await streaming(running);
  await finish(dbs, running);
});

test('who waits for a link while it stops hears that it streams no more, and nothing of its connections', async () => {
  const dbs = await pair(THINGS, THINGS, [things()]);
  const running = await start(dbs.config('forward'));
  await running.link.barrier(LIMIT);
  const soon = { timeoutMs: 1_000 };
  const waiting = Array.from({ length: 40 }, (_, n) =>
    n % 2 === 0 ? running.link.barrier(soon) : running.link.arrived(soon),
  );
  const ended = Promise.allSettled(waiting);
  await running.stop();
  const reasons = (await ended).flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  assert.notEqual(reasons.length, 0);
  for (const { code, message } of reasons)
    assert.ok(['NOT_STREAMING', 'BARRIER_TIMEOUT'].includes(code), `${code}: ${message}`);
  await finish(dbs, running);
});

test('a quiet table does not hold WAL back: heartbeats move the slot; too much retained WAL raises an alarm', async () => {
  const dbs = await pair(THINGS, THINGS, [things()]);
  const alarm = Promise.withResolvers<Alarm>();
  const running = await start(dbs.config('forward', { heartbeatMs: 50, retainedLimitBytes: 1 }), {
    onAlarm: alarm.resolve,
  });
  await running.link.barrier(LIMIT);
  const before = (await slotStatus(dbs.legacy, running.link.names.slot))!.confirmedFlushLsn;
  await dbs.legacy.query('CREATE TABLE noise AS SELECT generate_series(1, 20000) AS i');
  for (;;) {
    const now = (await slotStatus(dbs.legacy, running.link.names.slot))!.confirmedFlushLsn;
    if (now > before + 1_000_000n) break;
    await once(AbortSignal.timeout(50), 'abort');
  }
  assert.equal((await alarm.promise).code, 'wal_retained');
  await finish(dbs, running);
});
