import type { Load } from '@banyan/harness';
import { API } from '../api/common.ts';

/** What users of the legacy system read that no service has taken over. */
export default {
  start: ({ users }) => ({
    operations: [
      {
        weight: 50,
        run: async ({ send }) => {
          const path = `${API}/notifications?limit=10`;
          const token = users.token(users.any());
          await send({ kind: 'GET /notifications', method: 'GET', path, token, expect: 200 });
        },
      },
    ],
  }),
  warmUp: {
    visit: async ({ send, isGuest }) => {
      if (!isGuest) await send('GET', `${API}/notifications`);
    },
  },
} satisfies Load;
