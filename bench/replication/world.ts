import { createPool } from '@banyan/postgres';
import { copy, type LinkConfig, split, table } from '@banyan/replication';
import type pg from 'pg';
import { startBenchServer } from '../server.ts';

/** One server with the databases of one benchmark: a source, our target with a split column, and a plain copy. */
export type World = {
  source: pg.Pool;
  split: pg.Pool;
  plain: pg.Pool;
  urls: { source: string; split: string; plain: string };
  config: LinkConfig;
  stop(): Promise<void>;
};

export const USERS = `CREATE TABLE users (
  id bigint PRIMARY KEY, full_name text, email text, city text, score int, created_at timestamptz)`;

const SPLIT_USERS = `CREATE TABLE users (
  id bigint PRIMARY KEY, first_name text, last_name text, email text, city text, score int, created_at timestamptz)`;

export const MAPPING = table({
  legacy: 'users',
  columns: [
    copy('id', 'email', 'city', 'score', 'created_at'),
    split('full_name', ['first_name', 'last_name']),
  ],
});

export async function openWorld(): Promise<World> {
  const server = await startBenchServer();
  const urls = {
    source: await server.createDatabase('source'),
    split: await server.createDatabase('split'),
    plain: await server.createDatabase('plain'),
  };
  const pools = {
    source: createPool(urls.source, { max: 4 }),
    split: createPool(urls.split, { max: 2 }),
    plain: createPool(urls.plain, { max: 2 }),
  };
  await pools.source.query(USERS);
  await pools.plain.query(USERS);
  await pools.split.query(SPLIT_USERS);
  return {
    ...pools,
    urls,
    config: {
      service: 'bench',
      direction: 'forward',
      source: urls.source,
      target: urls.split,
      tables: [MAPPING],
    },
    async stop() {
      await Promise.all(Object.values(pools).map((pool) => pool.end()));
      await server.stop();
    },
  };
}

/** A row of about 100 bytes; `i` is its id. */
export const ROW = `i, 'First' || i % 1000 || ' Last ' || i, 'user' || i || '@example.org', 'City ' || i % 500, (i % 1000)::int,
  '2024-01-01'::timestamptz + i * interval '1 second'`;

/** Writes transactions of ten rows each, one after another, in the server itself. */
export const WRITER = `
  CREATE PROCEDURE write_inserts(first bigint, transactions int) LANGUAGE plpgsql AS $$
  BEGIN
    FOR n IN 0 .. transactions - 1 LOOP
      INSERT INTO users SELECT ${ROW} FROM generate_series(first + n * 10, first + n * 10 + 9) i;
      COMMIT;
    END LOOP;
  END $$;
  CREATE PROCEDURE write_mixed(first bigint, transactions int) LANGUAGE plpgsql AS $$
  BEGIN
    FOR n IN 0 .. transactions - 1 LOOP
      INSERT INTO users SELECT ${ROW} FROM generate_series(first + n * 10, first + n * 10 + 4) i;
      UPDATE users SET full_name = 'Renamed Person ' || n, score = score + 1 WHERE id BETWEEN 1 + n * 5 AND 4 + n * 5;
      DELETE FROM users WHERE id = 5 + n * 5;
      COMMIT;
    END LOOP;
  END $$`;
