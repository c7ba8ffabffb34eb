import { defineContracts, type Envelope, type EventingDefinition, type HandlerContext } from '@banyan/events';
import { hearOfRow, type Telling, tellOf, tellOfRow } from '@banyan/notifications';
import { erasePerson } from '@banyan/service';
import { contracts as own } from '../../contracts/notification.ts';
import { contracts as payment } from '../../contracts/payment.ts';
import { contracts as session } from '../../contracts/session.ts';
import { contracts as user } from '../../contracts/user.ts';
import { personalTables } from './personal-data.ts';
import { type Kind, kindOfRow } from './templates/kinds.ts';

const { CreditsAdded, CreditsReleased, CreditsTransferred } = payment.events;
const { SessionRequested, SessionRescheduled, SessionAccepted, SessionDeclined } = session.events;
const { SessionScheduled, SessionStarted, SessionCompleted, SessionCancelled } = session.events;
const { SessionReminderDue, SessionDisputed, SessionDisputeDecided, ConnectionLost } = session.events;

const { UserRegistered, UserDeleted } = user.events;

const heard = {
  UserRegistered,
  CreditsAdded,
  CreditsReleased,
  CreditsTransferred,
  SessionRequested,
  SessionRescheduled,
  SessionAccepted,
  SessionDeclined,
  SessionScheduled,
  SessionStarted,
  SessionCompleted,
  SessionCancelled,
  SessionReminderDue,
  SessionDisputed,
  SessionDisputeDecided,
  ConnectionLost,
};

/** What notification says and hears. */
export const contracts = defineContracts({
  ...own,
  events: { ...own.events, ...heard, UserDeleted },
});
type Contracts = typeof contracts;
type Heard = keyof typeof heard;
type MessageOf<T extends Heard> = Envelope<
  Parameters<NonNullable<NonNullable<EventingDefinition<Contracts>['on']>[T]>>[0]['data']
>;

type Told = {
  userId: string;
  fact: string;
  kind: Kind;
  parameters: Record<string, unknown>;
  expiresAt?: Date;
};

type Parties = { sessionId: string; seekerId: string; providerId: string };

/** Those of the two who have not done it themselves, in the order of their ids, in which whoever tells several does so. */
function others({ seekerId, providerId }: Parties, actorId: string | undefined): string[] {
  return [seekerId, providerId].filter((one) => one !== actorId).sort();
}

/** Tells them of a step of a session. A step is told once by its owner, so its message's id names it. */
const step =
  (kind: Kind) =>
  ({
    id,
    data,
  }: {
    id: string;
    data: Parties & { startsAt: string; credits: number; actorId?: string };
  }): Told[] => {
    const { sessionId, startsAt, credits, actorId } = data;
    const told = { fact: `${kind}:${id}`, kind, parameters: { sessionId, startsAt, credits } };
    return others(data, actorId).map((userId) => ({ userId, ...told }));
  };

/** Whom each event tells what. Pure. The fact is named by what the event's owner tells once, so that two messages of it are one. */
export const facts: { [T in Heard]: (message: MessageOf<T>) => Told[] } = {
  // With what everybody begins nobody needs to be told.
  CreditsAdded: ({ data: { userId, credits, transactionId, reason } }) =>
    reason === 'OPENING'
      ? []
      : [
          {
            userId,
            fact: `credits-added:${transactionId}`,
            kind: 'credits_added',
            parameters: { credits, reason },
          },
        ],
  CreditsReleased: ({ data: { userId, holdId, credits } }) => [
    { userId, fact: `credits-released:${holdId}`, kind: 'credits_released', parameters: { credits } },
  ],
  // Who pays has agreed to it before.
  CreditsTransferred: ({ data: { toUserId: userId, amount, platformFee: fee, transactionId } }) => [
    {
      userId,
      fact: `credits-transferred:${transactionId}`,
      kind: 'credits_received',
      parameters: { credits: amount - fee, fee },
    },
  ],
  UserRegistered: ({ data: { userId, fullName: name } }) => [
    { userId, fact: `welcome:${userId}`, kind: 'welcome', parameters: { name } },
  ],
  SessionRequested: ({ id, data }) =>
    step('session_requested')({ id, data: { ...data, actorId: data.seekerId } }),
  SessionRescheduled: step('session_rescheduled'),
  SessionAccepted: step('session_accepted'),
  SessionDeclined: step('session_declined'),
  SessionScheduled: step('session_scheduled'),
  SessionStarted: step('session_in_progress'),
  SessionCompleted: step('session_completed'),
  SessionCancelled: step('session_cancelled'),
  // Of no use when it has begun.
  SessionReminderDue: ({ data: { sessionId, startsAt, minutes, ...parties } }) =>
    others({ sessionId, ...parties }, undefined).map((userId) => ({
      userId,
      fact: `session-reminder:${sessionId}:${startsAt}:${minutes}`,
      kind: 'session_reminder',
      parameters: { sessionId, startsAt },
      expiresAt: new Date(startsAt),
    })),
  SessionDisputed: ({ id, data: { openedBy, decidesAt, ...parties } }) =>
    others(parties, openedBy).map((userId) => ({
      userId,
      fact: `session-disputed:${id}`,
      kind: 'session_disputed',
      parameters: { sessionId: parties.sessionId, decidesAt },
    })),
  SessionDisputeDecided: ({ id, data: { outcome, ...parties } }) =>
    others(parties, undefined).map((userId) => ({
      userId,
      fact: `session-decided:${id}`,
      kind: 'session_decided',
      parameters: { sessionId: parties.sessionId, outcome },
    })),
  ConnectionLost: ({ id, data: { userId, provider } }) => [
    { userId, fact: `calendar-lost:${id}`, kind: 'calendar_lost', parameters: { provider } },
  ],
};

/** Tells people of what other services say. What was there before anybody asked (`recipient`) is no news. */
export function followOthers(host: Telling): NonNullable<EventingDefinition<Contracts>['on']> {
  const told =
    <T extends Heard>(type: T) =>
    async (message: MessageOf<T>, context: HandlerContext<Contracts>) => {
      if (message.recipient !== undefined) return;
      const at = new Date(message.time);
      for (const one of facts[type](message)) await tellOf(host, { ...one, at }, context);
    };
  const welcome = told('UserRegistered');
  return {
    // Nobody is asked here to confirm an address.
    UserRegistered: async (message, context) => {
      const { userId, email, fullName: name } = message.data;
      await host.people.remember(context.tx, { userId, email, name, isConfirmed: true });
      await welcome(message, context);
    },
    UserDeleted: async ({ data: { userId } }, { tx }) => void (await erasePerson(tx, personalTables, userId)),
    CreditsAdded: told('CreditsAdded'),
    CreditsReleased: told('CreditsReleased'),
    CreditsTransferred: told('CreditsTransferred'),
    SessionRequested: told('SessionRequested'),
    SessionRescheduled: told('SessionRescheduled'),
    SessionAccepted: told('SessionAccepted'),
    SessionDeclined: told('SessionDeclined'),
    SessionScheduled: told('SessionScheduled'),
    SessionStarted: told('SessionStarted'),
    SessionCompleted: told('SessionCompleted'),
    SessionCancelled: told('SessionCancelled'),
    SessionReminderDue: told('SessionReminderDue'),
    SessionDisputed: told('SessionDisputed'),
    SessionDisputeDecided: told('SessionDisputeDecided'),
    ConnectionLost: told('ConnectionLost'),
    // What the monolith tells it tells by rows alone.
    NotificationSent: async (message, context) => {
      await hearOfRow(message, context);
      const kind = kindOfRow(message.data.kind);
      if (kind) await tellOfRow(host, kind, message, context);
    },
  };
}
