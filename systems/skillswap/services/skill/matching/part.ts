import { repeatedWork, type ServicePart } from '@banyan/service';
import { Type } from 'typebox';
import { createMatching, type Matching } from './matching.ts';

const MatchingConfig = Type.Object({
  /** How long until a process that nobody asks looks what has changed, ms; whoever asks does not wait for it. */
  MATCH_FOLLOW_MS: Type.Integer({ minimum: 10, default: 1_000 }),
});

/** Reads the providers when the service opens, and follows what changes, so that there is little left to follow when somebody asks. */
export function matchingBy(clock: () => number): ServicePart<Matching, typeof MatchingConfig> {
  return {
    config: MatchingConfig,
    async start(host) {
      const matching = createMatching(host.pool, clock);
      const work = repeatedWork(host, {
        'follow providers': { everyMs: host.config.MATCH_FOLLOW_MS, run: matching.follow },
      });
      return { provided: matching, ...work };
    },
  };
}
