import type { Events } from '@banyan/events';
import type { Db } from '@banyan/postgres';
import type { Matching } from './matching/matching.ts';
import type { Recommendation } from './matching/ranking.ts';
import type { contracts } from './messages.ts';

/** What routes are given. */
export type Given = {
  pool: Db;
  /** ms since 1970. */
  clock: () => number;
  events: Events<typeof contracts>;
  matching: Matching;
  /** Undefined: there is no such service. */
  recommendation: Recommendation | undefined;
};
