import { add } from '@banyan/banyan';
import { API } from '../../api/common.ts';
import { ACCEPTED, urlOf } from '../../kit/plan.ts';

/** example was never part of the monolith: its routes are new, and it takes over no table. */
export default add({
  url: urlOf('example'),
  accepts: ACCEPTED,
  module: import.meta.resolve('./main.ts'),
  routes: [
    { route: `POST ${API}/example`, key: 'token.sub' },
    { route: `GET ${API}/example`, key: 'token.sub' },
    { route: `GET ${API}/example/:id`, key: 'token.sub' },
  ],
});
