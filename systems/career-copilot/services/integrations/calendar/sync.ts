import type pg from 'pg';
import { changeOf, eventIdOf, googleEventOf } from './events.ts';
import { type CalendarAt, CalendarError, deleteEvent, listEvents, putEvent } from './google.ts';
import * as store from './store.ts';

const DAY_MS = 86_400_000;
/** What is over for longer is nobody's conflict. */
const READ_BACK_MS = DAY_MS;

/**
 * Brings a calendar up to date with the interviews of its user, then reads what has changed in it. Each half can be broken off and done again:
 * an event is put under an id of ours, and what was read is kept together with the token that it ends with. Throws `CalendarError`.
 */
export async function syncCalendar(pool: pg.Pool, due: store.Due, at: CalendarAt, now: Date): Promise<void> {
  for (const one of await store.unpushed(pool, due)) {
    if (one.cancelled) await deleteEvent(at, eventIdOf(one.key));
    else await putEvent(at, googleEventOf(one));
    await store.notePushed(pool, due.id, one);
  }
  const { whole, items, syncToken } = await readChanges(due, at, now);
  const changes = items.flatMap((item) => changeOf(item) ?? []);
  await store.applyChanges(pool, due.id, { changes, syncToken, whole });
}

/** A token that is over means that all has to be read again. */
async function readChanges(due: store.Due, at: CalendarAt, now: Date) {
  const from = new Date(now.getTime() - READ_BACK_MS);
  if (due.syncToken !== null)
    try {
      return { whole: false, ...(await listEvents(at, due.syncToken, from)) };
    } catch (error) {
      if (!(error instanceof CalendarError) || error.code !== 'SYNC_TOKEN_GONE') throw error;
    }
  return { whole: true, ...(await listEvents(at, null, from)) };
}
