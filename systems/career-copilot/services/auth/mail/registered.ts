import type { EventingDefinition } from '@banyan/events';
import type { contracts } from '../../../contracts/auth.ts';
import * as store from './store.ts';

/**
 * For how long after a registration its address is worth a mail that asks to prove it, seconds: a week. While the link in it would lead nowhere,
 * since not all users are this service's yet, the mail waits.
 */
const WORTH_SECONDS = 604_800;

/**
 * Whoever registers is sent a link to prove their address: this service hears of it as all others do, be it that it or the monolith has
 * answered, and nobody who registers waits for it.
 */
export const mailRegistered: NonNullable<EventingDefinition<typeof contracts>['on']> = {
  UserRegistered: async ({ data: { email, registeredAt }, recipient }, { tx }) => {
    const lifeSeconds = secondsWorth(new Date(registeredAt), new Date());
    // What is told to somebody who asks who is there has not happened now.
    if (recipient !== undefined || lifeSeconds <= 0) return;
    await store.queueMail(tx, { kind: 'verify_email', email, lifeSeconds });
  },
};

/** For how long a mail to whoever registered then is worth sending. Pure. */
export function secondsWorth(registeredAt: Date, now: Date): number {
  const passed = Math.max(0, Math.floor((now.getTime() - registeredAt.getTime()) / 1_000));
  return Math.max(0, WORTH_SECONDS - passed);
}
