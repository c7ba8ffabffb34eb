import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { createSlot, dropSlot, slotStatus } from '@banyan/postgres';
import { openLink } from './link.ts';
import type { Alarm } from './link-config.ts';
import { copy, table } from './mapping.ts';
import { orphans } from './orphans.ts';
import { pair, type Running, rowsOf, run, start, streaming } from './test-support.ts';

const THINGS = 'CREATE TABLE things (id int PRIMARY KEY, a text, b text)';
const things = (more: Partial<Parameters<typeof table>[0]> = {}) =>
  table({ legacy: 'things', columns: [copy('id', 'a', 'b')], ...more });

async function finish(dbs: { close(): Promise<void> }, running: Running): Promise<void> {
  await running.stop().catch(() => {});
  await running.link.drop();
  await dbs.close();
}

test('a table without a primary key is refused before anything is touched, and the source goes on writing', async () => {
  const dbs = await pair('CREATE TABLE things (id int, a text, b text)', THINGS, [things()]);
  const link = openLink(dbs.config('forward'));
  const findings = await link.preflight();
  assert.ok(
    findings.some(
      (finding) =>
        finding.code === 'no_primary_key' &&
        finding.severity === 'error' &&
        finding.table === 'public.things',
    ),
  );
  await assert.rejects(link.prepare(), {
    code: 'PREFLIGHT_FAILED',
    message: /public.things.*no primary key/,
  });
  assert.deepEqual(await rowsOf(dbs.legacy, 'SELECT pubname FROM pg_publication'), []);
  await dbs.legacy.query(
    `INSERT INTO things VALUES (1, 'a', 'b'); UPDATE things SET a = 'c'; DELETE FROM things`,
  );
  await dbs.close();
});

test('preflight names what is wrong, where, and how to mend it, and changes nothing', async () => {
  const dbs = await pair(
    'CREATE TABLE things (id int PRIMARY KEY, a text, b text); ALTER TABLE things REPLICA IDENTITY NOTHING; CREATE TABLE lists (id int PRIMARY KEY, x text)',
    `CREATE TABLE things (id int, a text, b text, must text NOT NULL); INSERT INTO things VALUES (1, 'x', 'y', 'z');
     CREATE TABLE lists (id int PRIMARY KEY, y text GENERATED ALWAYS AS ('c') STORED)`,
    [
      things(),
      table({ legacy: 'lists', columns: [copy('id'), { ...copy('x')[0]!, forward: { y: '"x"' } }] }),
      table({ legacy: 'nowhere', columns: [copy('id')] }),
    ],
  );
  const findings = await openLink(dbs.config('forward')).preflight();
  assert.deepEqual([...new Set(findings.map((finding) => finding.code))].sort(), [
    'no_column',
    'no_primary_key',
    'no_table',
    'replica_identity',
    'target_not_empty',
    'target_not_null',
  ]);
  for (const finding of findings) assert.ok(finding.message && finding.mend, finding.code);
  assert.deepEqual(
    await rowsOf(dbs.service, `SELECT nspname FROM pg_namespace WHERE nspname = 'banyan'`),
    [],
  );
  await dbs.close();
});

test('preflight of a role without rights says which it lacks', async () => {
  const dbs = await pair(THINGS, THINGS, [things()]);
  const role = `weak_${process.pid}`;
  await dbs.legacy.query(
    `CREATE ROLE ${role} LOGIN PASSWORD 'weak'; GRANT USAGE ON SCHEMA public TO ${role}`,
  );
  const as = (url: string) => Object.assign(new URL(url), { username: role, password: 'weak' }).href;
  const findings = await openLink({
    ...dbs.config('forward'),
    source: as(dbs.legacyUrl),
    target: as(dbs.serviceUrl),
  })
    .preflight()
    .catch((error: Error) => assert.fail(error));
  const codes = findings.map((finding) => finding.code);
  for (const code of [
    'no_replication_privilege',
    'no_create_privilege',
    'no_origin_privilege',
    'no_schema_privilege',
    'no_replica_role',
    'table_privilege',
    'table_owner',
  ])
    assert.ok(codes.includes(code), `${code} in ${codes}`);
  await dbs.legacy.query(`DROP OWNED BY ${role}`);
  await dbs.service.query(`DROP OWNED BY ${role}`);
  await dbs.legacy.query(`DROP ROLE ${role}`);
  await dbs.close();
});

test('rows that are not ours in the target stop the copy before a row is written', async () => {
  const dbs = await pair(THINGS, `${THINGS}; INSERT INTO things VALUES (5, 'theirs', '')`, [things()]);
  const link = openLink(dbs.config('forward'));
  await link.prepare();
  await assert.rejects(link.copy(), { code: 'TARGET_NOT_EMPTY', message: /public.things/ });
  await assert.rejects(link.copy(), { code: 'TARGET_NOT_EMPTY' });
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT a FROM things'), [['theirs']]);
  await link.drop();
  await dbs.close();
});

test('a copy that was interrupted goes on, a copy onto our own leftovers brings them up to date', async () => {
  const dbs = await pair(THINGS, THINGS, [things()]);
  await dbs.legacy.query(
    `INSERT INTO things SELECT i * 3, md5(i::text), NULL FROM generate_series(1, 1000) i`,
  );
  const link = openLink(dbs.config('forward'));
  await link.prepare();
  const stopper = new AbortController();
  const half = await link.copy({
    signal: stopper.signal,
    rangeRows: 100,
    onProgress: ({ rows }) => void (rows >= 300 && stopper.abort()),
  });
  assert.ok(!half.complete && half.rows >= 300 && half.rows < 1000);
  await assert.rejects(link.stream({ signal: new AbortController().signal }), { code: 'COPY_UNFINISHED' });
  const seen: number[] = [];
  const whole = await link.copy({
    rangeRows: 100,
    onProgress: ({ rows, total }) => {
      seen.push(rows);
      assert.ok(total >= rows);
    },
  });
  assert.deepEqual(whole, { rows: 1000, complete: true });
  assert.equal(seen.at(-1), 1000);
  assert.deepEqual(await link.copy(), { rows: 1000, complete: true });
  await link.drop();
  await dbs.legacy.query(
    `DELETE FROM things WHERE id % 7 = 0; UPDATE things SET a = 'new' WHERE id % 5 = 0; INSERT INTO things SELECT i * 3 + 1, 'more' FROM generate_series(1, 500) i`,
  );
  const again = openLink(dbs.config('forward'));
  assert.deepEqual(await again.preflight(), []);
  await again.prepare();
  await again.copy({ rangeRows: 100, workers: 3 });
  const all = 'SELECT * FROM things ORDER BY id';
  assert.deepEqual(await rowsOf(dbs.service, all), await rowsOf(dbs.legacy, all));
  await again.drop();
  await dbs.close();
});

test('keys of texts and of several columns are copied in ranges, whatever they contain', async () => {
  const define = 'CREATE TABLE things (id text, n int, u uuid, a text, PRIMARY KEY (id, n, u))';
  const dbs = await pair(define, define, [
    table({ legacy: { table: 'things', key: ['id', 'n', 'u'] }, columns: [copy('id', 'n', 'u', 'a')] }),
  ]);
  await dbs.legacy.query(
    `INSERT INTO things SELECT (ARRAY['', '''', '\\', 'Ä', 'a b', 'é', 'z'])[1 + i % 7] || i % 11, i % 3, gen_random_uuid(), i FROM generate_series(1, 700) i`,
  );
  const running = await (async () => {
    const link = openLink(dbs.config('forward'));
    await link.prepare();
    await link.copy({ rangeRows: 37 });
    return run(link);
  })();
  const all = 'SELECT * FROM things ORDER BY id, n, u';
  assert.deepEqual(await rowsOf(dbs.service, all), await rowsOf(dbs.legacy, all));
  assert.equal(Number((await rowsOf(dbs.service, 'SELECT count(*) FROM banyan.ranges'))[0]![0]), 19);
  await finish(dbs, running);
});

test('a changed column type or a dropped column stops the stream by name; extra columns do not', async () => {
  const dbs = await pair(THINGS, THINGS, [things()]);
  const first = await start(dbs.config('forward'));
  await dbs.legacy.query(
    `ALTER TABLE things ADD COLUMN extra int; INSERT INTO things VALUES (1, 'a', 'b', 7)`,
  );
  await first.link.barrier();
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
    } else await running.link.barrier();
    const left = await rowsOf(dbs.service, 'SELECT id FROM things ORDER BY id');
    assert.deepEqual(left, onTruncate === 'ignore' ? [['1'], ['2'], ['3']] : [['3']]);
    await finish(dbs, running);
  }
});

test('a slot that is gone or was recreated is never read from again', async () => {
  const dbs = await pair(THINGS, THINGS, [things()]);
  const { link, stop } = await start(dbs.config('forward'));
  await dbs.legacy.query(`INSERT INTO things VALUES (1)`);
  await link.barrier();
  await stop();
  await dropSlot(dbs.legacy, link.names.slot, { force: true });
  await assert.rejects(link.stream({ signal: new AbortController().signal }), {
    code: 'SLOT_LOST',
    message: /acceptLoss/,
  });
  await assert.rejects(link.prepare(), { code: 'SLOT_LOST' });
  assert.ok((await link.preflight()).some((finding) => finding.code === 'slot_lost'));
  await dbs.legacy.query(`INSERT INTO things VALUES (2)`);
  await createSlot(dbs.legacy, link.names.slot);
  await assert.rejects(link.stream({ signal: new AbortController().signal }), {
    code: 'SLOT_AHEAD',
    message: /acceptLoss/,
  });
  // The way on.
  await link.drop();
  const again = await start(dbs.config('forward'));
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT id FROM things ORDER BY id'), [['1'], ['2']]);
  await finish(dbs, again);
});

test('another source under the same link is refused', async () => {
  const dbs = await pair(THINGS, THINGS, [things()]);
  const other = await pair(THINGS, THINGS, [things()]);
  const running = await start(dbs.config('forward'));
  await running.stop();
  const moved = openLink({ ...dbs.config('forward'), source: other.legacyUrl });
  await assert.rejects(moved.stream({ signal: new AbortController().signal }), { code: 'SOURCE_CHANGED' });
  await assert.rejects(moved.prepare(), { code: 'SOURCE_CHANGED' });
  await other.close();
  await finish(dbs, running);
});

test('a transaction too large to hold is applied in parts inside one transaction of the target', async () => {
  const dbs = await pair(THINGS, THINGS, [things()]);
  const running = await start(dbs.config('forward', { batchRows: 100 }));
  await dbs.legacy.query(
    `BEGIN; INSERT INTO things SELECT i, md5(i::text) FROM generate_series(1, 3000) i; UPDATE things SET b = 'x' WHERE id <= 2000; DELETE FROM things WHERE id > 2900; COMMIT`,
  );
  await running.link.barrier({ timeoutMs: 60_000 });
  const sum = `SELECT count(*), min(xmin::text) = max(xmin::text), md5(string_agg(id || a || coalesce(b, ''), ',' ORDER BY id)) FROM things`;
  const [[count, , hash]] = (await rowsOf(dbs.legacy, sum)) as [[string, string, string]];
  assert.deepEqual(await rowsOf(dbs.service, sum), [[count, 't', hash]]);
  // One that does not fit as sets is read again and applied with care, still as a whole.
  await dbs.service.query('DELETE FROM things WHERE id = 2899');
  await dbs.legacy.query(`UPDATE things SET a = a || '!' WHERE id > 1500`);
  await running.link.barrier({ timeoutMs: 60_000 });
  for (;;) {
    await running.link.barrier();
    if ((await rowsOf(dbs.service, 'SELECT count(*) FROM things'))[0]![0] === '2900') break;
  }
  assert.equal((await rowsOf(dbs.legacy, sum))[0]![2], (await rowsOf(dbs.service, sum))[0]![2]);
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT kind FROM banyan.conflicts'), [['update_missing']]);
  await finish(dbs, running);
});

test('a transaction that swaps unique values or reuses them is applied, though not as one set', async () => {
  const define = 'CREATE TABLE things (id int PRIMARY KEY, a text UNIQUE, b text)';
  const dbs = await pair(define, define, [things()]);
  const running = await start(dbs.config('forward'));
  await dbs.legacy.query(`INSERT INTO things VALUES (1, 'one'), (2, 'two'), (3, 'three')`);
  await dbs.legacy.query(
    `BEGIN; UPDATE things SET a = 'tmp' WHERE id = 1; UPDATE things SET a = 'one' WHERE id = 2; UPDATE things SET a = 'two' WHERE id = 1; COMMIT`,
  );
  await dbs.legacy.query(
    `BEGIN; DELETE FROM things WHERE id = 3; INSERT INTO things VALUES (4, 'three'); UPDATE things SET id = 3 WHERE id = 4; INSERT INTO things VALUES (4, 'four'); COMMIT`,
  );
  await running.link.barrier();
  const all = 'SELECT * FROM things ORDER BY id';
  assert.deepEqual(await rowsOf(dbs.service, all), await rowsOf(dbs.legacy, all));
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT kind FROM banyan.conflicts'), []);
  await finish(dbs, running);
});

test('a row the target refuses stops the stream with the facts, unacknowledged, and goes on once mended', async () => {
  const dbs = await pair(THINGS, `${THINGS}; ALTER TABLE things ADD CHECK (a <> 'bad')`, [things()]);
  const first = await start(dbs.config('forward'));
  await dbs.legacy.query(`INSERT INTO things VALUES (1, 'good')`);
  await dbs.legacy.query(`INSERT INTO things VALUES (2, 'bad')`);
  await dbs.legacy.query(`INSERT INTO things VALUES (3, 'good')`);
  await assert.rejects(first.ended, { code: 'APPLY_FAILED', message: /things_a_check/ });
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT id FROM things'), [['1']]);
  await dbs.service.query('ALTER TABLE things DROP CONSTRAINT things_a_check');
  const second = run(first.link);
  await streaming(second);
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT id FROM things ORDER BY id'), [['1'], ['2'], ['3']]);
  await finish(dbs, second);
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
  const held = running.link.barrier({ lock: true, timeoutMs: 20_000, lockTimeoutMs: 20_000 });
  await writer.query('COMMIT');
  writer.release();
  await held;
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT id FROM things'), [['1']]);
  await dbs.legacy.query('INSERT INTO things VALUES (2)');
  // Neither of the two that gave up holds the link.
  await running.link.barrier({ timeoutMs: 20_000 });
  await running.stop();
  await assert.rejects(running.link.barrier(), { code: 'NOT_STREAMING' });
  await finish(dbs, running);
});

test('one link streams once', async () => {
  const dbs = await pair(THINGS, THINGS, [things()]);
  const running = await start(dbs.config('forward'));
  await running.link.barrier();
  await assert.rejects(running.link.stream({ signal: new AbortController().signal }), { code: 'STREAMING' });
  // Another process waits until this one lets go.
  const retried = Promise.withResolvers<void>();
  const second = run(openLink(dbs.config('forward'), { onRetry: () => retried.resolve() }));
  await retried.promise;
  await dbs.legacy.query('INSERT INTO things VALUES (1)');
  await running.link.barrier();
  await running.stop();
  await streaming(second);
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT count(*) FROM things'), [['1']]);
  await finish(dbs, second);
});

test('a target that is away is noticed within seconds, though nothing is written', {
  timeout: 60_000,
}, async () => {
  const dbs = await pair(THINGS, THINGS, [things()]);
  const running = await start(dbs.config('forward'));
  await running.link.barrier();
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

test('a quiet table does not hold WAL back: heartbeats move the slot; too much retained WAL raises an alarm', async () => {
  const dbs = await pair(THINGS, THINGS, [things()]);
  const alarm = Promise.withResolvers<Alarm>();
  const running = await start(dbs.config('forward', { heartbeatMs: 50, retainedLimitBytes: 1 }), {
    onAlarm: alarm.resolve,
  });
  await running.link.barrier();
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

test('foreign keys and triggers of the target do not fire; orphans are found afterwards', async () => {
  const dbs = await pair(
    THINGS,
    `CREATE TABLE owners (id int PRIMARY KEY); CREATE TABLE things (id int PRIMARY KEY, a text, b text);
     ALTER TABLE things ADD COLUMN owner int GENERATED ALWAYS AS (id % 3) STORED REFERENCES owners;
     CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'fired'; END $$;
     CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON things FOR EACH ROW EXECUTE FUNCTION refuse();
     INSERT INTO owners VALUES (0), (1)`,
    [things()],
  );
  await dbs.legacy.query(`INSERT INTO things SELECT generate_series(1, 9)`);
  const running = await start(dbs.config('forward'));
  await dbs.legacy.query(`UPDATE things SET a = 'x'; INSERT INTO things VALUES (11)`);
  await running.link.barrier();
  const [found] = await orphans(dbs.service, [{ schema: 'public', table: 'things' }]);
  assert.equal(found!.count, 4);
  assert.deepEqual(found!.sample, [{ owner: '2' }]);
  assert.deepEqual(await orphans(dbs.service, [{ schema: 'public', table: 'owners' }]), []);
  await finish(dbs, running);
});
