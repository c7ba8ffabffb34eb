import { type Arrival, exclusively, type Load, once } from '@banyan/harness';
import type pg from 'pg';
import { API } from '../../api/common.ts';

type Listed = { content: { id: string }[] };

/** People look at what they were told, and now and then say that they have read one of it, which is then read for good. */
export default {
  promises: { read: once(readOnes) },
  facts: { NotificationRead: { promise: 'read', key: ({ notificationId }) => notificationId } },
  start({ users }) {
    const list = async ({ send }: Arrival) => {
      const path = `${API}/notifications?size=10`;
      const token = users.token(users.any());
      await send({ kind: 'GET /notifications', method: 'GET', path, token, expect: 200 });
    };
    const read = async ({ send, write }: Arrival) => {
      const user = users.writer();
      if (!user) return;
      await exclusively(user, async () => {
        const token = users.token(user);
        const path = `${API}/notifications?unreadOnly=true&size=1`;
        const found = await send({ kind: 'GET /notifications', method: 'GET', path, token, expect: 200 });
        const one = found.is === 'ok' && !found.stale ? (found.body as Listed).content[0] : undefined;
        if (!one) return;
        await write(
          { name: 'read', key: one.id },
          {
            kind: 'PUT /notifications/:id/read',
            method: 'PUT',
            path: `${API}/notifications/${one.id}/read`,
            token,
            expect: 200,
          },
          user,
        );
      });
    };
    return {
      operations: [
        { weight: 50, run: list },
        { weight: 10, run: read },
      ],
    };
  },
  warmUp: {
    visit: async ({ send }) => await send('GET', `${API}/notifications?size=10`),
  },
} satisfies Load<string>;

async function readOnes(db: pg.Pool, keys: string[]): Promise<Map<string, string[]>> {
  const { rows } = await db.query<{ id: string }>(
    'SELECT id FROM notifications WHERE id = ANY ($1) AND is_read',
    [keys],
  );
  return new Map(rows.map(({ id }) => [id, [id]]));
}
