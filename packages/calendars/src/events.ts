import { storableText } from '@banyan/postgres';

/** Events of calendars elsewhere as they are kept here, and the names of our own: pure. */

/** One object of a calendar, with all the times that it blocks: none if it is gone, or leaves one free. */
export type Change = { externalId: string; busy: BusyTime[] };
export type BusyTime = { title: string; startsAt: Date; endsAt: Date };

/** What a system puts into a calendar, as it is there. */
export type OwnEvent = {
  key: string;
  title: string;
  location: string;
  startsAt: Date;
  endsAt: Date;
  /** Left out: the calendar's. */
  status?: 'TENTATIVE' | 'CONFIRMED';
};

/** By what a system's own events are known. It stays as it is for ever: they are in people's calendars. */
export type Ours = {
  /** Their ids begin with it: at least five of the letters a to v and digits, since Google takes no others. */
  prefix: string;
  /** The program that writes them: `-//Banyan//Career Copilot//EN`. */
  product: string;
};

const LONGEST_TITLE = 300;
const LONGEST_ID = 1_000;

export const eventIdOf = ({ prefix }: Ours, key: string) => prefix + key.replaceAll('-', '');
export const isOurs = ({ prefix }: Ours, id: string) => id.startsWith(prefix);
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
