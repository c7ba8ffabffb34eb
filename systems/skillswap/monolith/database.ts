import { readFile } from 'node:fs/promises';
import * as monolith from '@banyan/monolith';
import type pg from 'pg';

export function connect(url: string): pg.Pool {
  return monolith.connect(url, 'skillswap');
}

/** Creates what is missing. */
export async function createTables(pool: pg.Pool): Promise<void> {
  const sql = await readFile(new URL('schema.sql', import.meta.url), 'utf8');
  await monolith.createTables(pool, sql, 'notifications');
}
