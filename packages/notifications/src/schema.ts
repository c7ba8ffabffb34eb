import { readFile } from 'node:fs/promises';
import { applySchema } from '@banyan/postgres';
import type pg from 'pg';
import type { PeopleSystem } from './system.ts';

/** The tables of this package, in the database of the service. */
export async function applyNotificationSchema(
  pool: pg.Pool,
  { idType }: Pick<PeopleSystem, 'idType'>,
): Promise<void> {
  const sql = await readFile(new URL('schema.sql', import.meta.url), 'utf8');
  await applySchema(pool, { name: 'banyan_notifications', sql: sql.replaceAll('USER_ID', idType) });
}
