import type { Arrival, Load } from '@banyan/harness';
import { API } from '../../api/common.ts';

const WORDS = ['engineer', 'nurse', 'teacher -senior', '"data analyst"'];

/** People look through jobs by page, word and place, and at one of them or its company. Nobody writes any by the API. */
export default {
  start({ random, users, rows }) {
    const read =
      (route: string, query: () => string, id = () => 0) =>
      async ({ send }: Arrival) => {
        const path = API + route.replace(':id', String(id())) + query();
        const token = users.token(users.any());
        await send({ kind: `GET ${route}`, method: 'GET', path, token, expect: 200 });
      };
    const none = () => '';
    return {
      operations: [
        { weight: 45, run: read('/jobs', () => `?page=${random.int(1, 20)}&limit=10`) },
        {
          weight: 15,
          run: read('/jobs', () => `?limit=10&remote=true&q=${encodeURIComponent(random.pick(WORDS))}`),
        },
        { weight: 50, run: read('/jobs/:id', none, () => random.int(1, rows.jobs ?? 1)) },
        { weight: 10, run: read('/companies/:id', none, () => random.int(1, rows.companies ?? 1)) },
      ],
    };
  },
  warmUp: {
    visit: async ({ send, round }) => {
      const paths = [
        '/jobs?limit=10',
        '/jobs?limit=10&q=engineer',
        `/jobs/${1 + (round % 10)}`,
        '/companies/1',
      ];
      await Promise.all(paths.map((path) => send('GET', API + path)));
    },
  },
} satisfies Load;
