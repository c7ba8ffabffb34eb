import { copy, extract, table } from '@banyan/banyan';
import { routeList } from '@banyan/notifications/routes';
import { API } from '../../api/common.ts';
import { placeOf } from '../../kit/plan.ts';

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
  routes: routeList(`${API}/notifications`),
});
