import type { Arrival, Load } from './load.ts';
import type { UserId } from './population.ts';

/** A load of what people look at and write nothing of. `base`: where the paths begin; `paths`: each with how often it is looked at, of all of them. */
export function lookingLoad<Id extends UserId>({
  base,
  paths,
}: {
  base: string;
  paths: Readonly<Record<string, number>>;
}): Load<Id> {
  const area = base.slice(base.lastIndexOf('/'));
  return {
    start: ({ users }) => ({
      operations: Object.entries(paths).map(([path, weight]) => ({
        weight,
        run: async ({ send }: Arrival) => {
          const token = users.token(users.any());
          await send({
            kind: `GET ${area}${path}`,
            method: 'GET',
            path: `${base}${path}`,
            token,
            expect: 200,
          });
        },
      })),
    }),
    warmUp: {
      visit: async ({ send }) => {
        for (const path of Object.keys(paths)) await send('GET', `${base}${path}`);
      },
    },
  };
}
