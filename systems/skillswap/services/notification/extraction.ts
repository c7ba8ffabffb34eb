import { copy, extract, table } from '@banyan/banyan';
import { routeList } from '@banyan/notifications/routes';
import { API } from '../../api/common.ts';
import { placeOf } from '../../kit/plan.ts';

/** notification takes over whether something was read. Rows are made with what they tell of, by whoever has that: the monolith, and never here. */
export default extract({
  ...placeOf('notification'),
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
