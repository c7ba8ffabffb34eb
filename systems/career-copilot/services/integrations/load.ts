import { type Arrival, exclusively, type Load, once } from '@banyan/harness';
import type pg from 'pg';
import { API } from '../../api/common.ts';

const HOOKS = `${API}/integrations/webhooks`;
/** People write down where they want to be told, a few of them; nobody is there, so they leave it disabled. */
const NOBODY = {
  url: 'https://hooks.example.invalid/',
  event_types: ['application.created'],
  enabled: false,
};

/** What its users ask for, and how their acknowledged writes are found again. The monolith never has any. */
export default {
  promises: { webhook: once({ service: webhooksThere }) },
  start({ users, name }) {
    let made = 0;
    // Until the service has its share of users, nobody has this: 404. Who has as many as one may have: 409.
    const list = async ({ send }: Arrival) => {
      const token = users.token(users.any());
      const kind = 'GET /integrations/webhooks';
      await send({ kind, method: 'GET', path: HOOKS, token, expect: 200, mayRefuse: [404] });
    };
    const add = async ({ write }: Arrival) => {
      const user = users.writer();
      if (!user) return;
      await exclusively(user, async () => {
        const description = `${name}-webhook-${++made}`;
        const call = { kind: 'POST /integrations/webhooks', method: 'POST', path: HOOKS } as const;
        const sent = { ...call, token: users.token(user), body: { ...NOBODY, description } };
        await write(
          { name: 'webhook', key: description },
          { ...sent, expect: 201, mayRefuse: [404, 409] },
          user,
        );
      });
    };
    return {
      operations: [
        { weight: 10, run: list },
        { weight: 2, run: add },
      ],
    };
  },
} satisfies Load;

async function webhooksThere(db: pg.Pool, descriptions: string[]): Promise<Map<string, number[]>> {
  const { rows } = await db.query<{ description: string; ids: number[] }>(
    `SELECT description, array_agg(id) AS ids FROM webhook_endpoints WHERE description = ANY ($1) GROUP BY description`,
    [descriptions],
  );
  return new Map(rows.map(({ description, ids }) => [description, ids]));
}
