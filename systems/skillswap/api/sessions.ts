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

export const Rescheduling = Type.Object({ startsAt: Moment });

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

export const NewDispute = Type.Object({ reason: Text(2000, 1) });

export const DISPUTE_OUTCOMES = ['SEEKER', 'PROVIDER', 'SPLIT'] as const;
export type DisputeOutcome = (typeof DISPUTE_OUTCOMES)[number];

export const DisputeDecision = Type.Object({
  outcome: Type.Enum([...DISPUTE_OUTCOMES], {
    description: 'Who has the credits; SPLIT: half of them each.',
  }),
  note: Type.Optional(Text(2000)),
});

/** That somebody does not agree with what the other one says of how a session went. Its credits are held until it is decided. */
export const Dispute = Type.Object({
  sessionId: Uuid,
  openedBy: Uuid,
  reason: Type.String(),
  openedAt: Timestamp,
  /** Undecided by then, it ends in favour of the seeker. */
  decidesAt: Timestamp,
  outcome: Nullable<DisputeOutcome>(Type.String()),
  note: Nullable<string>(Type.String()),
  decidedAt: Nullable<Date>(Timestamp),
});

/** With what somebody enters the room of a session, by LiveKit's clients. */
export const RoomPass = Type.Object({
  url: Type.String(),
  token: Type.String(),
  /** From then on nobody enters with it. */
  expiresAt: Timestamp,
  isRecorded: Type.Boolean({
    description: 'What is said and shown in the room is recorded: say so before somebody enters.',
  }),
});

/** Something that was recorded of a session. */
export const Recording = Type.Object({
  id: Type.String(),
  state: Type.Enum(['COMING', 'KEPT', 'TOO_LARGE', 'LOST', 'ERASED'], {
    description: 'COMING: it will be kept. TOO_LARGE, LOST: it could not be. ERASED: not any more.',
  }),
  seconds: Type.Integer(),
  bytes: Nullable<number>(Type.Integer()),
  recordedAt: Timestamp,
  /** Then it is erased, or when one of both deletes their account. */
  keptUntil: Timestamp,
  /** To the file, while it is kept. */
  link: Nullable<{ url: string; expiresAt: Date }>(Type.Object({ url: Type.String(), expiresAt: Timestamp })),
});

export const FileLinkQuery = Type.Object({
  expires: Type.Integer({ minimum: 0, maximum: 100_000_000_000 }),
  signature: Text(100, 1),
});

/** Where programs of calendars read somebody's sessions, without a login: whoever has it reads them. */
export const CalendarLink = Type.Object({ path: Type.String() });
