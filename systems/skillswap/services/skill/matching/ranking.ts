import { CallError, type ServiceClient } from '@banyan/service';
import type { contracts } from '../../../contracts/recommendation.ts';
import type { Found } from './provider-index.ts';

export type Recommendation = ServiceClient<typeof contracts.operations>;

/** In the order of the recommendation service; by score where there is none, or it gives no answer in time. */
export async function ranked(
  recommendation: Recommendation | undefined,
  userId: string,
  found: readonly Found[],
): Promise<readonly Found[]> {
  if (!recommendation || found.length === 0) return found;
  const matches = found.map(({ provider, score }) => ({ userId: provider.userId, score: score.total }));
  try {
    const { userIds } = await recommendation.rankMatches({ body: { userId, matches } });
    return inOrder(found, userIds);
  } catch (error) {
    if (error instanceof CallError) return found;
    throw error;
  }
}

/** Those that are named first, in that order, then the others as they are: nobody comes in, falls out or comes twice. */
export function inOrder(found: readonly Found[], userIds: readonly string[]): readonly Found[] {
  const places = new Map([...new Set(userIds)].map((userId, place) => [userId, place]));
  const placeOf = ({ provider }: Found) => places.get(provider.userId) ?? Number.POSITIVE_INFINITY;
  return found
    .map((match) => ({ match, place: placeOf(match) }))
    .sort((a, b) => (a.place === b.place ? 0 : a.place - b.place))
    .map(({ match }) => match);
}
