import { calendarTables } from '@banyan/calendars';
import { connectionTables } from '@banyan/connections';
import type { Db } from '@banyan/postgres';
import type { PersonalTable, PersonalTables } from '@banyan/service';
import { linksBringRows } from '@banyan/service';
import { ApiError } from '../../kit/problems.ts';
import { TAKING, TRANSITIONS } from '../../kit/sessions/transitions.ts';
import { type MovingHost, move } from './sessions/move.ts';

const BOTH = '$1 IN (seeker_id, provider_id)';
const SHARED = 'sessions are also the other one’s: when, what and how it ended, without names';
const BOOKS = 'the credits of sessions: the books';
const ofSessions = `session_id IN (SELECT id FROM sessions WHERE ${BOTH})`;
/** By links, while there are any. */
const brought = (one: PersonalTable): PersonalTable => ({ ...one, brought: true });

/** What session has about people, and what becomes of it with their account. What they wrote goes, what was agreed stays. */
export const personalTables: PersonalTables = {
  tables: [
    brought({ table: 'availability', of: 'user_id = $1', erased: 'delete' }),
    brought({
      table: 'sessions',
      of: 'seeker_id = $1',
      erased: { set: 'message = NULL', still: 'message IS NOT NULL' },
    }),
    brought({
      table: 'sessions',
      of: 'provider_id = $1',
      // What the other one wrote to them.
      archived: 'id, seeker_id, skill_id, starts_at, ends_at, state, credits',
    }),
    brought({ table: 'sessions', of: BOTH, archived: null, kept: SHARED }),
    brought({
      table: 'ratings',
      of: 'rater_id = $1',
      erased: { set: 'comment = NULL', still: 'comment IS NOT NULL' },
      kept: 'stars count with whoever was rated',
    }),
    brought({
      table: 'ratings',
      of: 'rated_id = $1',
      archived: 'id, session_id, stars, comment, created_at',
      kept: 'they are whoever’s who rated',
    }),
    brought({
      table: 'disputes',
      of: 'opened_by = $1',
      erased: { set: `reason = ''`, still: `reason <> ''` },
      kept: 'how disputes were decided, which the credits follow',
    }),
    {
      table: 'recordings',
      of: ofSessions,
      archived: 'id, session_id, state, seconds, bytes, recorded_at, kept_until',
    },
    // Of each its file goes before (`eraseOf`).
    { table: 'recordings', of: `${ofSessions} AND state = 'ERASED'`, archived: null, erased: 'delete' },
    { table: 'calendar_links', of: 'user_id = $1', archived: null, erased: 'delete' },
    ...calendarTables,
    ...connectionTables,
    { table: 'session_credits', of: BOTH, archived: null, kept: BOOKS },
    brought({ table: 'settlements', of: ofSessions, archived: null, kept: BOOKS }),
    brought({ table: 'credit_holds', of: ofSessions, archived: null, kept: BOOKS }),
    brought({
      table: 'session_history',
      of: 'actor_id = $1',
      erased: { set: 'note = NULL', still: 'note IS NOT NULL' },
      kept: SHARED,
    }),
    brought({ table: 'skill_profiles', of: 'user_id = $1', kept: 'how they were rated, without a name' }),
    brought({ table: 'offered_skills', of: 'user_id = $1', archived: null, erased: 'delete' }),
    brought({
      table: 'people',
      of: 'id = $1',
      erased: { set: `status = 'DELETED', time_zone = 'UTC'`, still: `status <> 'DELETED'` },
      kept: 'that somebody of this id is gone',
    }),
  ],
  impersonal: ['skills', 'reminders', 'rooms'],
};

/** Whether somebody has sessions that are not over, or whose credits may still become theirs. */
export async function hasOpenSessions(db: Db, person: string): Promise<boolean> {
  if ((await openOf(db, person)).length > 0) return true;
  const { rowCount } = await db.query(
    `SELECT FROM session_credits WHERE ${BOTH} AND state IN ('DUE', 'DISPUTED') AND due_at > now() LIMIT 1`,
    [person],
  );
  return rowCount === 1;
}

/**
 * Cancels what is still open, as they could have themselves: the other one is told, and who pays has back what the rule gives. What has begun
 * ends by itself, and is waited for. Resolves with how much that is.
 */
export async function cancelOpen(
  host: MovingHost,
  person: string,
  now: number,
): Promise<Record<string, number>> {
  const cancel = async ({ id: sessionId }: { id: string }) =>
    await move(host, { sessionId, action: 'cancel', actorId: person, now, note: 'Account deleted' });
  // While links bring sessions they may be the monolith's, which lets nobody go who has one.
  if (!(await linksBringRows(host.pool)))
    for (const open of await openOf(host.pool, person)) {
      if (!TRANSITIONS.cancel.from.includes(open.state)) continue;
      // Somebody has moved it since: it is looked at again.
      await cancel(open).catch((error: unknown) => {
        if (!(error instanceof ApiError)) throw error;
      });
    }
  const left = await openOf(host.pool, person);
  return left.length > 0 ? { 'open sessions': left.length } : {};
}

async function openOf(db: Db, person: string) {
  const { rows } = await db.query<{ id: string; state: (typeof TAKING)[number] }>(
    `SELECT id, state FROM sessions WHERE ${BOTH} AND state = ANY ($2) AND booked`,
    [person, TAKING],
  );
  return rows;
}
