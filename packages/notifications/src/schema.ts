import { readFile } from 'node:fs/promises';
import { applySchema } from '@banyan/postgres';
import type pg from 'pg';
import type { NotificationSystem } from './system.ts';

/** The tables of this package, in the database of the service. */
export async function applyNotificationSchema(
  pool: pg.Pool,
  {
    people,
    rows,
  }: { people: Pick<NotificationSystem['people'], 'idType'>; rows: NotificationSystem['rows'] },
): Promise<void> {
  const sql = await readFile(new URL('schema.sql', import.meta.url), 'utf8');
  const typed = sql.replaceAll('USER_ID', people.idType).replaceAll('ROW_ID', rows.id);
  await applySchema(pool, { name: 'banyan_notifications', sql: typed });
}
