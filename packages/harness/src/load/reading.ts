import type pg from 'pg';
import { type Arrival, exclusively, type Load, once } from './load.ts';
import type { UserId } from './population.ts';

/**
 * A load of `notifications`: people look at what they were told, and now and then say that they have read one of it, which is then read for good.
 * `path`: of the list, and below it `/:id/read`; `list` and `unread`: queries for ten of them, and for one that is not read; `listed`: those that an answer
 * has.
 */
export function readingLoad<Id extends UserId>({
  path,
  list,
  unread,
  listed,
}: {
  path: string;
  list: string;
  unread: string;
  listed(body: unknown): readonly { id: Id }[];
}): Load<Id> {
  const kind = 'GET /notifications';
  return {
    promises: { read: once(readOnes) },
    facts: { NotificationRead: { promise: 'read', key: ({ notificationId }) => notificationId } },
    start({ users }) {
      const look = async ({ send }: Arrival) => {
        const token = users.token(users.any());
        await send({ kind, method: 'GET', path: `${path}?${list}`, token, expect: 200 });
      };
      const read = async ({ send, write }: Arrival) => {
        const user = users.writer();
        if (!user) return;
        await exclusively(user, async () => {
          const token = users.token(user);
          const found = await send({ kind, method: 'GET', path: `${path}?${unread}`, token, expect: 200 });
          const one = found.is === 'ok' && !found.stale ? listed(found.body)[0] : undefined;
          if (!one) return;
          await write(
            { name: 'read', key: one.id },
            {
              kind: 'PUT /notifications/:id/read',
              method: 'PUT',
              path: `${path}/${one.id}/read`,
              token,
              expect: 200,
            },
            user,
          );
        });
      };
      return {
        operations: [
          { weight: 50, run: look },
          { weight: 10, run: read },
        ],
      };
    },
    warmUp: {
      visit: async ({ send }) => await send('GET', `${path}?${list}`),
    },
  };
}

async function readOnes(db: pg.Pool, keys: string[]): Promise<Map<string, UserId[]>> {
  const { rows } = await db.query<{ id: UserId }>(
    'SELECT id FROM notifications WHERE id = ANY ($1) AND is_read',
    [keys],
  );
  return new Map(rows.map(({ id }) => [String(id), [id]]));
}
