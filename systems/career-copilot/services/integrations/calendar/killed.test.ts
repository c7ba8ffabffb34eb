import { killedLooks } from '@banyan/calendars/testing';
import { startProcess } from '../../../kit/testing/process.ts';
import { variablesOf } from '../../../kit/testing/variables.ts';

/** Interviews in the calendars that people have elsewhere, of a service that is killed. */

const ADA = 7;

killedLooks(async (calendars) => ({
  env: await variablesOf('integrations', { WEBHOOK_NETWORKS: '127.0.0.0/8', ...calendars }),
  start: (env) => startProcess(new URL('../main.ts', import.meta.url), env),
  owner: ADA,
  make: (db, title, startsAt) =>
    db.query(
      `INSERT INTO interviews (user_id, application_id, title, location, starts_at, ends_at)
       VALUES (${ADA}, 3, $1, '', $2, $2::timestamptz + interval '1 hour')`,
      [title, startsAt],
    ),
  move: (db, title, startsAt) =>
    db.query(
      `UPDATE interviews SET version = version + 1, starts_at = $2, ends_at = $2::timestamptz + interval '1 hour'
       WHERE title = $1`,
      [title, startsAt],
    ),
  cancel: (db, title) =>
    db.query('UPDATE interviews SET version = version + 1, cancelled = true WHERE title = $1', [title]),
}));
