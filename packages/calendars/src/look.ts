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
 * again: an event is put under an id of ours, of which it is noted before that it may be there, and what was read is kept together with the token that it
 * ends with. False: there is more. Throws `CalendarError`.
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
    await bring(pool, due, one, calendar);
  }
  if (reads) await store.applyChanges(pool, due.id, await readChanges(due, calendar, Date.now()));
  else await store.noteLook(pool, due.id);
  return unpushed.length < store.MOST_PUSHED;
}

/** Whoever is killed on the way leaves it on record that the event may be there: so it is changed and removed though nobody saw it arrive. */
async function bring(pool: Db, { id }: store.Due, one: store.Unpushed, calendar: RemoteCalendar) {
  if (one.isGone) {
    await calendar.remove(one.key);
    return await store.notePushed(pool, id, one, { removedThere: false });
  }
  if (one.isAdded && !one.known) await store.noteBegun(pool, id, one);
  const isThere = await calendar.put(one, one.known || !one.isAdded);
  // It had never come there, and is not to come any more.
  if (!isThere && !one.known && !one.isAdded) return await store.forgetBegun(pool, id, one);
  await store.notePushed(pool, id, one, { removedThere: !isThere });
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
