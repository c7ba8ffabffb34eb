import { copy, extract, table } from '@banyan/banyan';
import { API } from '../../api/common.ts';
import { placeOf } from '../../kit/plan.ts';

const FIRST = `${API}/notifications`;

/**
 * notifications takes over whether something was read. What somebody is told is made with what it tells of: the row of a changed
 * status by whoever has the application at that moment, the monolith or applications, and never here, so that nobody is told twice.
 */
export default extract({
  ...placeOf('notifications'),
  facts: import.meta.resolve('./facts.ts'),
  tables: [
    table({
      legacy: 'notifications',
      rows: 'foreign',
      owner: { by: 'key', legacyColumn: 'user_id', serviceColumn: 'user_id' },
      columns: [
        copy('id', 'is_read'),
        copy('user_id', 'kind', 'title', 'body', 'created_at', { flow: 'forward' }),
      ],
    }),
    // Read here, written by the monolith and by auth.
    table({
      legacy: 'users',
      rows: 'foreign',
      owner: { by: 'key', legacyColumn: 'id', serviceColumn: 'id' },
      columns: [copy('id'), copy('is_active', 'email', { flow: 'forward' })],
    }),
  ],
  routes: [
    { route: `GET ${FIRST}`, key: 'token.sub' },
    { route: `PUT ${FIRST}/:id/read`, key: 'token.sub', writes: ['notifications'] },
    { route: `PUT ${FIRST}/read-all`, key: 'token.sub', writes: ['notifications'] },
    { route: `GET ${FIRST}/preferences`, key: 'token.sub', onMonolith: false },
    { route: `PUT ${FIRST}/preferences`, key: 'token.sub', onMonolith: false },
    { route: `GET ${FIRST}/stream`, key: 'token.sub', onMonolith: false },
    { route: `GET ${FIRST}/feed`, key: 'token.sub', onMonolith: false },
    { route: `GET ${FIRST}/feed/unread`, key: 'token.sub', onMonolith: false },
    { route: `PUT ${FIRST}/feed/read`, key: 'token.sub', onMonolith: false },
    { route: `PUT ${FIRST}/feed/:id/read`, key: 'token.sub', onMonolith: false },
    { route: `GET ${FIRST}/deliveries`, key: 'token.sub', onMonolith: false },
    { route: `GET ${FIRST}/channels`, key: 'token.sub', onMonolith: false },
    { route: `GET ${FIRST}/deliveries/undelivered`, key: 'token.sub', onMonolith: false },
    { route: `GET ${FIRST}/push-key`, key: 'token.sub', onMonolith: false },
    { route: `POST ${FIRST}/push-subscriptions`, key: 'token.sub', onMonolith: false },
    { route: `DELETE ${FIRST}/push-subscriptions/:id`, key: 'token.sub', onMonolith: false },
    { route: `GET ${FIRST}/phone`, key: 'token.sub', onMonolith: false },
    { route: `PUT ${FIRST}/phone`, key: 'token.sub', onMonolith: false },
    { route: `DELETE ${FIRST}/phone`, key: 'token.sub', onMonolith: false },
    { route: `POST ${FIRST}/phone/confirm`, key: 'token.sub', onMonolith: false },
    { route: `POST ${FIRST}/reports/twilio`, key: 'none', auth: 'none', writes: [], onMonolith: false },
    { route: `POST ${FIRST}/reports/bounces`, key: 'none', auth: 'none', writes: [], onMonolith: false },
    { route: `GET ${FIRST}/templates`, key: 'token.sub', onMonolith: false },
    { route: `GET ${FIRST}/templates/:kind/:locale`, key: 'token.sub', onMonolith: false },
    { route: `PUT ${FIRST}/templates/:kind/:locale`, key: 'token.sub', onMonolith: false },
    { route: `POST ${FIRST}/templates/:kind/:locale/preview`, key: 'token.sub', onMonolith: false },
    { route: `GET ${FIRST}/campaigns`, key: 'token.sub', onMonolith: false },
    { route: `POST ${FIRST}/campaigns`, key: 'token.sub', onMonolith: false },
    { route: `GET ${FIRST}/campaigns/:id`, key: 'token.sub', onMonolith: false },
    { route: `POST ${FIRST}/campaigns/:id/:step`, key: 'token.sub', onMonolith: false },
    // Whose they are is in the link, which the gateway does not read: they come with the last of the shares.
    { route: `GET ${FIRST}/unsubscribe`, key: 'none', auth: 'none', onMonolith: false },
    { route: `POST ${FIRST}/unsubscribe`, key: 'none', auth: 'none', writes: [], onMonolith: false },
  ],
});
