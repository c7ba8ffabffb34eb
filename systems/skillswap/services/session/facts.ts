import type { FromRows } from '@banyan/events';
import { contracts } from '../../contracts/session.ts';

export { contracts };

type SessionRow = {
  id: string;
  seeker_id: string;
  provider_id: string;
  skill_id: string;
  starts_at: Date;
  ends_at: Date;
  state: string;
  credits: number;
  updated_at: Date;
};
type RatingRow = { session_id: string; rater_id: string; rated_id: string; stars: number; created_at: Date };

const isCompleted = ({ state }: SessionRow) => state === 'COMPLETED';

/** Nothing but an erasure follows a completion, and it leaves the time of the last move as it is. */
const known = (row: SessionRow) =>
  isCompleted(row)
    ? ({
        type: 'SessionKnown',
        data: {
          ...{
            sessionId: row.id,
            seekerId: row.seeker_id,
            providerId: row.provider_id,
            skillId: row.skill_id,
          },
          ...{
            startsAt: row.starts_at.toISOString(),
            endsAt: row.ends_at.toISOString(),
            credits: row.credits,
          },
          completedAt: row.updated_at.toISOString(),
        },
      } as const)
    : undefined;

const rated = ({
  session_id: sessionId,
  rater_id: raterId,
  rated_id: ratedId,
  stars,
  created_at,
}: RatingRow) =>
  ({
    type: 'RatingKnown',
    data: { sessionId, raterId, ratedId, stars, ratedAt: created_at.toISOString() },
  }) as const;

/**
 * What the monolith does with sessions. It tells people of each step by a row of `notifications`, so that the steps are not told again: only what figures
 * are made of is, by events of its own.
 */
export const fromRows = {
  sessions: {
    insert: known,
    update: (before: SessionRow, after: SessionRow) => (isCompleted(before) ? undefined : known(after)),
    exists: known,
  },
  ratings: { insert: rated, exists: rated },
} satisfies FromRows<typeof contracts>;
