import { type Static, Type } from 'typebox';
import { Id, Nullable, Timestamp } from './common.ts';

const When = Type.String({ format: 'date-time' });

export const NewCalendar = Type.Object({
  connection_id: Id.properties.id,
  calendar_id: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 300,
      description: "The provider's. Default: `primary`, or the first one of a calendar server.",
    }),
  ),
});

/** An account at a calendar server (CalDAV). */
export const NewCalDav = Type.Object({
  url: Type.String({
    minLength: 1,
    maxLength: 500,
    description:
      'Of the server, https only: the rest is found by asking it, e.g. `https://caldav.fastmail.com`.',
  }),
  username: Type.String({ minLength: 1, maxLength: 200, pattern: '^[^:\\u0000-\\u001f\\u007f]+$' }),
  password: Type.String({
    minLength: 1,
    maxLength: 500,
    pattern: '^[^\\u0000-\\u001f\\u007f]+$',
    description:
      'Better one that the server has made for this program alone. It is kept encrypted, and shown to nobody.',
  }),
});
export type NewCalDav = Static<typeof NewCalDav>;
export const AccountCalendars = Type.Object({
  calendars: Type.Array(Type.Object({ calendar_id: Type.String(), name: Type.String() })),
});

export const Calendar = Type.Object({
  id: Type.Integer(),
  connection_id: Type.Integer(),
  calendar_id: Type.String(),
  synced_at: Nullable<Date>(Timestamp),
  error: Nullable<string>(Type.String({ description: 'Why the last look at it failed.' })),
});
export type Calendar = Static<typeof Calendar>;
export const Calendars = Type.Object({ calendars: Type.Array(Calendar) });

export const NewInterview = Type.Object({
  application_id: Id.properties.id,
  title: Type.String({ minLength: 1, maxLength: 200 }),
  location: Type.Optional(Type.String({ maxLength: 300 })),
  starts_at: When,
  ends_at: When,
});
export type NewInterview = Static<typeof NewInterview>;
export const InterviewChange = Type.Partial(NewInterview);
export type InterviewChange = Static<typeof InterviewChange>;

export const Busy = Type.Object({
  title: Type.String(),
  starts_at: Timestamp,
  ends_at: Timestamp,
  calendar: Type.Integer(),
});
export type Busy = Static<typeof Busy>;

export const Interview = Type.Object({
  id: Type.Integer(),
  application_id: Type.Integer(),
  title: Type.String(),
  location: Type.String(),
  starts_at: Timestamp,
  ends_at: Timestamp,
});
export type Interview = Static<typeof Interview>;
export const InterviewWithConflicts = Type.Object({
  ...Interview.properties,
  conflicts: Type.Array(Busy, { description: 'What else is then, in the calendars, 20 at most.' }),
});
export const Span = Type.Object({ from: When, to: When });
export const Interviews = Type.Object({ interviews: Type.Array(Interview) });
export const BusyTimes = Type.Object({ busy: Type.Array(Busy) });
