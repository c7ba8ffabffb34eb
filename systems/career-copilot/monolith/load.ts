import type { Load } from '@banyan/harness';
import { API } from '../api/common.ts';

/** What users of the legacy system read that no service has taken over. */
export default {
  start: ({ users }) => ({
    operations: [
      {
        weight: 5,
        run: async ({ send }) => {
          const path = `${API}/analytics/summary`;
          const token = users.token(users.any());
          await send({ kind: 'GET /analytics/summary', method: 'GET', path, token, expect: 200 });
        },
      },
    ],
  }),
  warmUp: {
    visit: async ({ send, isGuest }) => {
      if (!isGuest) await send('GET', `${API}/analytics/summary`);
    },
  },
} satisfies Load;
