import { mayWriteRows } from '@banyan/service';
import type pg from 'pg';

/**
 * Whether what is told now becomes a row of `notifications`, which the monolith has too as long as there is one: from the first share of users on, of whomever
 * the row is. Before that nothing goes back to it, and rows that it lacks would keep this service from leaving.
 */
export async function makesRows(tx: pg.PoolClient, service: string): Promise<boolean> {
  return await mayWriteRows(tx, { service, tables: ['notifications'] });
}
