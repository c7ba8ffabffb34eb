import { createPool, createSlot, dropSlot } from '@banyan/postgres';
import { type Link, openLink, verify } from '@banyan/replication';
import { pipeCopy } from '@banyan/replication/copy-pipe';
import type pg from 'pg';
import { MAPPING, ROW, type World } from './world.ts';

export type Rates = { rows: number; seconds: number };

export const rate = ({ rows, seconds }: Rates) => rows / seconds;

/** The whole table by PostgreSQL's COPY, in one stream and one transaction, into a table of the same shape. */
export async function plainCopy({ source, plain }: World): Promise<Rates> {
  await plain.query('TRUNCATE users');
  const [from, to] = [await source.connect(), await plain.connect()];
  const started = performance.now();
  await to.query('BEGIN');
  const { rows } = await pipeCopy(from, 'COPY users TO STDOUT', to, 'COPY users FROM STDIN');
  await to.query('COMMIT');
  const seconds = (performance.now() - started) / 1000;
  from.release();
  to.release();
  return { rows, seconds };
}

/** Our copy, with the column split, resumable by range. */
export async function ourCopy(world: World): Promise<Rates> {
  await openLink(world.config).drop();
  await world.split.query('TRUNCATE users');
  const link = openLink(world.config);
  await link.prepare();
  const started = performance.now();
  const { rows } = await link.copy();
  return { rows, seconds: (performance.now() - started) / 1000 };
}

export async function bareScan({ source }: World): Promise<Rates> {
  const client = await source.connect();
  await client.query('SET max_parallel_workers_per_gather = 0');
  const started = performance.now();
  const { rows } = await client.query('SELECT count(*) AS rows, max(md5(u::text)) FROM users AS u');
  const seconds = (performance.now() - started) / 1000;
  await client.query('RESET max_parallel_workers_per_gather');
  client.release();
  return { rows: Number(rows[0].rows), seconds };
}

export async function ourVerify(world: World): Promise<Rates> {
  const started = performance.now();
  const verdict = await verify({
    legacy: world.urls.source,
    service: world.urls.split,
    mapping: MAPPING,
    salt: 'bench',
    share: 0,
    waitApplied: async () => {},
  });
  if (verdict.verdict !== 'CONSISTENT')
    throw new Error(`The copy is ${verdict.verdict}: ${JSON.stringify(verdict.sample)}`);
  return { rows: verdict.rows, seconds: (performance.now() - started) / 1000 };
}

export type Workload = 'inserts' | 'mixed';

/**
 * The same backlog of ten-row transactions, decoded from the same WAL: by a native subscription into a table of the same
 * shape, and by our link into a split one, in turns. Each starts with all of it waiting and ends when the last row is
 * there; ours also has it on disk.
 */
export async function streams(
  world: World,
  workload: Workload,
  rows: number,
  round: number,
): Promise<{ native: Rates; ours: Rates }> {
  const { source, plain } = world;
  // The mixed workload changes five of these in each transaction.
  const link = await startEqual(world, Math.ceil(rows / 2));
  await source.query('CREATE PUBLICATION native FOR TABLE users');
  await createSlot(source, 'native');
  const writer = await source.connect();
  await writer.query('SET synchronous_commit = off');
  const first = 1_000_000_000 * (round + 1);
  const transactions = Math.ceil(rows / 10);
  await writer.query(`CALL write_${workload}(${first}, ${transactions})`);
  const last = first + (transactions - 1) * 10 + (workload === 'inserts' ? 9 : 4);
  await writer.query('SET synchronous_commit = on');
  await writer.query('CHECKPOINT');
  writer.release();
  const measures = {
    native: () => drainNative(world, rows, last),
    ours: () => drainOurs(world, link, rows, last),
  };
  const order = round % 2 === 0 ? (['native', 'ours'] as const) : (['ours', 'native'] as const);
  const result: Partial<Record<'native' | 'ours', Rates>> = {};
  for (const who of order) result[who] = await measures[who]();
  const sum = 'SELECT count(*), sum(hashtext(id::text || email || score)::bigint) FROM users';
  const sums = await Promise.all(
    [source, plain, world.split].map(async (db) => JSON.stringify((await db.query(sum)).rows)),
  );
  if (new Set(sums).size !== 1) throw new Error(`The three tables differ: ${sums}`);
  await plain.query('ALTER SUBSCRIPTION native DISABLE; ALTER SUBSCRIPTION native SET (slot_name = NONE)');
  await plain.query('DROP SUBSCRIPTION native');
  await dropSlot(source, 'native', { force: true });
  await source.query('DROP PUBLICATION native');
  return result as { native: Rates; ours: Rates };
}

/** Source and both targets with the same rows, and our slot at that point. */
async function startEqual(world: World, rows: number): Promise<Link> {
  await world.source.query('TRUNCATE users');
  await world.source.query(`INSERT INTO users SELECT ${ROW} FROM generate_series(1::bigint, ${rows}) i`);
  await world.source.query('VACUUM ANALYZE users');
  await plainCopy(world);
  await ourCopy(world);
  await Promise.all([world.plain.query('VACUUM ANALYZE users'), world.split.query('VACUUM ANALYZE users')]);
  return openLink(world.config);
}

async function drainOurs({ split }: World, link: Link, rows: number, last: number): Promise<Rates> {
  const stopper = new AbortController();
  const started = performance.now();
  const ended = link.stream({ signal: stopper.signal });
  await Promise.race([until(() => arrived(split, last)), ended]);
  const counted = Math.ceil(rows / 10);
  await Promise.race([until(async () => link.status().transactionsApplied >= counted), ended]);
  const seconds = (performance.now() - started) / 1000;
  stopper.abort();
  await ended;
  return { rows, seconds };
}

async function drainNative({ plain, urls }: World, rows: number, last: number): Promise<Rates> {
  const url = new URL(urls.source);
  const connection = `host=${url.hostname} port=${url.port} user=${url.username} password=${url.password} dbname=${url.pathname.slice(1)}`;
  await plain.query(
    `CREATE SUBSCRIPTION native CONNECTION '${connection}' PUBLICATION native
     WITH (create_slot = false, slot_name = 'native', copy_data = false, enabled = false)`,
  );
  const started = performance.now();
  await plain.query('ALTER SUBSCRIPTION native ENABLE');
  await until(() => arrived(plain, last));
  return { rows, seconds: (performance.now() - started) / 1000 };
}

/** 500 transactions of ten rows a second, from one client; commit on the source to durable on the target. */
export async function lagAtRate(
  world: World,
  seconds: number,
): Promise<{ p50: number; p99: number; rows: number }> {
  const link = await startEqual(world, 1_000_000);
  const stopper = new AbortController();
  const ended = link.stream({ signal: stopper.signal });
  await link.barrier({ timeoutMs: 60_000 });
  const pool = createPool(world.urls.source, { max: 8 });
  const pending: Promise<unknown>[] = [];
  const started = performance.now();
  let sent = 0;
  while (performance.now() - started < seconds * 1000) {
    const due = Math.floor(((performance.now() - started) / 1000) * 500);
    for (; sent < due; sent++) pending.push(writeTen(pool, sent));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await Promise.all(pending);
  await link.barrier({ timeoutMs: 60_000 });
  const { lagP50Ms, lagP99Ms } = link.status();
  stopper.abort();
  await ended;
  await pool.end();
  return { p50: lagP50Ms, p99: lagP99Ms, rows: sent * 10 };
}

async function writeTen(pool: pg.Pool, serial: number): Promise<void> {
  const first = 5_000_000_000 + serial * 10;
  const sql =
    serial % 2
      ? `INSERT INTO users SELECT ${ROW} FROM generate_series(${first}::bigint, ${first + 9}) i`
      : `UPDATE users SET full_name = 'Renamed Person ' || id, score = score + 1 WHERE id BETWEEN ${1 + ((serial * 10) % 900_000)} AND ${10 + ((serial * 10) % 900_000)}`;
  await pool.query(sql);
}

async function arrived(target: pg.Pool, id: number): Promise<boolean> {
  return (await target.query('SELECT FROM users WHERE id = $1', [id])).rowCount === 1;
}

async function until(done: () => Promise<boolean>): Promise<void> {
  while (!(await done())) await new Promise((resolve) => setTimeout(resolve, 5));
}
