import { routeList } from '@banyan/analytics/routes';
import { extract } from '@banyan/banyan';
import { API } from '../../api/common.ts';
import { placeOf } from '../../kit/plan.ts';

const FIRST = `${API}/analytics`;

/**
 * analytics takes over what people are told of what they have learned and taught, and no table: what it tells is made of what the other services tell,
 * be it of their own or of what the monolith does. So nothing is copied, and nothing has to be brought back; and it leaves when all of them are
 * copying at least.
 */
export default extract({
  ...placeOf('analytics'),
  // Events come in well under a second; on a busy machine not always.
  rollout: { maxLagMs: 10_000 },
  routes: [
    { route: `GET ${FIRST}/summary`, key: 'token.sub' },
    // Of all users: two answers of different moments may differ.
    { route: `GET ${FIRST}/platform`, key: 'token.sub', shadow: false },
    ...routeList(FIRST),
  ],
});
