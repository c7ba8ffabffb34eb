import { copy, extract, table } from '@banyan/banyan';
import { routeList } from '@banyan/notifications/routes';
import { API } from '../../api/common.ts';
import { placeOf } from '../../kit/plan.ts';

/**
 * notification takes over whether something was read, and makes rows of what it hears of others: of their own sessions and credits. The monolith makes them with
 * its own, whoever is told, so that both make some of everybody's.
 */
export default extract({
  ...placeOf('notification'),
  facts: import.meta.resolve('./facts.ts'),
  tables: [
    table({
      legacy: 'notifications',
      owner: { by: 'key', legacyColumn: 'user_id', serviceColumn: 'user_id' },
      columns: [copy('id', 'user_id', 'kind', 'title', 'body', 'is_read', 'created_at')],
    }),
    // Read here, written by the monolith and by user.
    table({
      legacy: 'users_legacy',
      service: 'users',
      rows: 'foreign',
      owner: { by: 'key', legacyColumn: 'id', serviceColumn: 'id' },
      columns: [copy('id'), copy('email', 'status', { flow: 'forward' })],
    }),
  ],
  routes: routeList(`${API}/notifications`, { devices: true }),
});
