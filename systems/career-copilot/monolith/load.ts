import type { Arrival, Load, LoadRun } from '@banyan/harness';
import { API } from '../api/common.ts';

/** What users of the legacy system read that no service has taken over. */
export default {
  start: ({ random, users, rows }) => ({
    operations: [
      { weight: 60, run: (arrival) => read(arrival, users, '/jobs', `?page=${random.int(1, 20)}&limit=10`) },
      {
        weight: 60,
        run: (arrival) => read(arrival, users, '/jobs/:id', '', String(random.int(1, rows.jobs ?? 1))),
      },
      { weight: 50, run: (arrival) => read(arrival, users, '/notifications', '?limit=10') },
    ],
  }),
  warmUp: {
    visit: async ({ send, isGuest }) => {
      const paths = ['/jobs', '/jobs/1', '/notifications'];
      if (!isGuest) await Promise.all(paths.map((path) => send('GET', API + path)));
    },
  },
} satisfies Load;

async function read(
  { send }: Arrival,
  users: LoadRun['users'],
  route: string,
  query: string,
  id = '',
): Promise<void> {
  const path = API + route.replace(':id', id) + query;
  await send({ kind: `GET ${route}`, method: 'GET', path, token: users.token(users.any()), expect: 200 });
}
