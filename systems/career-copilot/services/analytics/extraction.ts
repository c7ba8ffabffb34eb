import { routeList } from '@banyan/analytics/routes';
import { extract } from '@banyan/banyan';
import { API } from '../../api/common.ts';
import { placeOf } from '../../kit/plan.ts';

const FIRST = `${API}/analytics`;
const read = (path: string) => ({ route: `GET ${FIRST}${path}`, key: 'token.sub' });

/**
 * analytics takes over what people are told of their search as a whole, and no table: what it tells is made of events, those of what was
 * before it among them. So nothing is copied, and nothing has to be brought back.
 */
export default extract({
  ...placeOf('analytics'),
  // Events come in well under a second; on a busy machine not always.
  rollout: { maxLagMs: 10_000 },
  routes: [
    ...['/summary', '/funnel', '/weekly'].map(read),
    ...['/forecast', '/live'].map((path) => ({ ...read(path), onMonolith: false })),
    ...routeList(FIRST),
  ],
});
