import { readFileSync } from 'node:fs';
import { applySchema } from '@banyan/postgres';
import type pg from 'pg';

/** A pool, or a client inside a transaction. */
export type Queryable = Pick<pg.Pool, 'query'> | Pick<pg.ClientBase, 'query'>;

/** Channel on which changes are announced. */
export const CHANNEL = 'banyan';

/** Creates the gateway's tables in schema `control`, or brings them up to date. */
export async function applyGatewaySchema(pool: pg.Pool): Promise<void> {
  const sql = readFileSync(new URL('./schema.sql', import.meta.url), 'utf8');
  await applySchema(pool, { name: 'gateway', sql });
}
