import type { Envelope } from '../envelope.ts';
import type { Subscription } from './bus.ts';

/** The same subscription, which passes over what is for one group that is another. Pure, but for what it calls. */
export function addressed(subscription: Subscription): Subscription {
  const { group } = subscription;
  const isOurs = ({ recipient }: Envelope) => recipient === undefined || recipient === group;
  return {
    ...subscription,
    async handle(message, delivery, signal) {
      if (isOurs(message)) await subscription.handle(message, delivery, signal);
    },
    ...(subscription.handleMany && {
      async handleMany(messages, signal) {
        const ours = messages.flatMap((message, at) => (isOurs(message) ? [at] : []));
        if (ours.length === 0) return { done: messages.length };
        const given = ours.map((at) => messages[at]!);
        const { done, failed } = await subscription.handleMany!(given, signal);
        return {
          done: ours[done] ?? messages.length,
          ...(failed && { failed: { ...failed, index: ours[failed.index]! } }),
        };
      },
    }),
  };
}
