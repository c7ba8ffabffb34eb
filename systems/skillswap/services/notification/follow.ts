import { defineContracts, type Envelope, type EventingDefinition, type HandlerContext } from '@banyan/events';
import { hearOfRow, type Telling, tellOf } from '@banyan/notifications';
import { contracts as own } from '../../contracts/notification.ts';
import { contracts as payment } from '../../contracts/payment.ts';
import type { Kind } from './templates/kinds.ts';

const { CreditsAdded, CreditsReleased, CreditsTransferred } = payment.events;

/** What notification says and hears. */
export const contracts = defineContracts({
  ...own,
  events: { ...own.events, CreditsAdded, CreditsReleased, CreditsTransferred },
});
type Contracts = typeof contracts;
type Heard = 'CreditsAdded' | 'CreditsReleased' | 'CreditsTransferred';
type MessageOf<T extends Heard> = Envelope<
  Parameters<NonNullable<NonNullable<EventingDefinition<Contracts>['on']>[T]>>[0]['data']
>;

type Told = { userId: string; fact: string; kind: Kind; parameters: Record<string, unknown> };

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
  return {
    CreditsAdded: told('CreditsAdded'),
    CreditsReleased: told('CreditsReleased'),
    CreditsTransferred: told('CreditsTransferred'),
    NotificationSent: hearOfRow,
  };
}
