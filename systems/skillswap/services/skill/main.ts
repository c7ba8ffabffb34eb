import { eventing } from '@banyan/events';
import { calls, defineService, GatewayConfig, gatewayIssuer, personalData } from '@banyan/service';
import { Type } from 'typebox';
import { contracts as recommendation } from '../../contracts/recommendation.ts';
import { contracts as user } from '../../contracts/user.ts';
import { GATEWAY_ISSUER } from '../../kit/tokens.ts';
import { fromRows } from './facts.ts';
import { followOthers } from './follow-others.ts';
import { matchingBy } from './matching/part.ts';
import { contracts } from './messages.ts';
import { peopleReading } from './people/reading.ts';
import { routesBy } from './routes.ts';

const RecommendationConfig = Type.Object({
  /** A service that ranks matches. Without it the score does. */
  RECOMMENDATION_URL: Type.Optional(Type.String({ minLength: 1 })),
});

const UserConfig = Type.Object({
  /** The user service, which says what others see of somebody. */
  USER_URL: Type.Optional(Type.String({ minLength: 1 })),
});

/** What can be taught, who teaches and wants what, and who may learn from whom. `clock`: ms since 1970. */
export function skillBy(clock: () => number) {
  return defineService({
    name: 'skill',
    config: Type.Object({ ...GatewayConfig.properties, ...RecommendationConfig.properties }),
    schema: new URL('schema.sql', import.meta.url),
    use: {
      personalData,
      events: eventing(contracts, { on: followOthers, fromRows }),
      users: calls(user.operations, {
        config: UserConfig,
        urls: ({ USER_URL }) => ({ user: USER_URL }),
        identity: 'service',
      }),
      people: peopleReading,
      matching: matchingBy(clock),
      recommendation: calls(recommendation.operations, {
        config: RecommendationConfig,
        urls: ({ RECOMMENDATION_URL }) => ({ recommendation: RECOMMENDATION_URL }),
        identity: 'service',
        // Whoever waits for matches has them by their score by then.
        policy: { deadlineMs: 300, breaker: { openMs: 10_000 } },
      }),
    },
    auth: { issuers: ({ config }) => gatewayIssuer(config, GATEWAY_ISSUER) },
    routes: routesBy(clock),
  });
}

export const skill = skillBy(Date.now);

if (import.meta.main) await skill.run();
