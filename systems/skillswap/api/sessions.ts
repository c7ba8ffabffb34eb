import { type Static, Type } from 'typebox';
import { SESSION_MINUTES } from '../kit/availability/slots.ts';
import { SESSION_STATES } from '../kit/sessions/transitions.ts';
import { Nullable, Paging, Text, Timestamp, Uuid } from './common.ts';

const Moment = Type.String({ format: 'date-time' });
/** With its type, or a query's would stay text. */
const Minutes = Type.Unsafe<number>({ type: 'integer', enum: [...SESSION_MINUTES] });
/** `HH:MM` on a wall clock; 24:00 is the end of a day. */
const TimeOfDay = Type.String({ pattern: '^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$' });

export const Availability = Type.Object({
  /** IANA name, e.g. `Europe/Berlin`. */
  zone: Text(64, 1),
  hours: Type.Array(
    Type.Object({ weekday: Type.Integer({ minimum: 1, maximum: 7 }), from: TimeOfDay, to: TimeOfDay }),
    { maxItems: 100 },
  ),
});
export type Availability = Static<typeof Availability>;

export const SlotQuery = Type.Object({ providerId: Uuid, from: Moment, to: Moment, minutes: Minutes });
export type SlotQuery = Static<typeof SlotQuery>;

export const Slot = Type.Object({ startsAt: Timestamp, endsAt: Timestamp });

export const Booking = Type.Object({
  providerId: Uuid,
  skillId: Uuid,
  startsAt: Moment,
  minutes: Minutes,
  message: Type.Optional(Nullable<string>(Text(2000))),
});
export type Booking = Static<typeof Booking>;

export const Session = Type.Object({
  id: Type.String(),
  seekerId: Type.String(),
  providerId: Type.String(),
  skillId: Type.String(),
  skillName: Type.String(),
  startsAt: Timestamp,
  endsAt: Timestamp,
  state: Type.String(),
  hourlyRate: Type.Integer(),
  /** What it costs the seeker. */
  credits: Type.Integer(),
  message: Nullable<string>(Type.String()),
  roomUrl: Nullable<string>(Type.String()),
  cancelReason: Nullable<string>(Type.String()),
  createdAt: Timestamp,
  updatedAt: Timestamp,
  version: Type.Integer(),
});

export const SessionQuery = Type.Object({
  ...Paging,
  role: Type.Optional(Type.Enum(['SEEKER', 'PROVIDER'])),
  state: Type.Optional(Type.Enum([...SESSION_STATES])),
});
export type SessionQuery = Static<typeof SessionQuery>;

export const Cancellation = Nullable<{ reason?: string }>(Type.Object({ reason: Type.Optional(Text(500)) }));

export const HistoryEntry = Type.Object({
  fromState: Nullable<string>(Type.String()),
  toState: Type.String(),
  /** Null: nobody, it was time. */
  actorId: Nullable<string>(Type.String()),
  note: Nullable<string>(Type.String()),
  createdAt: Timestamp,
});

export const NewRating = Type.Object({
  stars: Type.Integer({ minimum: 1, maximum: 5 }),
  comment: Type.Optional(Nullable<string>(Text(2000))),
});
export type NewRating = Static<typeof NewRating>;

export const Rating = Type.Object({
  raterId: Type.String(),
  ratedId: Type.String(),
  stars: Type.Integer(),
  comment: Nullable<string>(Type.String()),
  createdAt: Timestamp,
});
