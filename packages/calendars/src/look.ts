import type { Db } from '@banyan/postgres';
import type { Leased } from '@banyan/service';
import { CalendarError, type RemoteCalendar, type Span } from './remote.ts';
import * as store from './store.ts';
import type { CalendarSystem } from './system.ts';

const DAY_MS = 86_400_000;
/** What is over for longer is nobody's conflict. */
const BACK_MS = DAY_MS;
/** So far ahead times are known that come again and again; all is read anew often enough for that to stay so. */
const AHEAD_MS = 180 * DAY_MS;
const WHOLE_EVERY_MS = 30 * DAY_MS;

/**
 * Brings a calendar up to date with what is to be in it, then reads what has changed in it, where the system does. Each half can be broken off and done
 * again: an event is put under an id of ours, and what was read is kept together with the token that it ends with. False: there is more. Throws `CalendarError`.
 */
export async function lookAt(
  pool: Db,
  { events, reads }: Pick<CalendarSystem, 'events' | 'reads'>,
  due: Leased<store.Due>,
  calendar: RemoteCalendar,
): Promise<boolean> {
  const unpushed = await store.unpushed(pool, events, due);
  for (const one of unpushed) {
    // Whoever has it by now has read what is newer.
    if (!(await store.calendars.extend(pool, due))) return true;
    let isThere = false;
    if (one.isGone) await calendar.remove(one.key);
    else isThere = await calendar.put(one, one.known);
    await store.notePushed(pool, due.id, one, { removedThere: !one.isGone && !isThere });
  }
  if (reads) await store.applyChanges(pool, due.id, await readChanges(due, calendar, Date.now()));
  else await store.noteLook(pool, due.id);
  return unpushed.length < store.MOST_PUSHED;
}

/** A token that is over means that all has to be read again. */
async function readChanges({ syncToken, wholeAt }: store.Due, calendar: RemoteCalendar, now: number) {
  const span: Span = { from: new Date(now - BACK_MS), to: new Date(now + AHEAD_MS) };
  const isFresh = wholeAt !== null && now - wholeAt.getTime() < WHOLE_EVERY_MS;
  if (syncToken !== null && isFresh)
    try {
      return { whole: false, ...(await calendar.changes(syncToken, span)) };
    } catch (error) {
      if (!(error instanceof CalendarError) || error.code !== 'SYNC_TOKEN_GONE') throw error;
    }
  return { whole: true, ...(await calendar.changes(null, span)) };
}
