import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool, startEmbedded } from '@banyan/postgres';
import type pg from 'pg';

/** A PostgreSQL of its own, as durable as in production, and a pool on a fresh database of it. */
export async function openDatabase(max: number): Promise<{
  url: string;
  pool: pg.Pool;
  /** Another one on the same server; its url. */
  createDatabase(name: string): Promise<string>;
  stop(): Promise<void>;
}> {
  const directory = mkdtempSync(join(tmpdir(), 'banyan-bench-'));
  chmodSync(directory, 0o711);
  const server = await startEmbedded({
    directory,
    settings: {
      shared_buffers: '512MB',
      max_wal_size: '8GB',
      checkpoint_timeout: '30min',
      autovacuum: 'off',
    },
  });
  const url = await server.createDatabase('events');
  const pool = createPool(url, { max });
  return {
    url,
    pool,
    createDatabase: (name) => server.createDatabase(name),
    async stop() {
      await pool.end();
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
