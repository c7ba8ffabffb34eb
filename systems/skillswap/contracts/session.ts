/** What the session service says to the others. What it answers to clients is in api/sessions.ts. */
import { connectionEvents } from '@banyan/connections/contracts';
import { defineContracts, event } from '@banyan/events';
import { Type } from 'typebox';
import { Uuid } from '../api/common.ts';
import { Availability, DISPUTE_OUTCOMES } from '../api/sessions.ts';
import { SYSTEM } from './common.ts';

const ofSession = (summary: string) =>
  ({ service: 'session', summary, version: 1, key: 'sessionId' }) as const;

const Moment = Type.String({ format: 'date-time' });
const Credits = Type.Integer({ minimum: 0 });

const Parties = { sessionId: Uuid, seekerId: Uuid, providerId: Uuid };
const Session = {
  ...Parties,
  skillId: Uuid,
  startsAt: Moment,
  endsAt: Moment,
  credits: Type.Integer({ minimum: 0, description: 'What it costs the seeker.' }),
};
const Moved = {
  ...Session,
  actorId: Type.Optional({ ...Uuid, description: 'Who has done it; left out: nobody, it was time.' }),
};

const { AccountConnected, ConnectionLost } = connectionEvents(Uuid);
const ofAccount = { service: 'session', version: 1, key: 'userId' } as const;

const Rating = { raterId: Uuid, ratedId: Uuid, stars: Type.Integer({ minimum: 1, maximum: 5 }) };

export const contracts = defineContracts({
  system: SYSTEM,
  events: {
    SessionRequested: event({
      ...ofSession('Somebody asks somebody for a session, and the credits for it are set aside.'),
      data: Type.Object({ ...Session, hourlyRate: Credits }),
    }),
    SessionRescheduled: event({
      ...ofSession('It is asked for anew, at another time.'),
      data: Type.Object({
        ...Moved,
        movedFrom: { ...Moment, description: 'When it would have begun before.' },
      }),
    }),
    SessionAccepted: event({ ...ofSession('The provider will teach.'), data: Type.Object(Moved) }),
    SessionDeclined: event({ ...ofSession('The provider will not teach.'), data: Type.Object(Moved) }),
    SessionScheduled: event({ ...ofSession('There is a room for it.'), data: Type.Object(Moved) }),
    SessionStarted: event({ ...ofSession('It has begun.'), data: Type.Object(Moved) }),
    SessionCompleted: event({ ...ofSession('It is over.'), data: Type.Object(Moved) }),
    SessionCancelled: event({
      ...ofSession('It will not be, or was not.'),
      data: Type.Object({
        ...Moved,
        how: Type.Enum(['cancel', 'noShow', 'expire', 'lapse']),
        providerCredits: Type.Integer({
          minimum: 0,
          description: 'What of its credits the provider gets all the same, before the fee.',
        }),
      }),
    }),
    SessionRated: event({
      ...ofSession('One has said how the other one was.'),
      data: Type.Object({ ...Parties, ...Rating }),
    }),
    SessionKnown: event({
      ...ofSession(
        'A session was completed, as its row says: whoever has completed it tells people by itself, and nobody is to be told again.',
      ),
      data: Type.Object({ ...Session, completedAt: Moment }),
    }),
    RatingKnown: event({
      ...ofSession('How one of a session was, as the row of the rating says.'),
      data: Type.Object({ sessionId: Uuid, ...Rating, ratedAt: Moment }),
    }),
    AvailabilityChanged: event({
      ...ofSession('Somebody has said anew when they have time, all of it.'),
      key: 'userId',
      data: Type.Object({ userId: Uuid, ...Availability.properties }),
    }),
    SessionReminderDue: event({
      ...ofSession('Both are to be reminded that it begins.'),
      data: Type.Object({
        ...Parties,
        startsAt: Moment,
        endsAt: Moment,
        minutes: Type.Integer({ description: 'So long before it begins.' }),
      }),
    }),
    SessionDisputed: event({
      ...ofSession('One does not agree with what the other one says of how it went.'),
      data: Type.Object({ ...Parties, openedBy: Uuid, decidesAt: Moment }),
    }),
    SessionDisputeDecided: event({
      ...ofSession('It is decided who has the credits of a session.'),
      data: Type.Object({ ...Parties, outcome: Type.Enum([...DISPUTE_OUTCOMES]) }),
    }),
    SessionCreditsLost: event({
      ...ofSession(
        'What was held for a session was not there any more when it was to be paid: somebody has to look.',
      ),
      data: Type.Object({ ...Parties, credits: Credits }),
    }),
    AccountConnected: event({ ...ofAccount, ...AccountConnected }),
    ConnectionLost: event({ ...ofAccount, ...ConnectionLost }),
  },
});
