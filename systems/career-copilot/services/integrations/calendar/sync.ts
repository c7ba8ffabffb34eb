import { CalendarError, type RemoteCalendar, type Span } from '@banyan/calendars';
import type pg from 'pg';
import * as store from './store.ts';

const DAY_MS = 86_400_000;
/** What is over for longer is nobody's conflict. */
const BACK_MS = DAY_MS;
/** So far ahead times are known that come again and again; all is read anew often enough for that to stay so. */
const AHEAD_MS = 180 * DAY_MS;
const WHOLE_EVERY_MS = 30 * DAY_MS;

/**
 * Brings a calendar up to date with the interviews of its user, then reads what has changed in it. Each half can be broken off and done again:
 * an event is put under an id of ours, and what was read is kept together with the token that it ends with. Throws `CalendarError`.
 */
export async function syncCalendar(
  pool: pg.Pool,
  due: store.Due,
  calendar: RemoteCalendar,
  now: Date,
): Promise<void> {
  for (const one of await store.unpushed(pool, due)) {
    let isThere = false;
    if (one.cancelled) await calendar.remove(one.key);
    else isThere = await calendar.put(one, one.known);
    await store.notePushed(pool, due.id, one, { removedThere: !one.cancelled && !isThere });
  }
  await store.applyChanges(pool, due.id, await readChanges(due, calendar, now));
}

/** A token that is over means that all has to be read again. */
async function readChanges({ syncToken, wholeAt }: store.Due, calendar: RemoteCalendar, now: Date) {
  const at = now.getTime();
  const span: Span = { from: new Date(at - BACK_MS), to: new Date(at + AHEAD_MS) };
  const isFresh = wholeAt !== null && at - wholeAt.getTime() < WHOLE_EVERY_MS;
  if (syncToken !== null && isFresh)
    try {
      return { whole: false, ...(await calendar.changes(syncToken, span)) };
    } catch (error) {
      if (!(error instanceof CalendarError) || error.code !== 'SYNC_TOKEN_GONE') throw error;
    }
  return { whole: true, ...(await calendar.changes(null, span)) };
}
