import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createPool, startEmbedded } from '@banyan/postgres';
import { scratchFolder } from '@banyan/postgres/scratch-server';
import { testServer } from '@banyan/postgres/testing';
import { ReplicationError } from '../errors.ts';
import { type Link, openLink } from '../link/link.ts';
import { copy, table } from '../mapping/mapping.ts';
import { LIMIT, rowsOf, run, start } from '../testing/support.ts';

const LEDGER = 'CREATE TABLE ledger (id int PRIMARY KEY, n int NOT NULL)';
/** Shows for ever what was applied twice, or not at all. */
const COUNTED = `${LEDGER}; CREATE TABLE applied (id int, n int);
  CREATE FUNCTION count_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO applied VALUES (NEW.id, NEW.n); RETURN NULL; END $$;
  CREATE TRIGGER count_up AFTER UPDATE ON ledger FOR EACH ROW EXECUTE FUNCTION count_up();
  ALTER TABLE ledger ENABLE ALWAYS TRIGGER count_up`;
const NEVER_MS = 3_600_000;

test('a target that crashes between commit and disk: what could be read there comes again, once', async (t) => {
  const directory = scratchFolder('banyan-durability-');
  // But for what the link asks for, only its WAL writer takes commits to the disk.
  const server = await startEmbedded({
    directory,
    settings: { fsync: 'off', autovacuum: 'off', bgwriter_lru_maxpages: '0', checkpoint_timeout: '1d' },
  });
  const [source, target] = [
    await (await testServer()).database('legacy'),
    await server.createDatabase('service'),
  ];
  const [legacy, service] = [createPool(source, { max: 2 }), createPool(target, { max: 1 })];
  t.after(async () => {
    await Promise.all([legacy.end(), service.end()]);
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  await legacy.query(LEDGER);
  await service.query(COUNTED);
  await legacy.query('INSERT INTO ledger SELECT i, 0 FROM generate_series(1, 10) i');
  const config = {
    service: 'ledger',
    direction: 'forward' as const,
    source,
    target,
    tables: [table({ legacy: 'ledger', columns: [copy('id', 'n')] })],
    // What is not asked for does not happen, so that nothing but a crash ends the time between.
    flushMs: NEVER_MS,
    heartbeatMs: NEVER_MS,
  };
  let running = await start(config);
  const update = async (n: number) => {
    await legacy.query('UPDATE ledger SET n = $1', [n]);
    const { rows } = await legacy.query('SELECT pg_current_wal_insert_lsn()::text AS lsn');
    return String(rows[0].lsn);
  };
  const logEnd = async () => String((await rowsOf(service, 'SELECT pg_current_wal_insert_lsn()'))[0]![0]);
  const onDisk = async (end: string) =>
    (await rowsOf(service, `SELECT pg_current_wal_flush_lsn() >= '${end}'`))[0]![0] === 't';
  /** What is written on the source can be read on the target, which does not have it on its disk. */
  const showUnflushed = async (n: number) => {
    const before = await logEnd();
    const lsn = await update(n);
    await running.link.arrived(LIMIT);
    const end = await logEnd();
    assert.deepEqual(await rowsOf(service, 'SELECT DISTINCT n FROM ledger'), [[String(n)]]);
    const flushed = await rowsOf(service, `SELECT pg_current_wal_flush_lsn() > '${before}'`);
    assert.deepEqual(flushed, [['f']]);
    return { lsn, end };
  };
  const acknowledged = async (lsn: string) => {
    const { rows } = await legacy.query(
      'SELECT confirmed_flush_lsn >= $1 AS past FROM pg_replication_slots WHERE slot_name = $2',
      [lsn, running.link.names.slot],
    );
    return Boolean(rows[0].past);
  };
  const balance = async (n: number, updates: number) => {
    const end = await logEnd();
    await barrierOnce(running.link);
    assert.equal(await onDisk(end), true, 'a barrier waits for the disk');
    assert.deepEqual(await rowsOf(service, 'SELECT DISTINCT n FROM ledger'), [[String(n)]]);
    const counts = 'SELECT id, count(*) FROM applied GROUP BY id HAVING count(*) <> $1';
    assert.deepEqual((await service.query(counts, [updates])).rows, []);
  };

  await running.link.barrier(LIMIT);
  for (let round = 1; round <= 3; round++) {
    const walWriter = await stopWalWriter(service);
    const { lsn } = await showUnflushed(round);
    assert.equal(await acknowledged(lsn), false);
    await crash(service, walWriter);
    await balance(round, round);
  }

  // A link that begins anew has its position acknowledged at once: by then it is on the disk.
  const walWriter = await stopWalWriter(service);
  const { lsn, end } = await showUnflushed(4);
  await running.stop();
  assert.deepEqual([await onDisk(end), await acknowledged(lsn)], [false, false]);
  running = run(running.link);
  while (running.link.status().appliedLsn === 0n) await delay(5);
  assert.equal(await onDisk(end), true);
  await crash(service, walWriter);
  await balance(4, 4);
  await running.stop();

  // What is acknowledged is on the disk, though nobody but the link has asked for it.
  running = run(openLink({ ...config, flushMs: 10 }));
  await running.link.barrier(LIMIT);
  const last = await stopWalWriter(service);
  const position = await update(5);
  await running.link.arrived(LIMIT);
  const logged = await logEnd();
  while (!(await acknowledged(position))) await delay(20);
  assert.equal(await onDisk(logged), true);
  await crash(service, last);
  await balance(5, 5);
  await running.stop();
  await running.link.drop();
});

type Pool = ReturnType<typeof createPool>;

/** Until the link has noticed the crash, a barrier may meet what is left of its connections. */
async function barrierOnce(link: Link): Promise<void> {
  for (;;) {
    try {
      await link.barrier(LIMIT);
      return;
    } catch (error) {
      if (error instanceof ReplicationError) throw error;
    }
  }
}

/** It commits nothing to the disk until it is killed, which the server takes for a crash of its own. */
async function stopWalWriter(pool: Pool): Promise<number> {
  const walWriter = await pidOf(pool);
  process.kill(walWriter, 'SIGSTOP');
  return walWriter;
}

/** Resolves when the server has recovered. */
async function crash(pool: Pool, walWriter: number): Promise<void> {
  process.kill(walWriter, 'SIGKILL');
  while ((await pidOf(pool).catch(() => walWriter)) === walWriter) await delay(20);
}

async function pidOf(pool: Pool): Promise<number> {
  const { rows } = await pool.query(`SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'`);
  return rows[0].pid;
}
