/** SQL of reminders. */
import { prepared, type Queryable, runWithNext } from '@banyan/postgres';
import { leasedRows } from '@banyan/service';
import { remindersOf } from '../../../kit/sessions/reminders.ts';

type Reminder = { id: string; sessionId: string; minutes: number };

export const reminderRows = leasedRows<Reminder>({
  table: 'reminders',
  key: 'id',
  columns: 'id, session_id AS "sessionId", minutes',
  where: 'due_at IS NOT NULL',
  leaseMs: 30_000,
});

/** Has people reminded of a session at the times that follow of when it begins, and at no others. */
export async function remind(tx: Queryable, sessionId: string, startsAt: Date, now: number): Promise<void> {
  await forgetReminders(tx, sessionId);
  const wanted = remindersOf(startsAt.getTime(), now);
  await runWithNext(
    tx,
    prepared(
      `INSERT INTO reminders (session_id, minutes, due_at) SELECT $1, * FROM unnest($2::int[], $3::timestamptz[])
       ON CONFLICT (session_id, minutes) DO UPDATE SET due_at = excluded.due_at`,
      [sessionId, wanted.map(({ minutes }) => minutes), wanted.map(({ at }) => new Date(at))],
    ),
  );
}

/** Nobody is reminded of it. What is being told just now finds that out. */
export async function forgetReminders(tx: Queryable, sessionId: string): Promise<void> {
  await runWithNext(
    tx,
    prepared('UPDATE reminders SET due_at = NULL, leased_until = NULL WHERE session_id = $1', [sessionId]),
  );
}
