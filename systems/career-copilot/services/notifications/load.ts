import { readingLoad } from '@banyan/harness';
import { API } from '../../api/common.ts';

export default readingLoad<number>({
  path: `${API}/notifications`,
  list: 'limit=10',
  unread: 'unread_only=true&limit=1',
  listed: (body) => (body as { notifications: { id: number }[] }).notifications,
});
