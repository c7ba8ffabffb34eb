import { extract } from '@banyan/banyan';
import { API } from '../../api/common.ts';
import { placeOf } from '../../kit/plan.ts';

const FIRST = `${API}/analytics`;
const read = (path: string) => ({ route: `GET ${FIRST}${path}`, key: 'token.sub' });
/** What the monolith never had. */
const isNew = <T extends { route: string }>(route: T) => ({ ...route, onMonolith: false });

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
    ...['/series', '/all/series', '/forecast', '/live', '/catalogue', '/products', '/products/:name/:version']
      .map(read)
      .map(isNew),
    ...[
      'GET /dashboards',
      'GET /dashboards/:name',
      'PUT /dashboards/:name',
      'DELETE /dashboards/:name',
      'GET /reports',
      'POST /reports',
      'GET /reports/:id',
      'GET /reports/:id/file',
    ].map((route) => isNew({ route: route.replace(' ', ` ${FIRST}`), key: 'token.sub', writes: [] })),
  ],
});
