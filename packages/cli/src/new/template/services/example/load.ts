import { type Arrival, exclusively, type Load, once } from '@banyan/harness';
import type pg from 'pg';
import { API } from '../../api/common.ts';

/** What its users ask for, and how their acknowledged writes are found again. The monolith never has any. */
export default {
  promises: {
    entry: once({ monolith: async () => new Map(), service: entriesThere }),
  },
  start({ users, name }) {
    let made = 0;
    const list = async ({ send }: Arrival) => {
      const token = users.token(users.any());
      const path = `${API}/example`;
      // Until the service has its share of users, nobody has this.
      await send({ kind: 'GET /example', method: 'GET', path, token, expect: 200, mayRefuse: [404] });
    };
    const add = async ({ write }: Arrival) => {
      const user = users.writer();
      if (!user) return;
      await exclusively(user, async () => {
        const text = `${name}-entry-${++made}`;
        const call = { kind: 'POST /example', method: 'POST', path: `${API}/example` } as const;
        const token = users.token(user);
        await write(
          { name: 'entry', key: text },
          { ...call, token, body: { text }, expect: 201, mayRefuse: [404] },
          user,
        );
      });
    };
    return {
      operations: [
        { weight: 20, run: list },
        { weight: 10, run: add },
      ],
    };
  },
} satisfies Load;

async function entriesThere(db: pg.Pool, texts: string[]): Promise<Map<string, number[]>> {
  const { rows } = await db.query<{ text: string; ids: number[] }>(
    'SELECT text, array_agg(id) AS ids FROM example_entries WHERE text = ANY ($1) GROUP BY text',
    [texts],
  );
  return new Map(rows.map(({ text, ids }) => [text, ids]));
}
