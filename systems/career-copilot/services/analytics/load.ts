import type { Arrival, Load } from '@banyan/harness';
import { API } from '../../api/common.ts';

/** By how often they are looked at. */
const PATHS = { summary: 40, funnel: 10, weekly: 10 };

/** People look at how their search goes. They write nothing here: what they do elsewhere is what is told. */
export default {
  start: ({ users }) => ({
    operations: Object.entries(PATHS).map(([name, weight]) => ({
      weight,
      run: async ({ send }: Arrival) => {
        const path = `${API}/analytics/${name}`;
        const token = users.token(users.any());
        await send({ kind: `GET /analytics/${name}`, method: 'GET', path, token, expect: 200 });
      },
    })),
  }),
  warmUp: {
    visit: async ({ send }) => {
      for (const name of Object.keys(PATHS)) await send('GET', `${API}/analytics/${name}`);
    },
  },
} satisfies Load;
