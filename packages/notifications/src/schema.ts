import { applySchemaFile } from '@banyan/postgres';
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
  await applySchemaFile(pool, {
    name: 'banyan_notifications',
    file: new URL('schema.sql', import.meta.url),
    words: { USER_ID: people.idType, ROW_ID: rows.id },
  });
}
