import { type Load, readingLoad } from '@banyan/harness';
import { API } from '../../api/common.ts';

const reading = readingLoad<string>({
  path: `${API}/notifications`,
  list: 'size=10',
  unread: 'unreadOnly=true&size=1',
  listed: (body) => (body as { content: { id: string }[] }).content,
});

/** People read what they were told; of the end of a session, whoever tells them of it, they are told once. */
export default {
  ...reading,
  facts: {
    ...reading.facts,
    NotificationSent: {
      promise: 'told',
      key: ({ userId, kind, channel }) =>
        kind === 'session_completed' && channel === 'in_app' ? userId : undefined,
    },
  },
} satisfies Load<string>;
