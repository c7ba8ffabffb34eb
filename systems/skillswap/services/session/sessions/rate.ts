import { withTransaction } from '@banyan/postgres';
import type { NewRating } from '../../../api/sessions.ts';
import { ApiError } from '../../../kit/problems.ts';
import type { MovingHost } from './move.ts';
import * as store from './store.ts';

/** One side of a session says, once, how the other one was. Throws `SESSION_NOT_FOUND`, `NOT_COMPLETED`, `ALREADY_RATED`. */
export async function rate(
  { pool, events }: Pick<MovingHost, 'pool' | 'events'>,
  sessionId: string,
  raterId: string,
  rating: NewRating,
) {
  return await withTransaction(pool, async (tx) => {
    const { seekerId, providerId, state } = await store.findSession(tx, sessionId, raterId);
    if (state !== 'COMPLETED') throw new ApiError('NOT_COMPLETED');
    const ratedId = raterId === seekerId ? providerId : seekerId;
    const made = await store.insertRating(tx, { sessionId, raterId, ratedId }, rating);
    if (!made) throw new ApiError('ALREADY_RATED');
    if (ratedId === providerId) await store.countRating(tx, providerId, rating.stars);
    const { stars } = rating;
    await events.publish(tx, 'SessionRated', { sessionId, seekerId, providerId, raterId, ratedId, stars });
    return made;
  });
}
