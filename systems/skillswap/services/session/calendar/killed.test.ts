import { randomUUID } from 'node:crypto';
import { killedLooks } from '@banyan/calendars/testing';
import { startProcess, variablesOf } from '../../../kit/testing/service.ts';

/** Sessions in the calendars that people have elsewhere, of a service that is killed. */

const ADA = randomUUID();
const OF_SKILL = 'skill_id = (SELECT id FROM skills WHERE name = $1)';

killedLooks(async (calendars) => ({
  env: await variablesOf('session', { CALENDAR_NETWORKS: '127.0.0.0/8', ...calendars }),
  start: (env) => startProcess(new URL('../main.ts', import.meta.url), env),
  owner: ADA,
  // A session is called by its skill.
  make: (db, title, startsAt) =>
    db.query(
      `WITH skill AS (INSERT INTO skills VALUES (gen_random_uuid(), $1) RETURNING id)
       INSERT INTO sessions (seeker_id, provider_id, skill_id, starts_at, ends_at, state, hourly_rate, credits)
       SELECT $3, gen_random_uuid(), id, $2, $2::timestamptz + interval '1 hour', 'ACCEPTED', 0, 0 FROM skill`,
      [title, startsAt, ADA],
    ),
  move: (db, title, startsAt) =>
    db.query(
      `UPDATE sessions SET version = version + 1, starts_at = $2, ends_at = $2::timestamptz + interval '1 hour'
       WHERE ${OF_SKILL}`,
      [title, startsAt],
    ),
  cancel: (db, title) =>
    db.query(`UPDATE sessions SET version = version + 1, state = 'CANCELLED' WHERE ${OF_SKILL}`, [title]),
}));
