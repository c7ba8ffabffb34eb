/** What calendars answer to clients, whatever the system. Read by pages too, so nothing but schemas is in here. */
import { Id } from '@banyan/connections/api';
import { Nullable, Timestamp } from '@banyan/monolith/api';
import { type Static, Type } from 'typebox';

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

export const Busy = Type.Object({
  title: Type.String(),
  starts_at: Timestamp,
  ends_at: Timestamp,
  calendar: Type.Integer(),
});
export type Busy = Static<typeof Busy>;
export const BusyTimes = Type.Object({ busy: Type.Array(Busy) });
export const Span = Type.Object({ from: When, to: When });
