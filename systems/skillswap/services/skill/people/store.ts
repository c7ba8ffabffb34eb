/** SQL of what others tell of people. */
import type pg from 'pg';
import type { Availability } from '../../../kit/availability/weekly-hours.ts';

type Tx = pg.PoolClient;

/** Somebody new; of whom something was told before keeps that. */
export async function insertPerson(
  tx: Tx,
  { userId, fullName }: { userId: string; fullName: string },
): Promise<void> {
  await tx.query(
    `INSERT INTO people (id, full_name) VALUES ($1, $2)
     ON CONFLICT (id) DO UPDATE SET full_name = excluded.full_name WHERE people.full_name = ''`,
    [userId, fullName],
  );
}

/** Nothing follows a deletion. */
export async function setStatus(tx: Tx, userId: string, status: 'ACTIVE' | 'SUSPENDED'): Promise<void> {
  await tx.query(
    `INSERT INTO people (id, full_name, status) VALUES ($1, '', $2)
     ON CONFLICT (id) DO UPDATE SET status = excluded.status WHERE people.status <> 'DELETED'`,
    [userId, status],
  );
}

/** What somebody shows, as it is now; of who is gone nothing. */
export async function putPerson(
  tx: Tx,
  userId: string,
  { fullName, status, privacySettings }: { fullName: string; status: string; privacySettings: object },
): Promise<void> {
  await tx.query(
    `INSERT INTO people (id, full_name, status, privacy_settings) VALUES ($1, $2, $3, $4)
     ON CONFLICT (id) DO UPDATE SET full_name = excluded.full_name, status = excluded.status,
       privacy_settings = excluded.privacy_settings WHERE people.status <> 'DELETED'`,
    [userId, fullName, status, privacySettings],
  );
}

/** When somebody has time: all of it anew. Of one person events come one after the other. */
export async function putHours(
  tx: Tx,
  { userId, zone, hours }: { userId: string } & Availability,
): Promise<void> {
  await tx.query('DELETE FROM availability WHERE user_id = $1', [userId]);
  await tx.query(
    `INSERT INTO availability (user_id, zone, weekday, from_time, to_time)
     SELECT id, $2, weekday, "from", "to" FROM people, json_to_recordset($3) AS hour (weekday smallint, "from" time, "to" time)
     WHERE id = $1 AND status <> 'DELETED'`,
    [userId, zone, JSON.stringify(hours)],
  );
}

/** Soon; whoever is reading them now has perhaps read too early, and does it again. */
export async function readAgain(tx: Tx, userId: string): Promise<void> {
  await tx.query(
    `INSERT INTO people_to_read (user_id, due_at) VALUES ($1, now())
     ON CONFLICT (user_id) DO UPDATE SET due_at = now(), leased_until = NULL, attempts = people_to_read.attempts + 1`,
    [userId],
  );
}
