/** Events of a Google calendar as they are kept here, and interviews as they are kept there: pure. */

/** As much of an event as is looked at. */
export type GoogleEvent = {
  id: string;
  status?: string;
  summary?: string;
  transparency?: string;
  start?: { dateTime?: string; date?: string };
  end?: { dateTime?: string; date?: string };
};

export type Change =
  | { is: 'busy'; externalId: string; title: string; startsAt: Date; endsAt: Date }
  | { is: 'gone'; externalId: string };

/** Ids of our own events begin with it; Google takes the letters a to v and digits. */
const OURS = 'ccinterv';
const LONGEST_TITLE = 300;
const LONGEST_ID = 1_100;

export const eventIdOf = (key: string) => OURS + key.replaceAll('-', '');

/** Undefined: one of ours, or nothing that can be kept. What does not block time is as good as gone. */
export function changeOf({
  id,
  status,
  summary = '',
  transparency,
  start,
  end,
}: GoogleEvent): Change | undefined {
  if (id.startsWith(OURS) || id.length > LONGEST_ID) return undefined;
  const [startsAt, endsAt] = [instantOf(start), instantOf(end)];
  if (status === 'cancelled' || transparency === 'transparent' || !startsAt || !endsAt || endsAt <= startsAt)
    return { is: 'gone', externalId: id };
  const title = summary.replaceAll('\u0000', '').toWellFormed().slice(0, LONGEST_TITLE);
  return { is: 'busy', externalId: id, title, startsAt, endsAt };
}

/** Of a whole day, which has no zone: as if it were in UTC. */
function instantOf(when: GoogleEvent['start']): Date | undefined {
  const date = new Date(when?.dateTime ?? when?.date ?? '');
  return Number.isNaN(date.getTime()) ? undefined : date;
}

export type OwnEvent = { key: string; title: string; location: string; startsAt: Date; endsAt: Date };

export function googleEventOf({ key, title, location, startsAt, endsAt }: OwnEvent): Record<string, unknown> {
  return {
    id: eventIdOf(key),
    // One that was removed there comes back when it is moved here.
    status: 'confirmed',
    summary: title,
    location,
    start: { dateTime: startsAt.toISOString() },
    end: { dateTime: endsAt.toISOString() },
  };
}
