import { calls, type ServiceClient } from '@banyan/service';
import { type Static, Type } from 'typebox';
import { KEEPERS, type Keeper, operations } from '../../contracts/personal-data.ts';

const Url = Type.Optional(Type.String({ minLength: 1 }));

/** Where services are that have something about people. One without an address is not there: what it would have is the monolith's. */
export const KeepersConfig = Type.Object({
  SESSION_URL: Url,
  PAYMENT_URL: Url,
  SKILL_URL: Url,
  NOTIFICATION_URL: Url,
  ANALYTICS_URL: Url,
});

/** Asks the others what they have of somebody, and to erase it. */
export const keepers = calls(operations, {
  config: KeepersConfig,
  urls: urlsIn,
  identity: 'service',
  policy: { answerBytes: 64 * 1_048_576, timeoutMs: 20_000, deadlineMs: 30_000, breaker: { openMs: 1_000 } },
});

export type Keepers = ServiceClient<typeof operations>;

/** Which of them there are. */
export function keepersIn(config: Static<typeof KeepersConfig>): Keeper[] {
  const urls = urlsIn(config);
  return KEEPERS.filter((keeper) => urls[keeper] !== undefined);
}

function urlsIn(config: Static<typeof KeepersConfig>): Record<Keeper, string | undefined> {
  return {
    session: config.SESSION_URL,
    payment: config.PAYMENT_URL,
    skill: config.SKILL_URL,
    notification: config.NOTIFICATION_URL,
    analytics: config.ANALYTICS_URL,
  };
}
