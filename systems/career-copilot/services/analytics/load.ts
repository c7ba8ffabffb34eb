import type { Arrival, Load } from '@banyan/harness';
import { API } from '../../api/common.ts';

const PATHS = ['summary', 'funnel', 'weekly'] as const;

/** People look at how their search goes. They write nothing here: what they do elsewhere is what is told. */
export default {
  start: ({ users }) => ({
    operations: PATHS.map((name, index) => ({
      weight: index === 0 ? 3 : 1,
      run: async ({ send }: Arrival) => {
        const path = `${API}/analytics/${name}`;
        const token = users.token(users.any());
        await send({ kind: `GET /analytics/${name}`, method: 'GET', path, token, expect: 200 });
      },
    })),
  }),
  warmUp: {
    visit: async ({ send }) => {
      for (const name of PATHS) await send('GET', `${API}/analytics/${name}`);
    },
  },
} satisfies Load;
