import { createPool } from '@banyan/postgres';
import type pg from 'pg';
import { startBenchServer } from '../server.ts';

/** A PostgreSQL of its own, as durable as in production, and a pool on a fresh database of it. */
export async function openDatabase(max: number): Promise<{
  url: string;
  pool: pg.Pool;
  /** Another one on the same server; its url. */
  createDatabase(name: string): Promise<string>;
  stop(): Promise<void>;
}> {
  const server = await startBenchServer();
  const url = await server.createDatabase('events');
  const pool = createPool(url, { max });
  return {
    url,
    pool,
    createDatabase: (name) => server.createDatabase(name),
    async stop() {
      await pool.end();
      await server.stop();
    },
  };
}
