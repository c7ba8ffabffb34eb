import { storableText } from '@banyan/postgres';

/** Events of calendars elsewhere as they are kept here, and the names of our own: pure. */

/** One object of a calendar, with all the times that it blocks: none if it is gone, or leaves one free. */
export type Change = { externalId: string; busy: BusyTime[] };
export type BusyTime = { title: string; startsAt: Date; endsAt: Date };

/** An interview as it goes into a calendar. */
export type OwnEvent = { key: string; title: string; location: string; startsAt: Date; endsAt: Date };

/** Ids of our own events begin with it; Google takes the letters a to v and digits. */
const OURS = 'ccinterv';
const LONGEST_TITLE = 300;
const LONGEST_ID = 1_000;

export const eventIdOf = (key: string) => OURS + key.replaceAll('-', '');
export const isOurs = (id: string) => id.startsWith(OURS);
/** Whether an object of that id can be kept. */
export const isKept = (id: string) => id.length <= LONGEST_ID;

/** As it can be stored. Undefined: it takes no time, or its times are none. */
export function busyTime(
  title: string,
  startsAt: Date | undefined,
  endsAt: Date | undefined,
): BusyTime | undefined {
  if (!startsAt || !endsAt || !(endsAt > startsAt)) return undefined;
  return {
    title: storableText(title, LONGEST_TITLE),
    startsAt,
    endsAt,
  };
}
