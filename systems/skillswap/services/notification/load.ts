import { readingLoad } from '@banyan/harness';
import { API } from '../../api/common.ts';

export default readingLoad<string>({
  path: `${API}/notifications`,
  list: 'size=10',
  unread: 'unreadOnly=true&size=1',
  listed: (body) => (body as { content: { id: string }[] }).content,
});
